"""Calendar: when people may be asked, in their own time. Pure.

Whether it is open is a matter of what the clocks show where the person is, so nights on which the
clocks change need no rule of their own: an hour that comes twice is quiet twice, and one that does
not come is not waited for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.clockface import clock_change, instants

ALL_WEEK = frozenset(range(7))
"""Monday is 0."""

LOOK_AHEAD = 400
"""Days; a calendar that is closed for longer never opens."""

IsHoliday = Callable[[str, date], bool]
"""(country code, local date) -> whether it is a public holiday there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When people may be asked: not in the quiet hours (from, to; past midnight where from is the
    later one), only on these weekdays, and with ``holidays`` not on public holidays.
    """

    quiet: tuple[time, time] | None = None
    weekdays: frozenset[int] = ALL_WEEK
    holidays: bool = False


def why_closed(
    hours: Hours, now: datetime, zone: ZoneInfo, country: str, is_holiday: IsHoliday
) -> str:
    """Give why people there may not be asked now, "" where they may."""
    local = now.astimezone(zone)
    return _closed_day(hours, local.date(), country, is_holiday) or (
        "quiet hours" if _is_quiet(hours, local.time()) else ""
    )


def next_opening(
    hours: Hours, now: datetime, zone: ZoneInfo, country: str, is_holiday: IsHoliday
) -> datetime | None:
    """Give the first moment from ``now`` on when people there may be asked, in UTC; None for never.

    The precision is that of the hours: where it opens, it opens at a full minute.
    """
    for moment in _openings(hours, now, zone):
        if moment >= now and not why_closed(hours, moment, zone, country, is_holiday):
            return moment.astimezone(UTC)
    return None


def _openings(hours: Hours, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Give the moments at which it may become open: now, each midnight, each end of quiet hours,
    and each time the clocks are changed.
    """
    yield now
    walls = {time(0), *([hours.quiet[1]] if hours.quiet else [])}
    today = now.astimezone(zone).date() - timedelta(days=1)
    for number in range(LOOK_AHEAD):
        day = today + timedelta(days=number)
        moments = {m for wall in walls for m in instants(datetime.combine(day, wall), zone)}
        changed = clock_change(day, zone)
        yield from sorted(moments | {changed} if changed else moments)


def _closed_day(hours: Hours, day: date, country: str, is_holiday: IsHoliday) -> str:
    if day.weekday() not in hours.weekdays:
        return "not on this weekday"
    return "a public holiday" if hours.holidays and is_holiday(country, day) else ""


def _is_quiet(hours: Hours, wall: time) -> bool:
    if hours.quiet is None:
        return False
    begin, end = hours.quiet
    if begin <= end:
        return begin <= wall < end
    return wall >= begin or wall < end
