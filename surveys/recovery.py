"""Recovery: how soon customers heard from us after a bad answer, and whether it was put right."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from surveys.case import CaseState
from surveys.interval import Interval, wilson
from surveys.metric import METRICS, Band, band
from surveys.scale import SCALES


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one case. ``answer`` is the first score the customer gave at ``answered_at``
    when asked whether it was put right: metric, scale, value, and from which value on they are
    satisfied.
    """

    opened_at: datetime
    respond_by: datetime | None = None
    contacted_at: datetime | None = None
    closed_at: datetime | None = None
    state: CaseState
    cause: str = ""
    answer: tuple[str, str, int, int | None] | None = None
    answered_at: datetime | None = None

    @property
    def recovered(self) -> bool | None:
        """Whether the customer is content now; None where they did not say."""
        if self.answer is None:
            return None
        metric, scale, value, satisfied = self.answer
        if metric not in METRICS or scale not in SCALES:
            return None
        return band(METRICS[metric], SCALES[scale], value, satisfied) is Band.HIGH

    @property
    def judged_at(self) -> datetime | None:
        """When it was plain whether the customer heard from us in time: when they did, or when the
        clock ran out; None without a clock.
        """
        if self.respond_by is None:
            return None
        return min(self.contacted_at or self.respond_by, self.respond_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Figures of a stretch of time: each deed counts when it was done, whenever the case was
    opened, so that figures of stretches side by side add up.

    ``first_contact`` is the median time from the answer to the first contact, as the clock on the
    wall goes, of those ``contacted``; None where nobody was. ``in_time`` of ``promised`` customers
    were contacted before their clock ran out; whose clock still runs is in neither. ``causes`` are
    those of the cases closed, the most common first. ``recovered`` of ``answered`` customers were
    content when asked afterwards: the recovery rate.
    """

    opened: int = 0
    contacted: int = 0
    first_contact: timedelta | None = None
    in_time: int = 0
    promised: int = 0
    solved: int = 0
    unreachable: int = 0
    causes: tuple[tuple[str, int], ...] = ()
    answered: int = 0
    recovered: int = 0

    @property
    def interval(self) -> Interval:
        """Where the recovery rate lies, as a part of one, with 95 % confidence."""
        return wilson(self.recovered, self.answered)

    def __bool__(self) -> bool:
        return any((self.opened, self.contacted, self.promised, self.closed, self.answered))

    @property
    def closed(self) -> int:
        return self.solved + self.unreachable


def sum_up(fates: Sequence[Fate], since: datetime, until: datetime) -> Recovered:
    """Give the figures of what happened to these cases from ``since`` to before ``until``, which is
    not in the future.
    """

    def within(at: datetime | None) -> bool:
        return at is not None and since <= at < until

    contacted = [f for f in fates if within(f.contacted_at)]
    waits = [f.contacted_at - f.opened_at for f in contacted if f.contacted_at]
    judged = [f for f in fates if within(f.judged_at)]
    closed = [f for f in fates if within(f.closed_at)]
    said = [f.recovered for f in fates if f.recovered is not None and within(f.answered_at)]
    return Recovered(
        opened=sum(within(f.opened_at) for f in fates),
        contacted=len(contacted),
        first_contact=_median(waits),
        in_time=sum(f.contacted_at == f.judged_at for f in judged),
        promised=len(judged),
        solved=sum(f.state is CaseState.SOLVED for f in closed),
        unreachable=sum(f.state is CaseState.UNREACHABLE for f in closed),
        causes=_count(f.cause for f in closed),
        answered=len(said),
        recovered=sum(said),
    )


def _count(causes: Iterable[str]) -> tuple[tuple[str, int], ...]:
    counted = Counter(cause for cause in causes if cause)
    return tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


def _median(waits: Sequence[timedelta]) -> timedelta | None:
    if not waits:
        return None
    ordered, middle = sorted(waits), len(waits) // 2
    return (ordered[middle] + ordered[-middle - 1]) / 2
