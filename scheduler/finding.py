"""Finding: which invitation what comes in is about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.rules import Rules
from storage.store import Transaction
from surveys.compose import split_payload
from surveys.conversation import Conversation
from surveys.inbound import Inbound, Replied, Viewed
from surveys.link import Purpose, unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """Finds invitations by tokens, messages and addresses."""

    transaction: Transaction
    rules: Rules
    now: datetime

    async def find_invitations(self, items: Sequence[Inbound]) -> list[int]:
        """Give the invitation each item is about, 0 for none: by sealed token, by the message
        replied to, or the one last asked at that address.
        """
        found = [self._by_token(item) for item in items]
        words = [i for i in items if isinstance(i, Replied) and not i.payloads]
        by_message = await self.transaction.find_by_message(
            {(i.channel, i.address, i.external_id) for i in words if i.external_id}
        )
        by_address = await self.transaction.find_open(
            {(i.channel, i.address) for i in words}, self.now
        )
        for number, item in enumerate(items):
            if isinstance(item, Replied) and not item.payloads and not found[number]:
                key = (item.channel, item.address, item.external_id)
                found[number] = by_message.get(key) or by_address.get(key[:2]) or 0
        return found

    def _by_token(self, item: Inbound) -> int:
        token = ""
        if isinstance(item, Viewed):
            token = item.token
        elif isinstance(item, Replied) and item.payloads:
            tokens = {parts[0] for p in item.payloads if (parts := split_payload(p))}
            token = tokens.pop() if len(tokens) == 1 else ""
        elif isinstance(item, Replied):
            token = item.token
        return unseal(self.rules.key, Purpose.ANSWER, token, self.now) or 0

    def at_home(self, item: Replied, conversation: Conversation | None) -> Replied:
        """Give a reply that carries its invitation's sealed token as one from the contact's own
        address, wherever it was written. What we say goes there too: who else wrote is not sure,
        and is told nothing.
        """
        if conversation is None or not item.token:
            return item
        if self._by_token(item) != conversation.invitation.id:
            return item
        contact = conversation.contact
        own = [a.value for a in contact.addresses if a.channel == item.channel]
        if item.address in own or not own:
            return item
        usable = contact.address(item.channel)
        return replace(item, address=usable.value if usable else own[-1])
