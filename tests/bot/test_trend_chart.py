"""Pictures of trends."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts import (
    Point,
    Trend,
    trend_chart,
)
from bot.charts.canvas import MARGIN, WIDTH
from bot.charts.trend import axis_ticks, trend_canvas
from tests.bot.drawn import HEADING, shapes, texts


def trend(*scores: float | None, goal: float | None = None) -> Trend:
    return Trend(
        heading=HEADING,
        points=tuple(
            Point(label=f"{k} Nov", n=9, score=s, low=s - 10, high=s + 10, spelled=f"{s:+g}")
            if s is not None
            else Point(label=f"{k} Nov", note="hidden")
            for k, s in enumerate(scores, 1)
        ),
        low=-100,
        high=100,
        span=40,
        spell=lambda value: f"{value:+g}",
        goal=goal,
        goal_label=f"goal {goal:+g}" if goal is not None else "",
    )


def test_a_trend_has_a_dot_an_interval_and_a_number_a_point() -> None:
    canvas = trend_canvas(trend(10, 20, None, 40, goal=50))
    assert len(shapes(canvas, "circle")) == 3
    assert {"+10", "+20", "+40", "1 Nov", "3 Nov", "hidden", "goal +50"} <= set(texts(canvas))
    heights = [float(dot.get("cy")) for dot in shapes(canvas, "circle")]
    assert heights == sorted(heights, reverse=True)
    joined = [s for s in shapes(canvas, "line") if s.get("stroke-width") == "3.5"]
    assert len(joined) == 1  # the line is broken where a point is missing


def test_a_trends_axis_is_round_and_never_zooms_into_nothing() -> None:
    assert axis_ticks(trend(40, 41, 42)) == (20, 30, 40, 50, 60, 70)
    assert axis_ticks(trend(-90, 90))[0] == -100
    assert axis_ticks(trend(-90, 90))[-1] == 100


@given(st.lists(st.one_of(st.none(), st.floats(-100, 100)), max_size=40))
@settings(max_examples=30, deadline=None)
def test_any_trend_can_be_drawn_and_stays_on_the_picture(scores: list[float | None]) -> None:
    canvas = trend_canvas(trend(*scores))
    for dot in shapes(canvas, "circle"):
        assert MARGIN <= float(dot.get("cx")) <= WIDTH - MARGIN
        assert 0 <= float(dot.get("cy")) <= canvas.height
    assert trend_chart(trend(*scores)).alt


def test_a_trend_of_nothing_says_so() -> None:
    assert "No answers yet" in texts(trend_canvas(trend(None, None)))
