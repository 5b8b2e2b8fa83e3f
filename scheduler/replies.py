"""Replies: what comes in over channels, read by the core, kept in one transaction.

The messages that answer a reply are due rows of the same transaction (or, on inline channels, are
given back), so that a crash between the answer and the next question loses neither.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from scheduler.answering import (
    Answered,
    ComposeAlert,
    alert_addresses,
    answer_reply,
    saved_steps,
    show,
    state_after,
)
from scheduler.intake import Wake
from scheduler.notes import compose_plain
from scheduler.requests import Requests
from scheduler.rules import Rules
from storage.store import Card, SavedTurn, Store, Transaction
from surveys.compose import split_payload
from surveys.contact import AddressStatus, Contact
from surveys.conversation import Conversation
from surveys.due import Due, DueKind
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
from surveys.message import Capabilities, Message

Messages = tuple[Message, ...]

log = logging.getLogger("afterword.replies")

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
            batch = _Batch(transaction, rules, self._channels, self._compose_alert, now)
            said = await batch.take_all(items)
            await batch.save()
            return said, {due.lane for due in batch.dues}

        said, lanes = await self._store.unit_of_work(work)
        for lane in lanes:
            self._wake(lane)
        return said


@dataclass(slots=True)
class _Batch:
    """One transaction's worth of replies: loaded at once, answered in order, saved at once."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    compose_alert: ComposeAlert
    now: datetime
    conversations: dict[int, Conversation] = field(default_factory=dict)
    turns: list[SavedTurn] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)

    @property
    def requests(self) -> Requests:
        return Requests(
            transaction=self.transaction, rules=self.rules, channels=self.channels, now=self.now
        )

    async def take_all(self, items: Sequence[Inbound]) -> list[Messages]:
        new = await self.transaction.add_inbound([i for i in items if not isinstance(i, Viewed)])
        spoken = [i for i in items if isinstance(i, Replied | Linked) and i.address]
        await self.transaction.hear({(i.channel, i.address): self.now for i in spoken})
        wanted = await self._find_invitations(items)
        self.conversations = await self.transaction.lock_conversations(
            {number for number in wanted if number}
        )
        said = []
        for item, invitation_id in zip(items, wanted, strict=True):
            fresh = (item.channel, item.event_id) in new
            new.discard((item.channel, item.event_id))
            said.append(await self._take(item, invitation_id, fresh=fresh))
        return said

    async def save(self) -> None:
        await self.transaction.save_turns(self.turns)
        await self.transaction.add_cards(self.cards)
        await self.transaction.add_dues(self.dues)

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
            return self._say(item, (receipt,), 0) if receipt else ()
        if not fresh:
            return ()
        if isinstance(item, Replied):
            asked = await self.requests.read_words(item, self.conversations.get(invitation_id))
            if asked:
                return await self._take(asked, 0, fresh=True)
            return await self._reply(item, invitation_id)
        if isinstance(item, Linked):
            self._say(item, (await self.requests.link(item),), 0)
        elif isinstance(item, Moved):
            await self.transaction.move_address(item.channel, item.address, item.new_address)
        elif isinstance(item, Unblocked):
            await self.transaction.set_address(item.channel, item.address, AddressStatus.OK)
        elif isinstance(item, StatusChanged):
            await self._status(item)
        return ()

    # Replies

    async def _reply(self, item: Replied, invitation_id: int) -> Messages:
        conversation = self.conversations.get(invitation_id)
        capabilities = self.channels[item.channel]
        if conversation is None or not self._may_answer(conversation, item):
            return await self._unprompted(item)
        survey = self.rules.surveys.get(conversation.invitation.survey)
        if survey is None:  # taken out of the file since it was asked
            self._keep_card(item.text, conversation.contact.id, invitation_id, item)
            return self._say(item, (self._note(item, conversation.contact, "closed"),), 0)
        answered = answer_reply(self.rules, survey, conversation, item, capabilities, self.now)
        self._keep_turn(conversation, answered)
        self._keep_card(answered.turn.card, conversation.contact.id, invitation_id, item)
        self._alert(self.conversations[invitation_id], answered, item)
        return self._say(item, answered.messages, invitation_id)

    def _may_answer(self, conversation: Conversation, item: Replied) -> bool:
        """On a page the link is the credential; in a chat the address must be the contact's."""
        if self.channels[item.channel].inline:
            return True
        return any(
            a.channel == item.channel and a.value == item.address
            for a in conversation.contact.addresses
        )

    def _keep_turn(self, conversation: Conversation, answered: Answered) -> None:
        invitation, turn = conversation.invitation, answered.turn
        for number, (before, after) in enumerate(saved_steps(conversation, turn)):
            state = state_after(invitation.state, completed=after.completed_at is not None)
            self.turns.append(
                SavedTurn(
                    before=before,
                    after=after,
                    recorded=turn.recorded[number],
                    state=state,
                    invitation=invitation,
                )
            )
            invitation = replace(invitation, state=state)
        if turn.recorded:
            self.conversations[invitation.id] = replace(
                conversation, invitation=invitation, response=turn.response
            )

    def _keep_card(self, text: str, contact_id: int, invitation_id: int, item: Inbound) -> None:
        if text.strip():
            self.cards.append(
                Card(
                    contact_id=contact_id,
                    invitation_id=invitation_id,
                    channel=item.channel,
                    text=text[:4000],
                    at=self.now,
                )
            )

    async def _unprompted(self, item: Replied) -> Messages:
        """Words from somebody who was not asked, and buttons whose time is over: words are kept
        where we know the person; neither is answered with a question.
        """
        found = await self.transaction.contacts_by_address({(item.channel, item.address)})
        contact = found.get((item.channel, item.address))
        if contact is None or not (item.text.strip() or item.payloads):
            return ()
        self._keep_card(item.text, contact.id, 0, item)
        key_of_text = "comment_kept" if item.text.strip() else "closed"
        return self._say(item, (self._note(item, contact, key_of_text),), 0)

    def _alert(self, conversation: Conversation, answered: Answered, item: Inbound) -> None:
        invitation, response = conversation.invitation, answered.turn.response
        told = dict.fromkeys(
            address
            for rule in answered.alerts
            for address in alert_addresses(
                self.rules, rule, invitation.interaction.team, self.channels
            )
        )
        if answered.alerts and not told:
            log.error("an alert about invitation %d reached nobody: check staff", invitation.id)
        for number, (lane, address) in enumerate(told):
            if response is not None:
                message = self.compose_alert(
                    self.rules, conversation, response, address, answered.added
                )
                self._queue(lane, message, 0, f"alert:{item.channel}:{item.event_id}:{number:02}")

    # Pages, notes, reports

    async def _show(self, item: Inbound, invitation_id: int) -> Messages:
        if not self.channels[item.channel].inline:
            return ()
        conversation = self.conversations.get(invitation_id)
        if conversation is None:
            page = await self.requests.show_stop(item) if isinstance(item, Viewed) else None
            return (page,) if page else ()
        survey = self.rules.surveys.get(conversation.invitation.survey)
        if survey is None:
            return (self._note(item, conversation.contact, "closed"),)
        capabilities = self.channels[item.channel]
        return (show(self.rules, survey, conversation, item.address, capabilities, self.now),)

    def _note(self, item: Inbound, contact: Contact, key: str) -> Message:
        return compose_plain(self.rules, item.address, contact, key)

    async def _status(self, item: StatusChanged) -> None:
        if item.external_id:
            await self.transaction.change_delivery(
                item.channel, item.external_id, item.status, item.reason
            )
            return
        status = _ADDRESS_STATUS.get(item.status)
        if status:
            await self.transaction.set_address(item.channel, item.address, status)

    # Saying

    def _say(self, item: Inbound, messages: Messages, invitation_id: int) -> Messages:
        if self.channels[item.channel].inline:
            return messages
        for number, message in enumerate(messages):
            self._queue(
                item.channel,
                message,
                invitation_id,
                f"say:{item.channel}:{item.event_id}:{number:02}",
            )
        return ()

    def _queue(self, lane: str, message: Message, invitation_id: int, due_id: str) -> None:
        self.dues.append(
            Due(
                lane=lane,
                at=self.now,
                id=due_id,
                kind=DueKind.SAY,
                invitation_id=invitation_id,
                message=message,
            )
        )
