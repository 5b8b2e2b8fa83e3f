"""A receiver of webhooks: it takes what it is told, and verifies it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from aiohttp import web
from standardwebhooks import Webhook

from bot.webhooks.caller import Caller
from storage.store import Store
from surveys.webhook import Call, Endpoint, read_secret
from tests.bot.whole import Clock
from tests.storage.make import NOW, add_contacts, contact

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


BOTH = ("response.completed", "comment.received")


def verify(body: bytes, headers: dict[str, str]) -> Any:
    """Verify by the library; where our clock was put forward, by its signature alone."""
    hook = Webhook(SECRET)
    named = {name.lower(): value for name, value in headers.items()}
    at = datetime.fromtimestamp(int(named["webhook-timestamp"]), UTC)
    if abs(at - datetime.now(UTC)) < timedelta(minutes=4):
        return hook.verify(body, headers)
    signed = hook.sign(named["webhook-id"], at, body.decode())
    assert named["webhook-signature"] == signed
    return orjson.loads(body)


@dataclass
class Receiver:
    """Another system: verifies each call by the specification's library, and answers as told."""

    url: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    elsewhere: int = 0

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.taken.append(verify(body, dict(request.headers)))
        self.ids.append(request.headers["webhook-id"])
        return self.answers.pop(0) if self.answers else web.Response(text="x" * 100_000)

    async def wrong(self, _request: web.Request) -> web.Response:
        self.elsewhere += 1
        return web.Response()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/hook", receiver.take)
    app.router.add_route("*", "/elsewhere", receiver.wrong)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    receiver.url = f"http://127.0.0.1:{port}/hook"
    yield receiver
    await runner.cleanup()
    await asyncio.sleep(0.05)  # closed connections are let go of


def endpoint(url: str, **more: Any) -> Endpoint:
    given = {"name": "crm", "url": url, "secret": read_secret(SECRET), "events": BOTH}
    return Endpoint(**{**given, "allow_private": True, **more})


async def put(store: Store, n: int = 1, to: str = "crm") -> None:
    saved = await add_contacts(store, contact("user:1"))
    calls = [
        Call(
            endpoint=to,
            message_id=f"msg_{i}",
            kind="response.completed",
            contact_id=saved[0].id,
            body='{"type":"response.completed","data":{"text":"äö"}}',
            at=NOW,
        )
        for i in range(n)
    ]
    await store.unit_of_work(lambda t: t.add_webhook_calls([*calls, *calls], NOW))


@asynccontextmanager
async def calling(store: Store, *hooks: Endpoint) -> AsyncIterator[tuple[Caller, Clock]]:
    clock = Clock()
    caller = Caller(store, lambda: hooks, clock)
    yield caller, clock
    await caller.close()
