"""Compacting: when a SQLite file is written anew, because something was deleted for good."""

import logging
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from storage.errors import StoreUnavailable
from storage.store import Store

log = logging.getLogger("afterword.compacting")

NIGHT = range(2, 5)
"""Hours of the service's own time in which hardly anybody waits."""

SMALL = 32_000_000
"""Bytes of a file that is written anew in less than a second, at any hour."""

LARGE = 500_000_000
"""Bytes of a file that keeps everybody waiting for too long: it is left to the operator."""


class Verdict(StrEnum):
    """What is to be done about a file."""

    NOTHING = "nothing was deleted"
    LATER = "at night"
    NOW = "now"
    BY_HAND = "by hand"


def decide(owed: int, size: int, local: datetime) -> Verdict:
    """Give whether a file of ``size`` bytes is written anew at a local time; ``owed`` is how much
    was deleted since it was last.
    """
    if not owed:
        return Verdict.NOTHING
    if size <= SMALL:
        return Verdict.NOW
    if local.hour not in NIGHT:
        return Verdict.LATER
    return Verdict.BY_HAND if size > LARGE else Verdict.NOW


class Compacting:
    """Looks once an hour, on the machine that has the file."""

    def __init__(
        self, store: Store, zone: Callable[[], ZoneInfo], clock: Callable[[], datetime]
    ) -> None:
        self._store, self._zone, self._clock = store, zone, clock

    async def tick(self) -> None:
        """Write the file anew where that is due."""
        owed, size = await self._store.count_owed(), self._store.file_size
        verdict = decide(owed, size, self._clock().astimezone(self._zone()))
        if verdict is Verdict.BY_HAND:
            log.warning(
                "what was deleted may have left traces in the %d MB of the database: stop the"
                " service when that suits, and run 'afterword compact'",
                size // 10**6,
            )
        if verdict is not Verdict.NOW:
            return
        try:
            await self._store.compact()
        except StoreUnavailable as error:
            log.warning("%s", error)
        else:
            log.info("the database was written anew: nothing that was deleted is left in it")
