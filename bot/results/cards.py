"""Cards: one result in a few words, as /results says it, and what became of it. Pure."""

from dataclasses import dataclass

from bot.commands.phrases import count, decimal, percent
from bot.commands.result_scores import (
    spell_bands,
    spell_box,
    spell_goal,
    spell_interval,
    spell_value,
)
from bot.commands.result_text import choice_labels, hidden_words, row_name
from bot.commands.verdict_words import spell_change
from bot.results.numbers import Overview
from surveys.entrance import VISITOR
from surveys.metric import METRICS, Scoring
from surveys.report import Row
from surveys.scale import SCALES
from surveys.survey import Survey
from surveys.verdict import Verdict, compare

_SYMBOLS = {Verdict.BETTER: "▲", Verdict.WORSE: "▼", Verdict.UNCLEAR: "≈", Verdict.UNKNOWN: ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of a result since the days before: ``kind`` is a class name, ``symbol`` says
    the same without a colour.
    """

    kind: str
    symbol: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One result. ``score`` is the number itself, ``of`` what stands small behind it, ``facts``
    what else is known; ``hidden`` says why there is nothing. ``shares`` are those of the bands,
    as class name and width of 100. ``anchor`` is its place on the page.
    """

    name: str
    anchor: str
    score: str = ""
    of: str = ""
    facts: tuple[str, ...] = ()
    hidden: str = ""
    goal: str = ""
    reached: bool | None = None
    change: Change | None = None
    shares: tuple[tuple[str, float, float], ...] = ()


def make_card(row: Row, overview: Overview, survey: Survey | None, days: str) -> Card:
    """Give one result in words; ``days`` are those of the period before."""
    name = row_name(row, overview.rows(row.survey))
    anchor = anchor_of(row)
    if row.hidden:
        return Card(name=name, anchor=anchor, hidden=hidden_words(overview.totals.minimum))
    if row.score is None:
        return _unscored(row, name, anchor, survey)
    return Card(
        name=name,
        anchor=anchor,
        score=spell_value(row, row.score),
        of=_of(row),
        facts=_facts(row, overview),
        goal=spell_goal(row),
        reached=row.reached,
        change=_change(overview.earlier(row), row, days),
        shares=_shares(row),
    )


def anchor_of(row: Row) -> str:
    """Give where a result stands on the page: letters, digits and dashes."""
    parts = (row.survey, row.question, row.metric_version, row.scale, row.population)
    return "-".join("".join(c if c.isalnum() else "-" for c in part) for part in parts if part)


def _unscored(row: Row, name: str, anchor: str, survey: Survey | None) -> Card:
    answers = count(row.n, "answer")
    if row.mean is not None:
        ends = f"from {decimal(row.minimum or 0)} to {decimal(row.maximum or 0)}"
        sure = row.interval
        facts = [f"95 %: {decimal(sure.low)}…{decimal(sure.high)}"] if sure else []
        facts += [ends, answers]
        mean = decimal(row.mean)
        return Card(name=name, anchor=anchor, score=mean, of="mean", facts=tuple(facts))
    if row.parts:
        top = f"{choice_labels(row, survey)[0]}, {percent(row.parts[0].share)}"
        return Card(name=name, anchor=anchor, score=f"{row.n:,}", of="answers", facts=(top,))
    return Card(name=name, anchor=anchor, score=f"{row.n:,}", of="in words")


def _of(row: Row) -> str:
    scoring = METRICS[row.metric].scoring
    if scoring is Scoring.MEAN:
        good = ", low is good" if METRICS[row.metric].low_is_good else ""
        return f"of {SCALES[row.scale].high}{good}"
    return ""


def _facts(row: Row, overview: Overview) -> tuple[str, ...]:
    sure = (
        f"95 %: {spell_interval(row, row.interval)}"
        if row.interval
        else "too few answers for an interval"
    )
    flow = overview.flow(row.survey)
    rate = flow.response_rate if flow and row.population != VISITOR else None
    answered = f", response rate {percent(rate)}" if rate is not None else ""
    facts = [sure, f"{count(row.n, 'answer')}{answered}"]
    if row.box and METRICS[row.metric].scoring is Scoring.SHARE:
        mean = f", mean {decimal(row.mean)}" if row.mean is not None else ""
        facts.append(f"{spell_box(row)}{mean}")
    if bands := spell_bands(row):
        facts.append(bands)
    return tuple(facts)


def _change(earlier: Row | None, row: Row, days: str) -> Change:
    if earlier is None:
        return Change(kind="unknown", symbol="", words=f"no answers in {days}")
    if earlier.hidden:
        return Change(kind="unknown", symbol="", words=f"too few answers in {days} to compare")
    found = compare(earlier, row)
    then = spell_value(earlier, earlier.score)
    return Change(
        kind=str(found.verdict),
        symbol=_SYMBOLS[found.verdict],
        words=f"{spell_change(found, row)} against {days} ({then})",
    )


def _shares(row: Row) -> tuple[tuple[str, float, float], ...]:
    """Give the bands beside each other: class name, where each begins and how wide it is."""
    found, at = [], 0.0
    for part in row.bands:
        wide = round(100 * part.share, 2)
        found.append((part.value, round(at, 2), wide))
        at += wide
    return tuple(found)
