"""Comparisons as text: two sides, or groups, with a plain verdict. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commands.answers import english
from bot.commands.counting import identity_of
from bot.commands.phrases import count, fold, percent
from bot.commands.result_scores import spell_interval, spell_score, spell_value
from bot.commands.result_text import MOST_GROUPS, group_name, hidden_words, rank, row_name
from bot.commands.verdict_words import (
    CHANGES,
    GROUP_RATES,
    GROUPS,
    MODES,
    RATES,
    spell_among,
    spell_difference,
    spell_pair,
    spell_rate_change,
)
from surveys.flow import Flow
from surveys.report import Report, Row
from surveys.survey import Survey
from surveys.verdict import (
    Change,
    Verdict,
    compare_rates,
    judge,
    judge_groups,
    judge_rates,
    mixes_modes,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two things that are compared, with its name."""

    label: str
    report: Report


def spell_sides(
    surveys: Mapping[str, Survey],
    one: Side,
    two: Side,
    *,
    minimum: int,
    at_once: bool = False,
    channels: Sequence[str] = (),
) -> list[str]:
    """Say how the first side stands against the second, survey by survey.

    ``at_once`` says that they are two groups of one period, so that nothing changed between them;
    ``channels`` are those compared, if any.
    """
    pairs = _pairs(one.report, two.report)
    changes = judge(pairs)
    blocks = []
    for survey in _surveys(one.report, two.report):
        lines = [_head(surveys, survey)]
        lines += [
            _side_line(one.report, before, after, change, minimum, GROUPS if at_once else CHANGES)
            for (before, after), change in zip(pairs, changes, strict=True)
            if after.survey == survey
        ]
        lines += _rate_line(one, two, survey, GROUP_RATES if at_once else RATES)
        if len(lines) > 1:
            blocks.append("\n".join(lines))
    notes = [spell_among(len(pairs)), MODES if mixes_modes(channels) else ""]
    return [*blocks, *(note for note in notes if note and blocks)]


def spell_groups_now(totals: Report, groups: Report, *, by: str) -> list[str]:
    """Say how each group stands against all the others, question by question, best first."""
    blocks = []
    for row in totals.rows:
        parts = [found for found in groups.rows if identity_of(found) == identity_of(row)]
        if row.score is None or row.hidden or not parts:
            continue
        found = judge_groups(row, parts)
        name = row_name(row, [r for r in totals.rows if r.survey == row.survey])
        lines = [f"{row.survey}: {name} {spell_score(row)}"]
        lines += [_group_line(part, found.get(part.group), by) for part in rank(parts)]
        blocks.append("\n".join(_cut(lines)))
    blocks += _rates(groups, by)
    if blocks and by == "channel" and mixes_modes(row.group for row in groups.rows):
        blocks.append(MODES)
    if any(row.hidden for row in groups.rows):
        least = count(totals.minimum, "answer")
        blocks.append(f"Hidden: groups of fewer than {least}, and those that would give them away.")
    return blocks


def spell_groups_then_and_now(totals: Report, now: Report, then: Report, *, by: str) -> list[str]:
    """Say how each group changed between two periods, question by question."""
    pairs = _pairs(now, then)
    changes = judge(pairs)
    blocks = []
    for row in totals.rows:
        mine = [
            (before, after, change)
            for (before, after), change in zip(pairs, changes, strict=True)
            if identity_of(after) == identity_of(row)
        ]
        if row.score is None or row.hidden or not mine:
            continue
        name = row_name(row, [r for r in totals.rows if r.survey == row.survey])
        lines = [f"{row.survey}: {name}"]
        lines += [
            f"  {group_name(after.group, by)}: {_pair_words(before, after, change)}"
            for before, after, change in mine
        ]
        blocks.append("\n".join(_cut(lines)))
    note = spell_among(len(pairs))
    return [*blocks, *([note] if note and blocks else [])]


def _pairs(now: Report, then: Report) -> list[tuple[Row, Row]]:
    """Give (earlier, later) of every scored row that both have."""
    known = {(identity_of(row), row.group): row for row in then.rows}
    return [
        (known[identity_of(row), row.group], row)
        for row in now.rows
        if (row.score is not None or row.hidden)
        and (identity_of(row), row.group) in known
        and row.metric
    ]


def _surveys(*reports: Report) -> list[str]:
    rows = [row.survey for report in reports for row in report.rows]
    flows = [flow.survey for report in reports for flow in report.flows]
    return list(dict.fromkeys((*rows, *flows)))


def _head(surveys: Mapping[str, Survey], survey: str) -> str:
    title = fold(english(surveys[survey].title), 80) if survey in surveys else ""
    return f"{survey}: {title}" if title else survey


def _side_line(
    report: Report,
    before: Row,
    after: Row,
    change: Change,
    minimum: int,
    words: Mapping[Verdict, str],
) -> str:
    name = row_name(after, [r for r in report.rows if r.survey == after.survey])
    if before.hidden or after.hidden:
        return f"{name}: {hidden_words(minimum)}"
    return f"{name} {spell_pair(before, after, change, words)}"


def _pair_words(before: Row, after: Row, change: Change) -> str:
    return "hidden" if before.hidden or after.hidden else spell_pair(before, after, change)


def _rate_line(one: Side, two: Side, survey: str, words: Mapping[Verdict, str]) -> list[str]:
    after, before = (_flow(side.report, survey) for side in (one, two))
    if after is None or before is None or not (after.delivered and before.delivered):
        return []
    rates = [
        f"{percent(flow.response_rate or 0)} of {flow.delivered:,}" for flow in (after, before)
    ]
    said = spell_rate_change(compare_rates(before, after), words)
    return [f"Response rate {rates[0]}, against {rates[1]}: {said}"]


def _flow(report: Report, survey: str) -> Flow | None:
    return next((flow for flow in report.flows if flow.survey == survey), None)


def _group_line(row: Row, change: Change | None, by: str) -> str:
    label = group_name(row.group, by)
    if row.hidden:
        return f"  {label}: hidden"
    sure = f" ({spell_interval(row, row.interval)})" if row.interval else ""
    verdict = f" · {spell_difference(change)}" if change else ""
    return f"  {label}: {spell_value(row, row.score)}{sure}, n {row.n:,}{verdict}"


def _rates(groups: Report, by: str) -> list[str]:
    """Say which groups answer more, survey by survey."""
    blocks = []
    for survey in dict.fromkeys(flow.survey for flow in groups.flows):
        flows = [f for f in groups.flows if f.survey == survey and f.delivered]
        found = judge_rates(flows)
        if not found:
            continue
        flows.sort(key=lambda flow: -(flow.response_rate or 0))
        lines = [f"{survey}: response rate"]
        lines += [
            f"  {group_name(flow.group, by)}: {percent(flow.response_rate or 0)} of "
            f"{flow.delivered:,} · {_rate_words(found[flow.group])}"
            for flow in flows
        ]
        blocks.append("\n".join(_cut(lines)))
    return blocks


def _rate_words(change: Change) -> str:
    if change.verdict is Verdict.UNCLEAR:
        return "no clear difference from the others"
    than = " than the others" if change.verdict is not Verdict.UNKNOWN else ""
    return f"{RATES[change.verdict]}{than}"


def _cut(lines: list[str]) -> list[str]:
    more = len(lines) - 1 - MOST_GROUPS
    return [*lines[: MOST_GROUPS + 1], f"  and {more} more"] if more > 0 else lines
