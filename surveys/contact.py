"""Contacts: a person we may ask, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class AddressStatus(StrEnum):
    """Whether an address may be written to."""

    OK = "ok"
    BOUNCED = "bounced"
    BLOCKED = "blocked"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a contact is, on one channel. ``value`` is what the provider calls them, as
    `address_value` gives it.

    ``heard_at`` is when they last wrote to us there.
    """

    channel: str
    value: str
    status: AddressStatus = AddressStatus.OK
    heard_at: datetime | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", address_value(self.channel, self.value))


def address_value(channel: str, value: str) -> str:
    """Give an address as it is kept and compared. Mail has no case: by RFC 5321 (2.4) a server may
    tell Anna@ from anna@, but none does, and people write their own address either way.
    """
    return value.lower() if channel == "email" else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person we may ask.

    ``id`` is the store's number, 0 before the first save. ``keys`` are the names business
    systems call the person by: ``user:<userId>`` and ``anon:<anonymousId>``.
    ``opted_out_at`` is set once the person said stop: nothing is sent from then on.
    ``paused_until`` is how long they asked us to wait, ``only_channel`` the one channel they want
    to be asked on, "" for any.
    """

    id: int = 0
    keys: tuple[str, ...] = ()
    language: str | None = None
    timezone: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    addresses: tuple[Address, ...] = ()
    opted_out_at: datetime | None = None
    paused_until: datetime | None = None
    only_channel: str = ""

    def address(self, channel: str) -> Address | None:
        """Give the usable address on a channel, the newest of several, or None."""
        usable = [
            a for a in self.addresses if a.channel == channel and a.status is AddressStatus.OK
        ]
        return usable[-1] if usable else None

    @property
    def name(self) -> str:
        """How staff see the person: a name where known, else the business's own key."""
        known = self.attributes
        full = " ".join(str(known[k]) for k in ("first_name", "last_name") if known.get(k))
        return full or str(known.get("name") or "") or (self.keys[0] if self.keys else "unknown")
