"""The comment card's page: one field for words, by somebody nobody asked.

It needs no script and sets no cookie. Looking records nothing; a press does, once for each page
that was looked at, however often it is sent.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlencode

from channels.base import Ack, Request
from channels.errors import Untrusted
from channels.web.allowance import Allowance, place_of
from channels.web.entrance import Paper
from channels.web.form import MAX_TEXT, FormError, is_cross_site, read_fields, read_nonce
from channels.web.page import render_note, render_page
from channels.web.press import is_hasty, make_form, read_press
from channels.web.wording import clean, wished_languages
from surveys.entrance import SOURCE
from surveys.inbound import Commented, Inbound
from surveys.language import Language
from surveys.link import Purpose
from surveys.message import Message

BURST, RATE = 30, 1 / 20
"""Cards one place on the network may send at once, and a second from then on: one each 20 seconds.
A tablet at the door and a whole office share one address; so does somebody with a grudge."""

_PATHS = ("/c", "/c/")
EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,189}\.[^@\s,;<>\".]{2,63}")
_KINDS: Mapping[str, bool | None] = {"praise": True, "complaint": False, "": None}
SUBJECT = 0
"""What a card's form is about: the page is the same for everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardForm:
    """A filled-in card. ``kind`` is ``praise``, ``complaint`` or "" for neither."""

    form: str = ""
    nonce: str = ""
    text: str = field(default="", repr=False)
    kind: str = ""
    email: str = field(default="", repr=False)

    @property
    def digest(self) -> str:
        """The same for the same card sent again."""
        return sha256(f"{self.kind}\0{self.email}\0{self.text}".encode()).hexdigest()[:12]


class CardPage:
    """Reads calls to ``/c`` and answers them."""

    def __init__(self, paper: Paper, languages: Mapping[str, Language], default: str) -> None:
        """``default`` is the language of whoever wishes for none of ``languages``."""
        self._paper, self._languages, self._default = paper, languages, default
        self._allowance = Allowance(paper.clock, burst=BURST, rate=RATE)

    @staticmethod
    def opens(path: str) -> bool:
        """Whether a path is that of the card's page."""
        return path in _PATHS

    def receive(self, request: Request) -> Sequence[Inbound]:
        """Give the card that a press is; nothing for a look, and for what cannot be taken.

        :raises Untrusted: for a form that another site made the browser send.
        """
        if request.method != "POST":
            return ()
        if is_cross_site(request.headers):
            raise Untrusted("a card sent by another site")
        try:
            given = read_card(request)
        except FormError:
            return ()
        if self._fault(request, given) or not self._allowance.take(place_of(request)):
            return ()
        source = request.query.get("s", "")
        card = Commented(
            event_id=f"card.{given.nonce}.{given.digest}",
            channel="web",
            at=self._paper.clock(),
            address="",
            text=given.text,
            source=source if SOURCE.fullmatch(source) else "",
            email=given.email,
            praise=_KINDS[given.kind],
            language=self._code(request),
        )
        return (card,)

    def ack(self, request: Request, messages: Sequence[Message]) -> Ack:
        """Give the card to fill in, its receipt, or what is wrong with it, filled in as it was."""
        if request.method not in ("GET", "HEAD", "POST"):
            return self._paper.say(request, 405, "gone", {"Allow": "GET, HEAD, POST"})
        if messages:
            bank = self._paper.language(messages[-1].language)
            page = render_note(self._paper.look, bank, messages[-1].text)
            return self._paper.send(request, 200, page, bank.code, {})
        if request.method != "POST":
            return self._form(request, CardForm(), "", 200)
        try:
            given = read_card(request)
        except FormError:
            return self._paper.say(request, 400, "try_again", {})
        fault = self._fault(request, given)
        return self._form(request, given, fault or "card_slow", 200 if fault else 429)

    def _fault(self, request: Request, given: CardForm) -> str:
        """Give the text that says what is wrong with a card, "" for nothing."""
        key, now = self._paper.key, self._paper.clock()
        press = read_press(key, SUBJECT, given.form, now, request.headers, purpose=Purpose.CARD)
        if press is None:
            return "try_again"
        if is_hasty(press, now):
            return "press_again"
        if not given.text:
            return "card_empty"
        if given.email and not EMAIL.fullmatch(given.email):
            return "card_email_unclear"
        return ""

    def _form(self, request: Request, given: CardForm, fault: str, status: int) -> Ack:
        paper, code = self._paper, self._code(request)
        bank = paper.language(code)
        kept = {n: request.query[n][:40] for n in ("s", "l") if n in request.query}
        page = render_page(
            paper.look,
            bank,
            "card.html",
            title=bank.texts["card_ask"],
            notices=[bank.texts[fault]] if fault else [],
            action=f"?{urlencode(kept)}",
            form=make_form(paper.key, SUBJECT, paper.clock(), purpose=Purpose.CARD),
            nonce=paper.nonce(),
            given=given,
            max_text=MAX_TEXT,
        )
        return paper.send(request, status, page, code, {})

    def _code(self, request: Request) -> str:
        """Give the language: the link's, else the browser's, else the service's."""
        header = request.headers.get("accept-language", "")
        wishes = (*wished_languages(request.query.get("l", "")), *wished_languages(header))
        return next((code for code in wishes if code in self._languages), self._default)


def read_card(request: Request) -> CardForm:
    """Give the posted card.

    :raises FormError: where the body is not as the page made it.
    """
    fields = {name: values[0] for name, values in read_fields(request).items()}
    nonce = read_nonce({"n": (fields.get("n", ""),)})
    kind, text = fields.get("kind", ""), clean(fields.get("text", "")).strip()
    if not nonce or kind not in _KINDS or len(text) > MAX_TEXT:
        raise FormError("the card is not as the page made it")
    return CardForm(
        form=fields.get("form", ""),
        nonce=nonce,
        text=text,
        kind=kind,
        email=clean(fields.get("email", "")).strip()[:254],
    )
