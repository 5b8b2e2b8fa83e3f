"""Travel: people go on with their journeys as events come in, and as the file is edited.

Both end in the same comparison of what is wanted with what is planned (`scheduler.milestones`).
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from scheduler.journeys import milestone_key, plan_milestone
from scheduler.milestones import Change, Journey, Known, Step, advance, own, reconcile
from scheduler.people import People
from scheduler.rules import Rules
from scheduler.triggers import event_facts
from storage.store import Store, StoreError, Transaction
from surveys.contact import Contact
from surveys.event import Event, EventKind
from surveys.invitation import Invitation
from surveys.progress import Progress

log = logging.getLogger("afterword.journeys")

PAGE = 500
"""People compared in one transaction after the file was edited."""

Way = tuple[str, int, str]


@dataclass(slots=True)
class Travelled:
    """What a batch of events means to journeys: invitations to add, and a note for each event."""

    invitations: list[Invitation] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)


async def travel(
    transaction: Transaction,
    rules: Rules,
    people: People,
    events: Sequence[Event],
    times: Mapping[str, datetime],
) -> Travelled:
    """Take events in that any journey listens to; what is planned already is moved or cancelled.

    ``times`` is when each event, by message id, is taken in.
    """
    steps = [(journey, e) for e in events for journey in rules.journeys if _concerns(journey, e)]
    told = {people.of(e).id for e in events if e.kind is EventKind.IDENTIFY}
    if not rules.journeys or not (steps or told):
        return Travelled()
    ways = {_way(journey, people.of(e), e) for journey, e in steps}
    before = {**await transaction.take_ways(ways), **await _told(transaction, rules, told)}
    after, last, notes = _advance(steps, people, before)
    compared = {way: after.get(way) or before[way] for way in {*after, *before}}
    contacts = {people.of(e).id: people.of(e) for e in events}
    latest = {people.of(e).id: times[e.message_id] for e in events}
    comparison = _Comparison(transaction, rules, contacts, max(times.values()), latest)
    invitations = await comparison.compare(list(compared.values()), last)
    saved = [_compared(rules, p) for p in compared.values()]
    await transaction.save_ways([p for p in saved if p != before.get(_way_of(p))])
    return Travelled(invitations=invitations, notes=notes)


async def compare_all(
    store: Store, rules: Rules, now: datetime, *, told: Callable[[int], None] | None = None
) -> int:
    """Compare everybody under way with the journeys as the file has them now, page by page; gives
    how many. A kill in between harms nothing: comparing again changes nothing.
    """
    count = 0
    known = await store.unit_of_work(lambda t: t.journey_names())
    for name in sorted({*known, *(journey.name for journey in rules.journeys)}):
        after: tuple[int, str] | None = (0, "")
        while after is not None:
            after, size = await _compare_page(store, rules, name, after, now)
            count += size
            if told:
                told(count)
    return count


async def compare_if_new(store: Store, rules: Rules, version: str, now: datetime) -> None:
    """Compare everybody with journeys of a ``version`` they were not compared with before. A store
    that is away puts it off: comparing harms nothing, and the next start will.
    """
    try:
        if await store.unit_of_work(lambda t: t.compared_version()) == version:
            return
        count = await compare_all(store, rules, now)
        await store.unit_of_work(lambda t: t.note_compared(version))
    except StoreError as error:
        log.error("journeys: not everybody was compared with the file: %s", error)
        return
    if count:
        log.info("journeys: compared %d people under way with the file", count)


async def _compare_page(
    store: Store, rules: Rules, journey: str, after: tuple[int, str], now: datetime
) -> tuple[tuple[int, str] | None, int]:
    """Compare one page of a journey, with its people locked; gives where the next one begins."""

    async def work(transaction: Transaction) -> list[Progress]:
        page = await transaction.page_ways(journey, after, PAGE)
        await transaction.lock_people({p.contact_id for p in page})
        contacts = await transaction.contacts_by_id({p.contact_id for p in page})
        ways = await transaction.take_ways({_way_of(p) for p in page if p.contact_id in contacts})
        comparison = _Comparison(transaction, rules, contacts, now)
        await transaction.add_invitations(await comparison.compare(list(ways.values()), {}))
        saved = [_compared(rules, p) for p in ways.values()]
        await transaction.save_ways([p for p in saved if p != ways[_way_of(p)]])
        return page

    page = await store.unit_of_work(work)
    last = page[-1] if len(page) == PAGE else None
    return ((last.contact_id, last.key) if last else None), len(page)


@dataclass(slots=True)
class _Comparison:
    """Compares ways with what is planned, in one transaction."""

    transaction: Transaction
    rules: Rules
    contacts: Mapping[int, Contact]
    now: datetime
    times: Mapping[int, datetime] = field(default_factory=dict)
    """When it is for each person, where that is not now."""

    async def compare(
        self, ways: Sequence[Progress], last: Mapping[tuple[Way, str], Event]
    ) -> list[Invitation]:
        """Move and cancel what is planned, and give what is to be planned."""
        keys = {
            milestone_key(way, name): (way, name) for way in ways for name in _ever(self.rules, way)
        }
        found = await self.transaction.find_planned(set(keys))
        new: list[Invitation] = []
        times: dict[int, datetime] = {}
        reasons: dict[int, str] = {}
        for way in ways:
            planned = {
                name: found[key]
                for name in _ever(self.rules, way)
                if (key := milestone_key(way, name)) in found
            }
            known = {n: Known(due_at=p.due_at, is_planned=p.is_planned) for n, p in planned.items()}
            for change in self._changes(way, known):
                if change.step is Step.CANCEL:
                    reasons[planned[change.milestone].id] = change.reason
                elif change.step is Step.MOVE and change.due_at:
                    times[planned[change.milestone].id] = change.due_at
                elif change.due_at:
                    new += self._invite(way, change.milestone, change.due_at, last)
        await self.transaction.move_invitations(times)
        await self.transaction.cancel_invitations(reasons, self.now)
        return new

    def _changes(self, way: Progress, known: Mapping[str, Known]) -> Iterable[Change]:
        contact = self.contacts[way.contact_id]
        journey = _journey(self.rules, way)
        if journey is None:  # taken out of the file
            gone = [n for n, one in known.items() if one.is_planned]
            return [Change(step=Step.CANCEL, milestone=n, reason="not in the file") for n in gone]
        zone = self.rules.zone_of(contact)
        now = self.times.get(way.contact_id, self.now)
        return reconcile(journey, way, contact.attributes, known, zone, now)

    def _invite(
        self,
        way: Progress,
        name: str,
        due_at: datetime,
        last: Mapping[tuple[Way, str], Event],
    ) -> list[Invitation]:
        journey = _journey(self.rules, way)
        milestones = [m for m in journey.milestones if m.name == name] if journey else []
        return [
            plan_milestone(
                journey,
                milestone,
                way,
                self.contacts[way.contact_id],
                self.rules.surveys[milestone.survey],
                due_at=due_at,
                language=self.rules.language,
                event=last.get((_way_of(way), name)),
            )
            for milestone in milestones
            if journey
        ]


def _advance(
    steps: Sequence[tuple[Journey, Event]], people: People, before: Mapping[Way, Progress]
) -> tuple[dict[Way, Progress], dict[tuple[Way, str], Event], dict[str, str]]:
    """Give the ways that events changed, the event that reached each milestone, and notes."""
    after: dict[Way, Progress] = {}
    last: dict[tuple[Way, str], Event] = {}
    notes: dict[str, str] = {}
    for journey, event in steps:
        contact = people.of(event)
        way = _way(journey, contact, event)
        progress = after.get(way) or before.get(way) or _start(way)
        moved = advance(journey, progress, event, event_facts(event, contact.attributes))
        if moved == progress:
            continue
        after[way] = moved = own(journey, progress, moved, event)
        reached = [name for name in moved.reached if name not in progress.reached]
        last.update({(way, name): event for name in reached})
        notes[event.message_id] = _note(journey, progress, moved, reached)
    return after, last, notes


def _note(journey: Journey, before: Progress, after: Progress, reached: Sequence[str]) -> str:
    if reached:
        return f"journey {journey.name}: reached {', '.join(reached)}"
    if after.entered_at and not before.entered_at:
        return f"journey {journey.name}: entered"
    return f"journey {journey.name}: {'ended' if after.ended_at else 'counted'}"


async def _told(transaction: Transaction, rules: Rules, ids: set[int]) -> dict[Way, Progress]:
    """Give the ways of people whose dates may have changed."""
    dated = {j.name for j in rules.journeys if any(m.attribute for m in j.milestones)}
    if not dated or not ids:
        return {}
    found = await transaction.ways_of(ids)
    return {way: progress for way, progress in found.items() if way[0] in dated}


def _concerns(journey: Journey, event: Event) -> bool:
    tracked = event.kind is EventKind.TRACK
    return tracked and journey.listens_to(event.name) and journey.key_of(event) is not None


def _way(journey: Journey, contact: Contact, event: Event) -> Way:
    return journey.name, contact.id, journey.key_of(event) or ""


def _way_of(progress: Progress) -> Way:
    return progress.journey, progress.contact_id, progress.key


def _start(way: Way) -> Progress:
    return Progress(journey=way[0], contact_id=way[1], key=way[2], origin=way[1])


def _journey(rules: Rules, way: Progress) -> Journey | None:
    return next((j for j in rules.journeys if j.name == way.journey), None)


def _names(rules: Rules, way: Progress) -> frozenset[str]:
    journey = _journey(rules, way)
    return frozenset(m.name for m in journey.milestones) if journey else frozenset()


def _ever(rules: Rules, way: Progress) -> frozenset[str]:
    """Give the milestones of a way that there are, or ever were."""
    return _names(rules, way) | way.seen


def _compared(rules: Rules, way: Progress) -> Progress:
    """Give a way as it is once it was compared."""
    names = _names(rules, way)
    first = names if way.first is None and way.entered_at else way.first
    return replace(way, first=first, seen=way.seen | names)
