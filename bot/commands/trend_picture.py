"""A trend as a picture: from rows to what `bot.charts` draws. Pure."""

from collections.abc import Mapping, Sequence

from bot.charts import Heading, Point, Trend, trend_chart
from bot.commands.phrases import count
from bot.commands.result_scores import spell_goal, spell_interval, spell_value
from bot.commands.spans import Span
from surveys.message import Image
from surveys.metric import METRICS, Scoring
from surveys.report import Row
from surveys.scale import SCALES


def draw_trend(
    row: Row,
    spans: Sequence[Span],
    points: Mapping[str, Row],
    *,
    step: str,
    name: str,
    about: str,
) -> Image:
    """Draw a row's steps; ``about`` goes below the title."""
    low, high, span = _axis(row)
    facts = [f"{count(row.n, 'answer')} in all", spell_goal(row)]
    if row.interval is not None:
        facts.insert(0, f"95 %: {spell_interval(row, row.interval)}")
    return trend_chart(
        Trend(
            heading=Heading(
                title=f"{name} by {step}",
                subtitle=about,
                score=spell_value(row, row.score),
                facts=tuple(fact for fact in facts if fact),
            ),
            points=tuple(_point(one, points.get(one.label), step) for one in spans),
            low=low,
            high=high,
            span=span,
            spell=lambda value: spell_value(row, value),
            goal=row.goal,
            goal_label=f"goal {spell_value(row, row.goal)}" if row.goal is not None else "",
        )
    )


def _axis(row: Row) -> tuple[float, float, float]:
    """Give the ends no axis may pass, and what one spans at least."""
    scoring = METRICS[row.metric].scoring
    if scoring is Scoring.NET:
        return -100, 100, 40
    if scoring is Scoring.SHARE:
        return 0, 100, 20
    scale = SCALES[row.scale]
    return scale.low, scale.high, 2


def _point(span: Span, row: Row | None, step: str) -> Point:
    label = _short(span, step)
    if row is None:
        return Point(label=label, note="–", whole=span.whole)
    if row.hidden:
        return Point(label=label, note="hidden", whole=span.whole)
    return Point(
        label=label,
        n=row.n,
        score=row.score,
        low=row.interval.low if row.interval else None,
        high=row.interval.high if row.interval else None,
        spelled=spell_value(row, row.score),
        whole=span.whole,
    )


def _short(span: Span, step: str) -> str:
    """Give ``31 Aug``, or ``Aug 26`` for a month."""
    words = span.label.split()
    return f"{words[0]} {words[1][2:]}" if step == "month" else " ".join(words[:2])
