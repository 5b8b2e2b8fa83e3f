"""Register: what a transaction may do with people, their names, and what they asked of us."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from storage import addresses as places
from storage import conflicts, consents, merging, posts, strangers, suppression, wishes
from storage import contacts as people
from storage.addresses import Place
from storage.following import follow, lock_people
from storage.linkings import Linkings
from storage.sql import Session
from surveys.conflict import Conflict
from surveys.consent import Consent
from surveys.contact import AddressStatus, Contact
from surveys.suppression import names_of, place_name


class Register:
    """The part of `storage.transaction.Transaction` that knows who people are."""

    _session: Session
    _key: bytes

    async def lock_contacts(self, keys: Collection[str]) -> dict[str, Contact]:
        """Lock the people of these keys, known or not, and give those known: key -> contact."""
        return await people.lock_contacts(self._session, keys)

    async def save_contacts(
        self, contacts: Sequence[Contact], now: datetime | None = None
    ) -> list[Contact]:
        """Insert contacts of id 0 and update the others; give each, in the order they came.

        Keys and addresses are added, never taken away; a known address keeps its status. Addresses
        that belong to somebody else are left out of what is given. New contacts that claim the
        same key are one. A stop is set for a new contact only; see `opt_out`. A stranger whose
        address is claimed is that contact from now on (`storage.strangers`). Who has a suppressed
        key or address is opted out.
        """
        saved = await people.save_contacts(self._session, contacts, now)
        taken = await strangers.take_in(self._session, contacts, saved)
        return await suppression.stop_suppressed(self._session, self._key, taken)

    async def merge_contacts(self, keep: int, gone: int, now: datetime) -> None:
        """Move everything of ``gone`` to ``keep`` and drop it; what either asked of us stays.

        ``gone`` stands for ``keep`` from now on: `contacts_by_id` and all that take ids follow it.
        Of open invitations to the same survey on both sides the later planned one is skipped.
        """
        await merging.merge_contacts(self._session, keep, gone, now)

    async def take_untold_conflicts(self, now: datetime, every: timedelta) -> list[int]:
        """Give the open conflicts staff were not told of, and note that they are now; none where
        they were told of any within ``every``.
        """
        return await conflicts.take_untold(self._session, now, every)

    async def load_conflicts(self, ids: Collection[int]) -> list[Conflict]:
        """Give conflicts by id; unknown ones are left out."""
        return await conflicts.load_conflicts(self._session, ids)

    async def note_conflict(self, contact_id: int, channel: str, value: str, now: datetime) -> None:
        """Note that a contact claims an address that is somebody else's."""
        await conflicts.note_claim(self._session, contact_id, channel, value, now)

    @property
    def linkings(self) -> Linkings:
        """Chats on their way to being tied to a person."""
        return Linkings(self._session)

    async def set_address(self, channel: str, value: str, status: AddressStatus) -> None:
        """Set whether an address may be written to; an unknown one is passed over."""
        await places.set_addresses(self._session, {(channel, value): status})

    async def hear(self, heard: dict[tuple[str, str], datetime]) -> None:
        """Note when people last wrote to us: (channel, address) -> time; unknown ones are passed
        over.
        """
        await places.hear_addresses(self._session, heard)

    async def lock_contact(self, contact_id: int) -> Contact | None:
        """Lock a contact and give them as they are then; None where they are unknown."""
        return await wishes.lock_contact(self._session, contact_id)

    async def set_wishes(self, contact: Contact) -> None:
        """Keep what a person asked of us: pause, only one channel, language, to be forgotten."""
        await consents.set_wishes(self._session, contact)

    async def release_held(
        self, contact_id: int, lanes: Sequence[str], until: datetime, now: datetime
    ) -> set[str]:
        """Make what a pause until then holds back due at once, and give the lanes it waits on."""
        return await wishes.release_held(self._session, contact_id, lanes, until, now)

    async def speak(self, contact_id: int, languages: Mapping[str, str]) -> dict[int, str]:
        """Go on in another language (survey -> language) and give the invitations it changed."""
        return await wishes.speak(self._session, contact_id, languages)

    async def read_knowledge(self, contact: Contact) -> wishes.Knowledge:
        """Give how much we know of a person."""
        return await wishes.read_knowledge(self._session, contact)

    async def move_address(self, channel: str, value: str, new_value: str) -> None:
        """Give an address its new name. Where that is known already, the old one is dead."""
        await places.move_addresses(self._session, {(channel, value): new_value})

    async def link_address(self, contact_id: int, channel: str, value: str) -> bool:
        """Tie an address to a contact who came by it themselves: theirs, newest and usable.

        False, and nothing changed, where it belongs to somebody else who is more than a stranger.
        """
        linked = await places.link_address(self._session, contact_id, channel, value)
        if not linked:
            place = (channel, value)
            linked = await strangers.take_in_at(self._session, contact_id, {place})
            linked = linked and await places.link_address(self._session, contact_id, *place)
        if linked:
            found = await self.contacts_by_id({contact_id})
            await suppression.stop_suppressed(self._session, self._key, list(found.values()))
        return linked

    async def opt_out(self, contact_ids: Collection[int], at: datetime, source: str) -> None:
        """Note that these people said stop. Planned invitations stay and are skipped when due."""
        await consents.opt_out(self._session, contact_ids, at, source)
        await posts.silence_talks(self._session, contact_ids)

    async def opt_in(self, contact_ids: Collection[int], at: datetime, source: str) -> None:
        """Note that these people took their stop back, and suppress their names no longer."""
        await consents.opt_in(self._session, contact_ids, at, source)
        found = await self.contacts_by_id(contact_ids)
        names = [name for contact in found.values() for name in names_of(contact)]
        await suppression.lift(self._session, self._key, names)

    async def suppress(self, channel: str, address: str, at: datetime) -> None:
        """Remember the stop of somebody we do not know, by a hash of where they said it."""
        names = {place_name(channel, address)}
        await suppression.suppress(self._session, self._key, names, at, channel)

    async def lift_suppression(self, channel: str, address: str) -> None:
        """Somebody we do not know came back by themselves: suppress that address no longer."""
        await suppression.lift(self._session, self._key, [place_name(channel, address)])

    async def record_consents(self, said: Sequence[tuple[int, Consent]]) -> None:
        """Keep what people or systems said about asking: (contact id, what). The last stands."""
        await consents.record_consents(self._session, said)

    async def contacts_by_address(self, addresses: Collection[Place]) -> dict[Place, Contact]:
        """Give whose these addresses are, in whatever status; unknown ones are left out."""
        owners = await places.find_owners(self._session, addresses)
        found = await people.load_contacts(self._session, {owner for owner, _ in owners.values()})
        return {place: found[owner] for place, (owner, _) in owners.items() if owner in found}

    async def contacts_by_id(self, ids: Collection[int]) -> dict[int, Contact]:
        """Give contacts by the ids asked for, which may be those of contacts merged away since;
        unknown ids are left out.
        """
        now = await follow(self._session, ids)
        found = await people.load_contacts(self._session, now.values())
        return {asked: found[number] for asked, number in now.items() if number in found}

    async def lock_people(self, contact_ids: Collection[int]) -> None:
        """Lock people by id, in order."""
        await lock_people(self._session, contact_ids)
