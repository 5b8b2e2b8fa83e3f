"""Rehearsal: what the service would do from now on, on a clock of its own and a private copy.

Everything is decided by the parts that decide in the service: `EventIntake`, `Enlisting`, and each
`Lane` up to where its first byte would leave. Only the going is another one. The service goes from
moment to moment; a rehearsal takes a window of time at once and decides about each row as of the
row's own time. That is the same as long as nobody is touched out of order: so each round takes what
comes up first for each person, and a window ends before an event of somebody for whom anything is
due earlier in it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from scheduler.deciding import decide_stray
from scheduler.enlisting import Enlisting
from scheduler.intake import EventIntake
from scheduler.muted import MuteChannel, MutedLane, own_moment
from scheduler.people import identity_keys
from scheduler.precedence import Place, Rounds, choose
from scheduler.rules import Rules
from scheduler.schedule import next_occurrence
from scheduler.travel import compare_all
from storage.private import Private, Waiting
from surveys.due import Due, DueKind, Outcome
from surveys.event import Event
from surveys.message import Capabilities

WINDOW = timedelta(hours=2)
ROWS = 2000
"""Rows of a lane that are read at once."""
_TICK = timedelta(milliseconds=1)
_AGAIN = timedelta(minutes=1)
"""How much later a row comes up that would come up at the same moment for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One decision of the rehearsal. ``verdict`` is send, hold, skip, move or fail; ``trigger`` is
    the rule of the file the invitation comes from, ``rule`` why it was decided so. ``until`` is
    when what is held comes up again.
    """

    at: datetime
    contact_id: int
    survey: str
    trigger: str
    channel: str
    kind: DueKind
    verdict: str
    rule: str
    until: datetime | None = None


class Feed(Protocol):
    """The events that are to come, in the order of when they are received."""

    async def coming(self, before: datetime) -> tuple[Sequence[Event], bool]:
        """Give the next events that are received before then, and whether those are all."""
        ...

    def take(self, count: int) -> None:
        """Take the first of those out."""
        ...


class Rehearsal:
    """Plays what is to come on a private copy, which changes as a store in service would."""

    def __init__(
        self,
        store: Private,
        rules: Rules,
        *,
        channels: Mapping[str, Capabilities],
        now: datetime,
        told: Callable[[Step], None],
    ) -> None:
        """``channels`` are those that run; ``told`` is given each decision, in no strict order
        within a window.
        """
        self._store, self._rules, self._channels = store, rules, channels
        self._now, self._told = now, told
        self._zone = ZoneInfo(rules.timezone)
        self._names = set(channels)
        self._rounds = Rounds(frozenset(channels))
        self._choosers: dict[str, set[int]] = {}
        self._heard: dict[int, datetime] = {}
        self._late: dict[str, datetime] = {}
        self._expired: date | None = None
        self._next_round: datetime | None = now
        self._campaigns = Enlisting(store, self._read, clock=self._clock, wake=_nobody)
        self._intake = EventIntake(
            store, self._read, clock=self._clock, wake=_nobody, moment=lambda e: e.received_at
        )
        self._lanes = {
            name: MutedLane(
                name,
                MuteChannel(name, capabilities),
                store=store,
                rules=self._read,
                channels=channels,
                clock=self._clock,
                jitter=lambda: 0.0,
                wake=_nobody,
            )
            for name, capabilities in channels.items()
        }
        for lane in self._lanes.values():
            lane.late = self._late

    def _clock(self) -> datetime:
        return self._now

    def _read(self) -> Rules:
        return self._rules

    async def play(
        self, until: datetime, feed: Feed, *, passed: Callable[[datetime], None] | None = None
    ) -> None:
        """Play until then. ``passed`` is told how far it is."""
        self._names |= await self._store.list_lanes()
        for name in self._channels:
            self._choosers[name] = await self._store.list_choosers(name)
        await compare_all(self._store, self._rules, self._now)
        while self._now < until:
            await self._arrive()
            end = min(self._now + WINDOW, until, self._rules.next_day(self._now))
            end = min(end, self._next_round or end)
            events, end = await self._choose(feed, end)
            if events:
                await self._intake.handle_events(events)
                await self._hear(events)
                feed.take(len(events))
            await self._carry(end)
            self._heard.clear()
            self._late.clear()
            self._now = end
            if passed:
                passed(end)

    async def _arrive(self) -> None:
        """Do what is to be done at this very moment, in the service's order."""
        now = self._now
        if self._rules.local_day(now) != self._expired:
            # Decisions look at the time itself: the state is for what is merged and counted.
            self._expired = self._rules.local_day(now)
            await self._store.unit_of_work(lambda transaction: transaction.expire(now))
        if self._next_round is not None and now >= self._next_round:
            await self._campaigns.tick()
            rounds = (next_occurrence(c.schedule, now, self._zone) for c in self._rules.campaigns)
            self._next_round = min((found.at for found in rounds if found), default=None)
        await self._carry(now + _TICK)

    # Events

    async def _choose(self, feed: Feed, end: datetime) -> tuple[Sequence[Event], datetime]:
        """Give the events that can be taken in before anything else of a window, and its end."""
        events, is_all = await feed.coming(end)
        if not events:
            return [], end
        keys = [set(identity_keys(event)) for event in events]
        owners = await self._store.owners({key for own in keys for key in own})
        people = [{owners.get(key, key) for key in own} for own in keys]
        ids = {one for own in people for one in own if isinstance(one, int)}
        soonest = await self._store.soonest(self._names, ids, end)
        seen: set[int | str] = set()
        for number, (event, own) in enumerate(zip(events, people, strict=True)):
            at = event.received_at
            if own & seen or any(soonest.get(p, end) <= at for p in own if isinstance(p, int)):
                return events[:number], at
            seen |= own
        return events, end if is_all else events[-1].received_at

    async def _hear(self, events: Sequence[Event]) -> None:
        """Remember when people were told of whose milestones may have been due before that."""
        if self._rules.journeys:
            keys = {key: e.received_at for e in events for key in identity_keys(e)}
            owners = await self._store.owners(keys)
            self._heard = {owner: keys[key] for key, owner in owners.items()}

    # Due rows

    async def _carry(self, before: datetime) -> None:
        """Decide about all that is due before then."""
        while True:
            rows, is_all = await self._choose_rows(before)
            outcomes = await self._decide(rows) if rows else []
            if is_all and not any(_comes_before(outcome, before) for outcome in outcomes):
                return self._rounds.forget()

    async def _choose_rows(self, before: datetime) -> tuple[list[Waiting], bool]:
        """Give what may be decided about together, and whether that is all there is."""
        found: list[Waiting] = []
        horizon = before
        for lane in sorted(self._names):
            rows = await self._store.list_waiting(lane, before, ROWS)
            if len(rows) == ROWS:
                horizon = min(horizon, max(rows[-1].due.at, self._now) + _TICK)
            found += rows
        self._late.update(
            (row.due.id, self._heard[row.contact_id])
            for row in found
            if row.contact_id in self._heard
        )
        placed = [(self._place(row), row) for row in found if self._moment(row.due) < horizon]
        placed.sort(key=lambda one: (one[0], one[1].due.at, one[1].due.id))
        chosen = choose(placed, await self._budgets(), self._may_use)
        return chosen, len(chosen) == len(found)

    async def _budgets(self) -> dict[str, int]:
        """Give how much is left of each day's budget that is not used up: then nobody gets any."""
        found = {name: await lane.left_today() for name, lane in self._lanes.items()}
        return {name: left for name, left in found.items() if left}

    def _may_use(self, row: Waiting, lane: str) -> bool:
        """Whether a row is on a lane or may come there."""
        return row.due.lane == lane or lane in row.via or row.contact_id in self._choosers[lane]

    def _place(self, row: Waiting) -> Place:
        return self._rounds.place(row, self._moment(row.due))

    def _moment(self, due: Due) -> datetime:
        return own_moment(due, self._now, self._late)

    async def _decide(self, rows: Sequence[Waiting]) -> list[Outcome]:
        by_lane: dict[str, list[Waiting]] = {}
        for row in rows:
            by_lane.setdefault(row.due.lane, []).append(row)
        outcomes: list[Outcome] = []
        for name, own in by_lane.items():
            dues = [row.due for row in own]
            lane = self._lanes.get(name)
            ended = await lane.rehearse(dues, self._now) if lane else await self._end(dues)
            ended = [self._later(outcome) for outcome in ended]
            places = {row.due.id: self._place(row) for row in own}
            for outcome in ended:
                self._rounds.note(outcome, places[outcome.due.id])
            self._tell(own, ended)
            outcomes += ended
        await self._store.settle(outcomes, self._now)
        self._names |= {d.lane for o in outcomes for d in o.then} | {o.lane for o in outcomes} - {
            ""
        }
        return outcomes

    async def _end(self, dues: Sequence[Due]) -> list[Outcome]:
        """Decide about rows on the lane of a channel that does not run, as `Strays` does."""
        asked = {due.invitation_id for due in dues if due.invitation_id}
        known = await self._store.load_conversations(asked)
        return [
            decide_stray(
                due, known.get(due.invitation_id), self._rules, self._channels, self._moment(due)
            )
            for due in dues
        ]

    def _later(self, outcome: Outcome) -> Outcome:
        """Give the outcome of a row that comes up at another moment, or on another lane."""
        at, due = outcome.retry_at, outcome.due
        stays = at is not None and at <= self._moment(due) and outcome.lane in ("", due.lane)
        return replace(outcome, retry_at=self._moment(due) + _AGAIN) if stays else outcome

    def _tell(self, rows: Sequence[Waiting], outcomes: Sequence[Outcome]) -> None:
        about = {row.due.id: row for row in rows}
        for outcome in outcomes:
            decision, row = outcome.decision, about[outcome.due.id]
            if decision is None:
                continue
            self._told(
                Step(
                    at=decision.at,
                    contact_id=row.contact_id,
                    survey=row.survey,
                    trigger=row.trigger,
                    channel=row.due.lane,
                    kind=row.due.kind,
                    verdict=decision.verdict,
                    rule=decision.rule,
                    until=outcome.retry_at if decision.verdict == "hold" else None,
                )
            )


def _comes_before(outcome: Outcome, before: datetime) -> bool:
    again = outcome.retry_at is not None and outcome.retry_at < before
    return again or any(due.at < before for due in outcome.then)


def _nobody(_lane: str) -> None:
    """Nobody sleeps here, so nobody is woken."""
