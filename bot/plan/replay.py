"""Replay: what happened in the last weeks comes again, each event on its weekday and at its time.

What will be reported is not known; what was reported is. Whole weeks are played again, one after
the other, so that a quiet Sunday stays one: as many as fit into the time that is planned, or as
there are. Where there are less than one, the rest of the week is quiet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from storage.private import Private
from surveys.event import Event

WEEK = timedelta(days=7)
AT_ONCE = 1000
"""Events that are held in memory."""


@dataclass(slots=True, kw_only=True)
class Replay:
    """Gives the events of the ``period`` before ``now`` again and again, each time that much later.

    It is a `scheduler.rehearsal.Feed`. ``played`` is how many were taken in.
    """

    store: Private
    now: datetime
    period: timedelta
    played: int = 0
    _ahead: list[Event] = field(default_factory=list)
    _after: tuple[datetime, str] = field(init=False)
    _round: int = 0

    def __post_init__(self) -> None:
        self._turn()

    async def coming(self, before: datetime) -> tuple[Sequence[Event], bool]:
        """Give the next events that are received before then, and whether those are all."""
        while not self._ahead and self._shift < before - (self.now - self.period):
            await self._fill()
        early = [event for event in self._ahead if event.received_at < before]
        # What is read may end within the window: then there may be more of it.
        return early, len(early) < len(self._ahead) or not early

    def take(self, count: int) -> None:
        """Take the first of those out."""
        del self._ahead[:count]
        self.played += count

    @property
    def _shift(self) -> timedelta:
        return self.period * self._round

    async def _fill(self) -> None:
        """Read on; where the period is at its end, begin with it anew."""
        found = await self.store.list_events(self._after, self.now, AT_ONCE)
        if not found:
            self._turn()
            return
        self._after = (found[-1].received_at, found[-1].message_id)  # as they are in order
        self._ahead = [again(event, self._shift, self._round) for event in found]

    def _turn(self) -> None:
        self._round += 1
        self._after = (self.now - self.period - timedelta(milliseconds=1), "")


def again(event: Event, shift: timedelta, number: int) -> Event:
    """Give an event as if it came anew, so much later."""
    return replace(
        event,
        message_id=f"{event.message_id}~{number}",
        occurred_at=event.occurred_at + shift,
        received_at=event.received_at + shift,
    )


def choose_period(first: datetime | None, now: datetime, days: int) -> timedelta:
    """Give how much is played again: whole weeks, at least one; ``first`` is the first event."""
    kept = (now - first) // WEEK if first else 0
    return WEEK * max(1, min(kept, days // 7))
