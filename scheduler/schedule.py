"""Schedules: recurring local times, as `bot.config` reads them from plain words or cron. Pure.

An occurrence is named by what the clock on the wall shows, so that the night the clocks go back
makes one of it, and the night they go forward does not lose it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.clockface import first_instant

EVERY_MONTH = frozenset(range(1, 13))
EVERY_DAY = frozenset(range(1, 32))
EVERY_WEEKDAY = frozenset(range(7))
LAST = -1
"""The last of a month, as a day or as the nth weekday."""

LOOK_AHEAD = 366 * 9
"""Days; 29 February comes at least once in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Days on which all of these hold, at each of the ``times``.

    ``days`` are of the month (`LAST` for its last), ``weekdays`` from Monday, 0; ``nth`` restricts
    them to the first, second … of their month (`LAST`), empty for all. ``years`` is empty for all.
    ``source`` is what was written.
    """

    times: tuple[time, ...]
    months: frozenset[int] = EVERY_MONTH
    days: frozenset[int] = EVERY_DAY
    weekdays: frozenset[int] = EVERY_WEEKDAY
    nth: frozenset[int] = frozenset()
    years: frozenset[int] = frozenset()
    source: str = ""

    def falls_on(self, day: date) -> bool:
        """Whether a local day is one of the schedule's."""
        return (
            (not self.years or day.year in self.years)
            and day.month in self.months
            and (day.day in self.days or (LAST in self.days and _is_last(day)))
            and day.weekday() in self.weekdays
            and (not self.nth or _nth(day) in self.nth or (LAST in self.nth and _is_last_week(day)))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time a schedule comes round: ``wall`` (naive) is what it is named by, ``at`` when it is,
    in UTC.
    """

    wall: datetime
    at: datetime


def occurrences(schedule: Schedule, after: datetime, zone: ZoneInfo) -> Iterator[Occurrence]:
    """Give the occurrences later than ``after``, in order; it ends where none comes any more.

    A time that comes twice is taken once, at its first coming; one that is skipped at the skip.
    """
    first = after.astimezone(zone).date() - timedelta(days=1)
    idle = 0
    while idle <= LOOK_AHEAD:
        day = first
        first, idle = first + timedelta(days=1), idle + 1
        if not schedule.falls_on(day):
            continue
        for at, wall in sorted(
            (first_instant(wall, zone), wall)
            for wall in (datetime.combine(day, clock) for clock in schedule.times)
        ):
            if at > after:
                yield Occurrence(wall=wall, at=at.astimezone(UTC))
        idle = 0


def next_occurrence(schedule: Schedule, after: datetime, zone: ZoneInfo) -> Occurrence | None:
    """Give the first occurrence later than ``after``, None where none comes any more."""
    return next(occurrences(schedule, after, zone), None)


def _nth(day: date) -> int:
    return (day.day - 1) // 7 + 1


def _is_last(day: date) -> bool:
    return (day + timedelta(days=1)).month != day.month


def _is_last_week(day: date) -> bool:
    return (day + timedelta(days=7)).month != day.month
