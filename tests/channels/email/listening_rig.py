"""A listener to an IMAP server on this machine."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

from channels.email.listening import Listener, Pace
from channels.email.mailbox import Fetched
from channels.email.settings import Postbox, Settings
from tests.providers.certificate import client_context
from tests.providers.imap import ImapServer

PACE = Pace(answer=1.0, idle=20.0, poll=0.05, first_wait=0.02, longest_wait=0.05)


def mail(number: int, size: int = 0) -> bytes:
    return b"Message-ID: <%d@customer.example>\r\n\r\n%d\r\n%s" % (number, number, b"x" * size)


def number_of(found: Fetched) -> int:
    return int(found.raw.split(b"<")[1].split(b"@")[0])


def postbox_of(server: ImapServer, more: str = "") -> Postbox:
    settings = Settings(smtp="smtp://localhost", sender="a@b.example", replies=server.url + more)
    assert settings.postbox is not None
    return settings.postbox


@asynccontextmanager
async def heard(
    server: ImapServer, more: str = "", pace: Pace = PACE, **fields: Any
) -> AsyncIterator[tuple[AsyncGenerator[Fetched, None], Listener]]:
    """Listen to a server that is up; nothing is left behind."""
    tls = client_context() if server.tls else None
    listener = Listener(postbox_of(server, more), tls=tls, pace=pace, **fields)
    try:
        async with aclosing(listener.mails()) as mails:
            yield mails, listener
    finally:
        await listener.close()


async def take(mails: AsyncGenerator[Fetched, None], count: int = 1) -> list[int]:
    async with asyncio.timeout(10):
        return [number_of(await anext(mails)) for _ in range(count)]


async def until(true: Any, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)


async def is_idle(server: ImapServer) -> None:
    """Wait until the newest connection has nothing left to do."""
    await until(lambda: server.commands and server.commands[-1][-1:] == ["IDLE"])
    await asyncio.sleep(0.02)


async def end(task: asyncio.Task[list[int]]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
