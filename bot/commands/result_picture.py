"""Results as a picture: from a report's rows to what `bot.charts` draws. Pure."""

from collections.abc import Sequence

from bot.charts import Bar, Distribution, Dot, Groups, Heading, distribution_chart, groups_chart
from bot.charts import Part as Legend
from bot.commands.phrases import count, percent, signed
from bot.commands.result_scores import spell_box, spell_goal, spell_interval, spell_value
from bot.commands.result_text import choice_labels, group_name, rank, row_name, scale_labels
from surveys.entrance import VISITOR
from surveys.flow import Flow
from surveys.message import Image
from surveys.metric import METRICS, Band, Scoring, band
from surveys.report import Row
from surveys.scale import SCALES
from surveys.survey import Survey

_LEGENDS = {
    "nps": ("Detractors", "Passives", "Promoters"),
    "csat": ("Dissatisfied", "Neutral", "Satisfied"),
    "driver": ("Dissatisfied", "Neutral", "Satisfied"),
    "ces": ("Hard", "Neutral", "Easy"),
    "ces1": ("Hard", "Neutral", "Easy"),
}


def drawable(row: Row) -> bool:
    """Whether there is a distribution to draw."""
    return not row.hidden and bool(row.parts)


def draw_row(
    row: Row, among: Sequence[Row], survey: Survey | None, flow: Flow | None, about: str
) -> Image:
    """Draw how often each value of a row was given. ``about`` goes below the title."""
    scored = row.score is not None
    labels = scale_labels(row) if scored else choice_labels(row, survey)
    bars = tuple(
        Bar(
            label=label,
            n=part.n,
            share=part.share,
            band=band_of(row, part.value) if scored else None,
        )
        for label, part in zip(labels, row.parts, strict=True)
    )
    return distribution_chart(
        Distribution(
            heading=_heading(row, row_name(row, among), flow, about),
            bars=bars,
            parts=_legend(row) if scored else (),
            wide=not scored,
        )
    )


def draw_groups(
    rows: Sequence[Row],
    total: Row,
    flow: Flow | None,
    about: str,
    *,
    title: str,
    by: str,
    ranked: bool = True,
) -> Image:
    """Draw the scores of a question's groups with their intervals: best first, with the ``total``;
    or, not ``ranked``, as they come and without it.
    """
    low, high, ticks = axis_of(total)
    dots = tuple(_dot(row, by) for row in (rank(rows) if ranked else rows))
    heading = _heading(total, title, flow, about)
    return groups_chart(
        Groups(
            heading=heading if ranked else Heading(title=title, subtitle=about),
            dots=dots,
            low=low,
            high=high,
            total=total.score if ranked else None,
            ticks=tuple((tick, tick_of(total, tick)) for tick in ticks),
            hidden="hidden: too few answers",
        )
    )


def _heading(row: Row, title: str, flow: Flow | None, about: str) -> Heading:
    rate = ""
    asked = row.population != VISITOR
    if asked and flow is not None and flow.response_rate is not None:
        rate = f" · response rate {percent(flow.response_rate)}"
    facts = [f"{count(row.n, 'answer')}{rate}"]
    if row.score is None:
        return Heading(title=title, subtitle=about, facts=tuple(facts))
    if row.interval is not None:
        facts.insert(0, f"95 %: {spell_interval(row, row.interval)}")
    detail = spell_goal(row) or (spell_box(row) if row.box and row.scale != "thumbs" else "")
    facts += [detail] if detail else []
    score = spell_value(row, row.score)
    return Heading(title=title, subtitle=about, score=score, facts=tuple(facts))


def band_of(row: Row, value: str) -> Band:
    """Give the band of one value of a scored row."""
    share = METRICS[row.metric].scoring is Scoring.SHARE
    threshold = row.box.values[0] if share and row.box else None
    return band(METRICS[row.metric], SCALES[row.scale], int(value), threshold)


def _legend(row: Row) -> tuple[Legend, ...]:
    named = zip(_LEGENDS.get(row.metric, ()), row.bands, Band, strict=False)
    return tuple(
        Legend(label=label, share=part.share, band=found)
        for label, part, found in named
        if part.n or row.metric == "nps"
    )


def axis_of(row: Row) -> tuple[float, float, tuple[float, ...]]:
    """Give an axis's ends and ticks: the whole of what the score can be, so nothing looks big."""
    scoring, scale = METRICS[row.metric].scoring, SCALES[row.scale]
    if scoring is Scoring.NET:
        return -100, 100, (-100, -50, 0, 50, 100)
    if scoring is Scoring.SHARE:
        return 0, 100, (0, 25, 50, 75, 100)
    return scale.low, scale.high, tuple(float(value) for value in scale.values)


def tick_of(row: Row, value: float) -> str:
    """Give how an axis is labelled at a value."""
    return signed(value) if METRICS[row.metric].scoring is Scoring.NET else f"{value:g}"


def _dot(row: Row, by: str) -> Dot:
    label = group_name(row.group, by)
    if row.hidden:
        return Dot(label=label, hidden=True)
    return Dot(
        label=label,
        n=row.n,
        score=row.score,
        low=row.interval.low if row.interval else None,
        high=row.interval.high if row.interval else None,
        spelled=spell_value(row, row.score),
    )
