"""Live: telling open pages that something was said. One look at the store serves all of them.

A page holds a stream open (server-sent events, https://html.spec.whatwg.org/#server-sent-events)
and is told the store's mark whenever that is another one; it then fetches itself. What is told says
nothing about the answers, so a stream needs no filter of its own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from secrets import token_bytes
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

POLL = 0.5
"""Seconds between two looks; other machines' answers are seen by these."""

GAP = 0.1
"""Seconds between two looks at least, however many answers come in."""

MOST_STREAMS = 200
"""Pages kept up to date at once; others offer to be loaded anew."""

MOST_OF_ONE = 12
"""Pages of one link; windows that were forgotten cost nobody else."""

log = logging.getLogger("afterword.results")


class Full(Exception):
    """There are too many open pages already."""


class Stream:
    """One open page: waits for the mark to change."""

    def __init__(self, who: str, allowed: Callable[[], bool]) -> None:
        self.who, self.allowed = who, allowed
        self.ended = False
        self._news = asyncio.Event()

    def tell(self) -> None:
        """Have the page look."""
        self._news.set()

    def end(self) -> None:
        """Have the page leave."""
        self.ended = True
        self._news.set()

    async def wait(self, seconds: float) -> bool:
        """Give whether there is news, after at most so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
                self._news.clear()
                return True
        return False


class Watch:
    """Looks for what is new, once for all pages, and only while there is one.

    ``look`` gives the store's mark.
    """

    def __init__(self, look: Callable[[], Awaitable[str]], *, poll: float = POLL) -> None:
        self._look, self._poll = look, poll
        self._streams: set[Stream] = set()
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._salt = token_bytes(16)  # how many answers there are is nobody's business
        self.mark = ""

    def after(
        self, process: Callable[[Sequence[T]], Awaitable[Sequence[R]]]
    ) -> Callable[[Sequence[T]], Awaitable[Sequence[R]]]:
        """Give a batch's work that has open pages look at once when it is done."""

        async def both(items: Sequence[T]) -> Sequence[R]:
            done = await process(items)
            self._woken.set()
            return done

        return both

    async def look(self) -> str:
        """Give the mark as it is now."""
        found = (await self._look()).encode()
        return blake2b(found, key=self._salt, digest_size=9).hexdigest()

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._watch(), name="results watch")

    async def stop(self) -> None:
        """End every stream, and the looking."""
        for stream in self._streams:
            stream.end()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @contextmanager
    def follow(self, who: str, allowed: Callable[[], bool]) -> Iterator[Stream]:
        """Give a stream while inside. ``allowed`` says whether its reader still is
        there, and may.

        :raises Full: where there are too many.
        """
        own = sum(stream.who == who for stream in self._streams)
        if len(self._streams) >= MOST_STREAMS or own >= MOST_OF_ONE:
            raise Full
        stream = Stream(who, allowed)
        self._streams.add(stream)
        try:
            yield stream
        finally:
            self._streams.discard(stream)

    async def _watch(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._woken.wait()
            self._woken.clear()
            if self._streams:
                await self._tick()
            await asyncio.sleep(GAP)

    async def _tick(self) -> None:
        for stream in self._streams:
            if not stream.allowed():
                stream.end()
        try:
            mark = await self.look()
        except Exception as error:  # noqa: BLE001 - the next look may fare better
            log.warning("cannot see whether there is anything new: %s", type(error).__name__)
            return
        if mark != self.mark:
            self.mark = mark
            for stream in self._streams:
                stream.tell()
