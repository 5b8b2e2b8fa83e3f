"""Clock faces: from what a clock on the wall shows to the moments at which it does."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Give the first moment, in UTC, at which the clocks of a zone show ``wall`` (naive) or later.

    A time that comes twice is its first coming; a time that is skipped is the moment of the skip.
    """
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _shows(instant, zone) == wall:
        return instant
    return _first(wall.replace(tzinfo=UTC), lambda moment: _shows(moment, zone) >= wall)


def instants(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Give the moments, in UTC, at which the clocks show ``wall``: one, two where they are turned
    back over it, and the moment of the skip where it is skipped.
    """
    first = first_instant(wall, zone)
    again = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return (first, again) if again > first and _shows(again, zone) == wall else (first,)


def clock_change(day: date, zone: ZoneInfo) -> datetime | None:
    """Give the moment, in UTC, at which the clocks are changed on a local day, None for none."""
    noon = datetime.combine(day, time(12), tzinfo=zone)
    before = (noon - _DAY).utcoffset()
    if before == (noon + _DAY).utcoffset():
        return None
    changed = _first(
        noon.astimezone(UTC), lambda moment: moment.astimezone(zone).utcoffset() != before
    )
    return changed if _shows(changed - _SECOND, zone).date() <= day else None


def _shows(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _first(around: datetime, holds: Callable[[datetime], bool]) -> datetime:
    """Give the first full second of the two days around from which on something holds."""
    early, late = around - _DAY, around + _DAY
    while late - early > _SECOND:
        middle = early + (late - early) // 2
        early, late = (early, middle) if holds(middle) else (middle, late)
    return late.replace(microsecond=0)
