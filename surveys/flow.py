"""Flows: how far invitations came, from sent to completed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from surveys.interval import Interval, wilson

BY_THEMSELVES = "visitor."
"""Before a stage: counted apart, since a rate of answers needs somebody who was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCount:
    """How many invitations reached a stage: sent, delivered, started, completed; with
    `BY_THEMSELVES` before it, how many of those whom nobody had asked.

    Each is counted on the day it was sent, so that a rate compares like with like.
    """

    survey: str
    group: str
    stage: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """How far the invitations of one survey came, in one group.

    ``partial`` began and did not complete; they are not in the response rate. ``response_rate``
    is completed ÷ delivered as a part of one, None where nothing was delivered; ``interval`` is
    its 95 % interval (Wilson). ``came`` began without being asked, and ``came_completed`` of them
    finished; they are in none of the others.
    """

    survey: str
    group: str
    sent: int
    delivered: int
    started: int
    completed: int
    partial: int
    response_rate: float | None
    interval: Interval | None
    came: int = 0
    came_completed: int = 0


def sum_flows(counts: Iterable[FlowCount]) -> tuple[Flow, ...]:
    """Give how far each survey's invitations came, by survey and group."""
    stages: dict[tuple[str, str], dict[str, int]] = {}
    for count in counts:
        found = stages.setdefault((count.survey, count.group), {})
        found[count.stage] = found.get(count.stage, 0) + count.n
    return tuple(_flow(*key, stages[key]) for key in sorted(stages))


def _flow(survey: str, group: str, reached: Mapping[str, int]) -> Flow:
    started, completed = reached.get("started", 0), reached.get("completed", 0)
    delivered = reached.get("delivered", 0)
    # A reply may overtake the provider's receipt: such a day is not above 100 %.
    counted = min(completed, delivered)
    return Flow(
        survey=survey,
        group=group,
        sent=reached.get("sent", 0),
        delivered=delivered,
        started=started,
        completed=completed,
        partial=max(started - completed, 0),
        response_rate=counted / delivered if delivered else None,
        interval=wilson(counted, delivered) if delivered else None,
        came=reached.get(f"{BY_THEMSELVES}started", 0),
        came_completed=reached.get(f"{BY_THEMSELVES}completed", 0),
    )
