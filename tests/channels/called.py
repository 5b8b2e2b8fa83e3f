"""A channel that is called, behind a server of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from channels import errors
from channels.base import Channel, Request
from surveys.inbound import Inbound


class Called:
    """Serves one path as the product does: verify, store, and only then acknowledge."""

    def __init__(self) -> None:
        self.url = ""
        self.channel: Channel | None = None
        self.stored: list[Inbound] = []
        self.failures = 0
        self.refused = 0

    async def serve(self, request: web.Request) -> web.Response:
        call = Request(
            method=request.method,
            path="",
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
        )
        assert self.channel
        try:
            found = await self.channel.receive(call)
        except errors.Untrusted:
            self.refused += 1
            return web.Response(status=403)
        if self.failures:
            self.failures -= 1
            return web.Response(status=503)
        self.stored.extend(found)
        ack = self.channel.ack(call, ())
        return web.Response(status=ack.status, headers=dict(ack.headers), body=ack.body)


@asynccontextmanager
async def calling(path: str) -> AsyncIterator[Called]:
    """Open a server on this machine; the channel behind it is named by whoever asks for it."""
    called = Called()
    app = web.Application()
    app.router.add_post(path, called.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    called.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield called
    await runner.cleanup()
