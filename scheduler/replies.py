"""Replies: what comes in over channels, read by the core, kept in one transaction.

The messages that answer a reply are due rows of the same transaction (or, on inline channels, are
given back), so that a crash between the answer and the next question loses neither.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from scheduler.answering import ComposeAlert
from scheduler.intake import Wake
from scheduler.outbox import Messages, Outbox
from scheduler.requests import Requests
from scheduler.rules import Rules
from scheduler.turns import Turns
from storage.store import Store, Transaction
from surveys.compose import split_payload
from surveys.contact import AddressStatus
from surveys.inbound import (
    Inbound,
    Linked,
    Moved,
    OptedIn,
    OptedOut,
    Replied,
    StatusChanged,
    Unblocked,
    Viewed,
)
from surveys.invitation import DeliveryState
from surveys.link import Purpose, unseal
from surveys.message import Capabilities

_ADDRESS_STATUS = {
    DeliveryState.BLOCKED: AddressStatus.BLOCKED,
    DeliveryState.BOUNCED: AddressStatus.BOUNCED,
}


class ReplyIntake:
    """Takes in what people and providers tell us."""

    def __init__(
        self,
        store: Store,
        rules: Callable[[], Rules],
        *,
        channels: Mapping[str, Capabilities],
        compose_alert: ComposeAlert,
        clock: Callable[[], datetime],
        wake: Wake,
    ) -> None:
        self._store, self._rules, self._channels = store, rules, channels
        self._compose_alert, self._clock, self._wake = compose_alert, clock, wake

    async def handle_inbound(self, items: Sequence[Inbound]) -> list[Messages]:
        """Keep what came in and give, for each, what an inline channel says back.

        When this returns, everything is committed and what is to be sent is due.
        """
        rules, now = self._rules(), self._clock()

        async def work(transaction: Transaction) -> tuple[list[Messages], set[str]]:
            batch = self._batch(transaction, rules, now)
            said = await batch.take_all(items)
            await batch.outbox.save(transaction)
            return said, batch.outbox.lanes

        said, lanes = await self._store.unit_of_work(work)
        for lane in lanes:
            self._wake(lane)
        return said

    def _batch(self, transaction: Transaction, rules: Rules, now: datetime) -> "_Batch":
        outbox = Outbox(self._channels, now)
        return _Batch(
            transaction=transaction,
            rules=rules,
            channels=self._channels,
            now=now,
            outbox=outbox,
            requests=Requests(
                transaction=transaction, rules=rules, channels=self._channels, now=now
            ),
            turns=Turns(
                transaction=transaction,
                rules=rules,
                channels=self._channels,
                compose_alert=self._compose_alert,
                now=now,
                outbox=outbox,
            ),
        )


@dataclass(slots=True, kw_only=True)
class _Batch:
    """One transaction's worth of replies: loaded at once, answered in order, saved at once."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    now: datetime
    outbox: Outbox
    requests: Requests
    turns: Turns

    async def take_all(self, items: Sequence[Inbound]) -> list[Messages]:
        new = await self.transaction.add_inbound([i for i in items if not isinstance(i, Viewed)])
        spoken = [i for i in items if isinstance(i, Replied | Linked) and i.address]
        await self.transaction.hear({(i.channel, i.address): self.now for i in spoken})
        wanted = await self._find_invitations(items)
        self.turns.conversations = await self.transaction.lock_conversations(
            {number for number in wanted if number}
        )
        said = []
        for item, invitation_id in zip(items, wanted, strict=True):
            fresh = (item.channel, item.event_id) in new
            new.discard((item.channel, item.event_id))
            said.append(await self._take(item, invitation_id, fresh=fresh))
        return said

    async def _find_invitations(self, items: Sequence[Inbound]) -> list[int]:
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
            if isinstance(item, Replied) and not item.payloads:
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
        return unseal(self.rules.key, Purpose.ANSWER, token, self.now) or 0

    async def _take(self, item: Inbound, invitation_id: int, *, fresh: bool) -> Messages:
        if isinstance(item, Viewed) or (isinstance(item, Replied) and not fresh):
            return await self._show(item, invitation_id)
        if isinstance(item, OptedOut | OptedIn):
            receipt = await self.requests.grant(item, fresh=fresh)
            return self.outbox.say(item, (receipt,)) if receipt else ()
        if not fresh:
            return ()
        if isinstance(item, Replied):
            asked = await self.requests.read_words(
                item, self.turns.conversations.get(invitation_id)
            )
            if asked:
                return await self._take(asked, 0, fresh=True)
            return await self.turns.reply(item, invitation_id)
        if isinstance(item, Linked):
            self.outbox.say(item, (await self.requests.link(item),))
        elif isinstance(item, Moved):
            await self.transaction.move_address(item.channel, item.address, item.new_address)
        elif isinstance(item, Unblocked):
            await self.transaction.set_address(item.channel, item.address, AddressStatus.OK)
        elif isinstance(item, StatusChanged):
            await self._status(item)
        return ()

    async def _show(self, item: Inbound, invitation_id: int) -> Messages:
        if not self.channels[item.channel].inline:
            return ()
        conversation = self.turns.conversations.get(invitation_id)
        if conversation is not None:
            return self.turns.show(item, conversation)
        page = await self.requests.show_stop(item) if isinstance(item, Viewed) else None
        return (page,) if page else ()

    async def _status(self, item: StatusChanged) -> None:
        if item.external_id:
            await self.transaction.change_delivery(
                item.channel, item.external_id, item.status, item.reason
            )
            return
        status = _ADDRESS_STATUS.get(item.status)
        if status:
            await self.transaction.set_address(item.channel, item.address, status)
