"""The stage: a page on which one plays a customer in each channel, and a team leader.

What is pressed goes the way a provider's update goes; a call that ends is reported over HTTP, as
a telephone system would. The page is for this machine's own browser alone.
"""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from bot.demo.business import LANGUAGES, Business
from bot.demo.view import mail_page, show_line, show_mail
from bot.service import Service
from channels.sandbox import Line, Sandbox

HERE = Path(__file__).parent / "stage"
CUSTOMER, CUSTOMER_MAIL, LEADER = "sam", "sam@example.com", "maija"
FILES = {"stage.js": "text/javascript", "stage.css": "text/css", "icon.svg": "image/svg+xml"}
MOST_BYTES = 64 * 1024
MOST_CHARACTERS = 4000
SAFE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
PAGE = SAFE | {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
}
MAIL = SAFE | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
}
"""A mail has inline styles and may open links, and nothing else."""

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Stage:
    """The demo's page and what its buttons do. ``service`` is set once it runs."""

    def __init__(self, write_key: str) -> None:
        self.service: Service | None = None
        self._write_key = write_key

    def add_routes(self, app: web.Application) -> None:
        """Add the page to the service's own server."""
        for path, read in (
            ("/demo", self._page),
            ("/demo/state", self._state),
            ("/demo/mail/{line}", self._mail),
            ("/demo/picture/{line}", self._picture),
            ("/demo/{file}", self._file),
            ("/favicon.ico", self._icon),
        ):
            app.router.add_get(path, _for_this_machine(read))
        for name, act in (("press", self._press), ("write", self._write), ("call", self._call)):
            app.router.add_post(f"/demo/{name}", _for_this_machine(act))

    # What is seen

    async def _page(self, _request: web.Request) -> web.Response:
        return _from_file("stage.html", "text/html")

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["file"]
        if name not in FILES:
            raise web.HTTPNotFound
        return _from_file(name, FILES[name])

    async def _icon(self, _request: web.Request) -> web.Response:
        """Browsers ask for it on the survey page."""
        return _from_file("icon.svg", FILES["icon.svg"])

    async def _state(self, request: web.Request) -> web.Response:
        """Give everything on the page, or 304 where the page knows it."""
        mails = [show_mail(line) for line in self._lines("email", CUSTOMER_MAIL) if line.message]
        body = orjson.dumps(
            {
                "chat": [show_line(line) for line in self._lines("telegram", CUSTOMER)],
                "staff": [show_line(line) for line in self._lines("telegram", LEADER)],
                "mail": mails,
            }
        )
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=SAFE | {"ETag": tag})
        return web.Response(
            body=body, content_type="application/json", headers=SAFE | {"ETag": tag}
        )

    async def _mail(self, request: web.Request) -> web.Response:
        """Give one mail as the mail channel writes it."""
        line = _find(request, self._lines("email", CUSTOMER_MAIL))
        if line.message is None:
            raise web.HTTPNotFound
        page = mail_page(line.message, self._running().config.service.name)
        return web.Response(text=page, content_type="text/html", headers=MAIL)

    async def _picture(self, request: web.Request) -> web.Response:
        line = _find(request, self._lines("telegram", LEADER))
        if line.message is None or line.message.image is None:
            raise web.HTTPNotFound
        return web.Response(body=line.message.image.png, content_type="image/png", headers=SAFE)

    # What is done

    async def _press(self, request: web.Request) -> web.Response:
        body = await _body(request)
        self._sandbox("telegram").press(_who(body), _text(body, "payload"), _text(body, "line"))
        return _done()

    async def _write(self, request: web.Request) -> web.Response:
        body = await _body(request)
        self._sandbox("telegram").write(_who(body), _text(body, "text")[:MOST_CHARACTERS])
        return _done()

    async def _call(self, request: web.Request) -> web.Response:
        """End a call with Sam. Says ``stopped`` where Sam does not want to be asked."""
        language = _text(await _body(request), "language")
        service, number = self._running(), secrets.token_hex(3)
        items = [_sam(language if language in LANGUAGES else "en", number), _call_of_sam(number)]
        business = Business(service.url, self._write_key)
        try:
            async for _ in business.send(items):
                pass
        finally:
            await business.close()
        contact = await service.store.find_contact("telegram", CUSTOMER)
        return _done(stopped=contact is not None and contact.opted_out_at is not None)

    def _lines(self, channel: str, address: str) -> list[Line]:
        return self._sandbox(channel).history(address)

    def _sandbox(self, name: str) -> Sandbox:
        channel = self._running().channels[name]
        assert isinstance(channel, Sandbox)  # noqa: S101 - the demo's own configuration says so
        return channel

    def _running(self) -> Service:
        if self.service is None:
            raise web.HTTPServiceUnavailable
        return self.service


def _for_this_machine(handler: Handler) -> Handler:
    """Refuse calls under a foreign name (a rebound one), and changes asked by another site."""

    async def guarded(request: web.Request) -> web.Response:
        if _host_name(request.host) not in ("127.0.0.1", "localhost"):
            raise web.HTTPForbidden
        if request.method == "POST" and _is_foreign(request):
            raise web.HTTPForbidden
        return await handler(request)

    return guarded


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_foreign(request: web.Request) -> bool:
    """Programs send neither header; browsers send at least one with every POST."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", f"http://{request.host}")
    return site != "same-origin" or origin != f"http://{request.host}"


def _from_file(name: str, kind: str) -> web.Response:
    text = (HERE / name).read_text(encoding="utf-8")
    return web.Response(text=text, content_type=kind, headers=PAGE)


def _find(request: web.Request, lines: list[Line]) -> Line:
    wanted = request.match_info["line"]
    found = next((line for line in lines if line.id == wanted), None)
    if found is None:
        raise web.HTTPNotFound
    return found


async def _body(request: web.Request) -> Mapping[str, Any]:
    """Read a call of the page's own script, a JSON object."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    raw = await request.content.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise web.HTTPRequestEntityTooLarge(MOST_BYTES, len(raw))
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise web.HTTPBadRequest from error
    if not isinstance(found, dict):
        raise web.HTTPBadRequest
    return found


def _who(body: Mapping[str, Any]) -> str:
    who = _text(body, "who")
    if who not in (CUSTOMER, LEADER):
        raise web.HTTPBadRequest
    return who


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    return value if isinstance(value, str) else ""


def _done(**more: bool) -> web.Response:
    return web.Response(body=orjson.dumps(more), content_type="application/json", headers=SAFE)


def _sam(language: str, number: str) -> dict[str, Any]:
    return {
        "type": "identify",
        "messageId": f"sam-{number}",
        "userId": "sam",
        "traits": {
            "first_name": "Sam",
            "language": language,
            "telegram_id": CUSTOMER,
            "email": CUSTOMER_MAIL,
        },
    }


def _call_of_sam(number: str) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Demo Call Ended",
        "messageId": f"call-of-sam-{number}",
        "userId": "sam",
        "properties": {
            "interaction_id": f"call-of-sam-{number}",
            "agent_id": "Pekka",
            "team": "support",
            "duration_s": 240,
        },
    }
