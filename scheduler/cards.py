"""Cards: words that answer no question, kept as comment cards, with a word back.

Whoever announced a card ("feedback …") or writes without being asked is heard, strangers in a chat
too. Several messages in a row are one card with one receipt; small talk is kept and not answered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from scheduler.authors import Authors
from scheduler.news import News, Newsroom
from scheduler.notes import compose_plain
from scheduler.outbox import Messages, Outbox
from scheduler.rules import Rules
from scheduler.sparing import Sparing
from storage.store import Transaction
from surveys.card import (
    LONGEST,
    WAITS,
    Card,
    Courtesy,
    Opening,
    is_small_talk,
    join,
    joins,
    read_praise,
)
from surveys.contact import Contact
from surveys.conversation import Conversation
from surveys.inbound import Commented, Inbound, Replied
from surveys.language import Language
from surveys.message import Capabilities, Message

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Cards:
    """Keeps cards inside one transaction; what is said back is given or queued by the outbox."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    now: datetime
    outbox: Outbox
    newsroom: Newsroom
    authors: Authors
    sparing: Sparing
    _last: dict[tuple[str, str], Card] = field(default_factory=dict)
    _places: dict[tuple[str, str], int] = field(default_factory=dict)
    _news: list[News] = field(default_factory=list)

    async def load(self, items: Sequence[Inbound]) -> None:
        """Look up what those who write words now wrote a moment ago."""
        words = [i for i in items if isinstance(i, Replied) and i.text and i.address]
        places = {(i.channel, i.address) for i in words if self.authors.are_heard_on(i.channel)}
        if places:
            self._last = await self.transaction.last_cards(places, self.now - WAITS)

    async def save(self) -> None:
        """Tell staff what came in; the outbox writes the cards themselves."""
        await self.newsroom.tell(self._news)

    async def take(self, item: Replied, conversation: Conversation | None) -> Messages | None:
        """Take words that are a card whatever else is asked: ``/feedback …``, and what follows
        "feedback" alone. None where they are not.
        """
        if item.payloads or not item.text.strip():
            return None
        waited_for = self._is_waited_for(item, conversation)
        if not waited_for and not item.text.lstrip().startswith("/"):
            return None
        contact = conversation.contact if conversation else await self.authors.at(item)
        opening, bank = self.authors.opening(item.text, contact)
        if opening is None or not opening.is_command:
            opening = (opening or Opening(text=item.text.strip())) if waited_for else None
        return await self._accept(item, contact, opening, bank, conversation) if opening else None

    async def take_opened(self, item: Replied, conversation: Conversation) -> Messages | None:
        """Take words that answer no question and say that they are a card; None for others."""
        opening, bank = self.authors.opening(item.text, conversation.contact)
        if opening is None:
            return None
        return await self._accept(item, conversation.contact, opening, bank, conversation)

    async def take_unprompted(self, item: Replied) -> Messages:
        """Take what somebody writes who was not asked; a button whose time is over is told so."""
        contact = await self.authors.at(item)
        words = item.text.strip()
        if not words:
            return await self._say(item, contact, "closed") if contact and item.payloads else ()
        opening, bank = self.authors.opening(words, contact)
        if opening is None and is_small_talk(words, bank):
            if contact:
                self.keep(item, contact, words)
            return ()
        if opening is None and contact is None and self.authors.are_staff(item):
            return ()
        return await self._accept(item, contact, opening or Opening(text=words), bank, None)

    def courtesy(self, item: Replied, conversation: Conversation) -> Courtesy:
        """Give what words get back that turn out to answer no question of a conversation."""
        words = item.text.strip()
        if item.payloads or not words or self.channels[item.channel].inline:
            return Courtesy.FULL
        if is_small_talk(words, self.authors.heard(conversation.contact)):
            return Courtesy.NONE
        last = self._last.get((item.channel, item.address))
        if last is None or last.invitation_id != conversation.invitation.id:
            return Courtesy.FULL
        if last.at < _last_step(conversation):
            return Courtesy.FULL
        return Courtesy.NONE if joins(last, self.now) else Courtesy.RECEIPT

    def keep(
        self,
        item: Inbound,
        contact: Contact,
        text: str,
        conversation: Conversation | None = None,
        praise: bool | None = None,
    ) -> bool:
        """Keep words, and give whether they joined the card before. No words are no card."""
        words = text.strip()[:LONGEST]
        if not words:
            return False
        invitation = conversation.invitation if conversation else None
        card = Card(
            contact_id=contact.id,
            invitation_id=invitation.id if invitation else 0,
            channel=item.channel,
            text=words,
            at=self.now,
            praise=read_praise(words) if praise is None else praise,
            language=contact.language or "",
            quiet=is_small_talk(words, self.authors.heard(contact)),
        )
        last = self._last.get((item.channel, item.address)) if item.address else None
        if card.quiet or last is None or not _continues(last, card, self.now):
            self._put(item, contact, card, words, conversation)
            return False
        told = bool(last.text)
        longer = join(last, words, card.praise, self.now)
        self._put(item, contact, longer, words, conversation, joined=True, told=told)
        return told

    async def comment(self, item: Commented, *, fresh: bool) -> Messages:
        """Take a card from a page. The same one sent again is shown its receipt and not kept."""
        contact = await self.authors.visitor(item)
        bank = self.rules.bank(item.language or (contact.language if contact else None))
        if fresh and item.text.strip():
            card = Card(
                contact_id=contact.id if contact else 0,
                channel=item.channel,
                text=item.text.strip()[:LONGEST],
                at=self.now,
                praise=item.praise,
                source=item.source,
                email=item.email,
                language=bank.code,
            )
            self._put(item, contact, card, card.text)
        text = bank.texts[_receipt(item.praise)]
        return self.outbox.say(
            item, (Message(address=item.address, text=text, language=bank.code),)
        )

    # Keeping

    async def _accept(
        self,
        item: Replied,
        contact: Contact | None,
        opening: Opening,
        bank: Language,
        conversation: Conversation | None,
    ) -> Messages:
        """Keep an announced card, or wait for it, and say so; a stranger is made a contact."""
        known = contact
        if contact is None:
            if not self.authors.are_heard_on(item.channel):
                return ()
            contact = await self.authors.welcome(item, bank)
        if not opening.text:
            self._await_words(item, contact, opening)
            return await self._say(item, contact, "card_ask", new=known is None)
        if self._dismisses(item, opening.text, bank):
            return ()
        joined = self.keep(item, contact, opening.text, conversation, opening.praise)
        if joined:
            return ()
        card = self._last.get((item.channel, item.address))
        praise = card.praise if card else opening.praise
        return await self._say(item, contact, _receipt(praise), new=known is None)

    def _await_words(self, item: Replied, contact: Contact, opening: Opening) -> None:
        key = (item.channel, item.address)
        last = self._last.get(key)
        if last and not last.text:
            self._keep_at(key, replace(last, at=self.now, praise=opening.praise), joined=True)
            return
        waiting = Card(
            contact_id=contact.id,
            channel=item.channel,
            text="",
            at=self.now,
            praise=opening.praise,
            language=contact.language or "",
        )
        self._keep_at(key, waiting, joined=False)

    def _dismisses(self, item: Replied, words: str, bank: Language) -> bool:
        """Whether the words say that there is nothing to say after all; the wait is over then."""
        key = (item.channel, item.address)
        last = self._last.get(key)
        nothing = is_small_talk(words, bank) or words.casefold().strip(" .!") in bank.skip
        if last is None or last.text or not nothing:
            return False
        self._keep_at(key, replace(last, text=words[:LONGEST], quiet=True), joined=True)
        return True

    def _put(
        self,
        item: Inbound,
        contact: Contact | None,
        card: Card,
        words: str,
        conversation: Conversation | None = None,
        *,
        joined: bool = False,
        told: bool = False,
    ) -> None:
        """Put a card into the outbox, and have staff told of it where it is worth it."""
        place = self._keep_at((item.channel, item.address), card, joined=joined)
        if card.quiet:
            return
        about = conversation.invitation.interaction if conversation else None
        self._news.append(
            News(
                place=place,
                card=card,
                words=words,
                contact=contact,
                interaction=about,
                added=told,
                event_id=item.event_id,
            )
        )

    def _keep_at(self, key: tuple[str, str], card: Card, *, joined: bool) -> int:
        """Write a card into the outbox, over its earlier self where that is not saved yet."""
        place = self._places.get(key) if joined else None
        if place is None:
            place = len(self.outbox.cards)
            self.outbox.cards.append(card)
        else:
            self.outbox.cards[place] = card
        if key[1] and (joined or not card.quiet):
            self._last[key], self._places[key] = card, place
        return place

    # Whose words

    def _is_waited_for(self, item: Replied, conversation: Conversation | None) -> bool:
        """Whether the person said "feedback" and was asked for the words, and nothing since."""
        last = self._last.get((item.channel, item.address))
        if last is None or last.text or not joins(last, self.now):
            return False
        return conversation is None or (conversation.invitation.asked_at or _NEVER) <= last.at

    # Saying

    async def _say(
        self, item: Replied, contact: Contact, key: str, *, new: bool = False
    ) -> Messages:
        """Give one fixed text; to somebody new with what we keep of them."""
        message = compose_plain(self.rules, item.address, contact, key)
        if new:
            texts = self.rules.bank(contact.language).texts
            lines = [message.text, texts["card_privacy"]]
            if self.rules.privacy_url:
                lines.append(f"{texts['privacy']}: {self.rules.privacy_url}")
            message = replace(message, text="\n".join(lines))
        about = f"{self.rules.local_day(self.now).isoformat()}:{contact.id}"
        return self.outbox.say(item, await self.sparing.spare(item, (message,), about))


def _receipt(praise: bool | None) -> str:
    return {None: "comment_kept", True: "card_praised", False: "card_complained"}[praise]


def _continues(last: Card, card: Card, now: datetime) -> bool:
    same = last.invitation_id == card.invitation_id or not last.text
    return same and joins(last, now)


def _last_step(conversation: Conversation) -> datetime:
    """Give when the open question of a conversation became open."""
    answers = conversation.response.answers if conversation.response else ()
    asked = conversation.invitation.asked_at or _NEVER
    return max((asked, *(answer.at for answer in answers)))
