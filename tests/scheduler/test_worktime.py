"""Work time: clocks that stand still at night, at weekends and on holidays."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.worktime import add_work_time, next_work_time
from surveys.case import WorkHours

HELSINKI = ZoneInfo("Europe/Helsinki")
HOURS = WorkHours(weekdays=frozenset(range(5)), opens=time(8), closes=time(17), country="FI")
INDEPENDENCE = date(2027, 12, 6)  # a Monday


def is_holiday(country: str, day: date) -> bool:
    return country == "FI" and day == INDEPENDENCE


def local(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=HELSINKI)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2027-11-02 09:00", 4, "2027-11-02 13:00"),  # within a Tuesday
        ("2027-11-02 13:00", 4, "2027-11-02 17:00"),  # up to closing
        ("2027-11-02 15:00", 4, "2027-11-03 10:00"),  # over night
        ("2027-11-02 06:00", 4, "2027-11-02 12:00"),  # before opening
        ("2027-11-02 22:00", 4, "2027-11-03 12:00"),  # after closing
        ("2027-11-05 16:00", 4, "2027-11-08 11:00"),  # over a weekend
        ("2027-11-06 12:00", 1, "2027-11-08 09:00"),  # on a Saturday
        ("2027-12-03 16:00", 4, "2027-12-07 11:00"),  # over a weekend and a holiday
        ("2027-11-02 09:00", 20, "2027-11-04 11:00"),  # more than two days
    ],
)
def test_work_time_is_counted(start: str, hours: int, end: str) -> None:
    found = add_work_time(HOURS, local(start), timedelta(hours=hours), HELSINKI, is_holiday)
    assert found == local(end)


def test_without_hours_time_simply_passes() -> None:
    start = local("2027-11-06 12:00")
    assert add_work_time(
        None, start, timedelta(hours=4), HELSINKI, is_holiday
    ) == start + timedelta(hours=4)
    assert next_work_time(None, start, HELSINKI, is_holiday) == start


def test_a_night_shift_goes_past_midnight_and_over_the_change_of_clocks() -> None:
    night = WorkHours(weekdays=frozenset({5}), opens=time(22), closes=time(6), holidays=False)
    start = local("2027-10-30 22:00")  # the clocks go back at four
    found = add_work_time(night, start, timedelta(hours=9), HELSINKI, is_holiday)
    assert found.astimezone(UTC) == start.astimezone(UTC) + timedelta(hours=9)
    assert found.astimezone(HELSINKI).time() == time(6)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2027-11-02 09:00", "2027-11-02 09:00"),
        ("2027-11-02 17:00", "2027-11-03 08:00"),
        ("2027-12-03 17:00", "2027-12-07 08:00"),
    ],
)
def test_the_next_work_time_is_now_or_the_next_opening(now: str, then: str) -> None:
    assert next_work_time(HOURS, local(now), HELSINKI, is_holiday) == local(then)


def test_hours_on_no_day_come_to_an_end() -> None:
    never = WorkHours(weekdays=frozenset(), opens=time(8), closes=time(17))
    start = local("2027-11-02 09:00")
    assert add_work_time(never, start, timedelta(hours=1), HELSINKI, is_holiday) == start
