"""A period cut into steps, and the course of a score drawn over them."""

from datetime import date, timedelta

import pytest

from bot.periods import Period
from bot.results.drawing import WIDTH, lay_bars, lay_course
from bot.results.trend import short_label, take_steps
from bot.words import ENGLISH, words_of
from surveys.interval import Interval
from surveys.report import Row

END = date(2026, 11, 21)


def days(n: int) -> Period:
    return Period(since=END - timedelta(days=n - 1), until=END)


@pytest.mark.parametrize(
    ("n", "by", "spans"),
    [(1, "day", 1), (14, "day", 14), (15, "day", 3), (30, "day", 5), (120, "day", 18),
     (121, "month", 5), (365, "month", 13)],
)  # fmt: skip
def test_each_period_has_its_steps(n: int, by: str, spans: int) -> None:
    steps = take_steps(days(n))
    assert (steps.by, len(steps.spans)) == (by, spans)


@pytest.mark.parametrize("n", [1, 7, 14, 15, 29, 30, 77, 120, 121, 400])
def test_each_day_is_in_one_of_them(n: int) -> None:
    period = days(n)
    steps = take_steps(period)
    form = "%Y%m%d" if steps.by == "day" else "%Y%m"
    found = [
        steps.rename(f"{period.since + timedelta(days=day):{form}}") for day in range(period.days)
    ]
    labels = [span.label for span in steps.spans]
    assert list(dict.fromkeys(found)) == labels


def test_an_axis_has_short_labels() -> None:
    assert [short_label(s, ENGLISH) for s in take_steps(days(15)).spans] == [
        "2 Nov",
        "9 Nov",
        "16 Nov",
    ]
    assert short_label(take_steps(days(15)).spans[0], words_of("lv")) == "02.11."
    assert short_label(take_steps(days(130)).spans[0], words_of("de")) == "7/26"
    assert short_label(take_steps(days(130)).spans[0], ENGLISH) == "Jul 2026"


# Drawing


def row(score: float | None, low: float = 0, high: float = 0, **more: object) -> Row:
    given = {
        "survey": "s", "question": "nps", "metric": "nps", "metric_version": "nps-2003",
        "scale": "0-10", "population": "customer", "group": "", "n": 20, "score": score,
        "interval": Interval(low=low, high=high) if score is not None else None,
    }  # fmt: skip
    return Row(**{**given, **more})  # type: ignore[arg-type]


def test_a_gap_is_not_drawn_over() -> None:
    spans = take_steps(days(14)).spans
    names = [s.label for s in spans]
    course = {name: row(40, 30, 50) for name in names}
    course[names[3]] = row(None, hidden=True)
    del course[names[4]]
    drawn = lay_course(row(40, 30, 50), course, spans, ENGLISH)
    assert drawn is not None
    assert len(drawn.dots) == 12
    assert [len(line.split()) for line in drawn.lines] == [3, 9]
    assert all(drawn.left <= dot.x <= WIDTH for dot in drawn.dots)


def test_the_axis_holds_every_interval_and_no_more_than_it_needs() -> None:
    spans = take_steps(days(2)).spans
    course = {spans[0].label: row(10, 2, 18), spans[1].label: row(30, 20, 40)}
    drawn = lay_course(row(20, 10, 30), course, spans, ENGLISH)
    assert drawn is not None
    assert [mark.label for mark in drawn.rows] == ["0", "+50"]
    first = drawn.dots[0]
    assert first.top < first.y < first.bottom
    assert drawn.dots[1].y < first.y
    wide = {**course, spans[0].label: row(-60, -80, -40)}
    drawn = lay_course(row(20, 10, 30), wide, spans, ENGLISH)
    assert drawn is not None
    assert [mark.label for mark in drawn.rows] == ["−100", "−50", "0", "+50"]


def test_one_dot_is_no_course() -> None:
    spans = take_steps(days(7)).spans
    assert lay_course(row(1, 0, 2), {spans[0].label: row(1, 0, 2)}, spans, ENGLISH) is None
    assert lay_bars(row(None, hidden=True), None, ENGLISH) is None
    assert lay_bars(row(None), None, ENGLISH) is None
