"""Due rows: everything that waits for its time, and what became of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from surveys.invitation import DeliveryState, InvitationState
from surveys.message import Message

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
WAITS_UNTIL = "waits_until"
"""The input of a decision that holds something until the person has finished something else: until
when, as ISO 8601.
"""


class DueKind(StrEnum):
    """What is to be done when the time comes."""

    ASK = "ask"  # decide on an invitation, then ask it
    SAY = "say"  # send a message that is composed already
    FAREWELL = "farewell"  # said too, leaving no note of where it went: its person is forgotten
    REMIND = "remind"  # ask again what was not answered
    FALLBACK = "fallback"  # ask over the next channel what was not answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A row with a due time, on the lane of one channel.

    ``id`` is made by whoever puts the row (`name_due`, ``say:17:3:0``). It sorts rows that are due
    at the same instant, messages to one address into their order.
    ``invitation_id`` is 0 for messages to staff. ``attempts`` counts sends that failed in a
    retryable way. ``fence`` grows with every claim: the result of an earlier claim is refused once
    a later one was made.
    """

    lane: str
    at: datetime
    id: str
    kind: DueKind
    invitation_id: int = 0
    message: Message | None = None
    attempts: int = 0
    fence: int = 0


def name_due(kind: DueKind, due_at: datetime, key: str, ending: str = "") -> str:
    """Give the id of a row about the invitation of that key, which was to be asked at ``due_at``.

    Of rows that come up at one instant, as they do in the morning, those that have waited longest
    are first. A copy of the store names the same rows alike, whatever numbers their invitations
    get, so that it takes them in the same order.
    """
    first = (due_at - _EPOCH) // _MILLISECOND
    return f"{kind}:{first}:{key}:{ending}" if ending else f"{kind}:{first}:{key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why something was sent, held, skipped or failed: the rule and what it looked at."""

    invitation_id: int
    at: datetime
    verdict: str  # send, hold, skip, move, fail
    rule: str
    inputs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one claimed due row; the store settles it only while the claim is ours.

    ``delivery_id`` is 0 where nothing was tried. ``retry_at`` puts the row back (with ``lane``
    where it moves to another channel); None takes it away. ``counts_as_attempt`` is false for
    a hold or move. ``state`` is the invitation's new state, None to leave it.
    ``delivered`` is whether this counts as delivered for the response rate.
    ``address_status`` and ``new_address`` change the address that was written to. ``fallback`` is
    the channel to ask over where a report that was here first says that this message is lost.
    ``then`` are rows to put once this one is settled.
    ``via`` are the channels in the order that was chosen, () where there was nothing to choose.
    ``put_off`` is by how much asking was held back on purpose: it does not count as being late.
    ``at`` is when it was sent, where that is not when it is settled.
    """

    due: Due
    delivery_id: int = 0
    delivery: DeliveryState | None = None
    external_id: str = ""
    reason: str = ""
    state: InvitationState | None = None
    delivered: bool = False
    put_off: timedelta | None = None
    retry_at: datetime | None = None
    lane: str = ""
    via: tuple[str, ...] = ()
    counts_as_attempt: bool = True
    address_status: str = ""
    new_address: str = ""
    fallback: str = ""
    decision: Decision | None = None
    then: tuple[Due, ...] = ()
    at: datetime | None = None
