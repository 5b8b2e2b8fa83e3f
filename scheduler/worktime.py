"""Work time: clocks that run only while colleagues work. Pure.

A day's hours are from its opening to its closing on the clocks of the place, so that the days on
which those are changed have an hour more or less where that falls into the hours.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.calendar import IsHoliday
from scheduler.clockface import first_instant
from surveys.case import WorkHours

LOOK_AHEAD = 400
"""Days; hours that hold no more work within them never end a wait."""


def add_work_time(
    hours: WorkHours | None,
    start: datetime,
    wait: timedelta,
    zone: ZoneInfo,
    is_holiday: IsHoliday,
) -> datetime:
    """Give when so much work time has passed since ``start``, in UTC; without hours time simply
    passes. Where it never does, the last moment looked at.
    """
    if hours is None:
        return start + wait
    left, last = wait, start
    for opens, closes in _shifts(hours, start, zone, is_holiday):
        begin = max(opens, start)
        if closes <= begin:
            continue
        if closes - begin >= left:
            return begin + left
        left -= closes - begin
        last = closes
    return last


def next_work_time(
    hours: WorkHours | None, now: datetime, zone: ZoneInfo, is_holiday: IsHoliday
) -> datetime:
    """Give the first moment from ``now`` on at which colleagues work: now, where they do."""
    if hours is None:
        return now
    for opens, closes in _shifts(hours, now, zone, is_holiday):
        if closes > now:
            return max(opens, now)
    return now


def _shifts(
    hours: WorkHours, start: datetime, zone: ZoneInfo, is_holiday: IsHoliday
) -> Iterator[tuple[datetime, datetime]]:
    """Give the hours of each working day from the day before ``start`` on, in UTC."""
    today = start.astimezone(zone).date() - timedelta(days=1)
    for number in range(LOOK_AHEAD):
        day = today + timedelta(days=number)
        if _works(hours, day, is_holiday):
            yield _shift(hours, day, zone)


def _works(hours: WorkHours, day: date, is_holiday: IsHoliday) -> bool:
    if day.weekday() not in hours.weekdays:
        return False
    return not (hours.holidays and hours.country and is_holiday(hours.country, day))


def _shift(hours: WorkHours, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Give a day's opening and closing; a shift past midnight closes on the next day."""
    last = day if hours.opens < hours.closes else day + timedelta(days=1)
    opens = first_instant(datetime.combine(day, hours.opens), zone)
    return opens, first_instant(datetime.combine(last, hours.closes), zone)
