"""A server over a real socket, whose store is a list."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from bot.doorkeeper import KEEPER, Doorkeeper
from bot.gateway import Gateway
from bot.http import Door, make_app
from channels.base import Ack, Channel, Receipt, Request
from channels.sandbox import CAPABILITIES
from scheduler.batch import Batch
from surveys.event import Event
from surveys.inbound import Inbound
from surveys.message import Message
from tests.bot.small import KEY

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


EVENT = {"userId": "u1", "event": "Call Ended", "messageId": "m1"}


class Page(Channel):
    """A channel that answers what it is told, and remembers what it was asked."""

    def __init__(self, name: str) -> None:
        self.name, self.capabilities = name, replace(CAPABILITIES, inline=True)
        self.requests: list[Request] = []
        self.error: Exception | None = None
        self.answer = Ack(body=b"hello", headers={"Content-Type": "text/html; charset=utf-8"})

    async def send(self, message: Message) -> Receipt:
        return Receipt(external_id="1")

    async def receive(self, request: Request) -> Sequence[Inbound]:
        self.requests.append(request)
        if self.error:
            raise self.error
        return ()

    def ack(self, request: Request, messages: Sequence[Message]) -> Ack:
        return self.answer


@dataclass(slots=True)
class House:
    """A server over a real socket, whose store is a list."""

    url: str
    app: web.Application
    client: aiohttp.ClientSession
    page: Page
    events: list[Event]
    store: dict[str, Any]

    async def post(self, path: str, **given: Any) -> tuple[int, Any]:
        async with self.client.post(self.url + path, **given) as answer:
            return answer.status, orjson.loads(await answer.read())

    async def raw(self, request: bytes, seconds: float = 5) -> bytes:
        """Say bytes to the server and give all it answers until it hangs up or time is over."""
        host, port = self.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(request)
        said = b""
        try:
            async with asyncio.timeout(seconds):
                while chunk := await reader.read(65536):
                    said += chunk
        except TimeoutError:
            said += b"<still open>"
        writer.close()
        return said


@asynccontextmanager
async def a_house(keeper: Doorkeeper | None = None) -> AsyncIterator[House]:
    kept: list[Event] = []
    store: dict[str, Any] = {"error": None, "metrics": 0}
    numbers = count(1)

    async def process(events: Sequence[Event]) -> list[bool]:
        if store["error"]:
            raise store["error"]
        kept.extend(events)
        return [True] * len(events)

    async def ping() -> None:
        if store["error"]:
            raise store["error"]

    def room() -> None:
        if "room" in store:
            raise store["room"]

    async def metrics() -> bytes:
        store["metrics"] += 1
        return b"afterword_rows 1\n"

    async def link(user_id: str, via: str) -> str:
        return f"https://t.me/bot?start={user_id}" if via == "telegram" and user_id == "u1" else ""

    async def erase(token: str) -> dict[str, int] | None:
        return {"contact_id": 7} if token == "good" else None

    page, hook = Page("web"), Page("hook")
    pages: dict[str, Channel] = {"web": page, "hook": hook}

    async def no_commands(channel: str, address: str, text: str) -> None:
        return None

    door = Door(
        events=Batch(process),
        gateway=Gateway(pages, Batch(_never), no_commands, lambda *_: True),
        write_keys=("other-key", KEY),
        push=["hook"],
        clock=lambda: NOW,
        nonce=lambda: f"n{next(numbers)}",
        link=link,
        erase=erase,
        ready=ping,
        room=room,
        metrics=metrics,
    )
    app = make_app(door)
    app[KEEPER] = keeper or app[KEEPER]
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    headers = {"Authorization": aiohttp.encode_basic_auth(KEY, "")}
    async with (
        app[KEEPER].listen(runner, "127.0.0.1", 0) as port,
        aiohttp.ClientSession(headers=headers) as client,
    ):
        yield House(f"http://127.0.0.1:{port}", app, client, page, kept, store)
    await runner.cleanup()


async def _never(items: Sequence[Inbound]) -> list[Any]:
    raise AssertionError("nothing was said")
