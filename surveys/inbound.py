"""What comes in over a channel, already verified and read by its adapter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from surveys.invitation import DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One thing a person or provider told us.

    ``event_id`` is the provider's id of it: together with ``channel`` the same id is the same
    event, for ever. ``address`` is who it came from. ``raw`` is kept for debugging and is erased
    with the person.
    """

    event_id: str
    channel: str
    at: datetime
    address: str
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied(Inbound):
    """The person pressed a button (``payloads``) or wrote words (``text``), or both.

    ``external_id`` is the provider's id of the message pressed or replied to, "" where unknown.
    Several payloads come only from a MANY entry.
    """

    payloads: tuple[str, ...] = ()
    text: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed(Inbound):
    """The person opened a link. Shows, and never records: machines open links too."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked(Inbound):
    """The person tied this address to a contact by an opt-in link (Telegram ``/start TOKEN``).

    ``token`` is "" where they came without one.
    """

    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptedOut(Inbound):
    """The person said stop. ``token`` names the contact where the address does not (a link)."""

    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptedIn(Inbound):
    """The person took their stop back. ``token`` as in `OptedOut`."""

    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unblocked(Inbound):
    """The person unblocked us: the address works again. It takes no stop back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandGiven(Inbound):
    """Somebody wrote a command such as ``/results nps 30d``; whether they may is decided inside."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Inbound):
    """The provider gave the address a new name (Telegram's chat migration)."""

    new_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Inbound):
    """The provider reports on a message we sent, or, with no ``external_id``, on the address."""

    status: DeliveryState
    external_id: str = ""
    reason: str = ""
