"""Requests: what people ask of us instead of answering: stop, resume, ask me here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scheduler.notes import compose_control, compose_plain
from scheduler.rules import Rules
from storage.store import Transaction
from surveys.contact import Contact
from surveys.conversation import Conversation
from surveys.inbound import Inbound, Linked, OptedIn, OptedOut, Replied, Viewed
from surveys.link import Purpose, unseal
from surveys.message import Capabilities, Message
from surveys.reading import also_understanding, is_start, is_stop

LONGEST_REQUEST = 40
"""Characters; longer words are never a plain stop or start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Grants requests inside one transaction; each method gives what is said back, if anything."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    now: datetime

    async def read_words(
        self, item: Replied, conversation: Conversation | None
    ) -> OptedOut | OptedIn | None:
        """Give the stop or start that plain words are, in the person's language or English."""
        if item.payloads or not item.text or len(item.text) > LONGEST_REQUEST:
            return None
        contact = conversation.contact if conversation else await self._contact_at(item)
        spoken = conversation.invitation.language if conversation else None
        bank = also_understanding(
            self.rules.bank(spoken or (contact.language if contact else None)),
            self.rules.languages["en"],
        )
        who: dict[str, Any] = {"event_id": item.event_id, "channel": item.channel, "at": item.at}
        if is_stop(item.text, bank):
            return OptedOut(**who, address=item.address)
        if contact and contact.opted_out_at and is_start(item.text, bank):
            return OptedIn(**who, address=item.address)
        return None

    async def grant(self, item: OptedOut | OptedIn, *, fresh: bool) -> Message | None:
        """Stop or resume: for the person, on every channel, with a receipt.

        One that came before changes nothing: the person may have thought better of it since.
        """
        contact = await (self._contact_of(item.token) if item.token else self._contact_at(item))
        if contact is None:
            return None
        if not fresh:
            stopped = contact.opted_out_at is not None
            inline = self.channels[item.channel].inline
            return self._receipt(item, contact, stopped=stopped) if inline else None
        if isinstance(item, OptedOut):
            await self.transaction.opt_out({contact.id}, self.now, item.channel)
        else:
            await self.transaction.opt_in({contact.id}, self.now, item.channel)
        return self._receipt(item, contact, stopped=isinstance(item, OptedOut))

    async def show_stop(self, item: Viewed) -> Message | None:
        """Give the page that asks for a stop, or shows that there is one; None for a bad link."""
        contact = await self._contact_of(item.token)
        if contact is None:
            return None
        key = "stop_confirm" if contact.opted_out_at is None else "stopped"
        return compose_control(self.rules, item.address, contact, key)

    async def link(self, item: Linked) -> Message:
        """Tie a chat to the person whose link was opened in it, and greet them."""
        number = unseal(self.rules.key, Purpose.OPT_IN, item.token, self.now)
        invited = await self._contact(number)
        if invited:
            await self.transaction.link_address(invited.id, item.channel, item.address)
            await self.transaction.hear({(item.channel, item.address): self.now})
        contact = await self._contact_at(item)
        # A chat that is somebody else's stays theirs, and takes no stop back for them.
        wanted = {invited.id} if invited else set()
        mine = contact is not None and (number is None or contact.id in wanted)
        if contact and mine:  # coming by one's own will takes a stop back
            await self.transaction.opt_in({contact.id}, self.now, item.channel)
        return compose_plain(self.rules, item.address, contact, "linked" if mine else "hello")

    def _receipt(self, item: Inbound, contact: Contact, *, stopped: bool) -> Message:
        compose = compose_control if self.channels[item.channel].inline else compose_plain
        return compose(self.rules, item.address, contact, "stopped" if stopped else "resumed")

    async def _contact_of(self, token: str) -> Contact | None:
        return await self._contact(unseal(self.rules.key, Purpose.STOP, token, self.now))

    async def _contact(self, number: int | None) -> Contact | None:
        found = await self.transaction.contacts_by_id({number}) if number else {}
        return found.get(number or 0)

    async def _contact_at(self, item: Inbound) -> Contact | None:
        key = (item.channel, item.address)
        return (await self.transaction.contacts_by_address({key})).get(key)
