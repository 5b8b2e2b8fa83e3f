"""A small Slack over a real socket, for tests, demos of failure and load runs.

It speaks the Web API by GET, POST, query, form and JSON; keeps Slack's limits; gives news over
Socket Mode or by signed HTTP calls, again and again until they are acknowledged; and writes
everything it accepted into ``ledger``. People are played by ``press``, ``say``, ``command``,
``submit`` and ``deactivate``; trouble is scripted by ``fail``, ``throttle``, ``refuse``,
``revoke`` and ``drop``.

    async with SlackServer() as server:
        Settings(bot_token=server.bot_token, app_token=server.app_token, api_base=server.url)
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Literal, Self
from urllib.parse import urlencode

import aiohttp
import orjson
from aiohttp import web

from tests.providers.slack_api import (
    BOT,
    TEAM,
    Accepted,
    ApiError,
    Delivered,
    Fault,
    answer,
    commanded,
    event,
    now_ts,
    pressed,
    read_params,
    sign,
    submitted,
)
from tests.providers.slack_workspace import Workspace, dm

__all__ = ["Accepted", "Fault", "SlackServer"]

Kind = Literal["events_api", "interactive", "slash_commands"]


class SlackServer(Workspace):
    """See the module. ``redelivery`` is the seconds before an event that was refused is pushed
    again (Slack: at once, a minute, five minutes), three times at most; ``clock`` dates
    signatures, in seconds; ``pongs=False`` is a server that does not answer pings."""

    def __init__(
        self,
        *,
        redelivery: float = 0.02,
        clock: Callable[[], float] = time.time,
        pongs: bool = True,
    ) -> None:
        super().__init__()
        self.bot_token, self.app_token = "xoxb-1-2-TESTbotTOKEN", "xapp-1-A0-TESTappTOKEN"
        self.signing_secret = "5igning5ecret0f0urTests"
        self.url, self.hook = "", ""  # the API's base; where events are pushed to, "" for nowhere
        self.calls: list[str] = []  # every method called, refused ones too
        self.deliveries: list[Delivered] = []
        self.unconfirmed: dict[str, dict[str, Any]] = {}  # envelopes of Socket Mode
        self.lines: list[web.WebSocketResponse] = []
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._revoked = False
        self._pushes: set[asyncio.Task[None]] = set()
        self._redelivery, self._clock, self._pongs = redelivery, clock, pongs

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_post("/upload/{file}", self._take_file)
        app.router.add_get("/link/", self._open_line)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.root = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.url = f"{self.root}/api/"
        self._client = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._pushes:
            task.cancel()
        await asyncio.gather(*self._pushes, return_exceptions=True)
        await self.drop()
        await self._client.close()
        await self._runner.cleanup()

    # People

    def press(self, user: str, external_id: str, label: str) -> dict[str, Any]:
        """Press the button with that label (a tick aside) under a message as it is now."""
        message = self.now(external_id)
        keys = {key["text"]["text"].removeprefix("✓ "): key for key in message.buttons}
        assert label in keys, f"no button {label!r}; there are {list(keys)}"
        body = pressed(next(self.numbers), user, message, keys[label])
        self.triggers[body["trigger_id"]] = time.monotonic()
        return self.feed("interactive", body)

    def say(self, user: str, text: str, *, thread: str = "", **more: Any) -> dict[str, Any]:
        """Write something in the direct message with the app, as Slack encodes it."""
        message = {
            "type": "message",
            "channel": dm(user),
            "channel_type": "im",
            "user": user,
            "text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "ts": now_ts(number := next(self.numbers)),
            "team": TEAM,
            **({"thread_ts": thread.partition(":")[2]} if thread else {}),
            **more,
        }
        return self.feed("events_api", event(number, message))

    def command(self, user: str, text: str) -> dict[str, Any]:
        """Write ``/afterword TEXT`` in some channel."""
        return self.feed("slash_commands", commanded(next(self.numbers), user, text))

    def submit(self, user: str, text: str) -> dict[str, Any]:
        """Send the form that was opened last."""
        return self.feed("interactive", submitted(user, self.views[-1], text))

    def deactivate(self, user: str) -> dict[str, Any]:
        """Deactivate an account: the app is told, and every later send is refused."""
        self.refuse(user, "user_disabled")
        self.refuse(dm(user), "is_archived")
        inner = {"type": "user_change", "user": {"id": user, "deleted": True}}
        return self.feed("events_api", event(next(self.numbers), inner))

    # Trouble

    def revoke(self) -> dict[str, Any]:
        """Remove the app: it is told, and its token is worth nothing."""
        self._revoked = True
        inner = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT]}}
        return self.feed("events_api", event(next(self.numbers), inner))

    def install_again(self) -> None:
        """Let the token be good again."""
        self._revoked = False

    def fail(self, method: str, fault: Fault, *, times: int = 1) -> None:
        """Let the next calls of a method fail; "upload" is the address files are posted to."""
        self._faults[method].extend([fault] * times)

    def throttle(self, method: str, retry_after: int, *, times: int = 1) -> None:
        """Answer the next calls of a method 429."""
        body = orjson.dumps({"ok": False, "error": "ratelimited"})
        self.fail(
            method,
            Fault(status=429, body=body, headers={"Retry-After": str(retry_after)}),
            times=times,
        )

    async def drop(self, reason: str = "") -> None:
        """Close every connection of Socket Mode, announced where a reason is given."""
        for line in list(self.lines):
            if reason:
                with suppress(ConnectionError):
                    await line.send_json({"type": "disconnect", "reason": reason})
            await line.close()

    # The record

    async def until(self, true: Callable[[], Any], *, seconds: float = 5.0) -> None:
        """Wait until something holds; TimeoutError where it does not in time."""
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.005)

    # News

    def feed(self, kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
        """Give any news, again if it was given before; gives it back."""
        if self.hook:
            task = asyncio.create_task(self._push(kind, body))
            self._pushes.add(task)
            task.add_done_callback(self._pushes.discard)
            return body
        envelope_id = f"envelope-{next(self.numbers)}"
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
            "payload": body,
        }
        self.unconfirmed[envelope_id] = envelope
        if self.lines:
            task = asyncio.create_task(self._send(self.lines[-1], envelope))
            self._pushes.add(task)
            task.add_done_callback(self._pushes.discard)
        return body

    async def _send(self, line: web.WebSocketResponse, envelope: Mapping[str, Any]) -> None:
        with suppress(ConnectionError):
            await line.send_str(orjson.dumps(envelope).decode())

    async def _push(self, kind: Kind, body: Mapping[str, Any]) -> None:
        """Call the app, three times more where it does not take an event. Slack does not repeat
        presses, forms and commands: it tells the person that it did not work."""
        raw, typed = encode(kind, body)
        for attempt in range(4 if kind == "events_api" else 1):
            headers = {"Content-Type": typed, **sign(self.signing_secret, raw, self._clock())}
            if attempt:
                headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"}
                await asyncio.sleep(self._redelivery)
            status, said = 0, b""
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self._client.post(self.hook, data=raw, headers=headers) as response:
                    status, said = response.status, await response.read()
            self.deliveries.append(Delivered(body=raw, headers=headers, status=status, answer=said))
            if status // 100 == 2:
                return

    async def _open_line(self, request: web.Request) -> web.WebSocketResponse:
        line = web.WebSocketResponse(autoping=self._pongs)
        await line.prepare(request)
        if request.query.get("ticket") not in self.tickets:
            await line.close()
            return line
        self.tickets.discard(request.query["ticket"])
        await line.send_json({"type": "hello", "num_connections": len(self.lines) + 1})
        self.lines.append(line)
        for envelope in list(self.unconfirmed.values()):
            await self._send(line, {**envelope, "retry_attempt": 1, "retry_reason": "timeout"})
        async for frame in line:
            if frame.type is aiohttp.WSMsgType.TEXT:
                self.unconfirmed.pop(orjson.loads(frame.data)["envelope_id"])
        self.lines.remove(line)
        return line

    # The Web API

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = await read_params(request)
        self.calls.append(method)
        fault = self._faults[method].popleft() if self._faults[method] else None
        if fault and not fault.after:
            return await self._break(request, fault)
        try:
            self._check_token(request, method, params)
            result = self.carry_out(method, params)
        except ApiError as refusal:
            return answer({"ok": False, "error": refusal.code})
        if fault:
            return await self._break(request, fault)
        return answer({"ok": True, **result})

    async def _break(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        await asyncio.sleep(fault.hang)
        if fault.cut and request.transport:
            request.transport.abort()
        typed = "application/json" if fault.body[:1] == b"{" else "text/html"
        headers = {"content-type": typed, **fault.headers}
        return web.Response(body=fault.body, status=fault.status, headers=headers)

    def _check_token(self, request: web.Request, method: str, params: Mapping[str, Any]) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        given = given or params.get("token", "")
        app = method == "apps.connections.open"
        if not given:
            raise ApiError("not_authed")
        if self._revoked:
            raise ApiError("token_revoked")
        if given != (self.app_token if app else self.bot_token):
            raise ApiError("not_allowed_token_type" if given[:4] in "xoxb xapp" else "invalid_auth")

    async def _take_file(self, request: web.Request) -> web.StreamResponse:
        self.calls.append("upload")
        if self._faults["upload"]:
            return await self._break(request, self._faults["upload"].popleft())
        file, content = request.match_info["file"], await request.read()
        if len(self.uploads.get(file, b"")) != len(content):
            return web.Response(status=400, text="wrong length")
        self.uploads[file] = content
        return web.Response(text=f"OK - {len(content)}")


def encode(kind: Kind, body: Mapping[str, Any]) -> tuple[bytes, str]:
    """Give the bytes of an HTTP call, and their type: JSON for events, forms for the rest."""
    if kind == "events_api":
        return orjson.dumps(body), "application/json"
    form = {"payload": orjson.dumps(body).decode()} if kind == "interactive" else body
    return urlencode(form).encode(), "application/x-www-form-urlencoded"
