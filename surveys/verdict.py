"""Verdicts: whether results differ clearly, between periods and between groups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from surveys.chance import (
    SURE,
    Difference,
    Spread,
    holm,
    mean_difference,
    net_difference,
    share_difference,
)
from surveys.flow import Flow
from surveys.metric import METRICS, Scoring
from surveys.report import Row, score_again
from surveys.score import Sample

MIX_SHIFT = 0.1
"""How much a channel's share of the answers must change for it to be said."""

MODES: Mapping[str, str] = {"voice": "heard", "sms": "written back", "email": "page", "web": "page"}
"""How a channel asks, where it is not a chat with buttons. People answer the same question
otherwise by ear than by eye: Dillman, D. A. et al. (2009), Response rate and measurement
differences in mixed-mode surveys, Social Science Research 38."""


class Verdict(StrEnum):
    """What a difference amounts to."""

    BETTER = "better"
    WORSE = "worse"
    UNCLEAR = "unclear"  # it may be chance
    UNKNOWN = "unknown"  # too few answers to tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A difference with what it amounts to.

    ``by`` and ``interval`` are None where nothing can be told; ``p`` is corrected for the
    comparisons it was made among (`surveys.chance.holm`), ``among`` is how many those were.
    """

    verdict: Verdict
    difference: Difference | None = None
    p: float = 1.0
    among: int = 1


def compare(before: Row, after: Row) -> Change:
    """Say whether the second result is clearly better or worse than the first."""
    return judge([(before, after)])[0]


def judge(pairs: Sequence[tuple[Row, Row]]) -> list[Change]:
    """Compare each pair of results, corrected for how many are compared."""
    found = [_difference(*pair) for pair in pairs]
    low_is_good = [_low_is_good(after) for _, after in pairs]
    return _settle(found, low_is_good)


def judge_groups(total: Row, groups: Sequence[Row]) -> dict[str, Change]:
    """Compare each group that is shown with all the others together.

    ``groups`` are all parts of ``total``. Between two groups there is one comparison, not two.
    """
    if total.sample is None:
        return {}
    shown = [row for row in groups if not row.hidden and row.sample and row.n < total.n]
    pairs = [(_others(total, row), row) for row in shown]
    if len(groups) == 2 and len(pairs) == 2:
        first, second = judge(pairs[:1]) + judge(pairs[1:])
        return {shown[0].group: first, shown[1].group: second}
    return {row.group: change for row, change in zip(shown, judge(pairs), strict=True)}


def judge_rates(flows: Sequence[Flow]) -> dict[str, Change]:
    """Compare each group's response rate with that of all the others together, by group."""
    asked = [flow for flow in flows if flow.delivered]
    done, out = sum(_answered(f) for f in asked), sum(f.delivered for f in asked)
    if len(asked) < 2:
        return {}
    found = [
        share_difference(
            (done - _answered(flow), out - flow.delivered), (_answered(flow), flow.delivered)
        )
        for flow in asked
    ]
    if len(asked) == 2:
        changes = [_settle([one], [False])[0] for one in found]
    else:
        changes = _settle(found, [False] * len(found))
    return {flow.group: change for flow, change in zip(asked, changes, strict=True)}


def compare_rates(before: Flow, after: Flow) -> Change:
    """Say whether the second response rate is clearly higher (better) or lower (worse)."""
    one, two = ((_answered(f), f.delivered) for f in (before, after))
    return _settle([share_difference(one, two)], [False])[0]


def mixes_modes(channels: Iterable[str]) -> bool:
    """Whether these channels ask in ways that people answer differently."""
    return len({MODES.get(channel, "chat") for channel in channels if channel}) > 1


def mix_shifts(
    before: Mapping[str, int], after: Mapping[str, int]
) -> list[tuple[str, float, float]]:
    """Give the channels whose share of the answers changed by `MIX_SHIFT` or more, with both
    shares, the largest change first; a score may move with them though nobody changed their mind.
    """
    one, two = sum(before.values()), sum(after.values())
    if not one or not two:
        return []
    names = sorted({*before, *after})
    shares = [(name, before.get(name, 0) / one, after.get(name, 0) / two) for name in names]
    moved = [share for share in shares if abs(share[2] - share[1]) >= MIX_SHIFT]
    return sorted(moved, key=lambda share: -abs(share[2] - share[1]))


def _settle(found: Sequence[Difference | None], low_is_good: Sequence[bool]) -> list[Change]:
    """Correct for the number of comparisons, and say what each amounts to."""
    told = [one.p for one in found if one is not None]
    corrected = iter(holm(told))
    changes = []
    for one, low in zip(found, low_is_good, strict=True):
        if one is None:
            changes.append(Change(verdict=Verdict.UNKNOWN, among=len(told)))
            continue
        p = next(corrected)
        verdict = Verdict.UNCLEAR
        if p < SURE and one.by:
            verdict = Verdict.BETTER if (one.by > 0) != low else Verdict.WORSE
        changes.append(Change(verdict=verdict, difference=one, p=p, among=len(told)))
    return changes


def _difference(before: Row, after: Row) -> Difference | None:
    """Compare two rows; None where one is hidden, has no score, or measures something else."""
    one, two = before.sample, after.sample
    alike = _measure(before) == _measure(after)
    if not alike or one is None or two is None or after.metric not in METRICS:
        return None
    scoring = METRICS[after.metric].scoring
    if scoring is Scoring.NET:
        return net_difference(_net(before, one), _net(after, two))
    if scoring is Scoring.MEAN:
        return _mean(one, two)
    found = share_difference(_share(before, one), _share(after, two))
    return _hundredfold(found) if found else None


def _measure(row: Row) -> tuple[object, ...]:
    """Give what must be equal for two results to be compared."""
    threshold = row.box.values[:1] if row.box else ()
    return row.metric, row.metric_version, row.scale, row.population, threshold


def _net(row: Row, sample: Sample) -> tuple[float, float, float]:
    low, _, high = (part.share * sample.base for part in row.bands)
    return high, low, sample.base


def _share(row: Row, sample: Sample) -> tuple[float, float]:
    share = row.box.percent / 100 if row.box else 0.0
    return share * sample.base, sample.base


def _mean(one: Sample, two: Sample) -> Difference | None:
    if min(one.effective_n, two.effective_n) < 2:
        return None
    return mean_difference(*(_spread(sample) for sample in (one, two)))


def _spread(sample: Sample) -> Spread:
    return Spread(mean=sample.mean, variance=sample.variance * sample.left, n=sample.effective_n)


def _hundredfold(found: Difference) -> Difference:
    ends = found.interval
    wide = replace(ends, low=100 * ends.low, high=100 * ends.high)
    return replace(found, by=100 * found.by, interval=wide)


def _others(total: Row, row: Row) -> Row:
    """Give the result of everybody in ``total`` who is not in ``row``."""
    if total.sample is None or row.sample is None:
        return replace(total, sample=None)
    return score_again(total, total.sample.without(row.sample))


def _answered(flow: Flow) -> int:
    return min(flow.completed, flow.delivered)


def _low_is_good(row: Row) -> bool:
    return row.metric in METRICS and METRICS[row.metric].low_is_good
