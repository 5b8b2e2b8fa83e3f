"""Breakdown: one survey in detail, ready for the template. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commands.result_text import MOST_GROUPS, group_name, rank, row_name
from bot.results.cards import anchor_of
from bot.results.drawing import Bars, Course, Dot, lay_bars, lay_course, lay_line
from bot.results.numbers import BREAKDOWNS, Detail, Overview
from bot.results.spelling import against_others
from bot.words import Words
from surveys.entrance import VISITOR
from surveys.flow import Flow
from surveys.report import Row
from surveys.survey import Survey
from surveys.verdict import Change, judge_groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group's line: ``verdict`` is against all the others, "" where there is nothing clear."""

    name: str
    score: str = ""
    sure: str = ""
    n: str = ""
    rate: str = ""
    verdict: str = ""
    kind: str = ""
    hidden: bool = False
    line: Dot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The groups of one breakdown, best first; ``more`` are left out, ``small`` are hidden."""

    by: str
    groups: tuple[Group, ...]
    more: int = 0
    small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One step of the period, for the table beside the picture."""

    words: str
    score: str
    sure: str = ""
    n: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question in detail; ``summary`` says its pictures in words."""

    name: str
    anchor: str
    summary: str
    bars: Bars | None = None
    course: Course | None = None
    moments: tuple[Moment, ...] = ()
    tables: tuple[Table, ...] = ()


def break_down(
    overview: Overview, detail: Detail, survey: Survey | None, words: Words
) -> tuple[Question, ...]:
    """Give every question of a survey that there is something to draw or break down of, in the
    order of the overview; words are read, not counted.
    """
    rows = overview.rows(detail.survey)
    counted = [row for row in rows if not row.hidden and (row.parts or row.mean is not None)]
    return tuple(_question(row, rows, detail, survey, words) for row in counted)


def _question(
    row: Row, rows: Sequence[Row], detail: Detail, survey: Survey | None, words: Words
) -> Question:
    name, anchor = row_name(row, rows, words), f"{anchor_of(row)}-detail"
    course = detail.course(row)
    spans = detail.steps.spans
    drawn = lay_course(row, course, spans, words) if row.score is not None else None
    moments = [_moment(words.span(s.since, s.until), course.get(s.label), words) for s in spans]
    tables = (_table(by, row, detail, words) for by in BREAKDOWNS)
    return Question(
        name=name,
        anchor=anchor,
        summary=f"{name}: {_short(row, words)}",
        bars=lay_bars(row, survey, words),
        course=drawn,
        moments=tuple(moments) if drawn else (),
        tables=tuple(table for table in tables if table),
    )


def _table(by: str, total: Row, detail: Detail, words: Words) -> Table | None:
    """Give one breakdown; None where there is one group only, which says what the total says."""
    rows = rank(detail.parts(by, total))
    if len(rows) < 2:
        return None
    flows = {flow.group: flow for flow in detail.groups[by].flows}
    if total.population == VISITOR:  # nobody asked them, so there is no rate
        flows = {}
    changes = judge_groups(total, rows)
    groups = tuple(_group(row, total, by, flows, changes, words) for row in rows[:MOST_GROUPS])
    small = any(row.hidden for row in rows)
    return Table(by=by, groups=groups, more=max(len(rows) - MOST_GROUPS, 0), small=small)


def _group(
    row: Row,
    total: Row,
    by: str,
    flows: Mapping[str, Flow],
    changes: Mapping[str, Change],
    words: Words,
) -> Group:
    name, flow = group_name(row.group, by, words), flows.get(row.group)
    if row.hidden:
        return Group(name=name, hidden=True)
    rate = words.percent(flow.response_rate) if flow and flow.response_rate is not None else ""
    change = changes.get(row.group)
    verdict = against_others(change, words) if change else ""
    return Group(
        name=name,
        score=_score(row, words),
        sure=_sure(row, words),
        n=words.whole(row.n),
        rate=rate,
        verdict=verdict,
        kind=str(change.verdict) if change and verdict else "",
        line=lay_line(total, row),
    )


def _moment(days: str, row: Row | None, words: Words) -> Moment:
    if row is None:
        return Moment(words=days, score=words.say("empty_one"))
    if row.hidden:
        return Moment(words=days, score=words.say("hidden_short"))
    n = words.whole(row.n)
    return Moment(words=days, score=_score(row, words), sure=_sure(row, words), n=n)


def _score(row: Row, words: Words) -> str:
    if row.score is not None:
        return words.value(row, row.score)
    return words.say("mean", mean=words.number(row.mean)) if row.mean is not None else ""


def _sure(row: Row, words: Words) -> str:
    if row.interval is None or row.score is None:
        return ""
    return words.interval(row, row.interval)


def _short(row: Row, words: Words) -> str:
    sure = _sure(row, words)
    parts = [
        _score(row, words),
        f"95 %: {sure}" if sure else "",
        words.count("n_answers", row.n),
    ]
    return ", ".join(part for part in parts if part)
