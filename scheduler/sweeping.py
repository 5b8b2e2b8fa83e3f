"""Sweeping: old decisions and passing counters go, a little at a time, once an hour."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from storage.store import Store

log = logging.getLogger("afterword.sweeping")

BATCH = 1000
"""Decisions forgotten in one transaction: a few milliseconds."""
PAUSE = 0.05
"""Seconds between two batches, for everybody else."""
IDLE = timedelta(days=40)


class Sweeping:
    """Takes away what nobody needs any more. ``keep`` is how long decisions are kept."""

    def __init__(
        self, store: Store, keep: Callable[[], timedelta], clock: Callable[[], datetime]
    ) -> None:
        self._store, self._keep, self._clock = store, keep, clock

    async def tick(self) -> None:
        """Sweep until nothing is left to take away."""
        now = self._clock()
        before, swept = now - self._keep(), 0
        while count := await self._store.unit_of_work(lambda t: t.forget_decisions(before, BATCH)):
            swept += count
            await asyncio.sleep(PAUSE)
        await self._store.unit_of_work(lambda t: t.drop_counters(now, now - IDLE))
        if swept:
            log.info("%d decisions older than %d days are forgotten", swept, self._keep().days)
