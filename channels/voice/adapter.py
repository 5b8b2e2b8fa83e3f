"""Phone calls: the adapter. Places a call, then answers each of its steps with the next one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Self

from channels.base import Ack, Channel, Receipt, Request, Surroundings
from channels.errors import Rejected
from channels.twilio import Api, Webhook, dialled, read_fields
from channels.voice import Settings
from channels.voice.inbound import RECORDED, from_payload, is_machine, is_theirs, read_value
from channels.voice.keypad import MENU, WORDS, make_keypad
from channels.voice.menu import is_menu
from channels.voice.phrases import phrases_for
from channels.voice.place import Page, Place, link_token, read_place
from channels.voice.twiml import Prompt, Speech, ask, hang_up, say_and_hang_up, to_payload
from channels.voice.wishing import Wishing
from surveys.inbound import Inbound
from surveys.language import Language, Languages
from surveys.message import Entry, Message
from surveys.template import fill

RING_SECONDS = 25
"""How long it rings; most voice mail boxes take a call after that."""
MOST_MISSES = 2
"""Prompts said again after silence or a wrong key; then we thank and hang up."""
MOST_TURNS = 60
"""Prompts in one call."""

_DONE = "!"
_EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


class Voice(Channel):
    """Calls from one number.

    ``public_url`` is the service's own address; ``company`` says who calls; ``default_language``
    is spoken where a call is about nothing. ``seconds`` bound one call of the API.
    """

    name = "voice"

    def __init__(
        self,
        settings: Settings,
        *,
        public_url: str,
        company: str,
        languages: Languages,
        default_language: str,
        clock: Callable[[], datetime],
        seconds: float = 20.0,
    ) -> None:
        self.capabilities = settings.capabilities
        self._settings, self._clock = settings, clock
        self._languages, self._default = languages, default_language
        self._speech = Speech(company=company, voices=settings.voices)
        self._webhook = Webhook(settings.auth_token, f"{public_url.rstrip('/')}/{self.name}")
        self._wishing = Wishing(
            speech=self._speech,
            url=self._webhook.url,
            languages=languages,
            default=default_language,
        )
        self._api = Api(
            settings.account_sid,
            settings.auth_token,
            settings.api_base,
            clock=clock,
            seconds=seconds,
        )

    @classmethod
    def build(cls, settings: Settings, around: Surroundings) -> Self:
        """Make the adapter of a service."""
        return cls(
            settings,
            public_url=around.public_url,
            company=around.company,
            languages=around.languages,
            default_language=around.language,
            clock=around.clock,
        )

    async def send(self, message: Message) -> Receipt:
        """Place a call. A question is fetched from us once the call is taken; a message that asks
        nothing goes along with the call.
        """
        number = dialled(message.address)
        fields = {
            "To": number,
            "From": self._settings.sender,
            "Timeout": str(RING_SECONDS),
            "StatusCallback": f"{self._webhook.url}/status",
            **self._script(message),
        }
        if self._settings.machine_detection:
            fields["MachineDetection"] = "Enable"
        sid = await self._api.create("Calls", fields)
        return Receipt(external_id=sid, address=number)

    def _script(self, message: Message) -> Mapping[str, str]:
        if not message.question_id:
            return {"Twiml": to_payload(message, self._speech).decode()}
        token = link_token(message.link)
        if not token:
            raise Rejected("a question can be asked on a call only with the link to its page")
        place = Place(page=Page.OPENING, token=token)
        return {"Url": f"{self._webhook.url}{place.path}", "Method": "POST"}

    async def receive(self, request: Request) -> Sequence[Inbound]:
        """Verify and read one step of a call, or how it ended."""
        fields = self._webhook.open(request)
        place = read_place(request.path)
        return [] if place is None else from_payload(place, fields, now=self._clock())

    def ack(self, request: Request, messages: Sequence[Message]) -> Ack:
        """Give what happens next on the call."""
        place = read_place(request.path)
        if place is None:
            return Ack(status=404)
        if place.page is Page.STATUS:
            return _twiml(_EMPTY)
        fields = read_fields(request.body)
        if is_machine(fields):
            return _twiml(hang_up())
        if not messages:
            return _twiml(self._nothing(place))
        return _twiml(self._next(place, fields, messages[-1]))

    def _nothing(self, place: Place) -> bytes:
        """Say that the link is dead, or, to somebody who calls, that there is nothing to answer."""
        key = "hello" if place.page is Page.INCOMING else "gone"
        text = fill(self._bank(self._default).texts[key], {"company": self._speech.company})
        return say_and_hang_up(self._speech, self._default, (text,))

    def _next(self, place: Place, fields: Mapping[str, str], message: Message) -> bytes:
        if RECORDED in message.notice:  # nobody wants the address of their own words read out
            message = replace(message, notice="")
        tired, sure = place.turn >= MOST_TURNS, is_theirs(fields)
        if place.page is Page.WISH and not tired:
            said = self._wishing.go_on(place, fields, message, sure=sure)
            if said is not None:
                return said
        elif is_menu(message) and not tired:
            return self._wishing.open(place, message, sure=sure)
        if not message.question_id:
            return to_payload(message, self._speech)
        misses = self._misses(place, fields, message)
        if misses > MOST_MISSES or tired:
            code, phrases = phrases_for(message.language)
            return say_and_hang_up(self._speech, code, (phrases.leaving,))
        keypad = make_keypad(message, self._settings.ten)
        following = Place(
            page=Page.ANSWER,
            token=self._token(place, message),
            question=message.question_id,
            turn=place.turn + 1,
            misses=misses,
            keypad=keypad,
            stop=link_token(message.stop_link),
        )
        prompt = Prompt(
            message=message,
            keypad=keypad,
            action=self._webhook.url + following.path,
            notice=self._notice(place, fields, message),
            opens=place.page in (Page.INCOMING, Page.OPENING),
        )
        return ask(prompt, self._speech)

    def _misses(self, place: Place, fields: Mapping[str, str], message: Message) -> int:
        """Count prompts in a row that brought nothing: the same question is open still."""
        if place.question != message.question_id or place.keypad is None:
            return 0
        value = read_value(place.keypad, fields)
        ticked = message.entry is Entry.MANY and value not in (None, _DONE, MENU, WORDS)
        return 0 if ticked else place.misses + 1

    def _notice(self, place: Place, fields: Mapping[str, str], message: Message) -> str:
        """Say what just happened: the core knows of answers, and only we of keys without one."""
        promise = self._bank(message.language).texts["anonymous"]
        if place.page is Page.INCOMING:  # a call is no wrong answer
            return promise if message.notice == promise else ""
        if place.keypad is None or read_value(place.keypad, fields) is not None:
            return message.notice
        if fields.get("Digits"):
            return self._bank(message.language).texts["not_understood"]
        return phrases_for(message.language)[1].silence

    def _token(self, place: Place, message: Message) -> str:
        return place.token or link_token(message.link)

    def _bank(self, language: str) -> Language:
        return self._languages.get(language) or self._languages[self._default]

    async def close(self) -> None:
        """Let go of connections. May be called twice; `send` is then `Unavailable`."""
        await self._api.close()


def _twiml(body: bytes) -> Ack:
    return Ack(headers={"content-type": "application/xml; charset=utf-8"}, body=body)
