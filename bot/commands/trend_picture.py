"""A trend as a picture: from rows to what `bot.charts` draws. Pure."""

from collections.abc import Mapping, Sequence

from bot.charts import Heading, Point, Trend, trend_chart
from bot.commands.result_picture import goal_words
from bot.commands.spans import Span
from bot.words import ENGLISH, Words
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
    words: Words = ENGLISH,
) -> Image:
    """Draw a row's steps; ``about`` goes below the title."""
    return trend_chart(
        show_trend(row, spans, points, step=step, name=name, about=about, words=words)
    )


def show_trend(
    row: Row,
    spans: Sequence[Span],
    points: Mapping[str, Row],
    *,
    step: str,
    name: str,
    about: str,
    words: Words,
) -> Trend:
    """Give what a picture of a trend shows."""
    low, high, span = _axis(row)
    facts = [words.count("n_answers_all", row.n)]
    if row.interval is not None:
        facts.insert(0, f"95 %: {words.interval(row, row.interval)}")
    return Trend(
        heading=Heading(
            title=words.say(f"name_by_{step}", name=name),
            subtitle=about,
            score=words.value(row, row.score),
            facts=tuple(facts),
        ),
        points=tuple(_point(one, points.get(one.label), step, words) for one in spans),
        low=low,
        high=high,
        span=span,
        spell=lambda value: words.value(row, value),
        goal=row.goal,
        goal_label=goal_words(row, words),
        words=words,
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


def _point(span: Span, row: Row | None, step: str, words: Words) -> Point:
    label = words.axis(span.first, month=step == "month")
    if row is None:
        return Point(label=label, note="–", whole=span.whole)
    if row.hidden:
        return Point(label=label, hidden=True, whole=span.whole)
    return Point(
        label=label,
        n=row.n,
        score=row.score,
        low=row.interval.low if row.interval else None,
        high=row.interval.high if row.interval else None,
        spelled=words.value(row, row.score),
        whole=span.whole,
    )
