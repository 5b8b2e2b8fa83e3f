"""Schedules: each occurrence once, whatever the clocks do."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from scheduler.schedule import LAST, Schedule, next_occurrence, occurrences
from tests.scheduler.test_calendar import ZONES, changes

HELSINKI = ZoneInfo("Europe/Helsinki")
START = datetime(2026, 11, 22, tzinfo=UTC)


def days(schedule: Schedule, count: int) -> list[date]:
    return [o.wall.date() for o in islice(occurrences(schedule, START, HELSINKI), count)]


@pytest.mark.parametrize("name", ZONES)
def test_every_minute_of_the_nights_the_clocks_change_comes_once(name: str) -> None:
    zone = ZoneInfo(name)
    every_minute = Schedule(times=tuple(time(h, m) for h in range(24) for m in range(60)))
    for start in changes(zone):
        begin, end = start - timedelta(days=1), start + timedelta(days=3)
        came = [o for o in islice(occurrences(every_minute, begin, zone), 8 * 1440) if o.at < end]
        walls = Counter(o.wall for o in came)
        assert set(walls.values()) == {1}
        first, last = min(walls), max(walls)
        whole = (last - first) // timedelta(minutes=1) + 1
        assert len(walls) == whole  # a minute that is skipped on the clocks is not lost
        assert [o.at for o in came] == sorted(o.at for o in came)


@pytest.mark.parametrize("name", ZONES)
def test_restarting_at_any_moment_loses_and_doubles_nothing(name: str) -> None:
    zone = ZoneInfo(name)
    quarter = Schedule(times=tuple(time(h, m) for h in range(24) for m in (0, 15, 30, 45)))
    for start in changes(zone)[:2]:
        begin, end = start - timedelta(days=1), start + timedelta(days=2)
        straight = [o for o in islice(occurrences(quarter, begin, zone), 500) if o.at <= end]
        stepped, now = [], begin
        while (found := next_occurrence(quarter, now, zone)) and found.at <= end:
            stepped += [o for o in islice(occurrences(quarter, now, zone), 9) if o.at == found.at]
            now = found.at
        assert stepped == straight


def test_the_first_monday_of_a_quarter() -> None:
    first = Schedule(
        times=(time(10),),
        months=frozenset({1, 4, 7, 10}),
        weekdays=frozenset({0}),
        nth=frozenset({1}),
    )
    assert days(first, 3) == [date(2027, 1, 4), date(2027, 4, 5), date(2027, 7, 5)]


def test_the_last_of_a_month() -> None:
    assert days(Schedule(times=(time(10),), days=frozenset({LAST})), 4)[-1] == date(2027, 2, 28)
    friday = Schedule(times=(time(10),), weekdays=frozenset({4}), nth=frozenset({LAST}))
    assert days(friday, 2) == [date(2026, 11, 27), date(2026, 12, 25)]


def test_a_leap_day_is_waited_for_and_a_past_date_ends() -> None:
    leap = Schedule(times=(time(10),), days=frozenset({29}), months=frozenset({2}))
    assert days(leap, 1) == [date(2028, 2, 29)]
    past = Schedule(times=(time(10),), years=frozenset({2020}))
    assert next_occurrence(past, START, HELSINKI) is None
