"""Parting: answers to anonymous surveys leave whoever gave them, some at a time."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from storage.store import Store

log = logging.getLogger("afterword.parting")

PAUSE = 0.05
"""Seconds between two batches, for everybody else."""


class Parting:
    """Lets anonymous answers go where enough of them may be changed no more."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    async def tick(self) -> None:
        """Part what may part; any number of machines may do so at once."""
        now = self._clock()
        parted = 0
        while count := await self._store.unit_of_work(lambda t: t.part_replies(now)):
            parted += count
            await asyncio.sleep(PAUSE)
        if parted:
            log.debug("%d anonymous responses parted", parted)
        lost = await self._store.unit_of_work(lambda t: t.give_up_replies(now))
        if lost:
            log.warning("%d anonymous answers found too few others in a month: deleted", lost)
