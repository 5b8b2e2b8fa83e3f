"""Recovery: how soon customers heard from us after a bad answer, and whether it was put right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from surveys.case import CaseState
from surveys.metric import METRICS, Band, band
from surveys.scale import SCALES


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one case. ``answer`` is the first score the customer gave when ``asked``
    whether it was put right: metric, scale, value, and from which value on they are satisfied.
    """

    opened_at: datetime
    respond_by: datetime | None = None
    contacted_at: datetime | None = None
    state: CaseState
    asked: bool = False
    answer: tuple[str, str, int, int | None] | None = None

    @property
    def recovered(self) -> bool | None:
        """Whether the customer is content now; None where they did not say."""
        if self.answer is None:
            return None
        metric, scale, value, satisfied = self.answer
        if metric not in METRICS or scale not in SCALES:
            return None
        return band(METRICS[metric], SCALES[scale], value, satisfied) is Band.HIGH


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Figures of some cases.

    ``first_contact`` is the median time from the answer to the first contact, as the clock on the
    wall goes, of those contacted; None where nobody was. ``in_time`` of ``promised`` cases were
    contacted before their clock ran out; cases whose clock still runs are in neither.
    ``recovered`` of ``answered`` customers were content when asked afterwards: the recovery rate.
    """

    cases: int = 0
    contacted: int = 0
    first_contact: timedelta | None = None
    in_time: int = 0
    promised: int = 0
    solved: int = 0
    unreachable: int = 0
    asked: int = 0
    answered: int = 0
    recovered: int = 0


def sum_up(fates: Sequence[Fate], now: datetime) -> Recovered:
    """Give the figures of these cases as of now."""
    waits = [f.contacted_at - f.opened_at for f in fates if f.contacted_at]
    judged = [f for f in fates if f.respond_by and (f.contacted_at or f.respond_by <= now)]
    said = [f.recovered for f in fates if f.recovered is not None]
    return Recovered(
        cases=len(fates),
        contacted=len(waits),
        first_contact=_median(waits),
        in_time=sum(_is_in_time(fate) for fate in judged),
        promised=len(judged),
        solved=sum(f.state is CaseState.SOLVED for f in fates),
        unreachable=sum(f.state is CaseState.UNREACHABLE for f in fates),
        asked=sum(f.asked for f in fates),
        answered=len(said),
        recovered=sum(said),
    )


def _median(waits: Sequence[timedelta]) -> timedelta | None:
    if not waits:
        return None
    ordered, middle = sorted(waits), len(waits) // 2
    return (ordered[middle] + ordered[-middle - 1]) / 2


def _is_in_time(fate: Fate) -> bool:
    if fate.contacted_at is None or fate.respond_by is None:
        return False
    return fate.contacted_at <= fate.respond_by
