"""Linking: ties chats to people, by an opt-in link or by a code sent to an address we know.

Nobody is told whether we know an address: what is said, what is kept and what is counted are the
same whether or not it is somebody's.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from scheduler.notes import compose_plain
from scheduler.outbox import Outbox
from scheduler.rules import Rules
from storage.store import CodesSent, Transaction
from surveys.contact import AddressStatus, Contact
from surveys.inbound import Inbound, Linked, Replied
from surveys.link import Purpose, unseal
from surveys.linking import (
    CODE_LIVES,
    CODES_A_DAY,
    CODES_AN_HOUR,
    FORGOTTEN_AFTER,
    MOST_TRIES,
    Linking,
    asks_to_link,
    code_mark,
    is_code,
    link_mark,
    place_mark,
    read_code,
    read_place,
)
from surveys.message import Message
from surveys.template import fill

NewCode = Callable[[], str]
"""Gives six digits that nobody can guess."""


def new_code() -> str:
    """Give six random digits."""
    return f"{secrets.randbelow(10**6):06}"


@dataclass(slots=True, kw_only=True)
class ChatLinks:
    """Links chats inside one transaction; ``under_way`` are those that are locked."""

    transaction: Transaction
    rules: Rules
    outbox: Outbox
    new_code: NewCode
    under_way: dict[str, Linking] = field(default_factory=dict)

    async def load(self, items: Sequence[Inbound]) -> None:
        """Lock the chats that speak and are being linked."""
        chats = {self._chat(item) for item in items if self._is_words(item)}
        self.under_way = await self.transaction.linkings.lock(chats, self.outbox.now)

    async def take(self, item: Replied, *, is_asked: bool) -> bool:
        """Take words that have to do with linking; gives whether they had. Where a question is open
        (``is_asked``) a bare "link" may be its answer; "/link" is not.
        """
        if not self._is_words(item):
            return False
        linking = self.under_way.get(self._chat(item))
        may_ask = not is_asked or item.text.startswith("/")
        if linking and linking.code and (code := read_code(item.text)):
            await self._check(item, linking, code)
        elif linking and (place := read_place(item.text)):
            await self._send(item, linking, place)
        elif may_ask and (language := await self._asks(item)):
            await self._begin(item, language)
        else:
            return False
        return True

    async def open(self, item: Linked) -> Message:
        """Tie a chat to the person whose link was opened in it, and greet them. A link is good for
        the first chat that opens it.
        """
        number = unseal(self.rules.key, Purpose.OPT_IN, item.token, self.outbox.now)
        invited = await self._contact(number)
        owner = await self._contact_at(item.channel, item.address)
        if invited:
            mark = link_mark(self.rules.key, item.token, item.channel)
            if not await self.transaction.linkings.open(mark, self._chat(item), self.outbox.now):
                return self._note(item, "link_used", invited.language)
            if self.rules.links_by_code and (owner is None or owner.id != invited.id):
                await self._wait(item, invited.language or "", invited.id)
                return self._note(item, "link_ask", invited.language)
            await self.transaction.link_address(invited.id, item.channel, item.address)
            await self.transaction.hear({(item.channel, item.address): self.outbox.now})
            owner = await self._contact_at(item.channel, item.address)
        # A chat that is somebody else's stays theirs, and takes no stop back for them.
        mine = owner is not None and (number is None or (invited and owner.id == invited.id))
        if owner is None:
            await self.transaction.lift_suppression(item.channel, item.address)
        if owner and mine:  # coming by one's own will takes a stop back
            await self.transaction.opt_in({owner.id}, self.outbox.now, item.channel)
        return compose_plain(self.rules, item.address, owner, "linked" if mine else "hello")

    # The steps

    async def _begin(self, item: Replied, language: str) -> None:
        owner = await self._contact_at(item.channel, item.address)
        if owner and owner.keys:
            self._say(item, "link_known", language)
            return
        await self._wait(item, language, wanted=0)
        self._say(item, "link_ask", language)

    async def _wait(self, item: Inbound, language: str, wanted: int) -> None:
        until = self.outbox.now + FORGOTTEN_AFTER
        chat = self._chat(item)
        await self._keep(Linking(chat=chat, until=until, language=language, wanted_id=wanted))

    async def _send(self, item: Replied, linking: Linking, place: tuple[str, str]) -> None:
        """Send a code to an address, if it is the person's; say the same where it is not."""
        mark = place_mark(self.rules.key, *place)
        sent = await self.transaction.linkings.count_codes(linking.chat, mark, self.outbox.now)
        if _is_too_many(sent):
            self._say(item, "link_later", linking.language)
            return
        await self.transaction.linkings.note_code(linking.chat, mark, self.outbox.now)
        known = await self._reader(place, linking)
        code, known_id = self.new_code(), known.id if known else 0
        await self._keep(
            replace(
                linking,
                until=self.outbox.now + FORGOTTEN_AFTER,
                known_id=known_id,
                code=code_mark(self.rules.key, linking.chat, known_id, code),
                expires_at=self.outbox.now + CODE_LIVES,
                tries=0,
            )
        )
        if known:
            message = self._spell_code(place[1], known, code)
            self.outbox.queue(place[0], message, 0, f"code:{item.channel}:{item.event_id}")
        self._say(item, "link_sent", linking.language)

    async def _check(self, item: Replied, linking: Linking, code: str) -> None:
        right = is_code(self.rules.key, linking, code)
        if not linking.is_good(self.outbox.now):
            await self._keep(replace(linking, code="", known_id=0))
            self._say(item, "link_over", linking.language)
        elif right:
            await self._link(item, linking)
        else:
            linking = replace(linking, tries=linking.tries + 1)
            await self._keep(linking)
            left = MOST_TRIES - linking.tries
            key = "link_wrong" if left else "link_over"
            self._say(item, key, linking.language, left=str(left))

    async def _link(self, item: Replied, linking: Linking) -> None:
        await self.transaction.linkings.end(linking.chat)
        self.under_way.pop(linking.chat, None)
        person = await self._contact(linking.known_id)
        place = (item.channel, item.address)
        if person is None or person.opted_out_at:  # gone, or stopped since the code was sent
            self._say(item, "link_over", linking.language)
        elif await self.transaction.link_address(person.id, *place):
            await self.transaction.hear({place: self.outbox.now})
            await self.transaction.opt_in({person.id}, self.outbox.now, item.channel)
            self._say(item, "linked", person.language or linking.language)
        else:  # the chat is another person's already: staff say whose it is
            await self.transaction.note_conflict(person.id, *place, self.outbox.now)
            self._say(item, "link_taken", linking.language)

    # Who it is about

    async def _reader(self, place: tuple[str, str], linking: Linking) -> Contact | None:
        """Give who reads what we send to an address, None where nobody may be written to there."""
        channel, value = place
        if channel not in self.outbox.channels:
            return None
        owner = await self._contact_at(channel, value)
        wanted = (await self._contact(linking.wanted_id)) if linking.wanted_id else owner
        if owner is None or owner.opted_out_at or wanted is None or wanted.id != owner.id:
            return None
        usable = any(
            (a.channel, a.value, a.status) == (channel, value, AddressStatus.OK)
            for a in owner.addresses
        )
        return owner if usable and owner.keys else None

    async def _asks(self, item: Replied) -> str:
        """Give the language in which somebody asks to link their chat, "" where they do not.

        Whoever has told us no language is understood in all of them.
        """
        contact = await self._contact_at(item.channel, item.address)
        own = self.rules.bank(contact.language if contact else None)
        if contact and contact.language:
            return asks_to_link(item.text, (own, self.rules.languages["en"]))
        return asks_to_link(item.text, (own, *self.rules.languages.values()))

    async def _contact(self, number: int | None) -> Contact | None:
        found = await self.transaction.contacts_by_id({number}) if number else {}
        return found.get(number or 0)

    async def _contact_at(self, channel: str, value: str) -> Contact | None:
        place = (channel, value)
        return (await self.transaction.contacts_by_address({place})).get(place)

    # What is said and kept

    async def _keep(self, linking: Linking) -> None:
        self.under_way[linking.chat] = linking
        await self.transaction.linkings.save(linking)

    def _is_words(self, item: Inbound) -> bool:
        """Whether somebody wrote words in a chat: a mailbox and a page are none."""
        can = self.outbox.channels[item.channel]
        is_chat = can.replies and not can.inline and not can.subject
        return isinstance(item, Replied) and is_chat and bool(item.text) and not item.payloads

    def _chat(self, item: Inbound) -> str:
        return place_mark(self.rules.key, item.channel, item.address)

    def _text(self, key: str, language: str | None, **facts: str) -> str:
        return fill(self.rules.bank(language).texts[key], {"company": self.rules.company, **facts})

    def _note(self, item: Inbound, key: str, language: str | None, **facts: str) -> Message:
        text = self._text(key, language, **facts)
        return Message(address=item.address, text=text, language=self.rules.bank(language).code)

    def _spell_code(self, address: str, person: Contact, code: str) -> Message:
        return Message(
            address=address,
            subject=self._text("link_subject", person.language),
            text=self._text("link_code", person.language, code=code),
            language=self.rules.bank(person.language).code,
        )

    def _say(self, item: Inbound, key: str, language: str | None, **facts: str) -> None:
        self.outbox.say(item, (self._note(item, key, language, **facts),))


def _is_too_many(sent: CodesSent) -> bool:
    return (
        sent.chat_hour >= CODES_AN_HOUR
        or sent.place_hour >= CODES_AN_HOUR
        or sent.place_day >= CODES_A_DAY
    )
