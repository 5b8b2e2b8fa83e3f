"""The stage: a page on which one plays a customer in each channel, and a team leader.

What it shows is what the channels were given: chats from the sandbox's history, mails as the mail
channel writes them. What is pressed goes the way a provider's update goes.
"""

import base64
import email
import email.policy
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from bot.demo.business import Business
from bot.service import Service
from channels.email import Settings as MailSettings
from channels.email.mime import Letterhead, to_payload
from channels.sandbox import Line, Sandbox
from surveys.message import Button, Message

HERE = Path(__file__).parent / "stage"
YOU = {"telegram": "you", "email": "you@example.com"}
LEADER = "maija"
LANGUAGES = ("en", "fi", "de", "hr", "lv")
FILES = {"stage.js": "text/javascript", "stage.css": "text/css"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Stage:
    """The demo's page and what its buttons do."""

    def __init__(self, write_key: str) -> None:
        self.service: Service | None = None
        self._write_key = write_key
        self._mails: dict[str, str] = {}

    def add_routes(self, app: web.Application) -> None:
        """Add the page to the service's own server."""
        app.router.add_get("/demo", self._page)
        app.router.add_get("/demo/state", self._state)
        app.router.add_get("/demo/{file}", self._file)
        app.router.add_post("/demo/press", self._press)
        app.router.add_post("/demo/write", self._write)
        app.router.add_post("/demo/call", self._call)

    async def _page(self, _request: web.Request) -> web.Response:
        text = (HERE / "stage.html").read_text(encoding="utf-8")
        return web.Response(text=text, content_type="text/html", headers=HEADERS)

    async def _file(self, request: web.Request) -> web.Response:
        kind = FILES.get(request.match_info["file"])
        if kind is None:
            raise web.HTTPNotFound
        text = (HERE / request.match_info["file"]).read_text(encoding="utf-8")
        return web.Response(text=text, content_type=kind, headers=HEADERS)

    async def _state(self, _request: web.Request) -> web.Response:
        """Everything on the page, as it stands."""
        chat = self._sandbox("telegram")
        mails = self._sandbox("email").history(YOU["email"])
        return _json(
            {
                "chat": [show_line(line) for line in chat.history(YOU["telegram"])],
                "staff": [show_line(line) for line in chat.history(LEADER)],
                "mail": [self._show_mail(line) for line in reversed(mails) if line.message],
            }
        )

    async def _press(self, request: web.Request) -> web.Response:
        body = await _body(request)
        self._sandbox("telegram").press(
            _text(body, "who"), _text(body, "payload"), _text(body, "line")
        )
        return _json({})

    async def _write(self, request: web.Request) -> web.Response:
        body = await _body(request)
        text = _text(body, "text").strip()
        if text:
            self._sandbox("telegram").write(_text(body, "who"), text[:4000])
        return _json({})

    async def _call(self, request: web.Request) -> web.Response:
        """A call with you just ended: tell the service, as a telephone system would."""
        language = _text(await _body(request), "language")
        language = language if language in LANGUAGES else "en"
        service = self._running()
        business = Business(service.url, self._write_key)
        number = secrets.token_hex(4)
        try:
            async for _ in business.send([_you(language, number), _your_call(number)]):
                pass
        finally:
            await business.close()
        return _json({})

    def _show_mail(self, line: Line) -> dict[str, Any]:
        message = line.message
        if message is not None and line.id not in self._mails:
            self._mails[line.id] = render_mail(message, self._running())
        subject = message.subject if message else ""
        return {"id": line.id, "subject": subject, "html": self._mails.get(line.id, "")}

    def _sandbox(self, name: str) -> Sandbox:
        channel = self._running().channels[name]
        assert isinstance(channel, Sandbox)  # noqa: S101 - the demo's own configuration says so
        return channel

    def _running(self) -> Service:
        if self.service is None:
            raise web.HTTPServiceUnavailable
        return self.service


def show_line(line: Line) -> dict[str, Any]:
    """Give one line of a chat, ready for the page."""
    message = line.message
    shown: dict[str, Any] = {
        "id": line.id,
        "at": line.at.isoformat(),
        "us": line.sender == "us",
        "text": line.text if message is None else message.text,
        "edited": line.edited,
    }
    if message is not None:
        shown |= {
            "notice": message.notice,
            "ends": _ends(message),
            "buttons": [_show_button(b) for b in message.buttons],
            "image": _picture(message),
            "alt": message.image.alt if message.image else "",
            "language": message.language,
        }
    return shown


def render_mail(message: Message, service: Service) -> str:
    """Give a mail's HTML, as the mail channel writes it."""
    letterhead = Letterhead(
        sender=MailSettings(
            smtp="smtp://127.0.0.1:25", sender="Acme <feedback@acme.example>"
        ).mailbox,
        company=service.config.service.name,
    )
    raw = to_payload(message, letterhead, datetime.now(UTC))
    part = email.message_from_bytes(raw, policy=email.policy.default).get_body(("html",))
    return str(part.get_content()) if part else ""


def _ends(message: Message) -> str:
    values = [b.value for b in message.buttons if b.value is not None]
    if not message.ends or not values:
        return ""
    return f"{values[0]} = {message.ends[0]} · {values[-1]} = {message.ends[1]}"


def _show_button(button: Button) -> dict[str, Any]:
    return {
        "label": button.label,
        "payload": button.payload,
        "chosen": button.chosen,
        "value": button.value,
        "spoken": button.spoken or button.label,
    }


def _picture(message: Message) -> str:
    if message.image is None:
        return ""
    return "data:image/png;base64," + base64.b64encode(message.image.png).decode()


def _you(language: str, number: str) -> dict[str, Any]:
    return {
        "type": "identify",
        "messageId": f"you-{number}",
        "userId": "you",
        "traits": {
            "first_name": "You",
            "language": language,
            "telegram_id": YOU["telegram"],
            "email": YOU["email"],
        },
    }


def _your_call(number: str) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Demo Call Ended",
        "messageId": f"your-call-{number}",
        "userId": "you",
        "properties": {
            "interaction_id": f"your-call-{number}",
            "agent_id": "Pekka",
            "team": "support",
            "duration_s": 240,
        },
    }


async def _body(request: web.Request) -> Mapping[str, Any]:
    """Read a call of the page's own script; other sites cannot send JSON here."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    found = orjson.loads(await request.read())
    return found if isinstance(found, dict) else {}


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    return value if isinstance(value, str) else ""


def _json(value: Any) -> web.Response:
    return web.Response(body=orjson.dumps(value), content_type="application/json", headers=HEADERS)
