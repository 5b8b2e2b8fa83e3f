"""Visits: people who come to a survey by themselves. A look records nothing; with their first
answer the contact, the invitation and the answer are kept together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.answering import answer_reply
from scheduler.journeys import invitation_key
from scheduler.outbox import Messages
from scheduler.rules import Rules
from scheduler.showing import show
from scheduler.turns import Turns
from storage.store import Transaction
from surveys.compose import WORDS, choose_language, compose_question, payload
from surveys.consent import agree
from surveys.contact import Contact
from surveys.conversation import Conversation, next_question, progress
from surveys.entrance import VISITOR, Entrance, visit_name, visitor_key
from surveys.event import Interaction
from surveys.inbound import Entered, Replied
from surveys.invitation import Invitation
from surveys.message import Capabilities, Message
from surveys.survey import Survey

_NOBODY = "public"
"""Stands for the token in payloads of an invitation that is not made yet."""


@dataclass(slots=True, kw_only=True)
class Visits:
    """Lets people in, inside one transaction."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    now: datetime
    turns: Turns

    async def enter(self, item: Entered, *, fresh: bool) -> Messages:
        """Take one look or answer and give the page that follows; none where nobody may enter.

        The page's last message has a ``link`` where an invitation stands behind it: that is where
        the visitor goes on. Without one nothing was kept. ``fresh`` is false for a repeat.
        """
        survey = self.rules.surveys.get(item.survey)
        entrance = self.rules.entrances.get(item.survey)
        if survey is None or entrance is None:
            return ()
        visit = _Visit(survey, entrance, entrance.fold(item.source), item)
        if item.is_look:
            return await self._look(visit)
        if fresh:
            return await self._answer(visit)
        return await self._show(replace(visit, item=replace(item, question_id="")))

    async def _look(self, visit: "_Visit") -> Messages:
        """A subscriber's link may be in anybody's hands, so it shows no answers given before."""
        if visit.item.visitor and not visitor_key("", visit.item.contact):
            return await self._show(visit)
        return (self._first_page(visit),)

    async def _show(self, visit: "_Visit") -> Messages:
        contact = await self._known(visit)
        conversation = await self._open(visit, contact) if contact else None
        if conversation is None:
            return (self._first_page(visit),)
        return self._going_on(visit, conversation, self.turns.show(visit.item, conversation))

    async def _answer(self, visit: "_Visit") -> Messages:
        contact = await self._known(visit)
        conversation = await self._open(visit, contact) if contact else None
        if conversation is None:
            unread = self._unread(visit)
            if unread:
                return unread
            conversation = await self._begin(visit, contact)
        said = await self.turns.reply(visit.reply(), conversation.invitation.id)
        return self._going_on(visit, conversation, said)

    async def _known(self, visit: "_Visit") -> Contact | None:
        """Give the contact who comes, locked: two presses at once are one visit."""
        key = visit.key
        return (await self.transaction.lock_contacts({key})).get(key) if key else None

    async def _open(self, visit: "_Visit", contact: Contact) -> Conversation | None:
        number = await self.transaction.find_visit(
            contact.id, visit.survey.id, visit_name(visit.source), self.now
        )
        if number and number not in self.turns.conversations:
            self.turns.conversations |= await self.transaction.lock_conversations({number})
        return self.turns.conversations.get(number)

    async def _begin(self, visit: "_Visit", contact: Contact | None) -> Conversation:
        language = self._language(visit, contact)
        if contact is None:
            new = Contact(keys=(visit.key,), language=language)
            (contact,) = await self.transaction.save_contacts([new])
        await self._agree(visit, contact)
        wanted = self._invitation(visit, contact, language)
        (invitation,) = await self.transaction.add_invitations([wanted])
        conversation = Conversation(invitation=invitation, contact=contact)
        self.turns.conversations[invitation.id] = conversation
        return conversation

    async def _agree(self, visit: "_Visit", contact: Contact) -> None:
        """Who answers by themselves has agreed to be asked there."""
        here, purpose = visit.item.channel, visit.survey.purpose
        news = agree(contact.consents, here, self.now, channel=here, purpose=purpose)
        await self.transaction.record_consents([(contact.id, consent) for consent in news])

    def _invitation(self, visit: "_Visit", contact: Contact, language: str) -> Invitation:
        """Give the invitation of a visit. Nothing is to be sent, so it goes by no lane."""
        trigger = visit_name(visit.source)
        key = invitation_key(visit.survey.id, trigger, str(contact.id), self.now.isoformat())
        entrance = visit.entrance
        return Invitation(
            key=key,
            contact_id=contact.id,
            survey=visit.survey.id,
            survey_version=visit.survey.version,
            trigger=trigger,
            via=(),
            channel=visit.item.channel,
            due_at=self.now,
            expires_at=self.now + entrance.expires,
            interaction=Interaction(
                team=entrance.team_of(visit.source), line=visit.source, population=VISITOR
            ),
            language=language,
        )

    # Pages

    def _unread(self, visit: "_Visit") -> Messages:
        """Give the first page anew where the answer cannot be read; none where it can."""
        survey, item = visit.survey, visit.item
        conversation = self._nobody(visit)
        capabilities = self.channels[item.channel]
        answered = answer_reply(
            self.rules, survey, conversation, visit.reply(), capabilities, self.now
        )
        if answered.turn.recorded:
            return ()
        notice = answered.messages[-1].notice if answered.messages else ""
        return (replace(self._first_page(visit), notice=notice),)

    def _first_page(self, visit: "_Visit") -> Message:
        survey, item = visit.survey, visit.item
        conversation, capabilities = self._nobody(visit), self.channels[item.channel]
        named = survey.question(item.question_id)
        if named is None or named.condition is not None:
            named = next_question(survey, None)
        if named is None:  # every question waits for an answer to another one
            page = show(self.rules, survey, conversation, "", capabilities, self.now)
            return replace(page, link="")
        setting = self.rules.setting(survey, conversation.invitation, conversation.contact, "")
        step, steps = progress(survey, None)
        page = compose_question(setting, named, capabilities, step=step, steps=steps)
        return replace(page, link="")

    def _nobody(self, visit: "_Visit") -> Conversation:
        language, nobody = self._language(visit, None), Contact()
        return Conversation(
            invitation=self._invitation(visit, nobody, language), contact=nobody, response=None
        )

    def _language(self, visit: "_Visit", contact: Contact | None) -> str:
        """Give the first wish that the survey is asked in, else the contact's language or ours."""
        for wish in visit.item.language.split(","):
            for code in (wish.strip().lower(), wish.strip().lower().partition("-")[0]):
                if code in visit.survey.languages:
                    return code
        return choose_language(
            visit.survey, contact.language if contact else None, self.rules.language
        )

    def _going_on(
        self, visit: "_Visit", conversation: Conversation, messages: Messages
    ) -> Messages:
        """Give the messages with the address of the visitor's own page on the last."""
        if not messages:
            return ()
        about = (conversation.invitation, conversation.contact)
        link = self.rules.setting(visit.survey, *about, "").link
        return (*messages[:-1], replace(messages[-1], link=link))


@dataclass(frozen=True, slots=True)
class _Visit:
    """One call of one visitor, with what it is about; ``source`` is folded."""

    survey: Survey
    entrance: Entrance
    source: str
    item: Entered

    @property
    def key(self) -> str:
        return visitor_key(self.item.visitor, self.item.contact)

    def reply(self) -> Replied:
        """Give the answer as the reply it would be once the invitation is made."""
        item = self.item
        values = [value for value in item.value.split(",") if value] or [WORDS]
        return Replied(
            event_id=item.event_id,
            channel=item.channel,
            at=item.at,
            address=item.address,
            payloads=tuple(payload(_NOBODY, item.question_id, value) for value in values),
            text=item.text,
            revealing=True,
        )
