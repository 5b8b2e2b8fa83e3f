"""A period cut into stretches, and the course of a score drawn over them."""

from datetime import date, timedelta

import pytest

from bot.commands.periods import Period
from bot.results.drawing import WIDTH, lay_bars, lay_course
from bot.results.trend import cut, regroup
from surveys.flow import FlowCount
from surveys.interval import Interval
from surveys.report import Row, Tally, ValueCount, summarise

END = date(2026, 11, 21)


def days(n: int) -> Period:
    return Period(since=END - timedelta(days=n - 1), until=END)


@pytest.mark.parametrize(
    ("n", "by", "stretches"),
    [(1, "day", 1), (14, "day", 14), (15, "day", 3), (30, "day", 5), (120, "day", 18),
     (121, "month", 5), (365, "month", 13), (3660, "month", 121)],
)  # fmt: skip
def test_each_period_has_its_stretches(n: int, by: str, stretches: int) -> None:
    how = cut(days(n))
    assert (how.by, len(how.stretches)) == (by, stretches)
    names = [stretch.name for stretch in how.stretches]
    assert names == sorted(set(names))


@pytest.mark.parametrize("n", [1, 7, 14, 15, 29, 30, 77, 120, 121, 400])
def test_each_day_is_in_exactly_one_stretch(n: int) -> None:
    period = days(n)
    how = cut(period)
    form = "%Y%m%d" if how.by == "day" else "%Y%m"
    found = [
        how.name_of(f"{period.since + timedelta(days=day):{form}}") for day in range(period.days)
    ]
    assert set(found) == {stretch.name for stretch in how.stretches}
    assert found == sorted(found)
    if how.by == "day" and n > 14:
        assert [found.count(s.name) for s in how.stretches][1:] == [7] * (len(how.stretches) - 1)


def test_the_words_say_which_days() -> None:
    assert [s.words for s in cut(days(15)).stretches] == [
        "7 Nov 2026", "8–14 Nov 2026", "15–21 Nov 2026",
    ]  # fmt: skip
    assert [s.label for s in cut(days(15)).stretches] == ["7 Nov", "8 Nov", "15 Nov"]
    assert cut(days(130)).stretches[0].words == "Jul 2026"
    assert cut(days(130)).stretches[0].label == "Jul 26"


def test_counts_of_days_are_added_up_in_their_week() -> None:
    how = cut(days(15))
    counts = [
        ValueCount(
            survey="s", question="nps", metric="nps", metric_version="nps-2003", scale="0-10",
            population="customer", group=group, value=value, n=n, weight=n, weight_squared=n,
        )
        for group, value, n in [
            ("20261107", "0", 6), ("20261108", "9", 4), ("20261114", "9", 3),
            ("20261114", "1", 2), ("20261121", "10", 8),
        ]
    ]  # fmt: skip
    flow = FlowCount(survey="s", group="20261121", stage="sent", n=1)
    tally = regroup(Tally(values=tuple(counts), flows=(flow,)), how)
    report = summarise(tally, thresholds={}, goals={})
    assert {row.group: (row.n, row.score) for row in report.rows} == {
        "20261107": (6, -100),
        "20261114": (9, pytest.approx(100 * (7 - 2) / 9)),
        "20261121": (8, 100),
    }
    assert report.flows == ()


# Drawing


def row(score: float | None, low: float = 0, high: float = 0, **more: object) -> Row:
    given = {
        "survey": "s", "question": "nps", "metric": "nps", "metric_version": "nps-2003",
        "scale": "0-10", "population": "customer", "group": "", "n": 20, "score": score,
        "interval": Interval(low=low, high=high) if score is not None else None,
    }  # fmt: skip
    return Row(**{**given, **more})  # type: ignore[arg-type]


def test_a_gap_is_not_drawn_over() -> None:
    stretches = cut(days(14)).stretches
    names = [s.name for s in stretches]
    course = {name: row(40, 30, 50) for name in names}
    course[names[3]] = row(None, hidden=True)
    del course[names[4]]
    drawn = lay_course(row(40, 30, 50), course, stretches)
    assert drawn is not None
    assert len(drawn.dots) == 12
    assert [len(line.split()) for line in drawn.lines] == [3, 9]
    assert all(drawn.left <= dot.x <= WIDTH for dot in drawn.dots)


def test_the_axis_holds_every_interval_and_no_more_than_it_needs() -> None:
    stretches = cut(days(2)).stretches
    course = {stretches[0].name: row(10, 2, 18), stretches[1].name: row(30, 20, 40)}
    drawn = lay_course(row(20, 10, 30), course, stretches)
    assert drawn is not None
    assert [mark.label for mark in drawn.rows] == ["0", "+50"]
    first = drawn.dots[0]
    assert first.top < first.y < first.bottom
    assert drawn.dots[1].y < first.y
    wide = {**course, stretches[0].name: row(-60, -80, -40)}
    drawn = lay_course(row(20, 10, 30), wide, stretches)
    assert drawn is not None
    assert [mark.label for mark in drawn.rows] == ["−100", "−50", "0", "+50"]


def test_one_dot_is_no_course() -> None:
    stretches = cut(days(7)).stretches
    assert lay_course(row(1, 0, 2), {stretches[0].name: row(1, 0, 2)}, stretches) is None
    assert lay_bars(row(None, hidden=True), None) is None
    assert lay_bars(row(None), None) is None
