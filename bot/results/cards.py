"""Cards: one result in a few words, as /results says it, and what became of it. Pure."""

from dataclasses import dataclass

from bot.commands.result_picture import goal_words
from bot.commands.result_text import choice_labels, row_name
from bot.results.numbers import Overview
from bot.results.spelling import bands_words, change_words, share_words
from bot.words import Words
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


def make_card(row: Row, overview: Overview, survey: Survey | None, days: str, words: Words) -> Card:
    """Give one result in words; ``days`` are those of the period before."""
    name = row_name(row, overview.rows(row.survey), words)
    anchor = anchor_of(row)
    if row.hidden:
        hidden = words.say("hidden_few", n=overview.totals.minimum)
        return Card(name=name, anchor=anchor, hidden=hidden)
    if row.score is None:
        return _unscored(row, name, anchor, survey, words)
    return Card(
        name=name,
        anchor=anchor,
        score=words.value(row, row.score),
        of=_of(row, words),
        facts=_facts(row, overview, words),
        goal=goal_words(row, words),
        reached=row.reached,
        change=_change(overview.earlier(row), row, days, words),
        shares=_shares(row),
    )


def anchor_of(row: Row) -> str:
    """Give where a result stands on the page: letters, digits and dashes."""
    parts = (row.survey, row.question, row.metric_version, row.scale, row.population)
    return "-".join("".join(c if c.isalnum() else "-" for c in part) for part in parts if part)


def _unscored(row: Row, name: str, anchor: str, survey: Survey | None, words: Words) -> Card:
    count = words.whole(row.n)
    if row.mean is not None:
        facts = []
        if sure := row.interval:
            facts = [f"95 %: {words.number(sure.low)}…{words.number(sure.high)}"]
        low, high = words.number(row.minimum or 0), words.number(row.maximum or 0)
        facts += [words.say("from_to", low=low, high=high), words.count("n_answers", row.n)]
        mean = words.number(row.mean)
        of = words.say("mean_word")
        return Card(name=name, anchor=anchor, score=mean, of=of, facts=tuple(facts))
    if row.parts:
        first = choice_labels(row, survey, words)[0]
        top = f"{first}, {words.percent(row.parts[0].share)}"
        of = words.say("answers_word")
        return Card(name=name, anchor=anchor, score=count, of=of, facts=(top,))
    return Card(name=name, anchor=anchor, score=count, of=words.say("in_words"))


def _of(row: Row, words: Words) -> str:
    if METRICS[row.metric].scoring is not Scoring.MEAN:
        return ""
    good = words.say("low_is_good") if METRICS[row.metric].low_is_good else ""
    return f"{words.say('of_top', top=SCALES[row.scale].high)}{good}"


def _facts(row: Row, overview: Overview, words: Words) -> tuple[str, ...]:
    sure = words.say("no_interval")
    if row.interval:
        sure = f"95 %: {words.interval(row, row.interval)}"
    flow = overview.flow(row.survey)
    rate = flow.response_rate if flow and row.population != VISITOR else None
    answered = words.count("n_answers", row.n)
    if rate is not None:
        answered += f", {words.say('response_rate', rate=words.percent(rate))}"
    share = share_words(row, words) if METRICS[row.metric].scoring is Scoring.SHARE else ""
    return tuple(fact for fact in (sure, answered, share, bands_words(row, words)) if fact)


def _change(earlier: Row | None, row: Row, days: str, words: Words) -> Change:
    if earlier is None:
        return Change(kind="unknown", symbol="", words=words.say("was_none", days=days))
    if earlier.hidden:
        return Change(kind="unknown", symbol="", words=words.say("was_few", days=days))
    found = compare(earlier, row)
    then = words.value(earlier, earlier.score)
    return Change(
        kind=str(found.verdict),
        symbol=_SYMBOLS[found.verdict],
        words=change_words(found, row, days, then, words),
    )


def _shares(row: Row) -> tuple[tuple[str, float, float], ...]:
    """Give the bands beside each other: class name, where each begins and how wide it is."""
    found, at = [], 0.0
    for part in row.bands:
        wide = round(100 * part.share, 2)
        found.append((part.value, round(at, 2), wide))
        at += wide
    return tuple(found)
