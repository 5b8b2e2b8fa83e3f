"""The doorkeeper: how many connections are open at once, and how long one may keep silent.

aiohttp waits for a connection's first request for ever. Whoever opens thousands and says nothing
would use up the process's files, and nobody else could come in.
"""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

HEAD_SECONDS = 5.0
"""Seconds a new connection has to say its first request."""
IDLE_SECONDS = 75.0
"""Seconds between two requests on one connection; longer than what proxies allow themselves."""
MOST_CONNECTIONS = 10_000

_FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n"


class Doorkeeper:
    """Lets connections in and shows the silent ones out."""

    def __init__(self, *, most: int | None = None, head_seconds: float = HEAD_SECONDS) -> None:
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._most = most or min(MOST_CONNECTIONS, max(64, files // 2))
        self._head_seconds = head_seconds
        self._silent: dict[asyncio.BaseProtocol, float] = {}
        self._open = 0

    def greet(self, request: web.Request) -> None:
        """Note that a connection has said its first request."""
        self._silent.pop(request.protocol, None)

    @asynccontextmanager
    async def listen(self, runner: web.AppRunner, host: str, port: int) -> AsyncIterator[int]:
        """Listen while inside; gives the port. What is under way outlives it.

        :raises OSError: where the port is taken.
        """
        server = runner.server
        if server is None:
            raise RuntimeError("set the runner up first")
        loop = asyncio.get_running_loop()

        def welcome() -> asyncio.BaseProtocol:
            if self._open >= self._most:
                self._open = len(server.connections)
            if self._open >= self._most:
                return _Refusal()
            self._open += 1
            protocol = server()
            self._silent[protocol] = loop.time() + self._head_seconds
            return protocol

        listener = await loop.create_server(welcome, host, port, backlog=1024)
        sweeping = asyncio.create_task(self._sweep(server), name="doorkeeper")
        try:
            yield int(listener.sockets[0].getsockname()[1])
        finally:
            listener.close()
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)

    async def _sweep(self, server: web.Server) -> None:
        """Show out whoever kept silent too long; count who is still there."""
        while True:
            await asyncio.sleep(min(1.0, self._head_seconds / 2))
            here = set(server.connections)
            self._open = len(here)
            now = asyncio.get_running_loop().time()
            for protocol, until in list(self._silent.items()):
                if protocol not in here:
                    del self._silent[protocol]
                elif now >= until:
                    del self._silent[protocol]
                    if isinstance(protocol, web.RequestHandler):
                        protocol.force_close()


KEEPER = web.AppKey("keeper", Doorkeeper)
"""Where an application keeps its doorkeeper."""


class _Refusal(asyncio.Protocol):
    """Says that there is no room, and hangs up."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            transport.write(_FULL)
        transport.close()


@asynccontextmanager
async def serve(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve an application at whose door a keeper stands, while inside; gives the port.

    :raises OSError: where the port is taken.
    """
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        keepalive_timeout=IDLE_SECONDS,
        shutdown_timeout=15.0,
    )
    await runner.setup()
    try:
        async with app[KEEPER].listen(runner, host, port) as taken:
            yield taken
    finally:
        await runner.cleanup()
