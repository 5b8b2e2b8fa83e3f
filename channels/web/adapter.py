"""The web channel: from one HTTP call to what the visitor meant, and back to the next page."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from channels.base import Ack, Channel, Receipt, Request, Surroundings
from channels.errors import Untrusted
from channels.web.card import CardPage
from channels.web.choices import RESUME, STOP, read_choice, render_choices
from channels.web.entrance import EntrancePage, Paper
from channels.web.form import (
    FormError,
    Place,
    Submission,
    is_cross_site,
    is_one_click,
    read_fields,
    read_nonce,
    read_path,
    read_submission,
)
from channels.web.page import Session, make_look, render_message, render_note
from channels.web.press import make_form, read_press, read_sighting
from channels.web.settings import CAPABILITIES, Settings
from channels.web.sheet import Prefill
from channels.web.widget.api import Desk, WidgetApi
from channels.web.wording import prefer_language
from surveys.inbound import Inbound, OptedIn, OptedOut, Replied, Viewed
from surveys.language import Language, Languages
from surveys.link import Purpose, unseal
from surveys.message import Message
from surveys.scanner import Origin, Press, canary_link

_PURPOSE = {Place.SURVEY: Purpose.ANSWER, Place.STOP: Purpose.STOP}


class Web(Channel):
    """The hosted page.

    ``key`` seals links and form sessions. ``company`` and ``privacy_url`` stand on every page.
    ``default_language`` is used where neither a message nor the browser names another.
    ``public_url`` is where links lead. ``clock`` gives aware UTC times; ``nonce`` gives 8 to 64
    characters of ``[A-Za-z0-9_-]`` that never come again.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        key: bytes,
        company: str,
        privacy_url: str,
        languages: Languages,
        default_language: str,
        clock: Callable[[], datetime],
        nonce: Callable[[], str],
        public_url: str = "",
    ) -> None:
        self.name = "web"
        self.capabilities = CAPABILITIES
        self._key = key
        self._look = make_look(settings, company, privacy_url)
        self._languages = languages
        self._default = default_language
        self._clock = clock
        self._nonce = nonce
        paper = Paper(
            key=key,
            public_url=public_url,
            look=self._look,
            clock=clock,
            nonce=nonce,
            language=self._language,
            send=self._page,
            say=self._say,
        )
        desk = Desk(
            key=key,
            settings=settings,
            public_url=public_url,
            privacy_url=privacy_url,
            languages=languages,
            default_language=default_language,
            clock=clock,
            nonce=nonce,
        )
        own = (EntrancePage(paper), WidgetApi(desk), CardPage(paper, languages, default_language))
        self._own = own if settings.cards else own[:2]

    @classmethod
    def build(cls, settings: Settings, around: Surroundings) -> Self:
        return cls(
            settings,
            key=around.key,
            company=around.company,
            privacy_url=around.privacy_url,
            languages=around.languages,
            default_language=around.language,
            clock=around.clock,
            nonce=around.nonce,
            public_url=around.public_url,
        )

    async def send(self, message: Message) -> Receipt:
        """Take the message: the page waits for its visitor, who fetches it by link."""
        return Receipt(external_id=str(message.delivery_id))

    async def receive(self, request: Request) -> Sequence[Inbound]:
        """Read one call. A call that means nothing gives nothing, and `ack` then says why.

        :raises Untrusted: for a form that another site made the browser send.
        """
        if page := self._page_of(request):
            return page.receive(request)
        found = self._open(request)
        if found is None or request.method not in ("GET", "HEAD", "POST"):
            return ()
        place, token, subject = found
        if request.method != "POST":
            return (self._viewed(token, request),)
        try:
            fields = read_fields(request)
            if place is Place.STOP:
                return (self._read_stop(request, token, subject, fields),)
            return (self._read_answer(request, token, subject, fields),)
        except FormError:
            return ()

    def ack(self, request: Request, messages: Sequence[Message]) -> Ack:
        """Give the next page; an empty ``messages`` means that the link is not valid."""
        if page := self._page_of(request):
            return page.ack(request, messages)
        if request.method not in ("GET", "HEAD", "POST"):
            return self._say(request, 405, "gone", {"Allow": "GET, HEAD, POST"})
        found = self._open(request)
        if found is None:
            return self._say(request, 404, "gone")
        place, token, subject = found
        try:
            pressed = _read_pressed(request, place)
        except FormError:
            return self._say(request, 400, "try_again")
        if not messages:
            return self._say(request, 404, "gone")
        bank = self._language(messages[-1].language)
        session = self._session(place, token, subject, messages[-1].origin)
        if place is Place.STOP:
            html = render_choices(self._look, bank, messages[-1], session)
            return self._page(request, 200, html, messages[-1].language)
        notice = self._notice(bank, request, pressed, subject)
        html = render_message(
            self._look,
            bank,
            messages,
            session,
            prefill=_prefill(request, pressed),
            notice=notice,
        )
        return self._page(request, 200, html, messages[-1].language)

    def _page_of(self, request: Request) -> EntrancePage | WidgetApi | CardPage | None:
        """Give the page or API that has a path of its own, None where the path carries a token."""
        return next((page for page in self._own if page.opens(request.path)), None)

    def _open(self, request: Request) -> tuple[Place, str, int] | None:
        """Give the page, its token and whom the token is about; None for no link of ours."""
        found = read_path(request.path)
        if found is None:
            return None
        subject = unseal(self._key, _PURPOSE[found[0]], found[1], self._clock())
        return None if subject is None else (*found, subject)

    def _viewed(self, token: str, request: Request) -> Viewed:
        asked = {name: request.query[name][:40] for name in ("q", "v") if name in request.query}
        facts = self._facts(f"view.{self._nonce()}", asked)
        asked_for, sighting = asked.get("q", ""), read_sighting(request)
        return Viewed(**facts, token=token, question_id=asked_for, sighting=sighting)

    def _read_stop(
        self,
        request: Request,
        token: str,
        subject: int,
        fields: Mapping[str, tuple[str, ...]],
    ) -> Inbound:
        """A mail provider's one-click call comes from anywhere; our own button from our page.

        Every stop is an event of its own: twice harms nobody, while a stop taken for a repeat
        would be lost. A way back pressed twice is one event, so that sending an old page again
        cannot undo a later stop.
        """
        wish = "stop" if is_one_click(fields) else fields.get("do", ("",))[0]
        if not is_one_click(fields):
            _refuse_cross_site(request)
        if wish == STOP:
            return OptedOut(**self._facts(f"stop.{self._nonce()}", {}), token=token)
        nonce = read_nonce(fields)
        if wish == RESUME and nonce:
            return OptedIn(**self._facts(f"resume.{subject}.{nonce}", {}), token=token)
        asked = read_choice(wish, self._facts(f"{wish}.{subject}.{nonce}", {}), token)
        return asked if asked and nonce else self._viewed(token, request)

    def _read_answer(
        self,
        request: Request,
        token: str,
        subject: int,
        fields: Mapping[str, tuple[str, ...]],
    ) -> Inbound:
        _refuse_cross_site(request)
        pressed = read_submission(fields)
        press = self._read_press(request, pressed, subject)
        if pressed.is_empty or press is None:
            return self._viewed(token, request)
        name = f"{subject}.{pressed.nonce}.{pressed.question_id}.{pressed.digest}"
        payloads = pressed.payloads(token)
        return Replied(
            **self._facts(name, {}),
            payloads=payloads,
            text=pressed.text,
            press=press,
            revealing=True,
        )

    def _read_press(self, request: Request, pressed: Submission, subject: int) -> Press | None:
        return read_press(self._key, subject, pressed.form, self._clock(), request.headers)

    def _notice(
        self, bank: Language, request: Request, pressed: Submission | None, subject: int
    ) -> str:
        """Give why a pressed button was not taken, if it was not."""
        if pressed is None:
            return ""
        if self._read_press(request, pressed, subject) is None:
            return bank.texts["try_again"]
        return bank.texts["choose_one"] if pressed.is_empty else ""

    def _session(self, place: Place, token: str, subject: int, origin: Origin) -> Session:
        if place is Place.STOP:
            return Session(token=token, nonce=self._nonce())
        form = make_form(self._key, subject, self._clock(), origin)
        return Session(token=token, form=form, nonce=self._nonce(), canary=canary_link(token))

    def _facts(self, event_id: str, raw: Mapping[str, str]) -> dict[str, Any]:
        """A visitor has no address: the token in the link says who it is."""
        return {
            "event_id": event_id,
            "channel": self.name,
            "at": self._clock(),
            "address": "",
            "raw": raw,
        }

    def _language(self, code: str) -> Language:
        return self._languages.get(code) or self._languages[self._default]

    def _say(
        self, request: Request, status: int, key: str, more: Mapping[str, str] | None = None
    ) -> Ack:
        header = request.headers.get("accept-language", "")
        code = prefer_language(header, self._languages, self._default)
        bank = self._language(code)
        page = render_note(self._look, bank, bank.texts[key])
        return self._page(request, status, page, code, more)

    def _page(
        self,
        request: Request,
        status: int,
        page: str,
        code: str,
        more: Mapping[str, str] | None = None,
    ) -> Ack:
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Language": code,
            "Content-Security-Policy": self._look.policy,
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
            **(more or {}),
        }
        body = b"" if request.method == "HEAD" else page.encode()
        return Ack(status=status, headers=headers, body=body)


def _read_pressed(request: Request, place: Place) -> Submission | None:
    """Give the form of a posted survey page.

    :raises FormError: where the body is none of ours.
    """
    if request.method != "POST":
        return None
    fields = read_fields(request)
    return read_submission(fields) if place is Place.SURVEY else None


def _prefill(request: Request, pressed: Submission | None) -> Prefill:
    """Give what to fill in: the answer just sent, or the one the link names."""
    if pressed:
        return Prefill(question_id=pressed.question_id, values=pressed.values, text=pressed.text)
    query = request.query
    return Prefill(question_id=query.get("q", ""), values=(query.get("v", ""),))


def _refuse_cross_site(request: Request) -> None:
    if is_cross_site(request.headers):
        raise Untrusted("a form sent by another site")
