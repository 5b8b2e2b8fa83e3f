"""Conflicts: managers hear that somebody claims an address of somebody else; a number, no flood."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from scheduler.outbox import Outbox
from scheduler.rules import Rules
from storage.store import Store, Transaction
from surveys.conflict import Conflict
from surveys.message import Capabilities, Message
from surveys.staff import StaffMember

log = logging.getLogger("afterword.conflicts")

EVERY = timedelta(hours=1)
"""The least time between two messages to one colleague."""

SHOWN = 5
"""Conflicts that a message names; the others are a number."""

ComposeConflicts = Callable[[Rules, Sequence[Conflict], int, str], Message]
"""(rules, some conflicts, how many there are in all, the colleague's address) -> what they read."""


class ConflictWatch:
    """Tells managers and admins of conflicts they have not been told of."""

    def __init__(
        self,
        store: Store,
        rules: Callable[[], Rules],
        *,
        channels: Mapping[str, Capabilities],
        compose: ComposeConflicts,
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
    ) -> None:
        self._store, self._rules, self._channels = store, rules, channels
        self._compose, self._clock, self._wake = compose, clock, wake

    async def sweep(self) -> None:
        """Tell of what is new, each claim once, and no more often than `EVERY`."""
        rules, now = self._rules(), self._clock()

        async def work(transaction: Transaction) -> set[str]:
            numbers = await transaction.take_untold_conflicts(now, EVERY)
            conflicts = await transaction.load_conflicts(numbers[:SHOWN])
            if not conflicts:
                return set()
            outbox = Outbox(self._channels, now)
            places = _places(rules.staff, self._channels)
            for number, (lane, address) in enumerate(places):
                message = self._compose(rules, conflicts, len(numbers), address)
                due_id = f"conflicts:{numbers[0]}:{int(now.timestamp())}:{number:02}"
                outbox.queue(lane, message, 0, due_id)
            if not places:
                log.warning("%d claims of others' addresses: no manager to tell", len(numbers))
            await outbox.save(transaction)
            return outbox.lanes

        for lane in await self._store.unit_of_work(work):
            self._wake(lane)


def _places(
    staff: Sequence[StaffMember], channels: Mapping[str, Capabilities]
) -> list[tuple[str, str]]:
    """Give where managers and admins are told, each on their first channel that runs."""
    found = [
        [(c, a) for c, a in member.addresses.items() if c in channels][:1]
        for member in staff
        if member.sees_all
    ]
    return list(dict.fromkeys(place for places in found for place in places))
