"""Room on the disk: new work is refused while enough is left to finish what was begun."""

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from storage.errors import StoreUnavailable

log = logging.getLogger(__name__)

RESERVE = 64 * 1024 * 1024
"""Bytes kept free for what is under way: answers, verdicts of providers, a checkpoint of the log
(which SQLite cuts off at as many)."""

LOOK_SECONDS = 1.0

_TEXT = "the disk is nearly full: free %d MB, the service goes on by itself"


class DiskNearlyFull(StoreUnavailable):
    """Less than `RESERVE` is left where the database file is."""


def _megabytes(short: int) -> int:
    return -(-short // 1024**2)


def free_bytes(folder: Path) -> int:
    """Give what an ordinary user may still write there."""
    return shutil.disk_usage(folder).free


class Room:
    """Looks at the disk under a SQLite file, at most once in `LOOK_SECONDS`.

    A database elsewhere (``path`` is None) looks after its own disk.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        free: Callable[[Path], int] = free_bytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = path.parent if path else None
        self._free, self._clock = free, clock
        self._looked_at: float | None = None
        self._left = RESERVE

    def check(self) -> None:
        """See that there is room for new work.

        :raises DiskNearlyFull: saying how much to free.
        """
        if not self.is_enough():
            raise DiskNearlyFull(_TEXT % _megabytes(RESERVE - self._left))

    def is_enough(self) -> bool:
        """Whether there is room for new work."""
        left = self.left()
        return left is None or left >= RESERVE

    def left(self) -> int | None:
        """Give the free bytes; None where the disk is not ours to look at, or does not say."""
        if self._folder is None:
            return None
        now = self._clock()
        if self._looked_at is None or now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            try:
                self._note(self._free(self._folder))
            except OSError:
                return None
        return self._left

    def _note(self, left: int) -> None:
        """Tell the log when it becomes too little, and when there is enough again."""
        was_enough, self._left = self._left >= RESERVE, left
        if was_enough and left < RESERVE:
            log.warning(_TEXT, _megabytes(RESERVE - left))
        elif not was_enough and left >= RESERVE:
            log.warning("the disk has room again")
