"""Precedence: which of the rows that wait a rehearsal may decide about together. Pure.

The service takes what is due at one instant lane by lane, and what moved to a lane that had its
turn already in the round after. Out of that order only those rows may be taken that nobody could
tell it by: people do not depend on each other, but a person's rows do, and so do those that use
up one day's budget, as soon as it may not suffice for all of them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from storage.private import Waiting
from surveys.due import Outcome

Place = tuple[datetime, int, bool, str]
"""When a row comes up: the instant, the round in it, whether its lane runs, and the lane."""

Uses = Callable[[Waiting, str], bool]
"""Whether a row may come to use the budget of a lane."""


@dataclass(slots=True)
class Rounds:
    """Knows in which round of an instant rows come up that moved in it. ``running`` are the lanes
    that run: those without a channel are cleared first.
    """

    running: Collection[str]
    _moved: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def place(self, row: Waiting, moment: datetime) -> Place:
        """Give when a row comes up that is due at an instant."""
        at, number = self._moved.get(row.due.id, (moment, 0))
        return moment, number if at == moment else 0, *self._lane(row.due.lane)

    def note(self, outcome: Outcome, place: Place) -> None:
        """Remember what moves to another lane, to come up there at the same instant."""
        if not outcome.lane or outcome.retry_at is None or outcome.retry_at > place[0]:
            return
        had_its_turn = self._lane(outcome.lane) <= place[2:]
        self._moved[outcome.due.id] = (place[0], place[1] + had_its_turn)

    def forget(self) -> None:
        """The instants so far are over."""
        self._moved.clear()

    def _lane(self, name: str) -> tuple[bool, str]:
        return name in self.running, name


def choose(
    rows: Sequence[tuple[Place, Waiting]], left: Mapping[str, int], uses: Uses
) -> list[Waiting]:
    """Give those of the rows, which are in order, that may be decided about together.

    What comes up first for each person, and on lanes with a budget of which so many messages are
    ``left`` no more than those that are sure to get one, or else whatever comes up in one place.
    """
    first: dict[int | str, Place] = {}
    ready = [first.setdefault(_who(row), place) == place for place, row in rows]
    users = {lane: [n for n, (_, row) in enumerate(rows) if uses(row, lane)] for lane in left}
    while True:
        late = {n for lane in left for n in _too_late(users[lane], rows, ready, left[lane])}
        # What comes up for somebody in one place is decided together, as by one claim.
        waits = {_who(rows[n][1]) for n in late if ready[n]}
        if not waits:
            return [row for n, (_, row) in enumerate(rows) if ready[n]]
        ready = [ready[n] and _who(row) not in waits for n, (_, row) in enumerate(rows)]


def _who(row: Waiting) -> int | str:
    return row.contact_id or row.due.id


def _too_late(
    users: Sequence[int],
    rows: Sequence[tuple[Place, Waiting]],
    ready: Sequence[bool],
    room: int,
) -> Iterator[int]:
    """Give those of a budget's users whose fate hangs on that of others before them."""
    if len(users) <= room:
        return
    ends = rows[users[room]][0]
    together = [n for n in users if rows[n][0] == ends]
    if together[0] == users[0] and all(ready[n] for n in together):
        yield from (n for n in users if rows[n][0] > ends)
    else:
        yield from (n for n in users if rows[n][0] >= ends)
