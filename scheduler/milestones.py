"""Milestones: the steps of a journey, and who has come how far. Pure.

A journey is entered once for each key (a person, or one of their contracts). What is to be asked is
found by comparing what the journey wants with what is planned already: entering it, a changed date,
an edited file are the same comparison, so that nobody is asked twice and nothing is forgotten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.clockface import first_instant
from surveys.condition import Condition
from surveys.event import Event
from surveys.follow_up import FollowUp
from surveys.invitation import OPEN_FOR
from surveys.progress import Progress

MORNING = time(9)
"""When a milestone falls on a day without a time: quiet hours may put it off from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """One moment of a journey at which a survey is due.

    By time: ``offset`` after (before, where negative) the date in the contact's ``attribute``, ""
    for the moment of entering. By experience: with ``event``, ``wait`` after it came ``count``
    times since the person entered. ``max_age`` is how late it may still be asked.
    """

    name: str
    survey: str
    via: tuple[str, ...]
    all_channels: bool = False
    best: bool = False
    offset: timedelta = timedelta(0)
    attribute: str = ""
    event: str = ""
    count: int = 1
    wait: timedelta = timedelta(0)
    condition: Condition | None = None
    max_age: timedelta = timedelta(days=7)
    expires: timedelta = OPEN_FOR
    follow_up: FollowUp = field(default_factory=FollowUp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A way customers go, from the event that starts it to those that end it.

    ``key`` names the property by which a person may be on it several times (a contract's number),
    "" for once a person.
    """

    name: str
    starts: str
    milestones: tuple[Milestone, ...]
    ends: tuple[str, ...] = ()
    key: str = ""
    condition: Condition | None = None

    def listens_to(self, event_name: str) -> bool:
        """Whether events of that name mean anything to the journey."""
        return (
            event_name == self.starts
            or event_name in self.ends
            or any(m.event == event_name for m in self.milestones)
        )

    def key_of(self, event: Event) -> str | None:
        """Give which of a person's journeys of this kind an event is about, None for none."""
        if not self.key:
            return ""
        value = event.properties.get(self.key)
        return str(value) if isinstance(value, str | int) and value != "" else None


def advance(
    journey: Journey, progress: Progress, event: Event, facts: Mapping[str, Any]
) -> Progress:
    """Give a person's progress after one event of theirs; the order events arrive in hardly
    matters, since each says when it happened.

    ``facts`` are what conditions may ask: see `scheduler.triggers.event_facts`.
    """
    at = event.occurred_at
    if event.name in journey.ends:
        ended = max(at, progress.ended_at or at)
        progress = replace(progress, ended_at=ended)
    starts = event.name == journey.starts and progress.entered_at is None
    if starts and (journey.condition is None or journey.condition.holds(facts)):
        progress = replace(progress, entered_at=at)
    if not progress.is_under_way or progress.entered_at is None or at < progress.entered_at:
        return progress
    counts, reached = dict(progress.counts), dict(progress.reached)
    for milestone in journey.milestones:
        fits = milestone.condition is None or milestone.condition.holds(facts)
        if milestone.event != event.name or milestone.name in reached or not fits:
            continue
        counts[milestone.name] = counts.get(milestone.name, 0) + 1
        if counts[milestone.name] >= milestone.count:
            reached[milestone.name] = at
    return replace(progress, counts=counts, reached=reached)


def own(journey: Journey, before: Progress, after: Progress, event: Event) -> Progress:
    """Give progress with the milestones that are the person's, which are asked although we come to
    it late: all there are as they set out, and those they reach later.

    What history tells is in the past. By it nobody sets out late: of the milestones it leads to
    only those are asked whose time is still to come.
    """
    reached = after.reached.keys() - before.reached.keys()
    sets_out = after.entered_at is not None and before.entered_at is None
    if not event.history:
        return replace(after, first=after.first | reached) if after.first is not None else after
    if sets_out:
        return replace(after, first=frozenset())
    every = frozenset(milestone.name for milestone in journey.milestones)
    first = every if after.first is None else after.first
    return replace(after, first=first - reached) if reached else after


class Step(StrEnum):
    """What a comparison asks for."""

    PLAN = "plan"
    MOVE = "move"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing to do: plan a milestone's invitation, move it to another time, or cancel it."""

    step: Step
    milestone: str
    due_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A milestone's invitation as it is: when it is due, and whether it may still be changed."""

    due_at: datetime
    is_planned: bool


def reconcile(
    journey: Journey,
    progress: Progress,
    attributes: Mapping[str, Any],
    known: Mapping[str, Known],
    zone: ZoneInfo,
    now: datetime,
) -> tuple[Change, ...]:
    """Give what is to be changed so that what is planned is what the journey wants now.

    What was asked already, or cancelled, is left alone. A milestone that was added to the file
    while somebody is under way is theirs only if its time is still to come.
    """
    wanted = dict(_wanted(journey, progress, attributes, zone)) if progress.is_under_way else {}
    changes = []
    for name, have in known.items():
        if have.is_planned and name not in wanted:
            ended = "the journey has ended" if progress.ended_at else "not wanted any more"
            changes.append(Change(step=Step.CANCEL, milestone=name, reason=ended))
    for milestone in journey.milestones:
        due = wanted.get(milestone.name)
        have_it = known.get(milestone.name)
        if due is None:
            continue
        late = timedelta(0) if _is_added(milestone, progress) else milestone.max_age
        if have_it is None and now <= due + late:
            changes.append(Change(step=Step.PLAN, milestone=milestone.name, due_at=due))
        elif have_it and have_it.is_planned and have_it.due_at != due:
            changes.append(
                Change(
                    step=Step.MOVE, milestone=milestone.name, due_at=due, reason="its date changed"
                )
            )
    return tuple(changes)


def _is_added(milestone: Milestone, progress: Progress) -> bool:
    """Whether a milestone came into the file after the person had set out."""
    return progress.first is not None and milestone.name not in progress.first


def _wanted(
    journey: Journey, progress: Progress, attributes: Mapping[str, Any], zone: ZoneInfo
) -> Iterator[tuple[str, datetime]]:
    """Give the milestones whose time is known, each with when it is due."""
    for milestone in journey.milestones:
        if milestone.event:
            reached = progress.reached.get(milestone.name)
            if reached:
                yield milestone.name, reached + milestone.wait
        elif milestone.attribute:
            anchor = read_moment(attributes.get(milestone.attribute), zone)
            if anchor:
                yield milestone.name, anchor + milestone.offset
        elif progress.entered_at:
            yield milestone.name, progress.entered_at + milestone.offset


def read_moment(value: object, zone: ZoneInfo) -> datetime | None:
    """Read the date or time an attribute holds, as ISO 8601; None where it is none.

    A day alone is its morning (`MORNING`) in ``zone``; so is a time without a zone in ``zone``.
    """
    if not isinstance(value, str):
        return None
    try:
        if len(value) == len("2026-11-22"):
            return first_instant(datetime.combine(date.fromisoformat(value), MORNING), zone)
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return first_instant(read, zone) if read.tzinfo is None else read.astimezone(UTC)
