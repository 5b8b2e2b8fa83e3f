"""Schedules as people write them."""

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from bot.config.schedules import read_schedule
from bot.config.units import UnfitError
from scheduler.schedule import occurrences

START = datetime(2026, 11, 22, tzinfo=UTC)

GOOD = {
    "first monday of jan, apr, jul, oct at 10:00": ["Mon 2027-01-04 10:00", "Mon 2027-04-05 10:00"],
    "0 10 1-7 1,4,7,10 1": ["Mon 2027-01-04 10:00", "Mon 2027-04-05 10:00"],
    "monday at 08:00": ["Mon 2026-11-23 08:00", "Mon 2026-11-30 08:00"],
    "Every Day at 9": ["Sun 2026-11-22 09:00", "Mon 2026-11-23 09:00"],
    "weekdays at 9:30 and 16": ["Mon 2026-11-23 09:30", "Mon 2026-11-23 16:00"],
    "mon-fri at 8": ["Mon 2026-11-23 08:00", "Tue 2026-11-24 08:00"],
    "fri-mon at noon": ["Sun 2026-11-22 12:00", "Mon 2026-11-23 12:00"],
    "last friday of the month at 16.00": ["Fri 2026-11-27 16:00", "Fri 2026-12-25 16:00"],
    "1st and 15th at 10": ["Tue 2026-12-01 10:00", "Tue 2026-12-15 10:00"],
    "last day of every month at 23:30": ["Mon 2026-11-30 23:30", "Thu 2026-12-31 23:30"],
    "quarterly at 10": ["Fri 2027-01-01 10:00", "Thu 2027-04-01 10:00"],
    "24 dec at 10am": ["Thu 2026-12-24 10:00", "Fri 2027-12-24 10:00"],
    "2026-12-01 at 3pm": ["Tue 2026-12-01 15:00"],
    "mondays and thursdays at 10:00, 15:00": ["Mon 2026-11-23 10:00", "Mon 2026-11-23 15:00"],
    "*/30 9 * * mon-fri": ["Mon 2026-11-23 09:00", "Mon 2026-11-23 09:30"],
    "0 0 * feb 0": ["Sun 2027-02-07 00:00", "Sun 2027-02-14 00:00"],
}

BAD = {
    "every mondy at 10": ("'mondy' is not understood in a schedule", "did you mean monday?", 7),
    "31 feb at 10:00": ("this day never comes", "last day", 0),
    "monday": ("this does not say at what time", "monday at 10:00", 0),
    "at 10:00": ("this does not say on which days", "every monday at 10:00", 0),
    "10 monday": ("10 what?", "at 10:00, for a day of the month write 10th", 0),
    "2 monday": ("2 what?", "at 2:00, for a day of the month write 2nd", 0),
    "12 monday": ("12 what?", "at 12:00, for a day of the month write 12th", 0),
    "31 monday": ("31 what?", "for a day of the month write 31st", 0),
    "every 2 weeks on tuesday at 10:00": (
        "'every 2 weeks': a schedule does not count on from a first time",
        "first and third",
        1,
    ),
    "at 10:00 every other day": (
        "'every other day': a schedule does not count on from a first time",
        "mondays and thursdays",
        10,
    ),
    "every other tuesday at 9": ("'other' is not understood in a schedule", "third tuesday", 7),
    "first monday of the quarter at 10": (
        "'quarter' is not understood in a schedule",
        "jan, apr",
        21,
    ),
    "tomorrow at 10": ("'tomorrow' is not understood in a schedule", "write for example", 1),
    "monday at 25:00": ("'25:00' is no time of day", "write 10:00", 11),
    "monday at 13pm": ("'13pm' is no time of day", "write 10:00", 11),
    "0 25 * * *": ("'25' does not fit here in cron", "0 to 23", 3),
    "0 10 * * 8": ("'8' does not fit here in cron", "0 to 7", 10),
    "0 10 5-2 * *": ("'5-2' does not fit here in cron", "1 to 31", 6),
    "0 10 */0 * *": ("'*/0' does not fit here in cron", "1 to 31", 6),
    "2026-02-30 at 10:00": ("there is no day 2026-02-30", "write", 1),
    "6th monday at 10:00": ("a month has at most five of a weekday", "first to fifth", 0),
    "": ("a schedule is expected here", "every monday", 0),
}


@pytest.mark.parametrize("text", GOOD)
def test_what_is_understood(text: str) -> None:
    found = islice(occurrences(read_schedule(text), START, ZoneInfo("Europe/Helsinki")), 2)
    assert [o.wall.strftime("%a %Y-%m-%d %H:%M") for o in found] == GOOD[text]


@pytest.mark.parametrize("text", BAD)
def test_what_is_not_says_where_and_what_to_write(text: str) -> None:
    message, hint, column = BAD[text]
    with pytest.raises(UnfitError) as caught:
        read_schedule(text)
    assert caught.value.message == message
    assert hint in caught.value.hint
    assert caught.value.column == column


@pytest.mark.parametrize("value", [None, 5, ["monday"], True])
def test_what_is_no_text(value: object) -> None:
    with pytest.raises(UnfitError, match="a schedule is expected here"):
        read_schedule(value)
