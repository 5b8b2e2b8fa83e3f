"""Cases: what went wrong for one customer, in the hands of one colleague until it is put right.

    open → claimed → contacted → solved
              │          └─────→ unreachable
              └────────────────→ unreachable
    claimed → open (given back); contacted → claimed (the message did not arrive);
    solved, unreachable → claimed (opened again)

Listen, apologise, solve, thank: the steps a colleague ticks off. A case is closed with a cause.
What colleagues do with it is in `surveys.deed`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from surveys.errors import IllegalMove
from surveys.event import Interaction

RECOVERY = "recovery"
"""What invitations say they come from that ask whether a case was put right."""


class CaseState(StrEnum):
    """How far a case has come."""

    OPEN = "open"
    CLAIMED = "claimed"
    CONTACTED = "contacted"
    SOLVED = "solved"
    UNREACHABLE = "unreachable"


_S = CaseState
CASE_MOVES: Mapping[CaseState, frozenset[CaseState]] = {
    _S.OPEN: frozenset({_S.CLAIMED}),
    _S.CLAIMED: frozenset({_S.OPEN, _S.CONTACTED, _S.UNREACHABLE}),
    _S.CONTACTED: frozenset({_S.CLAIMED, _S.SOLVED, _S.UNREACHABLE}),
    _S.SOLVED: frozenset({_S.CLAIMED}),
    _S.UNREACHABLE: frozenset({_S.CLAIMED}),
}
CLOSED = frozenset({CaseState.SOLVED, CaseState.UNREACHABLE})


class Step(StrEnum):
    """What a colleague does for an unhappy customer, in this order."""

    LISTEN = "listen"
    APOLOGISE = "apologise"
    SOLVE = "solve"
    THANK = "thank"


class EntryKind(StrEnum):
    """What is written into a case's story."""

    OPENED = "opened"
    ADDED = "added"  # another bad answer, or more words
    CLAIMED = "claimed"
    RELEASED = "released"
    CONTACTED = "contacted"
    SOLVED = "solved"
    UNREACHABLE = "unreachable"
    REOPENED = "reopened"
    STEP = "step"
    CAUSE = "cause"
    NOTE = "note"
    ESCALATED = "escalated"
    SAID = "said"  # to the customer
    HEARD = "heard"  # from the customer
    UNDELIVERED = "undelivered"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkHours:
    """When colleagues work: from ``opens`` to ``closes`` on these weekdays (Monday is 0), and with
    ``holidays`` not on public holidays of ``country`` (two letters).
    """

    weekdays: frozenset[int]
    opens: time
    closes: time
    holidays: bool = True
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Which survey asks, how long after a case was solved, whether it was put right. ``via`` are
    the channels to ask over, the one the customer answered on coming first.
    """

    survey: str
    after: timedelta
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlan:
    """What an alert rule says of its cases. ``hours`` are when the clock runs, None for always."""

    respond_within: timedelta | None = None
    hours: WorkHours | None = None
    escalate_to: str = ""
    recovery: Recovery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What went wrong for one customer. ``id`` is the store's number, 0 before the first save.

    ``invitation_id`` is the response it began with. ``respond_by`` is until when the customer is
    to be contacted, None for no such promise; ``escalate_at`` when others are told that this was
    missed, None where they were, or need not be. ``talk_channel`` and ``talk_address`` are where
    the customer and colleagues write to each other, "" where they do not; ``talk_at`` is when the
    last of that was said. ``recovery_id`` is the invitation that asks whether it was put right.
    ``version`` grows with each change.
    """

    id: int = 0
    contact_id: int
    invitation_id: int
    survey: str
    interaction: Interaction = field(default_factory=Interaction)
    state: CaseState = CaseState.OPEN
    owner: str = ""
    cause: str = ""
    steps: frozenset[Step] = frozenset()
    opened_at: datetime
    respond_by: datetime | None = None
    escalate_at: datetime | None = None
    escalate_to: str = ""
    claimed_at: datetime | None = None
    contacted_at: datetime | None = None
    closed_at: datetime | None = None
    talk_channel: str = ""
    talk_address: str = ""
    talk_at: datetime | None = None
    recovery: Recovery | None = None
    recovery_id: int = 0
    version: int = 1

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED

    def is_late(self, now: datetime) -> bool:
        """Whether the customer should have been contacted by now and was not."""
        waits = self.state in (CaseState.OPEN, CaseState.CLAIMED) and self.contacted_at is None
        return waits and self.respond_by is not None and self.respond_by <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a case's story. ``who`` is the colleague, "" for the customer or the service;
    ``channel`` is where it was said.
    """

    id: int = 0
    at: datetime
    kind: EntryKind
    who: str = ""
    text: str = ""
    channel: str = ""


def move_case(state: CaseState, to: CaseState) -> CaseState:
    """Give ``to`` where the table allows it from ``state``; staying is always allowed.

    :raises IllegalMove: where it does not.
    """
    if to is not state and to not in CASE_MOVES[state]:
        raise IllegalMove("case", state, to)
    return to
