"""Requests: what people ask of us instead of answering; heard here, granted by `wishes`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.notes import compose_plain
from scheduler.rules import Rules
from scheduler.wishes import Granted, Wishes, is_forgetting
from storage.store import Transaction
from surveys.card import read_opening
from surveys.contact import Contact
from surveys.conversation import Conversation, is_over, next_question
from surveys.inbound import Asked, Inbound, OptedIn, OptedOut, Replied, Viewed
from surveys.language import Language
from surveys.link import Purpose, unseal
from surveys.message import Capabilities, Message
from surveys.question import Kind
from surveys.reading import is_stop, read_answer
from surveys.request import LONGEST, Request, RequestKind, is_confirmation, read_request

Wish = Asked | OptedOut | OptedIn
"""The ways a request comes in: as a press or as words, and by what providers have for it."""

_KINDS = {OptedOut: RequestKind.STOP, OptedIn: RequestKind.START}
_TO_STRANGERS = {
    RequestKind.STOP: "stopped",
    RequestKind.KNOW: "know_nothing",
    RequestKind.FORGET: "know_nothing",
    RequestKind.HELP: "help_requests",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Hears requests inside one transaction and has them granted."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    wishes: Wishes
    now: datetime

    async def read_words(self, item: Replied, conversation: Conversation | None) -> Asked | None:
        """Give the request that plain words are, in the languages the person may write, or None.

        A choice that reads the same wins over everything but a stop.
        """
        if not item.payloads and not item.text.strip():
            return None if self._asks(conversation) else await self._read_silence(item)
        if item.payloads or len(item.text) > 2 * LONGEST:
            return None
        contact = conversation.contact if conversation else await self._contact_at(item)
        banks = list(self._banks(contact, conversation))
        if any(is_stop(item.text, bank) for bank in banks):
            return _asked(item, Request(kind=RequestKind.STOP))
        if conversation and self._is_choice(item.text, conversation):
            return None
        confirms = any(is_confirmation(item.text, bank) for bank in banks)
        if confirms and contact and is_forgetting(contact, self.now):
            return replace(_asked(item, Request(kind=RequestKind.FORGET)), confirmed=True)
        found = next((r for bank in banks if (r := read_request(item.text, bank))), None)
        if found and found.kind is RequestKind.START and conversation and not _is_held(contact):
            return None  # there is nothing to take back: it is an answer
        if found is None and contact and not any(read_opening(item.text, b) for b in banks):
            found = _unknown_command(item.text)
        return _asked(item, found) if found else None

    async def _read_silence(self, item: Replied) -> Asked | None:
        """Give what somebody asks who calls us and has no question to answer: what there is."""
        known = self.channels[item.channel].inline and await self._contact_at(item)
        return _asked(item, Request(kind=RequestKind.HELP)) if known else None

    async def grant(self, item: Wish, *, fresh: bool) -> Granted | None:
        """Grant a request: to the person, on every channel, with a receipt.

        One that came before changes nothing: the person may have thought better of it since. What
        it says back then is for pages only.
        """
        asked = item if isinstance(item, Asked) else _asked(item, Request(kind=_KINDS[type(item)]))
        contact = await (self._contact_of(asked.token) if asked.token else self._contact_at(asked))
        if not fresh and not self.channels[item.channel].inline:
            return None
        if contact is None:
            return await self._answer_stranger(asked, fresh=fresh)
        return await self.wishes.grant(asked, contact, fresh=fresh)

    async def show_stop(self, item: Viewed) -> Message | None:
        """Give the page that asks for a stop, or shows that there is one; None for a bad link."""
        contact = await self._contact_of(item.token)
        if contact is None:
            return None
        return self.wishes.show(item, contact)

    def _banks(
        self, contact: Contact | None, conversation: Conversation | None
    ) -> Iterator[Language]:
        """Give what we understand from a person: in the survey's language and in their own."""
        banks = [self.rules.heard(contact.language if contact else None)]
        if conversation:
            banks.insert(0, self.rules.heard(conversation.invitation.language))
        yield from {bank.code: bank for bank in banks}.values()

    def _asks(self, conversation: Conversation | None) -> bool:
        """Whether a question waits for an answer."""
        if conversation is None or is_over(conversation, self.now):
            return False
        survey = self.rules.surveys.get(conversation.invitation.survey)
        return survey is not None and next_question(survey, conversation.response) is not None

    def _is_choice(self, text: str, conversation: Conversation) -> bool:
        """Whether the words choose something of the open question."""
        survey = self.rules.surveys.get(conversation.invitation.survey)
        question = next_question(survey, conversation.response) if survey else None
        if question is None or question.kind not in (Kind.CHOICE, Kind.CHOICES):
            return False
        read = read_answer(question, text, self.rules.heard(conversation.invitation.language))
        return read is not None and bool(read.choices) and not is_over(conversation, self.now)

    async def _answer_stranger(self, asked: Asked, *, fresh: bool) -> Granted | None:
        """Remember the stop of somebody we do not know, and say what there is to say. Not by mail,
        where it would go to whoever a forger names, nor where each message costs.
        """
        if fresh and asked.address and asked.request.kind is RequestKind.STOP:
            await self.transaction.suppress(asked.channel, asked.address, self.now)
        if fresh and asked.address and asked.request.kind is RequestKind.START:
            await self.transaction.lift_suppression(asked.channel, asked.address)
        can = self.channels[asked.channel]
        if can.inline:  # a link that names nobody is not valid, unless it did a moment ago
            gone = asked.confirmed and not fresh
            forgotten = compose_plain(self.rules, asked.address, None, "forgotten")
            return Granted(message=forgotten) if gone else None
        key = _TO_STRANGERS.get(asked.request.kind)
        if key is None or can.subject or can.daily_max is not None:
            return None
        return Granted(message=compose_plain(self.rules, asked.address, None, key))

    async def _contact_of(self, token: str) -> Contact | None:
        return await self._contact(unseal(self.rules.key, Purpose.STOP, token, self.now))

    async def _contact(self, number: int | None) -> Contact | None:
        found = await self.transaction.contacts_by_id({number}) if number else {}
        return found.get(number or 0)

    async def _contact_at(self, item: Inbound) -> Contact | None:
        key = (item.channel, item.address)
        return (await self.transaction.contacts_by_address({key})).get(key)


def _asked(item: Replied | OptedOut | OptedIn, request: Request) -> Asked:
    return Asked(
        event_id=item.event_id,
        channel=item.channel,
        at=item.at,
        address=item.address,
        request=request,
        token="" if isinstance(item, Replied) else item.token,
        words=item.text if isinstance(item, Replied) else "",
    )


def is_heard_always(asked: Asked) -> bool:
    """Whether a request is one whatever else is going on: a stop, being forgotten, a command."""
    always = (RequestKind.STOP, RequestKind.FORGET)
    return asked.request.kind in always or asked.words.lstrip().startswith("/")


def _is_held(contact: Contact | None) -> bool:
    """Whether there is something a START takes back."""
    return contact is not None and bool(
        contact.opted_out_at or contact.paused_until or contact.only_channel
    )


def _unknown_command(text: str) -> Request | None:
    """Words behind a slash are meant for us, even where we have none such: we say which we have."""
    word = text.split(maxsplit=1)[0]
    return Request(kind=RequestKind.HELP) if word[0] == "/" and word[1:].isalpha() else None
