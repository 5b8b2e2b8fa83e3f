"""The only HTTP server: events in, pages and webhooks, health and metrics."""

import asyncio
import hmac
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from aiohttp import web

from bot import segment
from bot.doorkeeper import KEEPER, Doorkeeper
from bot.exporting.link import ExportDoor
from bot.gateway import Gateway
from bot.openapi import document
from bot.segment import Received, Refused
from channels.base import Ack, Request
from scheduler.batch import Batch
from storage.store import DiskNearlyFull
from surveys.event import Event, EventKind

log = logging.getLogger("afterword.http")

MAX_CALL_BYTES = 256 * 1024
BODY_SECONDS = 10
MOST_WAITING = 20_000
"""Events waiting for their transaction above which senders are asked to slow down."""
KEPT_UNUSABLE = 200
METRICS_SECONDS = 5.0

_OK = b'{"success": true}'
_RETRY_AFTER = {408: "1", 429: "1", 503: "5", 507: "60"}
_NO_ROOM = Refused(
    status=507,
    code="disk_nearly_full",
    message="Not stored: the disk is nearly full. Send it again later.",
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the server opens onto.

    ``events`` keeps events; ``link`` gives the opt-in link of a user id on a channel, "" where
    there is none; ``erase`` erases whom a token names and gives what went, None for a bad token;
    ``ready`` raises where the service cannot do its work, ``room`` where there is none for events;
    ``metrics`` gives Prometheus' text. ``push`` names the channels that take webhooks.
    """

    events: Batch[Event, bool]
    gateway: Gateway
    write_keys: Sequence[str]
    push: Sequence[str]
    clock: Callable[[], datetime]
    nonce: Callable[[], str]
    link: Callable[[str, str], Awaitable[str]]
    erase: Callable[[str], Awaitable[Mapping[str, int] | None]]
    ready: Callable[[], Awaitable[None]]
    room: Callable[[], None]
    metrics: Callable[[], Awaitable[bytes]]
    exports: ExportDoor | None = None


def make_app(door: Door) -> web.Application:
    """Give the application with every route."""
    app = web.Application(client_max_size=segment.MAX_BATCH_BYTES + 1024, middlewares=[_guard])
    app[KEEPER] = Doorkeeper()
    intake = _Intake(door)
    for kind in EventKind:
        app.router.add_post(f"/v1/{kind}", intake.call)
    app.router.add_post("/v1/batch", intake.batch)
    app.router.add_post("/v1/b", intake.batch)
    app.router.add_get("/v1/unusable", intake.unusable)
    app.router.add_get("/v1/link", intake.link)
    app.router.add_post("/erase", intake.erase)
    app.router.add_get("/openapi.json", _openapi)
    if door.exports:
        door.exports.add_routes(app)
    app.router.add_get("/health", _health)
    checks = _Checks(door)
    app.router.add_get("/ready", checks.ready)
    app.router.add_get("/metrics", checks.metrics)
    for prefix in ("s", "u", "p", "c", "w", "web"):
        app.router.add_route("*", f"/{prefix}/{{rest:.*}}", _Calls(door, "web", f"/{prefix}").call)
    for path in ("/c", "/widget.js"):
        app.router.add_route("*", path, _Calls(door, "web", path).call)
    for name in door.push:
        calls = _Calls(door, name, "")
        app.router.add_route("*", f"/{name}", calls.call)
        app.router.add_route("*", f"/{name}/{{rest:.*}}", calls.call)
    return app


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give every error an answer without a trace, and every answer its safe headers."""
    request.app[KEEPER].greet(request)
    try:
        response = await handler(request)
    except web.HTTPRequestEntityTooLarge:
        response = _error(Refused(status=413, code="too_large", message="The body is too large."))
    except web.HTTPException as error:
        response = web.Response(status=error.status, text=error.reason, headers=_allowed(error))
    except Refused as error:
        response = _error(error)
    except DiskNearlyFull:
        response = _error(_NO_ROOM)
    except Exception:
        log.exception("could not answer %s %s", request.method, request.match_info.route.resource)
        response = _unavailable(request)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


def _unavailable(request: web.Request) -> web.Response:
    """A person at a page reads another sentence than a program that sends events."""
    if "text/html" in request.headers.get("Accept", ""):
        text = "This does not work just now, and it is our fault. Please try again in a minute."
        return web.Response(status=503, text=text, headers={"Retry-After": "60"})
    refused = Refused(status=503, code="unavailable", message="Not stored. Send it again.")
    return _error(refused)


def _allowed(error: web.HTTPException) -> dict[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}


def _error(refused: Refused) -> web.Response:
    """Segment's clients read both ``code`` and ``message``, and retry where one is missing."""
    response = _json({"code": refused.code, "message": refused.message}, status=refused.status)
    if refused.status in _RETRY_AFTER:
        response.headers["Retry-After"] = _RETRY_AFTER[refused.status]
    return response


def _json(value: Any, *, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")


async def _openapi(_request: web.Request) -> web.Response:
    return _json(document())


async def _health(_request: web.Request) -> web.Response:
    return _json({"status": "ok"})


class _Intake:
    """Segment's endpoints: 200 only after everything usable is committed."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._keys = [key.encode() for key in door.write_keys]
        self._unusable: deque[dict[str, str]] = deque(maxlen=KEPT_UNUSABLE)

    async def call(self, request: web.Request) -> web.Response:
        """``/v1/track`` and its siblings: one event."""
        body = await self._open(request, segment.MAX_EVENT_BYTES)
        kind = request.path.rsplit("/", 1)[1]
        now, nonce = self._door.clock(), self._door.nonce
        return await self._keep(segment.read_call(kind, body, received_at=now, new_id=nonce))

    async def batch(self, request: web.Request) -> web.Response:
        """``/v1/batch``: up to 2,500 events."""
        body = await self._open(request, segment.MAX_BATCH_BYTES)
        now, nonce = self._door.clock(), self._door.nonce
        return await self._keep(segment.read_batch(body, received_at=now, new_id=nonce))

    async def unusable(self, request: web.Request) -> web.Response:
        """The latest events that were of no use, and why: for whoever wires up a sender."""
        self._check(segment.write_key(request.headers, {}))
        return _json({"unusable": list(reversed(self._unusable))})

    async def link(self, request: web.Request) -> web.Response:
        """The link by which a person ties their chat to themselves; put it on your own pages."""
        self._check(segment.write_key(request.headers, {}))
        user_id, via = request.query.get("userId", ""), request.query.get("via", "telegram")
        link = await self._door.link(user_id, via)
        if not link:
            raise Refused(
                status=404,
                code="no_link",
                message="No contact has that userId, or the channel runs without opt-in links.",
            )
        return _json({"link": link})

    async def erase(self, request: web.Request) -> web.Response:
        """Erase one person, for the command of that name: its token is the proof, no write key is.

        Write keys are known to all who send events, and are no right to delete anybody.
        """
        body = segment.parse(await _read(request), limit=segment.MAX_EVENT_BYTES)
        token = body.get("token")
        erased = await self._door.erase(token) if isinstance(token, str) else None
        if erased is None:
            raise Refused(status=404, code="nobody", message="Nobody was erased.")
        return _json({"erased": erased})

    async def _open(self, request: web.Request, limit: int) -> dict[str, Any]:
        if len(self._door.events) > MOST_WAITING:
            raise Refused(status=429, code="too_many", message="Slow down: retry in a second.")
        given = segment.write_key(request.headers, {})
        if given:  # a stranger's half a megabyte is not even read
            self._check(given)
        body = segment.parse(await _read(request), limit=limit)
        if not given:
            self._check(segment.write_key(request.headers, body))
        self._door.room()
        return body

    def _check(self, given: str) -> None:
        """Compare with every key, in constant time."""
        matches = [hmac.compare_digest(key, given.encode("utf-8", "replace")) for key in self._keys]
        if not any(matches):
            raise Refused(
                status=401,
                code="invalid_write_key",
                message="The write key is not one of service.write_keys.",
            )

    async def _keep(self, received: Received) -> web.Response:
        self._unusable.extend(asdict(u) for u in received.unusable)
        if len(received.events) == 1:
            await self._door.events.put(received.events[0])
        else:
            await self._door.events.put_all(received.events)
        return web.Response(body=_OK, content_type="application/json")


class _Calls:
    """Pages and webhooks of one channel."""

    def __init__(self, door: Door, channel: str, prefix: str) -> None:
        self._gateway, self._channel, self._prefix = door.gateway, channel, prefix

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Hand the call to the channel and answer with what it acknowledges."""
        if (request.content_length or 0) > MAX_CALL_BYTES:
            raise web.HTTPRequestEntityTooLarge(MAX_CALL_BYTES, request.content_length or 0)
        body = await _read(request)
        if len(body) > MAX_CALL_BYTES:
            raise web.HTTPRequestEntityTooLarge(MAX_CALL_BYTES, len(body))
        rest = request.match_info.get("rest")
        named = rest or (rest is not None and self._prefix)
        path = f"{self._prefix}/{rest}" if named else self._prefix
        ack = await self._gateway.call(
            self._channel,
            Request(
                method=request.method,
                path=path,
                headers={name.lower(): value for name, value in request.headers.items()},
                query=dict(request.query),
                body=body,
                remote=request.remote or "",
            ),
        )
        return _from_ack(ack)


async def _read(request: web.Request) -> bytes:
    """Give the whole body, which has `BODY_SECONDS` to come.

    :raises Refused: where it comes too slowly or cannot be unpacked.
    """
    try:
        if request.content.is_eof():  # all here: a timer would cost 10 µs, a fifth of a bare call
            return await request.read()
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        text = f"The body took over {BODY_SECONDS} seconds to come."
        raise Refused(status=408, code="too_slow", message=text) from None
    except web.RequestPayloadError:
        text = "The body cannot be unpacked: check Content-Encoding and Content-Length."
        raise Refused(status=400, code="invalid_encoding", message=text) from None


def _from_ack(ack: Ack) -> web.Response:
    return web.Response(status=ack.status, headers=dict(ack.headers), body=ack.body)


class _Checks:
    """What operators and their tools ask."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._metrics, self._counted_at = b"", 0.0
        self._counting = asyncio.Lock()

    async def ready(self, _request: web.Request) -> web.Response:
        """200 while the service can do its work, 503 with the reason while it cannot."""
        try:
            async with asyncio.timeout(2):
                await self._door.ready()
        except Exception as error:  # noqa: BLE001 - whatever it is, we are not ready
            return _json({"status": "not ready", "reason": type(error).__name__}, status=503)
        return _json({"status": "ready"})

    async def metrics(self, _request: web.Request) -> web.Response:
        """Prometheus' text format, counted anew at most every `METRICS_SECONDS`: it reads whole
        tables, and anybody may ask.
        """
        async with self._counting:
            now = asyncio.get_running_loop().time()
            if not self._metrics or now - self._counted_at >= METRICS_SECONDS:
                self._metrics = await self._door.metrics()
                self._counted_at = now
        headers = {"Content-Type": "text/plain; version=0.0.4"}
        return web.Response(body=self._metrics, headers=headers)
