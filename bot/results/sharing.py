"""Sharing: what many pages ask for at once is counted once, however many are open.

After an answer every open page asks anew. Those that show the same wait for one count, which begins
after they asked, so that nobody is shown what was before; while it goes on the next one gathers.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Does the same work once at a time for all who want its result."""

    def __init__(self, gather: float = 0.0) -> None:
        """``gather`` is how many seconds the first one waits for the others."""
        self._gather = gather
        self._going: dict[Hashable, asyncio.Task[T]] = {}
        self._gathering: dict[Hashable, asyncio.Task[T]] = {}
        self._tasks: set[asyncio.Task[T]] = set()

    async def get(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Give the result of work that begins from now on; the same ``key`` is the same work."""
        task = self._gathering.get(key)
        if task is None:
            task = asyncio.create_task(self._take_turn(key, self._going.get(key), work))
            self._gathering[key] = task
            self._tasks.add(task)
            task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Let go of what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take_turn(
        self, key: Hashable, before: "asyncio.Task[T] | None", work: Callable[[], Awaitable[T]]
    ) -> T:
        if before is not None:
            await asyncio.wait([before])
        await asyncio.sleep(self._gather)
        self._going[key] = self._gathering.pop(key)
        try:
            return await work()
        finally:
            if self._going.get(key) is asyncio.current_task():
                del self._going[key]

    def _forget(self, task: "asyncio.Task[T]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may have left
