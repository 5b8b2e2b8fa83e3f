"""Choices: what a person may ask of us, as the buttons of their own page. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from scheduler.rules import Rules
from surveys.contact import Contact
from surveys.message import Button, Message
from surveys.request import PAUSE_DAYS, Request, RequestKind, channel_name, request_payload
from surveys.template import fill


def with_choices(
    rules: Rules,
    message: Message,
    contact: Contact,
    channels: Sequence[str],
    *,
    confirm: bool = False,
) -> Message:
    """Give a message with the buttons of a person's page: first the one that stops or resumes (or,
    with ``confirm``, the one that lets us forget them), then all others.

    ``channels`` are those we reach them on.
    """
    return replace(message, buttons=tuple(_buttons(rules, contact, channels, confirm=confirm)))


def _buttons(
    rules: Rules, contact: Contact, channels: Sequence[str], *, confirm: bool
) -> Iterator[Button]:
    say = _Labels(rules, contact)
    held = contact.paused_until is not None or contact.only_channel != ""
    if confirm:
        yield say.button("choice_forget_sure", RequestKind.FORGET, confirmed=True)
    yield say.resume() if contact.opted_out_at else say.button("stop", RequestKind.STOP)
    if held and not contact.opted_out_at:
        yield say.resume()
    if not contact.opted_out_at:
        yield say.button("choice_pause", RequestKind.PAUSE)
        others = [c for c in channels if c != contact.only_channel]
        yield from (say.only(channel) for channel in others if len(channels) > 1)
    for kind in (RequestKind.KNOW, RequestKind.PERSON, RequestKind.FORGET):
        yield say.button(f"choice_{kind}", kind)
    for code, language in rules.languages.items():
        if code != say.bank.code:
            asks = Request(kind=RequestKind.LANGUAGE, language=code)
            yield Button(label=language.name, payload=request_payload(asks))


class _Labels:
    """Makes buttons in a person's language."""

    def __init__(self, rules: Rules, contact: Contact) -> None:
        self.bank = rules.bank(contact.language)
        self._company = rules.company

    def button(self, key: str, kind: RequestKind, *, confirmed: bool = False) -> Button:
        facts = {"company": self._company, "days": PAUSE_DAYS}
        asks = request_payload(Request(kind=kind), confirmed=confirmed)
        return Button(label=fill(self.bank.texts[key], facts), payload=asks)

    def resume(self) -> Button:
        return Button(label=self.bank.texts["resume"], payload="resume")

    def only(self, channel: str) -> Button:
        name = {"channel": channel_name(self.bank, channel)}
        asks = Request(kind=RequestKind.ONLY, channel=channel)
        label = fill(self.bank.texts["choice_only"], name)
        return Button(label=label, payload=request_payload(asks))
