"""Invitations and deliveries: our decision to ask, each attempt to carry it, and their states.

Invitation: planned → asked → started → completed; ends expired, skipped, cancelled, failed;
            asked → planned where the question came back and goes over another channel
Delivery:   sending → sent → delivered → read; ends bounced, failed, blocked;
            waits as deferred; uncertain when bytes left and no verdict came
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from surveys.errors import IllegalMove
from surveys.event import Interaction

OPEN_FOR = timedelta(days=7)
"""How long a survey is open for answers where nothing else is said."""


class InvitationState(StrEnum):
    """How far our decision to ask has come."""

    PLANNED = "planned"
    ASKED = "asked"
    STARTED = "started"
    COMPLETED = "completed"
    EXPIRED = "expired"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    FAILED = "failed"


class DeliveryState(StrEnum):
    """How far one attempt has come."""

    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    FAILED = "failed"
    BLOCKED = "blocked"
    UNCERTAIN = "uncertain"


_I = InvitationState
INVITATION_MOVES: Mapping[InvitationState, frozenset[InvitationState]] = {
    _I.PLANNED: frozenset({_I.ASKED, _I.EXPIRED, _I.SKIPPED, _I.CANCELLED, _I.FAILED}),
    # A reply can overtake the record of its own sending, and a failed send may be answered late.
    _I.ASKED: frozenset(
        {_I.PLANNED, _I.STARTED, _I.COMPLETED, _I.EXPIRED, _I.CANCELLED, _I.FAILED}
    ),
    _I.STARTED: frozenset({_I.COMPLETED, _I.EXPIRED, _I.CANCELLED}),
    _I.COMPLETED: frozenset(),
    _I.EXPIRED: frozenset({_I.STARTED, _I.COMPLETED}),
    _I.SKIPPED: frozenset(),
    _I.CANCELLED: frozenset(),
    _I.FAILED: frozenset({_I.STARTED, _I.COMPLETED}),
}

_RANK: Mapping[DeliveryState, int] = {
    DeliveryState.SENDING: 0,
    DeliveryState.DEFERRED: 1,
    DeliveryState.UNCERTAIN: 2,
    DeliveryState.SENT: 3,
    DeliveryState.FAILED: 4,
    DeliveryState.DELIVERED: 5,
    DeliveryState.READ: 6,
    DeliveryState.BOUNCED: 7,
    DeliveryState.BLOCKED: 8,
}


def move(state: InvitationState, to: InvitationState) -> InvitationState:
    """Give ``to`` where the table allows it from ``state``; staying is always allowed.

    :raises IllegalMove: where it does not.
    """
    if to is not state and to not in INVITATION_MOVES[state]:
        raise IllegalMove("invitation", state, to)
    return to


def merge(state: DeliveryState, report: DeliveryState) -> DeliveryState:
    """Join two reports about one delivery. The order they arrive in does not matter."""
    return max(state, report, key=_RANK.__getitem__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Our decision to ask one contact one survey.

    ``key`` is the identity: the same survey, cause and person give the same key, and the store
    keeps one. ``via`` are the channels in order of preference; ``all_channels`` asks on each, and
    with ``best`` the order is still to be chosen, when it is asked.
    ``expires_at`` closes the survey for answers; ``not_after`` is the latest moment to ask.
    ``weight`` is how many contacts this one stands for (sampling). ``facts`` are the properties
    of the interaction, for texts and conditions.
    """

    id: int = 0
    key: str
    contact_id: int
    survey: str
    survey_version: str
    trigger: str
    via: tuple[str, ...]
    all_channels: bool = False
    best: bool = False
    state: InvitationState = InvitationState.PLANNED
    channel: str = ""
    due_at: datetime
    expires_at: datetime
    not_after: datetime | None = None
    weight: float = 1.0
    interaction: Interaction = field(default_factory=Interaction)
    facts: Mapping[str, Any] = field(default_factory=dict)
    language: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt to carry one message over one channel.

    ``id`` is made before the first byte leaves and is stable for that attempt: mail uses it in
    the Message-ID. ``invitation_id`` is 0 for messages to staff.
    """

    id: int = 0
    invitation_id: int
    channel: str
    address: str
    state: DeliveryState = DeliveryState.SENDING
    external_id: str = ""
    reason: str = ""
    started_at: datetime
    settled_at: datetime | None = None
