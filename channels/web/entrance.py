"""The entrance page: where people come to a survey by themselves, and the QR codes that lead there.

A look sets no cookie and records nothing. With the first press the browser gets a word of its own
for a day, so that coming back within it is the same visit; the visitor then goes on at their own
survey page.
"""

import base64
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from channels.base import Ack, Request
from channels.errors import Untrusted
from channels.web.allowance import Allowance, place_of
from channels.web.form import (
    FormError,
    Submission,
    is_cross_site,
    read_fields,
    read_submission,
)
from channels.web.page import Look, Session, render_message
from channels.web.press import is_hasty, make_form, read_press, survey_number
from channels.web.qr import draw_qr
from channels.web.sheet import Prefill
from channels.web.wording import wished_languages
from surveys.entrance import SOURCE, entrance_link
from surveys.inbound import Entered, Inbound
from surveys.language import Language
from surveys.link import Purpose, unseal
from surveys.message import Message
from surveys.scanner import Origin, Press, canary_link

COOKIE = "visit"
COOKIE_LIFE = timedelta(days=1)
"""How long a browser is known again. It is set by a press, for what was pressed, and read nowhere
else: such a cookie asks for no consent (ePrivacy directive, article 5(3): strictly necessary)."""

BURST, RATE = 120, 1.0
"""Presses one place on the network may make at once, and a second from then on. A hall full of
people shares one address; somebody who stuffs a ballot has one too."""

_PATH = re.compile(r"/p/([a-z][a-z0-9_-]{0,39})(?:/qr\.(png|svg))?")
_VISITOR = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KEPT = {"s": 40, "c": 130, "l": 12}
"""What of the address goes with the form, and how long it may be."""


class Kind(StrEnum):
    """What is wanted at an entrance."""

    PAGE = "page"
    PNG = "png"
    SVG = "svg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What all pages are made with. ``send`` gives a whole page (status, HTML, language, further
    headers), ``say`` one of the fixed texts (status, its key, further headers).
    """

    key: bytes = field(repr=False)
    public_url: str
    look: Look
    clock: Callable[[], datetime]
    nonce: Callable[[], str]
    language: Callable[[str], Language]
    send: Callable[[Request, int, str, str, Mapping[str, str]], Ack]
    say: Callable[[Request, int, str, Mapping[str, str]], Ack]


class EntrancePage:
    """Reads calls to ``/p/{survey}`` and answers them."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._allowance = Allowance(paper.clock, burst=BURST, rate=RATE)

    @staticmethod
    def opens(path: str) -> bool:
        """Whether a path is that of an entrance."""
        return _PATH.fullmatch(path) is not None

    def receive(self, request: Request) -> Sequence[Inbound]:
        """Give the look or answer that a call is; nothing where it cannot be read.

        :raises Untrusted: for a form that another site made the browser send.
        """
        survey, kind = _read_path(request.path)
        if request.method not in ("GET", "HEAD", "POST"):
            return ()
        if request.method != "POST" or kind is not Kind.PAGE:
            return (self._look(request, survey),)
        if is_cross_site(request.headers):
            raise Untrusted("a form sent by another site")
        try:
            pressed = read_submission(read_fields(request))
        except FormError:
            return ()
        if not self._is_taken(request, pressed, survey) or not self._allowance.take(
            place_of(request)
        ):
            return (self._look(request, survey),)
        return (self._answer(request, survey, pressed),)

    def ack(self, request: Request, messages: Sequence[Message]) -> Ack:
        """Give the page or picture; an empty ``messages`` means that nobody may enter here."""
        survey, kind = _read_path(request.path)
        paper = self._paper
        if request.method not in ("GET", "HEAD", "POST"):
            return paper.say(request, 405, "gone", {"Allow": "GET, HEAD, POST"})
        if not messages:
            return self._without(request, kind)
        if kind is not Kind.PAGE:
            return self._picture(request, survey, kind)
        pressed = _read_pressed(request)
        message = messages[-1]
        notice, status = self._notice(request, message, pressed, survey)
        session = self._own_session(request, message, pressed, survey) or self._session(
            request, survey, self._origin(request, pressed, survey)
        )
        page = render_message(
            paper.look,
            paper.language(message.language),
            messages,
            session,
            prefill=_prefill(request, pressed),
            notice=notice,
        )
        more = self._cookie(request, survey, pressed) if pressed and message.link else {}
        return paper.send(request, status, page, message.language, more)

    # Reading

    def _look(self, request: Request, survey: str) -> Entered:
        query = request.query
        given = self._facts(request, survey, f"look.{self._paper.nonce()}")
        return Entered(**given, visitor=_read_cookie(request), question_id=query.get("q", "")[:16])

    def _answer(self, request: Request, survey: str, pressed: Submission) -> Entered:
        """The same page pressed twice is one event, and one visit even before a cookie is set."""
        visitor = _read_cookie(request) or self._word(pressed)
        who = sha256(f"{visitor}\0{request.query.get('c', '')}".encode()).hexdigest()[:16]
        name = f"enter.{survey}.{who}.{pressed.nonce}.{pressed.question_id}.{pressed.digest}"
        return Entered(
            **self._facts(request, survey, name),
            visitor=visitor,
            question_id=pressed.question_id,
            value=_value(pressed),
            text=pressed.text,
        )

    def _facts(self, request: Request, survey: str, event_id: str) -> dict[str, Any]:
        query = request.query
        source = query.get("s", "")
        return {
            "event_id": event_id,
            "channel": "web",
            "at": self._paper.clock(),
            "address": "",
            "survey": survey,
            "source": source if not source or SOURCE.fullmatch(source) else "?",
            "contact": query.get("c", "")[: _KEPT["c"]],
            "language": _wishes(request),
        }

    def _is_taken(self, request: Request, pressed: Submission, survey: str) -> bool:
        press = self._press(request, pressed, survey)
        return not pressed.is_empty and press is not None and not self._is_hasty(press)

    def _press(self, request: Request, pressed: Submission, survey: str) -> Press | None:
        key, now, headers = self._paper.key, self._paper.clock(), request.headers
        return read_press(
            key, survey_number(survey), pressed.form, now, headers, purpose=Purpose.ENTER
        )

    def _is_hasty(self, press: Press) -> bool:
        return is_hasty(press, self._paper.clock())

    def _word(self, pressed: Submission) -> str:
        """Give the browser's own word, made of the page it pressed on: nobody else can make it."""
        made = hmac.digest(self._paper.key, b"visit\0" + pressed.nonce.encode(), "sha256")
        return base64.urlsafe_b64encode(made[:18]).decode()

    # Answering

    def _without(self, request: Request, kind: Kind) -> Ack:
        if request.method == "POST" and kind is Kind.PAGE:
            try:
                _read_pressed(request)
            except FormError:
                return self._paper.say(request, 400, "try_again", {})
        return self._paper.say(request, 404, "gone", {})

    def _notice(
        self, request: Request, message: Message, pressed: Submission | None, survey: str
    ) -> tuple[str, int]:
        """Give why a pressed button was not taken, and the status that says the same."""
        texts = self._paper.language(message.language).texts
        if pressed is None or message.notice not in ("", texts["anonymous"]):
            return "", 200
        press = self._press(request, pressed, survey)
        if press is None:
            return texts["try_again"], 200
        if pressed.is_empty:
            return texts["choose_one"], 200
        if self._is_hasty(press):
            return texts["press_again"], 200
        if not message.link and self._allowance.is_spent(place_of(request)):
            return texts["try_again"], 429
        return "", 200

    def _origin(self, request: Request, pressed: Submission | None, survey: str) -> Origin:
        """Give how the next page comes about: by a press too quick to be taken, or otherwise."""
        press = self._press(request, pressed, survey) if pressed else None
        return Origin.AGAIN if press and self._is_hasty(press) else Origin.OPENED

    def _session(self, request: Request, survey: str, origin: Origin) -> Session:
        paper = self._paper
        form = make_form(
            paper.key, survey_number(survey), paper.clock(), origin, purpose=Purpose.ENTER
        )
        kept = {n: request.query[n][:most] for n, most in _KEPT.items() if n in request.query}
        back = survey + (f"?{urlencode(kept)}" if kept else "")
        return Session(token=back, form=form, nonce=paper.nonce())

    def _own_session(
        self, request: Request, message: Message, pressed: Submission | None, survey: str
    ) -> Session | None:
        """Give the session of the visitor's own page, where they have one already."""
        paper, token = self._paper, message.link.rpartition("/")[2]
        subject = unseal(paper.key, Purpose.ANSWER, token, paper.clock()) if token else None
        if subject is None:
            return None
        taken = pressed is not None and self._is_taken(request, pressed, survey)
        origin = Origin.VOUCHED if taken else Origin.OPENED
        form = make_form(paper.key, subject, paper.clock(), origin)
        page = f"../s/{token}"
        return Session(token=page, form=form, nonce=paper.nonce(), canary=canary_link(page))

    def _cookie(self, request: Request, survey: str, pressed: Submission) -> Mapping[str, str]:
        """Subscribers are known by their link and need no cookie."""
        if request.query.get("c"):
            return {}
        word = _read_cookie(request) or self._word(pressed)
        place = urlsplit(self._paper.public_url)
        parts = [
            f"{COOKIE}={word}",
            f"Path={place.path}/p/{survey}",
            f"Max-Age={int(COOKIE_LIFE.total_seconds())}",
            "HttpOnly",
            "SameSite=Lax",
        ]
        secure = ["Secure"] if place.scheme == "https" else []
        return {"Set-Cookie": "; ".join((*parts, *secure))}

    def _picture(self, request: Request, survey: str, kind: Kind) -> Ack:
        source = request.query.get("s", "")
        if request.method == "POST" or (source and not SOURCE.fullmatch(source)):
            return self._paper.say(request, 404, "gone", {})
        link = entrance_link(self._paper.public_url, survey, source or "qr")
        media = "image/png" if kind is Kind.PNG else "image/svg+xml"
        headers = {
            "Content-Type": media,
            "Cache-Control": "public, max-age=3600",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "X-Content-Type-Options": "nosniff",
        }
        body = b"" if request.method == "HEAD" else draw_qr(link, kind)
        return Ack(status=200, headers=headers, body=body)


def _read_path(path: str) -> tuple[str, Kind]:
    found = _PATH.fullmatch(path)
    if found is None:
        raise ValueError("no entrance")
    return found[1], Kind(found[2] or Kind.PAGE)


def _read_pressed(request: Request) -> Submission | None:
    """Give the posted form, None for a look.

    :raises FormError: where the body is none of ours.
    """
    return read_submission(read_fields(request)) if request.method == "POST" else None


def _prefill(request: Request, pressed: Submission | None) -> Prefill:
    if pressed:
        return Prefill(question_id=pressed.question_id, values=pressed.values, text=pressed.text)
    query = request.query
    return Prefill(question_id=query.get("q", ""), values=(query.get("v", ""),))


def _value(pressed: Submission) -> str:
    """Give the answer as a button's payload would say it."""
    return ",".join(payload.rpartition(".")[2] for payload in pressed.payloads("-"))


def _read_cookie(request: Request) -> str:
    try:
        found = SimpleCookie(request.headers.get("cookie", "")[:4096]).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found and _VISITOR.fullmatch(found.value) else ""


def _wishes(request: Request) -> str:
    """Give the languages wished for, the link's own first, then the browser's by preference."""
    asked = request.query.get("l", "")
    browser = wished_languages(request.headers.get("accept-language", ""))
    return ",".join((*wished_languages(asked), *browser))
