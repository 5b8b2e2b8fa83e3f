"""Contacts: a person we may ask, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from surveys.consent import Consent, current


class AddressStatus(StrEnum):
    """Whether an address may be written to; from fine to worst."""

    OK = "ok"
    BOUNCED = "bounced"
    BLOCKED = "blocked"


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
    to be asked on, "" for any. ``consents`` are those that stand, one for each purpose and channel.
    ``closed`` says, while it is decided whether to ask them something, on which channels nothing
    allows it, each with the reason. ``forget_asked_at`` is when they last asked to be forgotten and
    were asked to confirm it.
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
    consents: tuple[Consent, ...] = ()
    closed: Mapping[str, str] = field(default_factory=dict, compare=False)
    forget_asked_at: datetime | None = None

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


def unite(keep: Contact, gone: Contact) -> Contact:
    """Give the one person that two contacts turn out to be.

    What ``keep`` says wins, and its addresses are the newer ones. What either asked of us stays:
    the first stop, the longer pause, the only channel, a refusal. Of an address both have, the
    worse status stays.
    """
    stops = [at for at in (keep.opted_out_at, gone.opted_out_at) if at]
    pauses = [at for at in (keep.paused_until, gone.paused_until) if at]
    return replace(
        keep,
        id=keep.id or gone.id,
        keys=tuple(dict.fromkeys((*keep.keys, *gone.keys))),
        language=keep.language or gone.language,
        timezone=keep.timezone or gone.timezone,
        attributes={**gone.attributes, **keep.attributes},
        addresses=_all_addresses(keep.addresses, gone.addresses),
        opted_out_at=min(stops, default=None),
        paused_until=max(pauses, default=None),
        only_channel=keep.only_channel or gone.only_channel,
        consents=current((*keep.consents, *gone.consents)),
    )


_WORSE = tuple(AddressStatus)  # from fine to worst


def _all_addresses(newer: tuple[Address, ...], older: tuple[Address, ...]) -> tuple[Address, ...]:
    found: dict[tuple[str, str], Address] = {}
    for address in (*older, *newer):
        place = (address.channel, address.value)
        other = found.pop(place, address)
        heard = [at for at in (address.heard_at, other.heard_at) if at]
        found[place] = replace(
            address,
            status=max(address.status, other.status, key=_WORSE.index),
            heard_at=max(heard, default=None),
        )
    return tuple(found.values())
