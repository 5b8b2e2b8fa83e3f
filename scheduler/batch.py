"""Batches: many callers, one transaction. Each caller gets its own result once all is committed."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from storage.store import StoreUnavailable

T = TypeVar("T")
R = TypeVar("R")

QUIET_ROUNDS = 3
"""Turns of the loop without a newcomer after which a batch sets out. Waiting for those on their way
costs a lone caller some 30 µs, and gave 64 callers 12 % more events a second at 14 % less work.
"""


class Batch(Generic[T, R]):
    """Collects the items of concurrent callers and hands them on together (group commit).

    ``process`` gets 1 to ``limit`` items and gives a result for each, in order. While one batch
    is under way the next one gathers, so that a batch is as large as the load is high and a lone
    caller waits for nobody. Where a batch fails it is halved until the item at fault stands
    alone: only its caller sees the error. While the store is away all fail at once.
    """

    def __init__(
        self, process: Callable[[Sequence[T]], Awaitable[Sequence[R]]], *, limit: int = 500
    ) -> None:
        self._process, self._limit = process, limit
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """How many items wait for their batch."""
        return len(self._waiting)

    async def put(self, item: T) -> R:
        """Give the item's result once its batch is done.

        :raises Exception: whatever ``process`` raised for this item.
        """
        return await self._add(item)

    async def put_all(self, items: Sequence[T]) -> list[R]:
        """Give the results of several items, which may share a batch with others' items.

        :raises Exception: whatever ``process`` raised for the first of those it failed for.
        """
        results: list[R] = []
        faults: list[Exception] = []
        # One after the other: they end in this order, and a gather costs 4 µs an item.
        for future in [self._add(item) for item in items]:
            try:
                results.append(await future)
            except Exception as fault:  # noqa: BLE001 - the first is raised once all are done
                faults.append(fault)
        if faults:
            raise faults[0]
        return results

    async def close(self) -> None:
        """Wait until everything taken in is done."""
        if self._task is not None:
            await self._task

    def _add(self, item: T) -> "asyncio.Future[R]":
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        return future

    async def _drain(self) -> None:
        while self._waiting:
            await self._gather()
            count = min(self._limit, len(self._waiting))
            await self._run([self._waiting.popleft() for _ in range(count)])

    async def _gather(self) -> None:
        """Let callers that are on their way come along: go round the loop while more arrive."""
        quiet = 0
        while quiet < QUIET_ROUNDS and len(self._waiting) < self._limit:
            before = len(self._waiting)
            await asyncio.sleep(0)
            quiet = 0 if len(self._waiting) > before else quiet + 1

    async def _run(self, entries: "Sequence[tuple[T, asyncio.Future[R]]]") -> None:
        try:
            results = await self._process([item for item, _ in entries])
            pairs = list(zip(entries, results, strict=True))
        except StoreUnavailable as error:  # no item's fault: a second try would only wait as long
            for _, future in entries:
                _fail(future, error)
            return
        except Exception as error:  # noqa: BLE001 - handed to the caller whose item it was
            await self._halve(entries, error)
            return
        for (_, future), result in pairs:
            if not future.done():  # its caller may have gone away
                future.set_result(result)

    async def _halve(
        self, entries: "Sequence[tuple[T, asyncio.Future[R]]]", error: Exception
    ) -> None:
        if len(entries) == 1:
            _fail(entries[0][1], error)
            return
        middle = len(entries) // 2
        await self._run(entries[:middle])
        await self._run(entries[middle:])


def _fail(future: "asyncio.Future[R]", error: Exception) -> None:
    if not future.done():  # its caller may have gone away
        future.set_exception(error)
