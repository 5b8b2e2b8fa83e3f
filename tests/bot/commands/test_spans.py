"""Periods cut into steps, and the one a period is compared with."""

from datetime import date

import pytest

from bot.commands.spans import before, cut, span_of, usual_step
from bot.periods import Period, spell_period

D = date


@pytest.mark.parametrize(
    ("since", "until", "earlier"),
    [
        (D(2026, 11, 1), D(2026, 11, 21), "1–21 Oct 2026"),
        (D(2026, 3, 1), D(2026, 3, 31), "1–28 Feb 2026"),
        (D(2026, 3, 1), D(2026, 3, 30), "1–28 Feb 2026"),
        (D(2026, 2, 1), D(2026, 2, 28), "1–31 Jan 2026"),
        (D(2026, 11, 16), D(2026, 11, 18), "9–11 Nov 2026"),
        (D(2026, 11, 9), D(2026, 11, 15), "2–8 Nov 2026"),
        (D(2026, 7, 1), D(2026, 9, 30), "1 Apr – 30 Jun 2026"),
        (D(2026, 10, 1), D(2026, 11, 21), "1 Jul – 21 Aug 2026"),
        (D(2025, 1, 1), D(2025, 12, 31), "1 Jan – 31 Dec 2024"),
        (D(2026, 10, 23), D(2026, 11, 21), "23 Sep – 22 Oct 2026"),
        (D(2026, 11, 10), D(2026, 11, 10), "9 Nov 2026"),
    ],
)
def test_as_much_of_the_calendar_before(since: date, until: date, earlier: str) -> None:
    assert spell_period(before(Period(since=since, until=until))) == earlier


def test_a_period_is_cut_where_it_ends() -> None:
    spans = cut(Period(since=D(2026, 10, 28), until=D(2026, 11, 10)), "week")
    assert [(s.since.day, s.until.day, s.label, s.whole) for s in spans] == [
        (28, 1, "26 Oct 2026", False),
        (2, 8, "2 Nov 2026", True),
        (9, 10, "9 Nov 2026", False),
    ]
    assert [
        s.label for s in cut(Period(since=D(2026, 10, 28), until=D(2026, 11, 10)), "month")
    ] == [
        "Oct 2026",
        "Nov 2026",
    ]
    for step in ("day", "week", "month"):
        period = Period(since=D(2025, 12, 30), until=D(2026, 2, 3))
        found = cut(period, step)
        assert sum((s.until - s.since).days + 1 for s in found) == period.days
        assert all(span_of(s.since, step) == span_of(s.until, step) == s.label for s in found)


@pytest.mark.parametrize(("days", "step"), [(7, "day"), (31, "day"), (32, "week"), (201, "month")])
def test_the_usual_step_gives_few_points(days: int, step: str) -> None:
    until = D(2026, 11, 21)
    assert (
        usual_step(Period(since=D.fromordinal(until.toordinal() - days + 1), until=until)) == step
    )
