"""Listening to a channel: take some of what comes in, or go on as long as a test does."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from surveys.inbound import Inbound


class Listening(Protocol):
    """A channel that listens."""

    def listen(self) -> AsyncGenerator[Inbound, None]:
        """Give what comes in; each is confirmed once the next is asked for."""


async def take(channel: Listening, count: int) -> list[Inbound]:
    """Take that many and go away, the last still in hand and so not confirmed."""
    taken: list[Inbound] = []
    listening = channel.listen()
    try:
        async with asyncio.timeout(5):
            async for inbound in listening:
                taken.append(inbound)
                if len(taken) == count:
                    break
    finally:
        await listening.aclose()
    return taken


@asynccontextmanager
async def running(channel: Listening, consume: Callable[[Inbound], None]) -> AsyncIterator[None]:
    """Let the channel listen in a task of its own, as the gateway does."""

    async def pump() -> None:
        async for inbound in channel.listen():
            consume(inbound)

    task = asyncio.create_task(pump())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
