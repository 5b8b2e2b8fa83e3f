"""Hearing: comments are read for what they speak of, a moment after they are written.

Beside the conversation, so that no customer waits for it; in small batches, so that nobody else
does. A changed list of words has all comments read again, the same way.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from storage.store import Store
from surveys.theme import GistReader

log = logging.getLogger("afterword.themes")

BATCH = 40
"""Comments read in one transaction: about 20 ms."""

PAUSE = 0.02
"""Seconds between two batches, for everybody else."""

STALE = 1000
"""Comments marked to be read again at once."""

LOOK = timedelta(minutes=10)
"""How often it is looked whether comments were read by another list of words."""


class Hearing:
    """Reads comments. ``reader`` gives the one in force."""

    def __init__(
        self,
        store: Store,
        reader: Callable[[], GistReader],
        clock: Callable[[], datetime],
        *,
        stale: int = STALE,
    ) -> None:
        """``stale`` is how many are marked at once."""
        self._store, self._reader, self._clock, self._stale = store, reader, clock, stale
        self._settled, self._looked_at = "", clock() - LOOK

    async def tick(self) -> None:
        """Read until nothing is left to read."""
        reader = self._reader()
        heard = await self._read_all(reader)
        now = self._clock()
        if self._settled != reader.version or now - self._looked_at >= LOOK:
            self._looked_at = now
            heard += await self._read_again(reader)
            self._settled = reader.version
        if heard >= STALE:
            log.info("%d comments are read", heard)

    async def _read_again(self, reader: GistReader) -> int:
        heard, told = 0, False
        while await self._store.mark_stale(reader.version, self._stale):
            if not told:
                left = await self._store.count_unread(reader.version)
                log.info("the themes changed: up to %d comments are read again", left)
                told = True
            heard += await self._read_all(reader)
            if self._reader().version != reader.version:
                break  # changed meanwhile: the next tick begins anew
        return heard

    async def _read_all(self, reader: GistReader) -> int:
        heard = 0
        while count := await self._store.read_comments(reader, BATCH):
            heard += count
            if heard % (25 * BATCH) == 0:
                log.info("%d comments are read so far", heard)
            if count < BATCH:
                break
            await asyncio.sleep(PAUSE)
        return heard
