"""People: which contact an event speaks of, and what it tells about them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from surveys.consent import Consent, admit, read_consents, replaced
from surveys.contact import Address, Contact, address_value, unite
from surveys.event import Event, EventKind
from surveys.language import NAMED_CHANNELS


def identity_keys(event: Event) -> tuple[str, ...]:
    """Give the names an event calls its person by, the business's own id first."""
    keys = []
    if event.user_id:
        keys.append(f"user:{event.user_id}")
    if event.anonymous_id:
        keys.append(f"anon:{event.anonymous_id}")
    if event.previous_id:
        # Segment's alias does not say which kind of id the previous one is. The person has both
        # from now on, so that what comes late under the old id finds them.
        keys += [f"user:{event.previous_id}", f"anon:{event.previous_id}"]
    return tuple(dict.fromkeys(keys))


class People:
    """The contacts one batch of events speaks of, changed in memory as the events are read.

    ``known`` maps identity keys to stored contacts; ``address_traits`` maps each channel to the
    trait that holds its address (SMS and voice share one).
    """

    def __init__(self, known: Mapping[str, Contact], address_traits: Mapping[str, str]) -> None:
        self._address_traits = address_traits
        self._slots: list[Contact] = []
        self._slot_of: dict[str, int] = {}
        self._changed: set[int] = set()
        self.merges: list[tuple[int, int]] = []
        self._said: list[tuple[str, Consent]] = []
        slot_by_id: dict[int, int] = {}
        for key, contact in known.items():
            if contact.id not in slot_by_id:
                slot_by_id[contact.id] = len(self._slots)
                self._slots.append(contact)
            self._slot_of[key] = slot_by_id[contact.id]

    def meet(self, event: Event) -> None:
        """Take in what one event says about its person, making the contact where it is new."""
        slot = self._find(event)
        before = self._slots[slot]
        after = _told(before, event, self._address_traits)
        if after != before:
            self._slots[slot] = after
            self._changed.add(slot)
        if "consent" in event.traits:
            self._agree(slot, event)

    def changed(self) -> list[Contact]:
        """Give the contacts to save: new ones have id 0."""
        return [self._slots[slot] for slot in sorted(self._changed)]

    def saved(self, contacts: Iterable[Contact]) -> None:
        """Take the saved contacts back, in the order of `changed`, now with their ids."""
        for slot, contact in zip(sorted(self._changed), contacts, strict=True):
            self._slots[slot] = contact
        self._changed.clear()

    def consents(self) -> list[tuple[int, Consent]]:
        """Give what the events said about asking that is news: (contact id, what), once saved."""
        return [(self._slots[self._slot_of[key]].id, consent) for key, consent in self._said]

    def of(self, event: Event) -> Contact:
        """Give the contact of an event that was met."""
        return self._slots[self._slot_of[identity_keys(event)[0]]]

    def _agree(self, slot: int, event: Event) -> None:
        channels = {*NAMED_CHANNELS, *self._address_traits}
        said = read_consents(event.traits["consent"], channels, event.occurred_at)
        contact = self._slots[slot]
        news = admit(contact.consents, said)
        self._said += [(identity_keys(event)[0], consent) for consent in news]
        if news:
            self._slots[slot] = replace(contact, consents=replaced(contact.consents, news))

    def _find(self, event: Event) -> int:
        keys = identity_keys(event)
        slots = list(dict.fromkeys(self._slot_of[k] for k in keys if k in self._slot_of))
        if event.user_id and keys[0] not in self._slot_of and event.kind is not EventKind.ALIAS:
            # A new user in a browser that somebody else used before is not that person.
            slots = [slot for slot in slots if _only_anonymous(self._slots[slot])]
        if not slots:
            slots = [len(self._slots)]
            self._slots.append(Contact())
        keep = slots[0]
        for gone in slots[1:]:
            if event.kind is EventKind.ALIAS or _only_anonymous(self._slots[gone]):
                self._merge(keep, gone)
        self._name(keep, keys)
        return keep

    def _name(self, slot: int, keys: tuple[str, ...]) -> None:
        new = tuple(k for k in keys if k not in self._slot_of)
        for key in new:
            self._slot_of[key] = slot
        if new:
            contact = self._slots[slot]
            self._slots[slot] = replace(contact, keys=(*contact.keys, *new))
            self._changed.add(slot)

    def _merge(self, keep: int, gone: int) -> None:
        kept, lost = self._slots[keep], self._slots[gone]
        if kept.id and lost.id:
            self.merges.append((kept.id, lost.id))
        self._slots[keep] = unite(kept, lost)
        self._changed.add(keep)
        self._changed.discard(gone)
        for key, slot in self._slot_of.items():
            if slot == gone:
                self._slot_of[key] = keep


def _told(contact: Contact, event: Event, address_traits: Mapping[str, str]) -> Contact:
    traits = _traits(contact, event, address_traits)
    spoken = event.traits.get("language") or event.traits.get("locale") or event.language
    language = (_short(spoken) or "").replace("_", "-").lower() or None
    timezone = _short(event.traits.get("timezone") or event.timezone)
    found = tuple(
        Address(channel=channel, value=value)
        for channel, trait in address_traits.items()
        if (value := _place(traits.get(trait)))
    )
    # Context languages come with every call; only identify says what the person prefers.
    says = event.kind is EventKind.IDENTIFY and not event.history
    told: dict[str, Any] = {
        "language": (language if says else None) or contact.language or language,
        "timezone": (timezone if says else None) or contact.timezone or timezone,
        "attributes": {**contact.attributes, **traits} if traits else contact.attributes,
        "addresses": _joined(_behind(contact, traits, address_traits), found),
    }
    # Most events tell nothing new of a known person; a copy to find that out costs 4 µs.
    if all(getattr(contact, name) == value for name, value in told.items()):
        return contact
    return replace(contact, **told)


def _traits(contact: Contact, event: Event, address_traits: Mapping[str, str]) -> dict[str, object]:
    """Give what an event tells of its person. History fills what is not known: what we know was
    said later, and an address of then is none where there is one of now.
    """
    told = {k: v for k, v in event.traits.items() if k != "consent"}
    if not event.history:
        return told
    reached = {address.channel for address in contact.addresses}
    closed = {trait for channel, trait in address_traits.items() if channel in reached}
    return {k: v for k, v in told.items() if k not in contact.attributes and k not in closed}


def _joined(known: tuple[Address, ...], found: tuple[Address, ...]) -> tuple[Address, ...]:
    if not found:
        return known
    have = {(a.channel, a.value) for a in known}
    return (*known, *(a for a in found if (a.channel, a.value) not in have))


def _behind(
    contact: Contact, traits: Mapping[str, Any], address_traits: Mapping[str, str]
) -> tuple[Address, ...]:
    """Give the known addresses with those last that are said anew: somebody goes back to an old
    one. What is only said again stays where it is, behind what the person chose by a link.
    """
    said = {
        (channel, address_value(channel, _place(traits[trait])))
        for channel, trait in address_traits.items()
        if trait in traits and traits[trait] != contact.attributes.get(trait)
    }
    if not said:
        return contact.addresses
    return tuple(sorted(contact.addresses, key=lambda a: (a.channel, a.value) in said))


def _only_anonymous(contact: Contact) -> bool:
    return all(key.startswith("anon:") for key in contact.keys)


def _short(value: Any) -> str | None:
    return value.strip()[:40] if isinstance(value, str) and value.strip() else None


def _place(value: Any) -> str:
    """Give what a trait says as an address, "" for what can be none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()[:320]
