"""Authors: who wrote words that nobody asked for, and what we understand of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.rules import Rules
from storage.store import Transaction
from surveys.card import Opening, is_small_talk, read_opening
from surveys.contact import Address, Contact
from surveys.inbound import Commented, Inbound, Replied
from surveys.language import Language
from surveys.message import Capabilities
from surveys.staff import find_member


@dataclass(frozen=True, slots=True, kw_only=True)
class Authors:
    """Finds people by where they write from, and takes strangers in."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    now: datetime

    def opening(self, text: str, contact: Contact | None) -> tuple[Opening | None, Language]:
        """Give the card a message announces, and the language in which it does. Whoever has told
        us no language is understood in all of them.
        """
        own = self.heard(contact)
        found = read_opening(text, own)
        if found or (contact and contact.language):
            return found, own
        for bank in self.rules.languages.values():
            if (found := read_opening(text, bank)) or is_small_talk(text, bank):
                return found, bank
        return None, own

    def heard(self, contact: Contact | None) -> Language:
        """Give what we understand from somebody: their language, and English."""
        return self.rules.heard(contact.language if contact else None)

    async def welcome(self, item: Replied, bank: Language) -> Contact:
        """Make a stranger a contact of that address alone, whom nobody asks anything."""
        place = (item.channel, item.address)
        await self.transaction.lock_contacts({"chat:" + ":".join(place)})
        found = await self.at(item)
        if found:
            return found
        address = Address(channel=item.channel, value=item.address)
        spoken = bank.code if bank.code != self.rules.bank(None).code else None
        new = Contact(language=spoken, addresses=(address,))
        saved = (await self.transaction.save_contacts([new]))[0]
        await self.transaction.hear({place: self.now})
        return saved

    async def at(self, item: Inbound) -> Contact | None:
        """Give whose address something came from, None for strangers."""
        key = (item.channel, item.address)
        return (await self.transaction.contacts_by_address({key})).get(key)

    async def visitor(self, item: Commented) -> Contact | None:
        """Give who a page's visitor is, where they have been here before."""
        if not item.visitor:
            return None
        key = f"anon:{item.visitor}"
        return (await self.transaction.lock_contacts({key})).get(key)

    def are_heard_on(self, channel: str) -> bool:
        """Whether strangers are heard on a channel: in chats. A mailbox gets mail from anybody, and
        from robots.
        """
        can = self.channels[channel]
        return can.replies and not can.inline and not can.subject

    def are_staff(self, item: Inbound) -> bool:
        """Whether a colleague wrote it."""
        return find_member(self.rules.staff, item.channel, item.address) is not None
