"""Intake: events and replies come in, the pure part decides, one transaction keeps it all.

Both ways in take batches, because concurrent callers share a transaction (`scheduler.batch`):
nothing is acknowledged before it is committed, and a repeat of a known id ends here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scheduler import journeys
from scheduler.people import People, identity_keys
from scheduler.rules import Rules
from scheduler.travel import travel
from scheduler.triggers import Match, counter_keys, match
from storage.store import Store, Transaction
from surveys.event import Event, EventKind
from surveys.invitation import Invitation

Wake = Callable[[str], None]
"""Tells the dispatcher that a lane has something due; a hint, never needed for correctness."""


@dataclass(slots=True)
class _Planned:
    """What one batch of events leads to."""

    invitations: list[Invitation] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)


class EventIntake:
    """Takes in what business systems report."""

    def __init__(
        self,
        store: Store,
        rules: Callable[[], Rules],
        *,
        clock: Callable[[], datetime],
        wake: Wake,
        moment: Callable[[Event], datetime] | None = None,
    ) -> None:
        """``moment`` is when an event is taken in, where that is not what the clock shows."""
        self._store, self._rules, self._clock, self._wake = store, rules, clock, wake
        self._moment = moment

    async def handle_events(self, events: Sequence[Event]) -> list[bool]:
        """Keep events and plan what they start. Gives, for each, whether it was new.

        All or nothing: when this returns, everything is committed.
        """
        rules, now = self._rules(), self._clock()
        times = {e.message_id: self._moment(e) if self._moment else now for e in events}

        async def work(transaction: Transaction) -> tuple[set[str], list[Invitation]]:
            new = await transaction.add_events(events)
            fresh = _first_of_each(events, new)
            people = await self._meet(transaction, rules, fresh, now)
            if rules.follows_interactions:
                await transaction.refresh_facts(_news(people, [e for e in fresh if not e.history]))
            planned = await self._plan(transaction, rules, people, fresh, times)
            milestones = await travel(transaction, rules, people, fresh, times)
            await transaction.note_events(_joined(planned.notes, milestones.notes))
            return new, await transaction.add_invitations(
                [*planned.invitations, *milestones.invitations]
            )

        new, invitations = await self._store.unit_of_work(work)
        for lane in {
            lane for i in invitations for lane in (i.via if i.all_channels else i.via[:1])
        }:
            self._wake(lane)
        return [event is first for event, first in _pair(events, new)]

    async def _meet(
        self, transaction: Transaction, rules: Rules, events: Sequence[Event], now: datetime
    ) -> People:
        keys = {key for event in events for key in identity_keys(event)}
        people = People(await transaction.lock_contacts(keys), rules.address_traits)
        for event in events:
            people.meet(event)
        for keep, gone in people.merges:
            await transaction.merge_contacts(keep, gone, now)
        people.saved(await transaction.save_contacts(people.changed(), now))
        await transaction.record_consents(people.consents())
        return people

    async def _plan(
        self,
        transaction: Transaction,
        rules: Rules,
        people: People,
        events: Sequence[Event],
        times: Mapping[str, datetime],
    ) -> _Planned:
        planned = _Planned()
        days = {now: rules.local_day(now) for now in set(times.values())}
        tracked = [e for e in events if e.kind is EventKind.TRACK and not e.history]
        candidates = [(e, t) for e in tracked for t in rules.triggers_for(e.name)]
        past = [e for e in events if e.kind is EventKind.TRACK and e.history]
        planned.notes.update({e.message_id: "history: starts no survey" for e in past})
        planned.notes.update({e.message_id: f"no trigger for event {e.name!r}" for e in tracked})
        keys: set[str] = set()
        for event, trigger in candidates:
            day = days[times[event.message_id]]
            found = counter_keys(trigger, event, people.of(event).keys[0], day)
            keys.update(key for key in found if key)
        counters = await transaction.take_counters(keys) if keys else {}
        for event, trigger in candidates:
            contact, now = people.of(event), times[event.message_id]
            verdict = match(
                trigger,
                event,
                counters,
                contact_key=contact.keys[0],
                day=days[now],
                now=now,
                traits=contact.attributes,
            )
            if isinstance(verdict, Match):
                survey = rules.surveys[trigger.survey]
                planned.invitations.append(
                    journeys.plan(verdict, event, contact, survey, language=rules.language, now=now)
                )
                planned.notes[event.message_id] = f"trigger {trigger.name}: invited"
            else:
                planned.notes[event.message_id] = f"trigger {trigger.name}: {verdict.reason}"
        if counters:
            await transaction.save_counters(counters)
        return planned


def _news(people: People, events: Sequence[Event]) -> list[tuple[int, str, Mapping[str, Any]]]:
    """Give what events report of interactions: (contact id, interaction id, facts), in order."""
    return [
        (people.of(event).id, event.interaction.id, event.properties)
        for event in events
        if event.kind is EventKind.TRACK and event.interaction.id
    ]


def _joined(notes: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Give what both say of each event; that no trigger wanted it is not worth saying then."""
    said = {name: note for name, note in notes.items() if name not in more}
    for name, note in more.items():
        first = notes.get(name, "")
        said[name] = f"{first}; {note}" if first.startswith("trigger ") else note
    return said


def _pair(events: Sequence[Event], new: set[str]) -> list[tuple[Event, Event | None]]:
    """Pair each event with the first of its id in the batch, None where the id was known before."""
    first = {e.message_id: e for e in reversed(events)}
    return [(e, first[e.message_id] if e.message_id in new else None) for e in events]


def _first_of_each(events: Sequence[Event], new: set[str]) -> list[Event]:
    return [event for event, first in _pair(events, new) if event is first]
