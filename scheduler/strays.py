"""Strays: due rows on the lane of a channel that is not in the file any more. Nobody carries them,
so they are ended here: a question moves to the next channel of its ``via``, a message is let go.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from scheduler.deciding import decide_stray
from scheduler.rules import Rules
from storage.store import Store, Transaction
from surveys.due import Due, DueKind, Outcome
from surveys.message import Capabilities

log = logging.getLogger("afterword.strays")

LEASE = timedelta(seconds=40)
BATCH = 500
LET_GO = "let_go:"
"""What the counters of messages that were let go begin with; the lane follows."""


class Strays:
    """Ends what waits for channels that do not run. ``channels`` are those that do."""

    def __init__(
        self,
        store: Store,
        rules: Callable[[], Rules],
        *,
        channels: Mapping[str, Capabilities],
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
    ) -> None:
        self._store, self._rules, self._channels = store, rules, channels
        self._clock, self._wake = clock, wake

    async def sweep(self) -> None:
        """End every row that is due on a lane without a channel. What is due later waits: the
        channel may be back by then.
        """
        for lane in sorted(await self._store.count_due()):
            if lane not in self._channels:
                while await self._clear(lane):
                    pass

    async def _clear(self, lane: str) -> int:
        now = self._clock()
        dues = await self._store.claim_due(lane, now, LEASE, BATCH)
        if dues:
            outcomes = await self._decide(dues, now)
            late = await self._store.end_deliveries(outcomes, self._clock())
            await self._tell(lane, [o for o in outcomes if o.due.id not in late])
        return len(dues)

    async def _decide(self, dues: Sequence[Due], now: datetime) -> list[Outcome]:
        asked: Collection[int] = {due.invitation_id for due in dues if due.invitation_id}
        conversations = await self._store.load_conversations(asked)
        begun = await self._store.unsettled(dues)
        return [
            decide_stray(
                due,
                conversations.get(due.invitation_id),
                self._rules(),
                self._channels,
                now,
                earlier=begun.get(due.id, ())[-1:],
            )
            for due in dues
        ]

    async def _tell(self, lane: str, outcomes: Sequence[Outcome]) -> None:
        """Say what became of the rows, and wake the lanes that have got some of them."""
        let_go = sum(outcome.due.kind is DueKind.SAY for outcome in outcomes)
        moved = [outcome.lane for outcome in outcomes if outcome.lane]
        log.warning(
            "channel %s is not in the file: %d questions moved, %d not asked, %d messages let go",
            lane,
            len(moved),
            len(outcomes) - len(moved) - let_go,
            let_go,
        )
        if let_go:
            await self._store.unit_of_work(lambda t: _count(t, f"{LET_GO}{lane}", let_go))
        for other in set(moved):
            self._wake(other)


async def _count(transaction: Transaction, key: str, more: int) -> None:
    counted = (await transaction.take_counters({key})).get(key, 0)
    await transaction.save_counters({key: counted + more})
