"""Reports: from counts to honest numbers.

Answers to different metrics, metric versions, scales or populations are never merged: each is a
row of its own.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from math import isfinite

from surveys.discretion import too_small
from surveys.flow import Flow, FlowCount, sum_flows
from surveys.interval import Interval
from surveys.metric import METRICS, Metric
from surveys.scale import SCALES, Scale
from surveys.score import Box, Part, Sample, Weighed, distribution, rate, weigh


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which rows a report is about; an empty field does not limit.

    ``since`` and ``until`` are days in the service's time zone, both included.
    ``teams`` is what the asking colleague may see; None: everything.
    ``by`` groups: "", channel, team, agent, language, day (yyyymmdd) or month (yyyymm).
    """

    survey: str = ""
    question: str = ""
    metric: str = ""
    since: date
    until: date
    channel: str = ""
    team: str = ""
    agent: str = ""
    language: str = ""
    teams: tuple[str, ...] | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount:
    """How often a value was given: ``n`` answers, the sum of their weights, and of the squares."""

    survey: str
    question: str
    metric: str
    metric_version: str
    scale: str
    population: str
    group: str
    value: str  # the scale value, the choice id, or the number as written; "": see `Tally`
    n: int
    weight: float
    weight_squared: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts a report is made of.

    A ``ValueCount`` whose value is "" counts the answers themselves: for a question that takes
    several choices, how many people chose; for words, how many wrote. Where there is none, the
    sum of the other values is taken.
    """

    values: tuple[ValueCount, ...]
    flows: tuple[FlowCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The answers to one question, in one group, that may be counted together.

    A ``hidden`` row is too small to show, or would give away one that is: every number in it is
    left out, ``n`` included (0). Otherwise:

    n             answers (of a question with choices: people who chose)
    effective_n   as how many unweighted answers they count (`surveys.score.Sample`)
    score         in the metric's unit; None for choices, numbers and words
    interval      95 %, of ``score``, or of ``mean`` where there is no score; None: too few to tell
    box, bands    see `surveys.score.Score`
    mean          shown apart; a CSAT's mean is not its score
    minimum, maximum    of a number question
    parts         every scale value in scale order, or the choices, most chosen first; shares are
                  of ``n``, so those of several choices may sum to more than one
    goal, reached where the survey sets one
    sample        the numbers themselves, of scores and numbers, to compare by (`surveys.verdict`)
    """

    survey: str
    question: str
    metric: str
    metric_version: str
    scale: str
    population: str
    group: str
    hidden: bool = False
    n: int = 0
    effective_n: float = 0.0
    score: float | None = None
    interval: Interval | None = None
    box: Box | None = None
    bands: tuple[Part, ...] = ()
    mean: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    parts: tuple[Part, ...] = ()
    goal: float | None = None
    reached: bool | None = None
    sample: Sample | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a tally amounts to. Groups of fewer than ``minimum`` answers are hidden."""

    rows: tuple[Row, ...]
    flows: tuple[Flow, ...]
    minimum: int


def summarise(
    tally: Tally,
    *,
    thresholds: Mapping[tuple[str, str], int],
    goals: Mapping[tuple[str, str], float],
    minimum: int = 5,
    choices: Collection[tuple[str, str]] = (),
    whole: Mapping[str, int] | None = None,
) -> Report:
    """Give the report of a tally, whatever order its counts are in.

    ``thresholds`` and ``goals`` go by (survey, question): the first satisfied value, and the
    target score. ``choices`` names questions whose choice ids may look like numbers. ``whole`` is
    how many people there are altogether, by survey, where each was asked. Rows come by survey,
    scored questions before others, in the order of metrics, then by group.

    :raises ValueError: where a count does not fit its scale, or weighs nothing.
    """
    counts = sorted((c for c in tally.values if c.n > 0), key=_row_key)
    known = whole or {}
    rows = [
        _row(tuple(found), thresholds, goals, choices, known)
        for _, found in groupby(counts, key=_row_key)
    ]
    shown: list[Row] = []
    for _, group in groupby(rows, key=_total_key):
        shown.extend(_hide_small(list(group), minimum))
    return Report(rows=tuple(shown), flows=sum_flows(tally.flows), minimum=minimum)


def _total_key(of: ValueCount | Row) -> tuple[str, int, str, str, str, str, str]:
    """Give what rows of one total share. Metrics come in the order of their table."""
    place = list(METRICS).index(of.metric) if of.metric in METRICS else len(METRICS)
    return (
        of.survey,
        place,
        of.question,
        of.metric,
        of.metric_version,
        of.scale,
        of.population,
    )


def _row_key(of: ValueCount) -> tuple[object, ...]:
    return (*_total_key(of), of.group)


def _row(
    counts: Sequence[ValueCount],
    thresholds: Mapping[tuple[str, str], int],
    goals: Mapping[tuple[str, str], float],
    choices: Collection[tuple[str, str]],
    whole: Mapping[str, int],
) -> Row:
    row = _bare(counts[0])
    size = 0 if row.group else whole.get(row.survey, 0)
    metric, scale, key = METRICS.get(row.metric), SCALES.get(row.scale), (row.survey, row.question)
    if metric is not None and scale is not None:
        threshold, goal = thresholds.get(key), goals.get(key)
        sample = _sample(counts, size)
        return _scored(row, sample, metric, scale, threshold=threshold, goal=goal)
    values = [c.value for c in counts if c.value]
    if key not in choices and values and all(_is_number(value) for value in values):
        return _measured(row, _sample(counts, size))
    return _chosen(row, counts)


def _scored(
    row: Row,
    sample: Sample,
    metric: Metric,
    scale: Scale,
    *,
    threshold: int | None,
    goal: float | None,
) -> Row:
    odd = [c.value for c in sample.counts if c.value not in scale]
    if odd:
        raise ValueError(f"{row.survey}.{row.question}: {odd[0]:g} is not on the scale {scale.id}")
    score = rate(metric, scale, sample, threshold)
    return replace(
        row,
        n=sample.n,
        effective_n=sample.effective_n,
        score=score.value,
        interval=score.interval,
        box=score.box,
        bands=score.bands,
        mean=score.mean,
        parts=distribution(scale, sample),
        goal=goal,
        reached=None if goal is None else _reaches(metric, score.value, goal),
        sample=sample,
    )


def score_again(row: Row, sample: Sample) -> Row:
    """Give a scored row as it is with another sample: no longer hidden, and without a goal."""
    if not sample.counts:
        return replace(_bare(row), hidden=True)
    threshold = row.box.values[0] if row.box else None
    metric, scale = METRICS[row.metric], SCALES[row.scale]
    return _scored(_bare(row), sample, metric, scale, threshold=threshold, goal=None)


def _reaches(metric: Metric, score: float, goal: float) -> bool:
    return score <= goal if metric.low_is_good else score >= goal


def _measured(row: Row, sample: Sample) -> Row:
    return replace(
        row,
        n=sample.n,
        effective_n=sample.effective_n,
        mean=sample.mean,
        interval=sample.interval,
        minimum=sample.counts[0].value,
        maximum=sample.counts[-1].value,
        sample=sample,
    )


def _chosen(row: Row, counts: Sequence[ValueCount]) -> Row:
    """Give a row of choices, or of words where only the answers themselves are counted."""
    answers = [c for c in counts if not c.value] or counts
    everyone = weigh(_weighed(c, 0.0) for c in answers)
    choices = sorted({c.value for c in counts} - {""})
    parts = [_choice(name, [c for c in counts if c.value == name], everyone) for name in choices]
    return replace(
        row,
        n=everyone.n,
        effective_n=everyone.effective_n,
        parts=tuple(sorted(parts, key=lambda part: (-part.n, part.value))),
    )


def _choice(name: str, counts: Sequence[ValueCount], everyone: Sample) -> Part:
    chosen = weigh(_weighed(c, 0.0) for c in counts)
    return Part(value=name, n=chosen.n, share=min(chosen.weight / everyone.weight, 1.0))


def _sample(counts: Sequence[ValueCount], whole: int) -> Sample:
    try:
        found = weigh(_weighed(c, float(c.value)) for c in counts if c.value)
        return replace(found, whole=whole)
    except ValueError as fault:
        where = f"{counts[0].survey}.{counts[0].question}"
        raise ValueError(f"{where}: {fault}") from fault


def _weighed(count: ValueCount, value: float) -> Weighed:
    return Weighed(value=value, n=count.n, weight=count.weight, weight_squared=count.weight_squared)


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _hide_small(rows: Sequence[Row], minimum: int) -> Iterable[Row]:
    hidden = too_small({row.group: row.n for row in rows}, minimum)
    return (replace(_bare(row), hidden=True) if row.group in hidden else row for row in rows)


def _bare(of: ValueCount | Row) -> Row:
    return Row(
        survey=of.survey,
        question=of.question,
        metric=of.metric,
        metric_version=of.metric_version,
        scale=of.scale,
        population=of.population,
        group=of.group,
    )
