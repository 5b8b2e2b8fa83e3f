"""Results as a picture: from a report's rows to what `bot.charts` draws. Pure."""

from collections.abc import Sequence

from bot.charts import Bar, Distribution, Dot, Groups, Heading, distribution_chart, groups_chart
from bot.charts import Part as Legend
from bot.commands.result_text import choice_labels, group_name, rank, row_name, scale_labels
from bot.words import ENGLISH, Words
from surveys.entrance import VISITOR
from surveys.flow import Flow
from surveys.message import Image
from surveys.metric import METRICS, Band, Scoring, band
from surveys.report import Row
from surveys.scale import SCALES
from surveys.survey import Survey


def drawable(row: Row) -> bool:
    """Whether there is a distribution to draw."""
    return not row.hidden and bool(row.parts)


def draw_row(
    row: Row,
    among: Sequence[Row],
    survey: Survey | None,
    flow: Flow | None,
    about: str,
    words: Words = ENGLISH,
) -> Image:
    """Draw how often each value of a row was given. ``about`` goes below the title."""
    return distribution_chart(show_row(row, among, survey, flow, about, words))


def show_row(
    row: Row,
    among: Sequence[Row],
    survey: Survey | None,
    flow: Flow | None,
    about: str,
    words: Words,
) -> Distribution:
    """Give what a picture of a row shows."""
    scored = row.score is not None
    labels = scale_labels(row, words) if scored else choice_labels(row, survey, words)
    bars = tuple(
        Bar(
            label=label,
            n=part.n,
            share=part.share,
            band=band_of(row, part.value) if scored else None,
        )
        for label, part in zip(labels, row.parts, strict=True)
    )
    return Distribution(
        heading=heading_of(row, row_name(row, among, words), flow, about, words),
        bars=bars,
        parts=_legend(row, words) if scored else (),
        wide=not scored,
        words=words,
    )


def draw_groups(
    rows: Sequence[Row],
    total: Row,
    flow: Flow | None,
    about: str,
    *,
    name: str,
    by: str,
    ranked: bool = True,
    words: Words = ENGLISH,
) -> Image:
    """Draw the scores of a question's groups with their intervals: best first, with the ``total``;
    or, not ``ranked``, as they come and without it.
    """
    return groups_chart(
        show_groups(rows, total, flow, about, name=name, by=by, ranked=ranked, words=words)
    )


def show_groups(
    rows: Sequence[Row],
    total: Row,
    flow: Flow | None,
    about: str,
    *,
    name: str,
    by: str,
    ranked: bool,
    words: Words,
) -> Groups:
    """Give what a picture of groups shows."""
    low, high, ticks = axis_of(total)
    dots = tuple(_dot(row, by, words) for row in (rank(rows) if ranked else rows))
    title = words.say(f"name_by_{by}", name=name)
    heading = heading_of(total, title, flow, about, words)
    return Groups(
        heading=heading if ranked else Heading(title=title, subtitle=about),
        dots=dots,
        low=low,
        high=high,
        total=total.score if ranked else None,
        ticks=tuple((tick, tick_of(total, tick, words)) for tick in ticks),
        words=words,
    )


def heading_of(row: Row, title: str, flow: Flow | None, about: str, words: Words) -> Heading:
    """Give the words above a picture of a row: score, interval, answers, response rate, goal."""
    facts = [words.count("n_answers", row.n)]
    asked = row.population != VISITOR
    if asked and flow is not None and flow.response_rate is not None:
        facts.append(words.say("response_rate", rate=words.percent(flow.response_rate)))
    if row.score is None:
        return Heading(title=title, subtitle=about, facts=tuple(map(_begun, facts)))
    if row.interval is not None:
        facts.insert(0, f"95 %: {words.interval(row, row.interval)}")
    if detail := goal_words(row, words) or box_words(row, words):
        facts.append(detail)
    score = words.value(row, row.score)
    return Heading(title=title, subtitle=about, score=score, facts=tuple(map(_begun, facts)))


def _begun(line: str) -> str:
    """Give a line that begins with a capital letter."""
    return line[:1].upper() + line[1:]


def goal_words(row: Row, words: Words) -> str:
    """Say what the goal is and whether it is met, "" where the survey sets none."""
    if row.goal is None:
        return ""
    kind = "goal_at_most" if METRICS[row.metric].low_is_good else "goal_is"
    key = f"{kind}_{'met' if row.reached else 'missed'}"
    return words.say(key, goal=words.value(row, row.goal))


def box_words(row: Row, words: Words) -> str:
    """Give how many answers a share counts: ``110 of 128 gave 4–5``."""
    if row.box is None or row.scale == "thumbs":
        return ""
    n, everybody = words.whole(row.box.n), words.whole(row.n)
    if row.scale == "yes-no":
        return words.say("said_yes", n=n, all=everybody)
    low, high = row.box.values[0], row.box.values[-1]
    values = f"{low}" if low == high else f"{low}–{high}"
    return words.say("gave", n=n, all=everybody, values=values)


def band_of(row: Row, value: str) -> Band:
    """Give the band of one value of a scored row."""
    share = METRICS[row.metric].scoring is Scoring.SHARE
    threshold = row.box.values[0] if share and row.box else None
    return band(METRICS[row.metric], SCALES[row.scale], int(value), threshold)


def _legend(row: Row, words: Words) -> tuple[Legend, ...]:
    named = zip(words.bands(row.metric), row.bands, Band, strict=False)
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


def tick_of(row: Row, value: float, words: Words = ENGLISH) -> str:
    """Give how an axis is labelled at a value."""
    return words.value(row, value)


def _dot(row: Row, by: str, words: Words) -> Dot:
    label = group_name(row.group, by, words)
    if row.hidden:
        return Dot(label=label, hidden=True)
    return Dot(
        label=label,
        n=row.n,
        score=row.score,
        low=row.interval.low if row.interval else None,
        high=row.interval.high if row.interval else None,
        spelled=words.value(row, row.score),
    )
