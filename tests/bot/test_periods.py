"""What staff may write for a stretch of days, and which days they mean."""

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.context import Context, StaffConfig
from bot.periods import (
    LONGEST,
    Period,
    PeriodError,
    default_period,
    read_period,
    spell_day,
    spell_period,
)
from surveys.staff import Role, StaffMember
from tests.bot.commands.memory_store import MemoryStore

TODAY = date(2026, 11, 21)  # a Saturday


def days(since: str, until: str) -> Period:
    return Period(since=date.fromisoformat(since), until=date.fromisoformat(until))


@pytest.mark.parametrize(
    ("written", "since", "until"),
    [
        ("7d", "2026-11-15", "2026-11-21"),
        ("1d", "2026-11-21", "2026-11-21"),
        ("30d", "2026-10-23", "2026-11-21"),
        ("4w", "2026-10-25", "2026-11-21"),
        ("12h", "2026-11-21", "2026-11-21"),
        ("24h", "2026-11-21", "2026-11-21"),
        ("25h", "2026-11-20", "2026-11-21"),
        ("30 days", "2026-10-23", "2026-11-21"),
        ("last 7 days", "2026-11-15", "2026-11-21"),
        ("past 2 weeks", "2026-11-08", "2026-11-21"),
        ("today", "2026-11-21", "2026-11-21"),
        ("Yesterday", "2026-11-20", "2026-11-20"),
        ("this week", "2026-11-16", "2026-11-21"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("this month", "2026-11-01", "2026-11-21"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("this quarter", "2026-10-01", "2026-11-21"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("this year", "2026-01-01", "2026-11-21"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("q1", "2026-01-01", "2026-03-31"),
        ("q3 2026", "2026-07-01", "2026-09-30"),
        ("Q4", "2026-10-01", "2026-11-21"),
        ("q4 2025", "2025-10-01", "2025-12-31"),
        ("2026-10", "2026-10-01", "2026-10-31"),
        ("2026-2", "2026-02-01", "2026-02-28"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("oct", "2026-10-01", "2026-10-31"),
        ("October", "2026-10-01", "2026-10-31"),
        ("nov", "2026-11-01", "2026-11-21"),
        ("december", "2025-12-01", "2025-12-31"),  # the latest that has begun
        ("feb 2024", "2024-02-01", "2024-02-29"),
        ("sept", "2026-09-01", "2026-09-30"),
        ("since 1 Oct", "2026-10-01", "2026-11-21"),
        ("since oct 1", "2026-10-01", "2026-11-21"),
        ("since 2026-10-01", "2026-10-01", "2026-11-21"),
        ("since 1.10.2026", "2026-10-01", "2026-11-21"),
        ("since 24 dec", "2025-12-24", "2026-11-21"),
        ("since yesterday", "2026-11-20", "2026-11-21"),
        ("2026-10-01..2026-10-15", "2026-10-01", "2026-10-15"),
        ("2026-10-01 .. 2026-10-15", "2026-10-01", "2026-10-15"),
        ("from 1 oct to 15 oct", "2026-10-01", "2026-10-15"),
        ("1.10.–15.10.", "2026-10-01", "2026-10-15"),
        ("2026-11-01..2099-01-01", "2026-11-01", "2026-11-21"),
        ("20 dec..10 jan", "2025-12-20", "2026-01-10"),  # over the turn of the year
        ("2026-11-05", "2026-11-05", "2026-11-05"),
        ("29 feb", "2024-02-29", "2024-02-29"),
        ("3 months", "2026-08-22", "2026-11-21"),
        ("last 12 months", "2025-11-22", "2026-11-21"),
        ("past 2 quarters", "2026-05-22", "2026-11-21"),
        ("2 years", "2024-11-22", "2026-11-21"),
        ("past week", "2026-11-15", "2026-11-21"),
        ("past month", "2026-10-22", "2026-11-21"),
        ("previous week", "2026-11-09", "2026-11-15"),
        ("previous quarter", "2026-07-01", "2026-09-30"),
        ("since monday", "2026-11-16", "2026-11-21"),
        ("since Saturday", "2026-11-21", "2026-11-21"),
        ("since last sun", "2026-11-15", "2026-11-21"),
        ("between 1 oct and 15 oct", "2026-10-01", "2026-10-15"),
        ("week 46", "2026-11-09", "2026-11-15"),
        ("w47", "2026-11-16", "2026-11-21"),
        ("week 53 2020", "2020-12-28", "2021-01-03"),
        ("week 50", "2025-12-08", "2025-12-14"),  # the latest that has begun
        ("ytd", "2026-01-01", "2026-11-21"),
        ("month to date", "2026-11-01", "2026-11-21"),
    ],
)
def test_a_period_is_read(written: str, since: str, until: str) -> None:
    words = written.split()
    assert read_period(words, TODAY) == (days(since, until), len(words))


@pytest.mark.parametrize(
    ("today", "written", "since", "until"),
    [
        ("2026-01-01", "yesterday", "2025-12-31", "2025-12-31"),
        ("2026-01-01", "last month", "2025-12-01", "2025-12-31"),
        ("2026-01-01", "last quarter", "2025-10-01", "2025-12-31"),
        ("2026-01-01", "this week", "2025-12-29", "2026-01-01"),
        ("2026-01-01", "last week", "2025-12-22", "2025-12-28"),
        ("2027-01-03", "last week", "2026-12-21", "2026-12-27"),  # a Sunday of ISO week 53
        ("2024-03-01", "yesterday", "2024-02-29", "2024-02-29"),
        ("2025-03-01", "yesterday", "2025-02-28", "2025-02-28"),
        ("2024-03-31", "last month", "2024-02-01", "2024-02-29"),
        ("2024-12-31", "this year", "2024-01-01", "2024-12-31"),
        ("2026-03-29", "1d", "2026-03-29", "2026-03-29"),  # 23 hours long in Helsinki
        ("2026-10-25", "7d", "2026-10-19", "2026-10-25"),  # the last is 25 hours long there
        ("2026-11-16", "this week", "2026-11-16", "2026-11-16"),  # a Monday
        ("2026-02-10", "q4", "2025-10-01", "2025-12-31"),
        ("2100-03-01", "since 29 feb", "2096-02-29", "2100-03-01"),
        ("2026-05-31", "3 months", "2026-03-01", "2026-05-31"),
        ("2024-12-30", "week 1", "2024-12-30", "2024-12-30"),  # of 2025
        ("2025-01-02", "week 52", "2024-12-23", "2024-12-29"),
    ],
)
def test_calendars_have_edges(today: str, written: str, since: str, until: str) -> None:
    words = written.split()
    assert read_period(words, date.fromisoformat(today)) == (days(since, until), len(words))


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("q5", "can't read 'q5'"),
        ("q3x", "can't read"),
        ("0d", "not between 1 day and ten years"),
        ("99999d", "not between 1 day and ten years"),
        ("7m", "can't read '7m'"),
        ("since", "can't read 'since'"),
        ("since teusday", "can't read 'since teusday'"),
        ("week 54", "'week 54' is not a week"),
        ("week 53 2026x", "can't read 'week 53'|not a week"),
        ("0 months", "not between 1 day and ten years"),
        ("121 years", "not between 1 day and ten years"),
        ("last", "can't read 'last'"),
        ("last fortnight", "can't read 'last fortnight'"),
        ("2026-13", "not a month"),
        ("2026-02-30", "not a day of the calendar"),
        ("31 nov", "not a day of the calendar"),
        ("2027", "still to come: today is 21 Nov 2026"),
        ("since 2026-11-22", "still to come"),
        ("2026-10-15..2026-10-01", "ends before it begins"),
        ("2001-01-01..2026-01-01", "longer than ten years"),
    ],
)
def test_what_is_no_period_is_said_so(written: str, says: str) -> None:
    with pytest.raises(PeriodError, match=says):
        read_period(written.split(), TODAY)


@pytest.mark.parametrize("written", ["q5", "0d", "7m", "since teusday", "last", "2026-13"])
def test_errors_say_what_can_be_written(written: str) -> None:
    with pytest.raises(PeriodError, match=r"Write 7d, 4w, today, last week"):
        read_period(written.split(), TODAY)


@pytest.mark.parametrize(
    "written", ["nps", "support", "", "by team", "ocean", "marching", "todays"]
)
def test_other_words_are_left_alone(written: str) -> None:
    assert read_period(written.split(), TODAY) is None


@pytest.mark.parametrize(
    ("written", "taken"),
    [("7d by team", 1), ("last week nps", 2), ("oct 2025 nps", 2), ("oct 30d", 1), ("q3 nps", 1)],
)
def test_no_more_words_are_taken_than_mean_something(written: str, taken: int) -> None:
    found = read_period(written.split(), TODAY)
    assert found is not None
    assert found[1] == taken


@pytest.mark.parametrize(
    ("since", "until", "spelled"),
    [
        ("2026-11-21", "2026-11-21", "21 Nov 2026"),
        ("2026-11-01", "2026-11-30", "1–30 Nov 2026"),
        ("2026-10-23", "2026-11-21", "23 Oct – 21 Nov 2026"),
        ("2025-12-28", "2026-01-03", "28 Dec 2025 – 3 Jan 2026"),
    ],
)
def test_a_period_is_spelled_as_dates(since: str, until: str, spelled: str) -> None:
    assert spell_period(days(since, until)) == spelled


def test_the_usual_period_is_thirty_days_with_today() -> None:
    assert default_period(TODAY) == days("2026-10-23", "2026-11-21")
    assert default_period(TODAY).days == 30


@pytest.mark.parametrize(
    ("now", "zone", "today"),
    [
        (datetime(2026, 3, 28, 21, 59, tzinfo=UTC), "Europe/Helsinki", "2026-03-28"),
        (datetime(2026, 3, 28, 22, 0, tzinfo=UTC), "Europe/Helsinki", "2026-03-29"),
        (datetime(2026, 3, 29, 20, 59, tzinfo=UTC), "Europe/Helsinki", "2026-03-29"),
        (datetime(2026, 3, 29, 21, 0, tzinfo=UTC), "Europe/Helsinki", "2026-03-30"),
        (datetime(2026, 10, 25, 21, 59, tzinfo=UTC), "Europe/Helsinki", "2026-10-25"),
        (datetime(2026, 10, 25, 22, 0, tzinfo=UTC), "Europe/Helsinki", "2026-10-26"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "Europe/Berlin", "2027-01-01"),
        (datetime(2027, 1, 1, 4, 59, tzinfo=UTC), "America/New_York", "2026-12-31"),
    ],
)
def test_the_day_turns_at_midnight_of_the_service(now: datetime, zone: str, today: str) -> None:
    member = StaffMember(name="Ada", role=Role.ADMIN)
    config = StaffConfig(timezone=zone)
    context = Context(member=member, config=config, store=MemoryStore(), now=now)
    assert context.today == date.fromisoformat(today)


_WORDS = st.sampled_from(
    [
        "since",
        "last",
        "this",
        "q1",
        "q9",
        "7d",
        "0d",
        "12h",
        "2026",
        "2026-02",
        "2026-02-30",
        "oct",
        "may",
        "31",
        "29",
        "feb",
        "..",
        "to",
        "from",
        "today",
        "9999-12-31",
        "1.1.",
        "0001-01-01",
    ]
)


@settings(deadline=None)
@given(
    st.lists(st.one_of(_WORDS, st.text(min_size=1, max_size=8)), max_size=9),
    st.dates(min_value=date(1990, 1, 1), max_value=date(2200, 1, 1)),
)
def test_whatever_is_written_gives_days_or_an_error_in_words(words: list[str], today: date) -> None:
    found = None
    # An error is an answer in words; anything else that is raised fails the test.
    with suppress(PeriodError):
        found = read_period([w for w in words if w.split() == [w]], today)
    if found is not None:
        period, taken = found
        assert period.since <= period.until <= today
        assert 1 <= taken <= len(words)
        assert 1 <= period.days <= LONGEST


def test_a_day_is_spelled_with_its_year() -> None:
    assert spell_day(date(2026, 5, 3)) == "3 May 2026"
