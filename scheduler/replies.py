"""Replies: what comes in over channels, read by the core, kept in one transaction.

The messages that answer a reply are due rows of the same transaction (or, on inline channels, are
given back), so that a crash between the answer and the next question loses neither.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from scheduler.answering import (
    Answered,
    ComposeAlert,
    alert_addresses,
    answer_reply,
    saved_steps,
    show,
)
from scheduler.intake import Wake
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
from surveys.invitation import DeliveryState, InvitationState, move
from surveys.link import Purpose, unseal
from surveys.message import Button, Capabilities, Message
from surveys.reading import also_understanding, is_start, is_stop
from surveys.template import fill

Messages = tuple[Message, ...]

LONGEST_REQUEST = 40
"""Characters; longer words are never a plain stop or start."""

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
        by_address = await self.transaction.find_open({(i.channel, i.address) for i in words})
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
        if isinstance(item, OptedOut | OptedIn):  # pressing stop twice shows the receipt twice
            return await self._control(item)
        if not fresh:
            return ()
        if isinstance(item, Replied):
            asked = await self._asks_of_us(item, invitation_id)
            return await (self._control(asked) if asked else self._reply(item, invitation_id))
        if isinstance(item, Linked):
            await self._link(item)
        elif isinstance(item, Moved):
            await self.transaction.move_address(item.channel, item.address, item.new_address)
        elif isinstance(item, Unblocked):
            await self.transaction.set_address(item.channel, item.address, AddressStatus.OK)
        elif isinstance(item, StatusChanged):
            await self._status(item)
        return ()

    async def _asks_of_us(self, item: Replied, invitation_id: int) -> OptedOut | OptedIn | None:
        """Give the stop or start that plain words are, in the person's language or English."""
        if item.payloads or not item.text or len(item.text) > LONGEST_REQUEST:
            return None
        conversation = self.conversations.get(invitation_id)
        key = (item.channel, item.address)
        contact = conversation.contact if conversation else None
        contact = contact or (await self.transaction.contacts_by_address({key})).get(key)
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

    # Replies

    async def _reply(self, item: Replied, invitation_id: int) -> Messages:
        conversation = self.conversations.get(invitation_id)
        capabilities = self.channels[item.channel]
        if conversation is None or not self._may_answer(conversation, item):
            return await self._unprompted(item)
        survey = self.rules.surveys.get(conversation.invitation.survey)
        if survey is None:  # taken out of the file since it was asked
            self._keep_card(item.text, conversation.contact.id, invitation_id, item)
            return ()
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
            state = _state_after(invitation.state, completed=after.completed_at is not None)
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
        """Words from somebody who was not asked: kept where we know them, never answered with a
        question.
        """
        found = await self.transaction.contacts_by_address({(item.channel, item.address)})
        contact = found.get((item.channel, item.address))
        if contact is None or not item.text.strip():
            return ()
        self._keep_card(item.text, contact.id, 0, item)
        return self._say(item, (self._note(item, contact, "comment_kept"),), 0)

    def _alert(self, conversation: Conversation, answered: Answered, item: Inbound) -> None:
        invitation, response = conversation.invitation, answered.turn.response
        told = dict.fromkeys(
            address
            for rule in answered.alerts
            for address in alert_addresses(
                self.rules, rule, invitation.interaction.team, self.channels
            )
        )
        for number, (lane, address) in enumerate(told):
            if response is not None:
                message = self.compose_alert(self.rules, conversation, response, address, lane)
                self._queue(lane, message, 0, f"alert:{item.channel}:{item.event_id}:{number:02}")

    # Pages and notes

    async def _show(self, item: Inbound, invitation_id: int) -> Messages:
        if not self.channels[item.channel].inline:
            return ()
        conversation = self.conversations.get(invitation_id)
        if conversation is None:
            return await self._stop_page(item)
        survey = self.rules.surveys.get(conversation.invitation.survey)
        if survey is None:
            return (self._note(item, conversation.contact, "closed"),)
        capabilities = self.channels[item.channel]
        return (show(self.rules, survey, conversation, item.address, capabilities, self.now),)

    async def _stop_page(self, item: Inbound) -> Messages:
        contact = await self._contact_of(item.token) if isinstance(item, Viewed) else None
        if contact is None:
            return ()
        stopped = contact.opted_out_at is not None
        return (self._control_page(item, contact, "stopped" if stopped else "stop_confirm"),)

    async def _contact_of(self, token: str) -> Contact | None:
        number = unseal(self.rules.key, Purpose.STOP, token, self.now)
        found = await self.transaction.contacts_by_id({number}) if number else {}
        return found.get(number or 0)

    async def _control(self, item: OptedOut | OptedIn) -> Messages:
        """Stop or resume: for the person, on every channel, with a receipt."""
        if item.token:
            contact = await self._contact_of(item.token)
        else:
            key = (item.channel, item.address)
            contact = (await self.transaction.contacts_by_address({key})).get(key)
        if contact is None:
            return ()
        if isinstance(item, OptedOut):
            await self.transaction.opt_out({contact.id}, self.now, item.channel)
            key_of_text = "stopped"
        else:
            await self.transaction.opt_in({contact.id}, self.now, item.channel)
            key_of_text = "resumed"
        return self._say(item, (self._control_page(item, contact, key_of_text),), 0)

    def _control_page(self, item: Inbound, contact: Contact, key: str) -> Message:
        note = self._note(item, contact, key)
        if not self.channels[item.channel].inline:
            return note
        bank = self.rules.bank(contact.language)
        facts = {"company": self.rules.company}
        stop = Button(label=fill(bank.texts["stop"], facts), payload="stop")
        resume = Button(label=fill(bank.texts["resume"], facts), payload="resume")
        return replace(note, buttons=(resume if key == "stopped" else stop,))

    def _note(self, item: Inbound, contact: Contact | None, key: str) -> Message:
        bank = self.rules.bank(contact.language if contact else None)
        facts = {**(contact.attributes if contact else {}), "company": self.rules.company}
        return Message(address=item.address, text=fill(bank.texts[key], facts), language=bank.code)

    # Addresses

    async def _link(self, item: Linked) -> None:
        number = unseal(self.rules.key, Purpose.OPT_IN, item.token, self.now)
        if number and await self.transaction.link_address(number, item.channel, item.address):
            await self.transaction.opt_in({number}, self.now, item.channel)
        key = (item.channel, item.address)
        contact = (await self.transaction.contacts_by_address({key})).get(key)
        if contact and not number:  # coming back by one's own will takes a stop back
            await self.transaction.opt_in({contact.id}, self.now, item.channel)
        note = self._note(item, contact, "linked" if contact else "hello")
        self._say(item, (note,), 0)

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


def _state_after(state: InvitationState, *, completed: bool) -> InvitationState:
    if state is InvitationState.COMPLETED:
        return state
    if state is InvitationState.PLANNED:  # the reply overtook the record of its own sending
        state = move(state, InvitationState.ASKED)
    return move(state, InvitationState.COMPLETED if completed else InvitationState.STARTED)
