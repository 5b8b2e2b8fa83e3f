"""Turns: one reply to one invitation, from the person's words to what is kept and said."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from scheduler.alarms import Alarm, Alarms
from scheduler.answering import Answered, answer_reply
from scheduler.cards import Cards
from scheduler.guard import Guard
from scheduler.notes import compose_plain
from scheduler.outbox import Messages, Outbox
from scheduler.rules import Rules
from scheduler.showing import ask_again, show
from scheduler.steps import saved_steps, state_after
from storage.store import SavedTurn, Transaction
from surveys.anonymity import is_anonymous, ready_at
from surveys.case import RECOVERY
from surveys.consent import admit
from surveys.contact import Contact
from surveys.conversation import Conversation, is_over, next_question
from surveys.inbound import Entered, Inbound, Replied, Viewed
from surveys.message import Capabilities
from surveys.scanner import Origin
from surveys.survey import Survey


@dataclass(slots=True, kw_only=True)
class Turns:
    """Answers replies in order; ``conversations`` are those that are locked, kept up to date."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    now: datetime
    outbox: Outbox
    cards: Cards
    guard: Guard
    alarms: Alarms
    conversations: dict[int, Conversation] = field(default_factory=dict)

    async def reply(self, item: Replied, invitation_id: int) -> Messages:
        """Take one reply and give what an inline channel says back."""
        conversation = self.conversations.get(invitation_id)
        if conversation is not None and not self._may_answer(conversation, item):
            conversation = None
        card = await self.cards.take(item, conversation)
        if card is not None:
            return card
        if conversation is None:
            return await self.cards.take_unprompted(item)
        return await self._answer(item, conversation)

    async def _answer(self, item: Replied, conversation: Conversation) -> Messages:
        invitation_id = conversation.invitation.id
        survey = self.rules.surveys.get(conversation.invitation.survey)
        anonymous = is_anonymous(survey, conversation)
        if anonymous:
            self.outbox.hush(item)
        if survey is None:  # taken out of the file since it was asked
            return await self._close(item, conversation, anonymous=anonymous)
        survey = replace(survey, anonymous=anonymous)
        capabilities, courtesy = (
            self.channels[item.channel],
            self.cards.courtesy(item, conversation),
        )
        answered = answer_reply(
            self.rules, survey, conversation, item, capabilities, self.now, courtesy
        )
        if self._hold(item, answered, invitation_id, anonymous=anonymous):
            again = ask_again(self.rules, survey, conversation, item, answered, capabilities)
            return self.outbox.say(item, (again,))
        if item.press:
            self.guard.clear(answered.turn, invitation_id)
        if answered.turn.is_beside and not anonymous:
            opened = await self.cards.take_opened(item, conversation)
            if opened is not None:
                return opened
        self._keep(survey, conversation, answered)
        if answered.consents:
            news = admit(conversation.contact.consents, answered.consents)
            who = conversation.contact.id
            await self.transaction.record_consents([(who, consent) for consent in news])
        self.cards.keep(item, conversation.contact, answered.turn.card, conversation)
        self._alert(self.conversations[invitation_id], answered, item)
        messages = _vouched(item, answered)
        if not answered.turn.recorded:
            messages = await self.cards.sparing.spare(item, messages, f"{invitation_id}")
        return self.outbox.say(item, messages, invitation_id)

    async def _close(
        self, item: Replied, conversation: Conversation, *, anonymous: bool
    ) -> Messages:
        """Take words to a survey that is no more: a card, where that may have an author."""
        contact, number = conversation.contact, conversation.invitation.id
        if not anonymous:
            self.cards.keep(item, contact, item.text, conversation)
        closed = compose_plain(self.rules, item.address, contact, "closed")
        return self.outbox.say(item, await self.cards.sparing.spare(item, (closed,), f"{number}"))

    def show(self, item: Inbound, conversation: Conversation) -> Messages:
        """Give the page of an invitation as it stands, or the answered question wished for."""
        survey = self.rules.surveys.get(conversation.invitation.survey)
        if survey is None:
            return (compose_plain(self.rules, item.address, conversation.contact, "closed"),)
        capabilities = self.channels[item.channel]
        wish = item.question_id if isinstance(item, Viewed | Entered) else ""
        page = show(
            self.rules, survey, conversation, item.address, capabilities, self.now, wish=wish
        )
        return (page,)

    def _hold(
        self, item: Replied, answered: Answered, invitation_id: int, *, anonymous: bool
    ) -> bool:
        """Hold a press back that may be a machine's; whether it was. Who is to stay unknown is just
        asked to press again.
        """
        turn, reason = answered.turn, self.guard.reason(item)
        if reason is None or turn.asked is None or not (turn.recorded or turn.card):
            return False
        if anonymous:
            self.guard.forget(item)
        else:
            self.guard.hold(item, turn.asked, invitation_id, reason)
        return True

    def renew(self, contact: Contact, languages: Mapping[int, str]) -> None:
        """Take in how a person is after a wish of theirs, and which invitations go on in which
        other language.
        """
        for number, old in self.conversations.items():
            if old.contact.id == contact.id:
                spoken = languages.get(number, old.invitation.language)
                invitation = replace(old.invitation, language=spoken)
                self.conversations[number] = replace(old, contact=contact, invitation=invitation)

    def ask_again(self, item: Inbound, among: Collection[int]) -> Messages:
        """Give the question that is open in one of these invitations, the one last written about;
        nothing where none is.
        """
        for number in sorted(among, reverse=True):
            conversation = self.conversations.get(number)
            survey = (
                self.rules.surveys.get(conversation.invitation.survey) if conversation else None
            )
            if conversation is None or survey is None or is_over(conversation, self.now):
                continue
            if next_question(survey, conversation.response):
                return self.show(item, conversation)
        return ()

    def _may_answer(self, conversation: Conversation, item: Replied) -> bool:
        """On a page the link is the credential; in a chat the address must be the contact's."""
        if self.channels[item.channel].inline:
            return True
        return any(
            a.channel == item.channel and a.value == item.address
            for a in conversation.contact.addresses
        )

    def _keep(self, survey: Survey, conversation: Conversation, answered: Answered) -> None:
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
                    ready_at=(
                        ready_at(survey, conversation, after, self.now) if after.anonymous else None
                    ),
                )
            )
            invitation = replace(invitation, state=state)
        if turn.recorded:
            self.conversations[invitation.id] = replace(
                conversation, invitation=invitation, response=turn.response
            )

    def _alert(self, conversation: Conversation, answered: Answered, item: Inbound) -> None:
        response = answered.turn.response
        recovers = conversation.invitation.trigger == RECOVERY and answered.turn.recorded
        if recovers and response and not response.anonymous:
            self.alarms.recovered(replace(conversation, response=response))
        if answered.alerts and response is not None:
            self.alarms.sound(
                Alarm(
                    conversation=replace(conversation, response=response),
                    response=response,
                    rules=answered.alerts,
                    added=answered.added,
                    item=item,
                )
            )


def _vouched(item: Replied, answered: Answered) -> Messages:
    """Give what to say; a page given to somebody whose press counted is a person's."""
    if item.press is None or not answered.turn.recorded:
        return answered.messages
    return tuple(replace(message, origin=Origin.VOUCHED) for message in answered.messages)
