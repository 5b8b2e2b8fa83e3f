"""Verdicts in words: whether something changed, by how much, and how sure that is. Pure."""

from collections.abc import Mapping, Sequence

from bot.commands.phrases import decimal, fold, percent, round_half_up
from bot.commands.result_scores import spell_value
from surveys.metric import METRICS, Scoring
from surveys.report import Row
from surveys.verdict import Change, Verdict

CHANGES = {
    Verdict.BETTER: "clearly better",
    Verdict.WORSE: "clearly worse",
    Verdict.UNCLEAR: "no clear change",
    Verdict.UNKNOWN: "too few answers to tell",
}
GROUPS = {**CHANGES, Verdict.UNCLEAR: "no clear difference"}
RATES = {
    **CHANGES,
    Verdict.BETTER: "clearly higher",
    Verdict.WORSE: "clearly lower",
}
GROUP_RATES = {**RATES, Verdict.UNCLEAR: "no clear difference"}
MODES = (
    "These channels ask in different ways, and reach different people: some of the difference "
    "between them may be the way of asking."
)


def spell_change(change: Change, row: Row, words: Mapping[Verdict, str] = CHANGES) -> str:
    """Say what a change of a score amounts to: ``no clear change (+3, 95 %: −9…+15)``."""
    return f"{words[change.verdict]}{spell_by(change, row)}"


def spell_difference(change: Change) -> str:
    """Say how one group stands against all the others."""
    word = GROUPS[change.verdict]
    if change.verdict in (Verdict.BETTER, Verdict.WORSE):
        return f"{word} than the others"
    return f"{word} from the others" if change.verdict is Verdict.UNCLEAR else word


def spell_by(change: Change, row: Row) -> str:
    """Give by how much, with the interval, in brackets; "" where nothing can be told."""
    found = change.difference
    if found is None:
        return ""
    low, high = (_more(row, end) for end in (found.interval.low, found.interval.high))
    by = _more(row, found.by)
    unit = "" if METRICS[row.metric].scoring is Scoring.MEAN else _unit(by)
    return f" ({by}{unit}, 95 %: {low}…{high})"


def spell_rate_change(change: Change, words: Mapping[Verdict, str] = RATES) -> str:
    """Say what a change of a response rate amounts to."""
    found = change.difference
    if found is None:
        return words[change.verdict]
    by, low, high = (_points(100 * x) for x in (found.by, found.interval.low, found.interval.high))
    return f"{words[change.verdict]} ({by}{_unit(by)}, 95 %: {low}…{high})"


def spell_pair(
    before: Row, after: Row, change: Change, words: Mapping[Verdict, str] = CHANGES
) -> str:
    """Give two results and what lies between them: ``+44, n 128, against +31, n 110: …``.

    ``words`` are `GROUPS` where they are of two groups at the same time.
    """
    one, two = (_result(row) for row in (before, after))
    return f"{two}, against {one}: {spell_change(change, after, words)}"


def spell_among(n: int) -> str:
    """Say that several comparisons were made at once, "" for one."""
    if n < 2:
        return ""
    return f"{n} comparisons at once: a difference is called clear only where it outweighs that."


def spell_shifts(shifts: Sequence[tuple[str, float, float]]) -> str:
    """Say that the channels of two periods differ, "" where they hardly do."""
    if not shifts:
        return ""
    moved = ", ".join(
        f"{fold(name, 30) or '(no channel)'} {percent(one)} → {percent(two)}"
        for name, one, two in shifts[:4]
    )
    return f"The channels changed: {moved} of the answers. A score may move with them."


def _result(row: Row) -> str:
    if row.hidden or row.score is None:
        return "too few answers"
    return f"{spell_value(row, row.score)}, n {row.n:,}"


def _more(row: Row, by: float) -> str:
    if METRICS[row.metric].scoring is not Scoring.MEAN:
        return _points(by)
    words = decimal(abs(by))
    return words if words == "0" else f"{'+' if by > 0 else '−'}{words}"


def _unit(points: str) -> str:
    return " point" if points in ("+1", "−1") else " points"


def _points(by: float) -> str:
    points = round_half_up(by)
    return f"{'+' if points > 0 else '−' if points < 0 else ''}{abs(points)}"
