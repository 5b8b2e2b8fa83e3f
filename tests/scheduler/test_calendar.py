"""The calendar, against an oracle that looks at every single minute."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from scheduler.calendar import Hours, next_opening, why_closed
from scheduler.clockface import first_instant

MINUTE = timedelta(minutes=1)
ZONES = [
    "Europe/Helsinki", "Europe/London", "America/New_York", "America/St_Johns", "Australia/Lord_Howe",
    "America/Santiago", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia", "America/Havana", "Asia/Gaza", "UTC",
]  # fmt: skip
HOURS = [
    Hours(quiet=(time(20), time(9))),
    Hours(quiet=(time(0), time(0, 30))),
    Hours(quiet=(time(1, 30), time(2, 30)), weekdays=frozenset({5, 6}), holidays=True),
    Hours(quiet=(time(23), time(0)), holidays=True),
]


def is_holiday(country: str, day: date) -> bool:
    return country == "FI" and day in {date(2026, 3, 29), date(2026, 12, 25), date(2026, 12, 26)}


def changes(zone: ZoneInfo) -> list[datetime]:
    """The days on which the clocks change, in three years."""
    days = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(3 * 365)]
    return [
        a
        for a, b in pairwise(days)
        if a.astimezone(zone).utcoffset() != b.astimezone(zone).utcoffset()
    ]


@pytest.mark.parametrize("name", ZONES)
def test_each_minute_of_the_days_the_clocks_change(name: str) -> None:
    zone = ZoneInfo(name)
    for start in [*changes(zone), datetime(2026, 12, 24, tzinfo=UTC)]:
        begin = start - timedelta(hours=12)
        minutes = [begin + n * MINUTE for n in range(60 * 24 * 10)]
        for hours in HOURS:
            wanted: datetime | None = None
            for moment in reversed(minutes):
                if not why_closed(hours, moment, zone, "FI", is_holiday):
                    wanted = moment
                if moment.minute % 15 == 7 and moment < begin + timedelta(days=2) and wanted:
                    assert next_opening(hours, moment, zone, "FI", is_holiday) == wanted


def test_a_calendar_that_never_opens() -> None:
    never = Hours(weekdays=frozenset())
    assert (
        next_opening(never, datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"), "", is_holiday)
        is None
    )


def test_the_reason_is_given() -> None:
    hours = Hours(quiet=(time(20), time(9)), weekdays=frozenset(range(5)), holidays=True)
    zone = ZoneInfo("Europe/Helsinki")

    def why(*moment: int) -> str:
        return why_closed(hours, datetime(*moment, tzinfo=zone), zone, "FI", is_holiday)  # type: ignore[arg-type,misc]

    assert why(2026, 11, 23, 10) == ""
    assert why(2026, 11, 23, 20) == "quiet hours"
    assert why(2026, 11, 23, 8, 59) == "quiet hours"
    assert why(2026, 11, 22, 10) == "not on this weekday"
    assert why(2026, 12, 25, 10) == "a public holiday"


@pytest.mark.parametrize("name", ZONES)
def test_a_wall_time_is_one_moment(name: str) -> None:
    zone = ZoneInfo(name)
    for start in changes(zone):
        day = start.astimezone(zone).date()
        for minute in range(0, 24 * 60, 7):
            wall = datetime.combine(day, time()) + minute * MINUTE
            found = first_instant(wall, zone)
            shows = found.astimezone(zone).replace(tzinfo=None)
            before = (found - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
            assert shows >= wall
            assert before < wall
