"""The widget's API: from one call of the script to what the visitor meant, and back to JSON.

| Call | What it does |
|---|---|
| ``GET /widget.js`` | the script |
| ``GET /w/v1/surveys/{survey}?s=&l=`` | the first question; it records nothing |
| ``POST /w/v1/surveys/{survey}`` | an answer, or a look at a survey that was begun |
| ``GET /w/v1/card?l=`` | the words of the comment card |
| ``POST /w/v1/card`` | a comment card |
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from channels.base import Ack, Request
from channels.web.allowance import Allowance, place_of
from channels.web.origins import is_allowed, leave, origin_of, preflight
from channels.web.settings import Settings
from channels.web.widget.body import (
    AddressError,
    BodyError,
    Pressed,
    read_language,
    read_pressed,
    read_source,
    read_wish,
    read_written,
)
from channels.web.widget.drawing import draw_card, draw_message
from channels.web.widget.forms import Forms
from channels.web.widget.script import PATH as SCRIPT
from channels.web.widget.script import make_script, serve_script
from channels.web.wording import prefer_language
from surveys.inbound import Commented, Entered, Inbound, Replied, Viewed
from surveys.language import Language, Languages
from surveys.message import Message
from surveys.scanner import Press

BURST, RATE = 120, 1.0
"""Presses one place on the network may make at once, and a second from then on, as at an entrance:
an office behind one address gets through, a loop in a script does not get far."""

CARD_BURST, CARD_RATE = 20, 0.05
"""The same for comment cards. Each one is read by a colleague, so there are fewer."""

FRESH = 300
"""Seconds a browser may show the first question without asking again. Caches that many share may
not: how old a form is tells people from machines."""

_SURVEY = re.compile(r"/w/v1/surveys/([a-z][a-z0-9_-]{0,39})")
_CARD = "/w/v1/card"
_SAID = {
    "gone": "gone",
    "again": "press_again",
    "email": "card_email_unclear",
    "too_many_cards": "card_slow",
}
_METHODS = ("GET", "HEAD", "POST")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the API is made with. ``nonce`` gives words that never come again."""

    key: bytes = field(repr=False)
    settings: Settings
    public_url: str
    privacy_url: str
    languages: Languages
    default_language: str
    clock: Callable[[], datetime]
    nonce: Callable[[], str]


class WidgetApi:
    """Reads calls of the script and answers them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._script = make_script(desk.settings)
        self._forms = Forms(key=desk.key, clock=desk.clock)
        own = origin_of(desk.public_url)
        self._origins = frozenset((*desk.settings.origins, own)) - {""}
        self._presses = Allowance(desk.clock, burst=BURST, rate=RATE)
        self._cards = Allowance(desk.clock, burst=CARD_BURST, rate=CARD_RATE)

    @staticmethod
    def opens(path: str) -> bool:
        """Whether a path is the widget's."""
        return path == SCRIPT or path.startswith("/w/")

    def receive(self, request: Request) -> Sequence[Inbound]:
        """Give what a call means. A call that means nothing gives nothing, and `ack` says why."""
        try:
            if self._problem(request) or request.path == SCRIPT:
                return ()
            if request.path == _CARD:
                return self._read_card(request) if request.method == "POST" else ()
            if request.method != "POST":
                return (self._look(request),)
            return self._read_press(request)
        except BodyError:
            return ()

    def ack(self, request: Request, messages: Sequence[Message]) -> Ack:
        """Give the answer; an empty ``messages`` means that nobody may enter here."""
        if request.path == SCRIPT:
            return serve_script(self._script, request)
        if request.method == "OPTIONS":
            return Ack(status=204, headers=preflight(_origin(request), self._origins))
        problem = self._problem(request) or self._fault(request, messages)
        if problem:
            return self._refuse(request, *problem)
        if request.path == _CARD and not messages:
            bank, form = self._bank(request), self._forms.of_card()
            return self._say(request, draw_card(bank, privacy_url=self._privacy, form=form))
        return self._say(request, self._drawn(request, messages))

    # Reading

    def _look(self, request: Request) -> Entered:
        """The same for everybody, whoever looks: so that a browser may keep it."""
        query = request.query
        return Entered(
            **self._facts(f"look.{self._desk.nonce()}"),
            survey=_survey_of(request),
            source=read_source(query.get("s", "")),
            language=read_language(query.get("l", "")),
        )

    def _read_press(self, request: Request) -> Sequence[Inbound]:
        pressed = read_pressed(request)
        if pressed.submission is None:
            return (self._show(request, pressed),)
        press = self._forms.read(request, _survey_of(request), pressed)
        if press is None or not self._presses.take(place_of(request)):
            return ()
        if pressed.token:
            return self._reply(pressed, press)
        return (self._enter(request, pressed),)

    def _show(self, request: Request, pressed: Pressed) -> Inbound:
        facts = self._facts(f"view.{self._desk.nonce()}")
        if pressed.token:
            return Viewed(**facts, token=pressed.token, question_id=pressed.question_id)
        return Entered(**facts, survey=_survey_of(request), **_who(pressed))

    def _enter(self, request: Request, pressed: Pressed) -> Entered:
        """The first answer. The same question as it was drawn once is one event, sent twice."""
        submission, survey = pressed.submission, _survey_of(request)
        if submission is None:
            raise BodyError("a look is no answer")
        values = [payload.rpartition(".")[2] for payload in submission.payloads("-")]
        return Entered(
            **self._facts(f"widget.{survey}.{_told(pressed)}"),
            survey=survey,
            **_who(pressed),
            question_id=submission.question_id,
            value=",".join(values),
            text=submission.text,
        )

    def _reply(self, pressed: Pressed, press: Press) -> Sequence[Inbound]:
        submission, subject = pressed.submission, self._forms.subject(pressed.token)
        if submission is None:
            raise BodyError("a look is no answer")
        facts = self._facts(f"widget.{subject}.{_told(pressed)}")
        payloads = submission.payloads(pressed.token)
        return (Replied(**facts, payloads=payloads, text=submission.text, press=press),)

    def _read_card(self, request: Request) -> Sequence[Inbound]:
        card = read_written(request)
        pressed = self._forms.read_card(request, card.form)
        if pressed is None or not self._cards.take(place_of(request)):
            return ()
        who = sha256(card.visitor.encode()).hexdigest()[:16]
        bank = self._best(card.language)
        return (
            Commented(
                **self._facts(f"card.{who}.{card.nonce}"),
                text=card.text,
                source=card.source,
                visitor=card.visitor,
                email=card.email,
                praise=card.praise,
                language=bank.code,
            ),
        )

    def _facts(self, event_id: str) -> dict[str, Any]:
        """A visitor has no address, and nothing of the call is kept besides what they said."""
        at = self._desk.clock()
        return {"event_id": event_id, "channel": "web", "at": at, "address": ""}

    # Answering

    def _problem(self, request: Request) -> tuple[int, str] | None:
        """Give why a call cannot even be read: (status, code), or None."""
        origin = _origin(request)
        cards = (_CARD,) if self._desk.settings.cards else ()
        if request.path not in (SCRIPT, *cards) and not _SURVEY.fullmatch(request.path):
            return 404, "gone"
        if request.method not in _METHODS:
            return 405, "method"
        if request.path != SCRIPT and (origin or request.method == "POST"):
            return None if is_allowed(origin, self._origins) else (403, "origin")
        return None

    def _fault(self, request: Request, messages: Sequence[Message]) -> tuple[int, str] | None:
        """Give why a call that could be read was not taken, or None where it was."""
        card = request.path == _CARD
        try:
            if request.method != "POST":
                read_source(request.query.get("s", ""))
                read_language(request.query.get("l", ""))
            elif card:
                read_written(request)
            else:
                read_pressed(request)
        except AddressError:
            return 400, "email"
        except BodyError:
            return 400, "bad_request"
        if messages or (card and request.method != "POST"):
            return None
        if self._forms.ask_again(request, _named(request)):
            return 409, "again"
        allowance = self._cards if card else self._presses
        spent = request.method == "POST" and allowance.is_spent(place_of(request))
        if spent:
            return 429, "too_many_cards" if card else "too_many"
        return 404, "gone"

    def _drawn(self, request: Request, messages: Sequence[Message]) -> Mapping[str, Any]:
        message = messages[-1]
        bank = self._desk.languages.get(message.language) or self._default
        token, form = message.link.rpartition("/")[2], ""
        if survey := _named(request):
            pressed = read_pressed(request) if request.method == "POST" else None
            form = self._forms.of_question(survey, message, token, pressed)
        privacy = self._privacy
        return draw_message(bank, messages, token=token, privacy_url=privacy, form=form)

    def _refuse(self, request: Request, status: int, code: str) -> Ack:
        """Every refusal looks the same, and says nothing of what exists. Who must press again gets
        another form to do it with.
        """
        text = self._bank(request).texts[_SAID.get(code, "try_again")]
        more = {"Retry-After": "60"} if status == 429 else {}
        more |= {"Allow": ", ".join((*_METHODS, "OPTIONS"))} if status == 405 else {}
        form = {"form": self._forms.renew(request, _named(request))} if code == "again" else {}
        return self._json(request, status, {"error": {"code": code, "message": text}, **form}, more)

    def _say(self, request: Request, value: Mapping[str, Any]) -> Ack:
        shared = request.method != "POST"
        more = {"Cache-Control": f"private, max-age={FRESH}"} if shared else {}
        return self._json(request, 200, value, more)

    def _json(
        self, request: Request, status: int, value: Mapping[str, Any], more: Mapping[str, str]
    ) -> Ack:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
            **leave(_origin(request), self._origins),
            **more,
        }
        body = b"" if request.method == "HEAD" else json.dumps(value, ensure_ascii=False).encode()
        return Ack(status=status, headers=headers, body=body)

    @property
    def _privacy(self) -> str:
        return self._desk.privacy_url

    @property
    def _default(self) -> Language:
        return self._desk.languages[self._desk.default_language]

    def _bank(self, request: Request) -> Language:
        wish = request.query.get("l", "") or read_wish(request)
        return self._best(wish or request.headers.get("accept-language", ""))

    def _best(self, wishes: str) -> Language:
        desk = self._desk
        return desk.languages[prefer_language(wishes, desk.languages, desk.default_language)]


def _named(request: Request) -> str:
    """Give the survey that a call is about, "" for the comment card."""
    found = _SURVEY.fullmatch(request.path)
    return found[1] if found else ""


def _survey_of(request: Request) -> str:
    if not _named(request):
        raise BodyError("no survey is named")
    return _named(request)


def _origin(request: Request) -> str:
    return request.headers.get("origin", "").lower()


def _who(pressed: Pressed) -> dict[str, Any]:
    return {
        "source": pressed.source,
        "visitor": pressed.visitor,
        "language": pressed.language,
    }


def _told(pressed: Pressed) -> str:
    """Give what makes an answer the same when it is sent again: who, which drawing, what."""
    submission = pressed.submission
    if submission is None:
        return ""
    who = sha256(pressed.visitor.encode()).hexdigest()[:16]
    return f"{who}.{submission.nonce}.{submission.question_id}.{submission.digest}"
