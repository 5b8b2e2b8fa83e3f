"""Breakdown: one survey in detail, ready for the template. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commands.phrases import count, decimal, percent
from bot.commands.result_scores import spell_interval, spell_value
from bot.commands.result_text import MOST_GROUPS, group_name, rank, row_name
from bot.commands.spans import spell_span
from bot.commands.verdict_words import spell_difference
from bot.results.cards import anchor_of
from bot.results.drawing import Bars, Course, Dot, lay_bars, lay_course, lay_line
from bot.results.numbers import BREAKDOWNS, Detail, Overview
from surveys.entrance import VISITOR
from surveys.flow import Flow
from surveys.report import Row
from surveys.survey import Survey
from surveys.verdict import Change, Verdict, judge_groups


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


def break_down(overview: Overview, detail: Detail, survey: Survey | None) -> tuple[Question, ...]:
    """Give every question of a survey that there is something to draw or break down of, in the
    order of the overview; words are read, not counted.
    """
    rows = overview.rows(detail.survey)
    counted = [row for row in rows if not row.hidden and (row.parts or row.mean is not None)]
    return tuple(_question(row, rows, detail, survey) for row in counted)


def _question(row: Row, rows: Sequence[Row], detail: Detail, survey: Survey | None) -> Question:
    name, anchor = row_name(row, rows), f"{anchor_of(row)}-detail"
    course = detail.course(row)
    spans = detail.steps.spans
    drawn = lay_course(row, course, spans) if row.score is not None else None
    return Question(
        name=name,
        anchor=anchor,
        summary=f"{name}: {_short(row)}",
        bars=lay_bars(row, survey),
        course=drawn,
        moments=tuple(_moment(spell_span(s), course.get(s.label)) for s in spans) if drawn else (),
        tables=tuple(filter(None, (_table(by, row, detail) for by in BREAKDOWNS))),
    )


def _table(by: str, total: Row, detail: Detail) -> Table | None:
    """Give one breakdown; None where there is one group only, which says what the total says."""
    rows = rank(detail.parts(by, total))
    if len(rows) < 2:
        return None
    flows = {flow.group: flow for flow in detail.groups[by].flows}
    if total.population == VISITOR:  # nobody asked them, so there is no rate
        flows = {}
    changes = judge_groups(total, rows)
    groups = tuple(_group(row, total, by, flows, changes) for row in rows[:MOST_GROUPS])
    small = any(row.hidden for row in rows)
    return Table(by=by, groups=groups, more=max(len(rows) - MOST_GROUPS, 0), small=small)


def _group(
    row: Row,
    total: Row,
    by: str,
    flows: Mapping[str, Flow],
    changes: Mapping[str, Change],
) -> Group:
    name, flow = group_name(row.group, by), flows.get(row.group)
    if row.hidden:
        return Group(name=name, hidden=True)
    rate = percent(flow.response_rate) if flow and flow.response_rate is not None else ""
    change = changes.get(row.group)
    clear = change is not None and change.verdict in (Verdict.BETTER, Verdict.WORSE)
    return Group(
        name=name,
        score=_score(row),
        sure=_sure(row),
        n=f"{row.n:,}",
        rate=rate,
        verdict=spell_difference(change) if change and clear else "",
        kind=str(change.verdict) if change and clear else "",
        line=lay_line(total, row),
    )


def _moment(words: str, row: Row | None) -> Moment:
    if row is None:
        return Moment(words=words, score="no answers")
    if row.hidden:
        return Moment(words=words, score="hidden")
    return Moment(words=words, score=_score(row), sure=_sure(row), n=f"{row.n:,}")


def _score(row: Row) -> str:
    if row.score is not None:
        return spell_value(row, row.score)
    return f"mean {decimal(row.mean)}" if row.mean is not None else ""


def _sure(row: Row) -> str:
    if row.interval is None or row.score is None:
        return ""
    return spell_interval(row, row.interval)


def _short(row: Row) -> str:
    parts = [_score(row), f"95 %: {_sure(row)}" if _sure(row) else "", count(row.n, "answer")]
    return ", ".join(part for part in parts if part)
