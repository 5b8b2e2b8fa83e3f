"""Turns: one reply to one invitation, from the person's words to what is kept and said."""

import logging
from collections.abc import Mapping
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
from scheduler.notes import compose_plain
from scheduler.outbox import Messages, Outbox
from scheduler.rules import Rules
from storage.store import SavedTurn, Transaction
from surveys.conversation import Conversation
from surveys.inbound import Inbound, Replied
from surveys.message import Capabilities

UNREAD = 2
"""Mails that may say that an answer was not understood, or came too late: for each invitation, and
each day where there is none. Then we keep what is written and say nothing: it may be a program that
writes, and two programs would go on for ever."""

log = logging.getLogger("afterword.replies")


@dataclass(slots=True, kw_only=True)
class Turns:
    """Answers replies in order; ``conversations`` are those that are locked, kept up to date."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    compose_alert: ComposeAlert
    now: datetime
    outbox: Outbox
    conversations: dict[int, Conversation] = field(default_factory=dict)

    async def reply(self, item: Replied, invitation_id: int) -> Messages:
        """Take one reply and give what an inline channel says back."""
        conversation = self.conversations.get(invitation_id)
        capabilities = self.channels[item.channel]
        if conversation is None or not self._may_answer(conversation, item):
            return await self._unprompted(item)
        survey = self.rules.surveys.get(conversation.invitation.survey)
        if survey is None:  # taken out of the file since it was asked
            contact = conversation.contact
            self.outbox.keep_card(item.text, contact.id, invitation_id, item)
            closed = compose_plain(self.rules, item.address, contact, "closed")
            return self.outbox.say(item, await self._sparing(item, (closed,), f"{invitation_id}"))
        answered = answer_reply(self.rules, survey, conversation, item, capabilities, self.now)
        self._keep(conversation, answered)
        self.outbox.keep_card(answered.turn.card, conversation.contact.id, invitation_id, item)
        self._alert(self.conversations[invitation_id], answered, item)
        messages = answered.messages
        if not answered.turn.recorded:
            messages = await self._sparing(item, messages, f"{invitation_id}")
        return self.outbox.say(item, messages, invitation_id)

    def show(self, item: Inbound, conversation: Conversation) -> Messages:
        """Give the page of an invitation as it stands."""
        survey = self.rules.surveys.get(conversation.invitation.survey)
        if survey is None:
            return (compose_plain(self.rules, item.address, conversation.contact, "closed"),)
        capabilities = self.channels[item.channel]
        return (show(self.rules, survey, conversation, item.address, capabilities, self.now),)

    def _may_answer(self, conversation: Conversation, item: Replied) -> bool:
        """On a page the link is the credential; in a chat the address must be the contact's."""
        if self.channels[item.channel].inline:
            return True
        return any(
            a.channel == item.channel and a.value == item.address
            for a in conversation.contact.addresses
        )

    async def _unprompted(self, item: Replied) -> Messages:
        """Words from somebody who was not asked, and buttons whose time is over: words are kept
        where we know the person; neither is answered with a question.
        """
        found = await self.transaction.contacts_by_address({(item.channel, item.address)})
        contact = found.get((item.channel, item.address))
        if contact is None or not (item.text.strip() or item.payloads):
            return ()
        self.outbox.keep_card(item.text, contact.id, 0, item)
        key = "comment_kept" if item.text.strip() else "closed"
        note = compose_plain(self.rules, item.address, contact, key)
        about = f"{self.rules.local_day(self.now).isoformat()}:{contact.id}"
        return self.outbox.say(item, await self._sparing(item, (note,), about))

    async def _sparing(self, item: Replied, messages: Messages, about: str) -> Messages:
        """Give the messages where not too much was said already about what was not taken as an
        answer. Only mail is so sparing: programs answer mails by themselves.
        """
        if not messages or not self.channels[item.channel].subject:
            return messages
        key = f"unread:{item.channel}:{about}"
        said = (await self.transaction.take_counters({key}))[key]
        if said >= UNREAD:
            return ()
        await self.transaction.save_counters({key: said + 1})
        return messages

    def _keep(self, conversation: Conversation, answered: Answered) -> None:
        invitation, turn = conversation.invitation, answered.turn
        for number, (before, after) in enumerate(saved_steps(conversation, turn)):
            state = state_after(invitation.state, completed=after.completed_at is not None)
            self.outbox.turns.append(
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
                due_id = f"alert:{item.channel}:{item.event_id}:{number:02}"
                self.outbox.queue(lane, message, 0, due_id)
