"""Wishes: what a person asks of us, put into effect, with a receipt in their language.

A wish is the person's: it holds on every channel, whichever they asked on.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scheduler.answering import staff_addresses
from scheduler.choices import with_choices
from scheduler.notes import compose_plain
from scheduler.outbox import Outbox
from scheduler.rules import Rules
from scheduler.throttle import find_address
from storage.store import Transaction
from surveys.alert import recipients_of
from surveys.card import Card
from surveys.consent import agree
from surveys.contact import AddressStatus, Contact
from surveys.dates import spell_date
from surveys.event import Interaction
from surveys.inbound import Asked, Inbound
from surveys.masking import mask_address
from surveys.message import Capabilities, Message
from surveys.plural import counted
from surveys.request import PAUSE_DAYS, RequestKind, channel_name
from surveys.staff import Role

log = logging.getLogger("afterword.wishes")

MOST_CALLS = 3
"""Times a day a person's wish to talk to somebody is told to colleagues; after that it is only
kept as a comment card."""

ComposeCall = Callable[[Rules, Contact, Interaction | None, Asked, str], Message]
"""(rules, who asks, what they last had to do with us, what came in, address) -> what a colleague
reads."""

INTERACTION_COUNTS = timedelta(days=365)
"""How long the team of an interaction is the one to talk to."""

_HERE = {
    "stopped": "stopped_here",
    "paused": "paused_here",
    "know": "know_here",
    "help_requests": "choices",
}
"""Text -> what is said instead where the next wish is pressed and nothing can be written."""

FORGET_LASTS = timedelta(hours=1)
"""How long somebody who asked to be forgotten may confirm it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a wish led to: what is said back, the contact as they are now (None where nobody is
    known), and the open invitations that go on in another language: id -> language. ``erased`` is
    the number of whom it made us forget, 0 for nobody.
    """

    message: Message
    contact: Contact | None = None
    languages: Mapping[int, str] = field(default_factory=dict)
    erased: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Grants wishes inside one transaction."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    outbox: Outbox
    compose_call: ComposeCall
    now: datetime

    async def grant(self, asked: Asked, contact: Contact, *, fresh: bool) -> Granted:
        """Grant one wish; with ``fresh`` False only say again how things stand."""
        if fresh:
            contact = await self.transaction.lock_contact(contact.id) or contact
        match asked.request.kind:
            case RequestKind.STOP | RequestKind.START:
                return await self._stop_or_start(asked, contact, fresh=fresh)
            case RequestKind.PAUSE:
                return await self._pause(asked, contact, fresh=fresh)
            case RequestKind.ONLY:
                return await self._keep_to(asked, contact, fresh=fresh)
            case RequestKind.LANGUAGE:
                return await self._speak(asked, contact, fresh=fresh)
            case RequestKind.KNOW:
                return await self._tell(asked, contact)
            case RequestKind.FORGET:
                return await self._forget(asked, contact, fresh=fresh)
            case RequestKind.PERSON:
                return await self._call(asked, contact, fresh=fresh)
            case _:
                return self._said(asked, contact, "help_requests")

    # Stop, start, pause

    async def _stop_or_start(self, asked: Asked, contact: Contact, *, fresh: bool) -> Granted:
        stops = asked.request.kind is RequestKind.STOP
        if not fresh:
            return self._control(asked, contact)
        if stops:
            await self.transaction.opt_out({contact.id}, self.now, asked.channel)
            stopped = replace(contact, opted_out_at=contact.opted_out_at or self.now)
            return self._control(asked, stopped)
        await self.transaction.opt_in({contact.id}, self.now, asked.channel)
        free = replace(contact, opted_out_at=None, paused_until=None, only_channel="")
        await self._wait(contact, free)
        return self._control(asked, free)

    async def _pause(self, asked: Asked, contact: Contact, *, fresh: bool) -> Granted:
        """Hold questions back. It does not soften a stop, and says so."""
        until = self.now + timedelta(days=asked.request.days or PAUSE_DAYS)
        if fresh:
            paused = replace(contact, paused_until=until)
            await self._wait(contact, paused)
            contact = paused
        if contact.opted_out_at:
            return self._control(asked, contact)
        day = self._day(contact, contact.paused_until or self.now)
        return self._said(asked, contact, "paused", date=spell_date(self._code(contact), day))

    async def _wait(self, before: Contact, after: Contact) -> None:
        """Keep a changed pause, and let what the old one holds back be decided on anew."""
        await self.transaction.set_wishes(after)
        if before.paused_until and before.paused_until > self.now:
            lanes = tuple(self.channels)
            until = before.paused_until
            await self.transaction.release_held(before.id, lanes, until, self.now)

    # Channel and language

    async def _keep_to(self, asked: Asked, contact: Contact, *, fresh: bool) -> Granted:
        wished, bank = asked.request.channel, self.rules.bank(contact.language)
        known = reachable_channels(contact, self.channels)
        if wished not in known:
            names = ", ".join(channel_name(bank, channel) for channel in known)
            return self._said(asked, contact, "only_unknown", channels=names)
        if fresh:
            contact = replace(contact, only_channel=wished)
            await self.transaction.set_wishes(contact)
            agreed = agree(contact.consents, asked.channel, self.now, channel=wished)
            await self.transaction.record_consents([(contact.id, said) for said in agreed])
        return self._said(asked, contact, "only_set", channel=channel_name(bank, wished))

    async def _speak(self, asked: Asked, contact: Contact, *, fresh: bool) -> Granted:
        code, languages = asked.request.language, self.rules.languages
        if code not in languages:
            names = ", ".join(language.name for language in languages.values())
            return self._said(asked, contact, "language_unknown", languages=names)
        changed: Mapping[int, str] = {}
        if fresh:
            surveys = self.rules.surveys.values()
            contact = replace(contact, language=code)
            await self.transaction.set_wishes(contact)
            spoken = {survey.id: code for survey in surveys if code in survey.languages}
            changed = await self.transaction.speak(contact.id, spoken)
        granted = self._said(asked, contact, "language_set", language=languages[code].name)
        return replace(granted, languages=changed)

    # What we know, and somebody to talk to

    async def _tell(self, asked: Asked, contact: Contact) -> Granted:
        known = await self.transaction.read_knowledge(contact)
        code = self._code(contact)
        return self._said(
            asked,
            contact,
            "know",
            name=_full_name(contact),
            addresses=self._spell_addresses(contact),
            answers=counted(self.rules.bank(contact.language), "answers", known.answers),
            since=spell_date(code, self._day(contact, known.since or self.now)),
        )

    async def _forget(self, asked: Asked, contact: Contact, *, fresh: bool) -> Granted:
        """Ask first, for it cannot be undone; once confirmed, forget the person at once."""
        if fresh and asked.confirmed and is_forgetting(contact, self.now):
            log.info("contact %d asked to be forgotten and is", contact.id)
            farewell = compose_plain(self.rules, asked.address, contact, "forgotten")
            return Granted(message=farewell, erased=contact.id)
        if fresh:
            contact = replace(contact, forget_asked_at=self.now)
            await self.transaction.set_wishes(contact)
        if self.channels[asked.channel].inline:
            return self._said(asked, contact, "forget_sure")
        word = self.rules.bank(contact.language).texts["forget_word"]
        return self._said(asked, contact, "forget_confirm", word=word)

    async def _call(self, asked: Asked, contact: Contact, *, fresh: bool) -> Granted:
        """Tell the team of the last interaction, else who stands above, that somebody waits."""
        if fresh:
            await self.transaction.note_talks({contact.id}, self.now)
            since = self.now - INTERACTION_COUNTS
            last = (await self.transaction.last_interactions({contact.id}, since)).get(contact.id)
            team = last.team if last else ""
            members = recipients_of(Role.TEAM_LEAD, team, self.rules.staff)
            told = dict.fromkeys(staff_addresses(members, self.channels))
            if not told:
                log.error("contact %d wants to talk to somebody: check staff", contact.id)
            if not told or not await self._may_call(contact):
                self._keep_words(asked, contact, team)
                told = {}
            for number, (lane, address) in enumerate(told):
                message = self.compose_call(self.rules, contact, last, asked, address)
                due_id = f"person:{asked.channel}:{asked.event_id}:{number:02}"
                self.outbox.queue(lane, message, 0, due_id)
        return self._said(asked, contact, "person_called")

    def _keep_words(self, asked: Asked, contact: Contact, team: str) -> None:
        """Keep a wish to talk to somebody where staff find it, since nobody is told of it now."""
        card = Card(
            contact_id=contact.id,
            channel=asked.channel,
            text=asked.words or "Wants to talk to somebody.",
            at=self.now,
            language=contact.language or "",
            team=team,
        )
        self.outbox.cards.append(card)

    async def _may_call(self, contact: Contact) -> bool:
        key = f"person:{contact.id}:{self.rules.local_day(self.now).isoformat()}"
        made = (await self.transaction.take_counters({key}))[key]
        await self.transaction.save_counters({key: made + 1})
        return made < MOST_CALLS

    # Saying

    def show(self, asked: Inbound, contact: Contact) -> Message:
        """Give a person's own page as it stands."""
        key = "stop_confirm" if contact.opted_out_at is None else "stopped"
        return self._said(asked, contact, key).message

    def _control(self, asked: Asked, contact: Contact) -> Granted:
        return self._said(asked, contact, "stopped" if contact.opted_out_at else "resumed")

    def _said(self, asked: Inbound, contact: Contact, key: str, **facts: object) -> Granted:
        """Give a text; on a page, and on a call, with what else may be asked."""
        inline = self.channels[asked.channel].inline
        text = _HERE.get(key, key) if inline else key
        message = compose_plain(self.rules, asked.address, contact, text, **facts)
        if inline:
            known, confirm = reachable_channels(contact, self.channels), key == "forget_sure"
            page = replace(message, stop_link=self.rules.stop_link(contact.id, self.now))
            message = with_choices(self.rules, page, contact, known, confirm=confirm)
        return Granted(message=message, contact=contact)

    def _code(self, contact: Contact) -> str:
        return self.rules.bank(contact.language).code

    def _day(self, contact: Contact, at: datetime) -> date:
        """Give the date where the person is, as far as we know."""
        try:
            return at.astimezone(ZoneInfo(contact.timezone or self.rules.timezone)).date()
        except (ZoneInfoNotFoundError, ValueError, OSError):  # a business system's own idea of one
            return self.rules.local_day(at)

    def _spell_addresses(self, contact: Contact) -> str:
        bank = self.rules.bank(contact.language)
        named = (
            f"{channel_name(bank, a.channel)} {mask_address(a.channel, a.value)}".strip()
            for a in contact.addresses
            if a.status is AddressStatus.OK
        )
        return ", ".join(dict.fromkeys(named))


def is_forgetting(contact: Contact, now: datetime) -> bool:
    """Whether a person asked to be forgotten and may still confirm it."""
    asked_at = contact.forget_asked_at
    return asked_at is not None and now - asked_at < FORGET_LASTS


def reachable_channels(contact: Contact, channels: Mapping[str, Capabilities]) -> tuple[str, ...]:
    """Give the channels we can ask a person on; a page waits for them, and reaches nobody."""
    return tuple(
        name
        for name, can in channels.items()
        if not can.waits and find_address(contact, name, channels)[0]
    )


def _full_name(contact: Contact) -> str:
    known = contact.attributes
    parts = [str(known[k]) for k in ("first_name", "last_name") if known.get(k)]
    return " ".join(parts) or str(known.get("name") or "")
