"""Retaining: what the file keeps for a time only goes when that is over, a little at a time."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from storage.store import Store, Transaction
from surveys.audit import Note, Verdict

log = logging.getLogger("afterword.retention")

BATCH = 100
"""Rows changed in one transaction: some milliseconds, so that nobody waits for it."""
PAUSE = 0.05
"""Seconds between two batches, for everybody else."""
MOST = 2000
"""Batches of a rule at one time; the rest comes with the next tick."""


class Step(Protocol):
    """Does one batch; gives how much went, and behind which number to go on (0: done)."""

    async def __call__(
        self, transaction: Transaction, /, *, before: datetime, behind: int
    ) -> tuple[int, int]: ...


class Retaining:
    """Applies the rules: name -> how long. Any number of machines may do so at once."""

    def __init__(
        self,
        store: Store,
        rules: Callable[[], Mapping[str, timedelta]],
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._rules, self._clock = store, rules, clock

    async def tick(self) -> None:
        """Take away what is too old by now, and note in the audit how much that was."""
        now, gone = self._clock(), dict[str, int]()
        for rule, keep in self._rules().items():
            if count := await self._apply(rule, now - keep):
                gone[rule] = count
        if gone:
            spelled = ", ".join(f"{rule} {count}" for rule, count in gone.items())
            log.info("kept long enough, by retention: %s", spelled)
            await self._store.note_command(
                Note(
                    at=now,
                    person="retention",
                    role="",
                    channel="",
                    command="retention",
                    line=f"/retention {spelled}",
                    verdict=Verdict.ALLOWED,
                )
            )

    async def _apply(self, rule: str, before: datetime) -> int:
        step, gone, behind = _STEPS.get(rule, _forget(rule)), 0, -1
        for _ in range(MOST):
            count, behind = await self._store.unit_of_work(
                partial(step, before=before, behind=behind)
            )
            gone += count
            if behind == 0:
                break
            await asyncio.sleep(PAUSE)
        return gone


def _forget(rule: str) -> Step:
    async def step(
        transaction: Transaction, /, *, before: datetime, behind: int
    ) -> tuple[int, int]:
        _ = behind  # what is gone is not found again
        count = await transaction.forget_old(rule, before, BATCH)
        return count, -1 if count else 0

    return step


async def _fade(transaction: Transaction, /, *, before: datetime, behind: int) -> tuple[int, int]:
    return await transaction.fade_answers(before, behind, BATCH)


async def _part(transaction: Transaction, /, *, before: datetime, behind: int) -> tuple[int, int]:
    return await transaction.forget_idle(before, behind, BATCH)


_STEPS: Mapping[str, Step] = {"answers": _fade, "contacts": _part}
