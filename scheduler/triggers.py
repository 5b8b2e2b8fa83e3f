"""Triggers: which event starts a survey, and the reason where it does not."""

import hashlib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from surveys.condition import Condition
from surveys.event import Event
from surveys.follow_up import FollowUp
from surveys.invitation import OPEN_FOR
from surveys.span import spell_span


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One rule: event + conditions -> survey.

    ``every`` takes each nth matching event, counted ``per`` "" (the whole trigger), "line",
    "agent", "team" or "customer"; ``percent`` (0 < p ≤ 100) takes a stable share instead.
    ``daily_max`` caps invitations a day. ``wait`` delays asking, ``max_age`` refuses old events,
    ``expires`` closes the survey that long after asking.
    """

    name: str
    event: str
    survey: str
    via: tuple[str, ...]
    all_channels: bool = False
    best: bool = False
    condition: Condition | None = None
    every: int = 1
    per: str = ""
    percent: float = 100.0
    daily_max: int | None = None
    wait: timedelta = timedelta(0)
    max_age: timedelta = timedelta(days=1)
    expires: timedelta = OPEN_FOR
    follow_up: FollowUp = field(default_factory=FollowUp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The event starts the survey, standing for ``weight`` such events."""

    trigger: Trigger
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMatch:
    """The event does not start the survey, and why, in a marketer's words."""

    trigger: Trigger
    reason: str


def counter_keys(
    trigger: Trigger, event: Event, contact_key: str, day: date
) -> tuple[str, str | None]:
    """Give the keys of the counters a trigger needs: its every-nth counter and, with
    ``daily_max``, its counter of that local day.
    """
    scope = contact_key if trigger.per == "customer" else ""
    if trigger.per and not scope:
        scope = getattr(event.interaction, trigger.per)
    nth = f"nth:{trigger.name}:{trigger.per}:{scope}"
    return nth, f"day:{trigger.name}:{day.isoformat()}" if trigger.daily_max else None


def match(
    trigger: Trigger,
    event: Event,
    counters: MutableMapping[str, int],
    *,
    contact_key: str,
    day: date,
    now: datetime,
    traits: Mapping[str, Any] | None = None,
) -> Match | NoMatch:
    """Decide whether an event of the trigger's name starts its survey.

    ``counters`` holds the values of `counter_keys`; what is counted is counted up in place and
    is saved by the caller in the same transaction as the event. ``day`` is the service's local
    date; ``traits`` are what is known of the person. Checked in order: age, condition, every nth
    or percent, daily maximum.
    """
    if now - event.occurred_at > trigger.max_age:
        return NoMatch(trigger=trigger, reason=_too_old(trigger))
    if trigger.condition and not trigger.condition.holds(event_facts(event, traits or {})):
        return NoMatch(trigger=trigger, reason=f"if: {trigger.condition.source} does not hold")
    nth_key, day_key = counter_keys(trigger, event, contact_key, day)
    if trigger.every > 1:
        counters[nth_key] = counters.get(nth_key, 0) + 1
        if counters[nth_key] % trigger.every:
            nth = counters[nth_key] % trigger.every
            return NoMatch(trigger=trigger, reason=f"every {trigger.every}: this is number {nth}")
    if trigger.percent < 100 and share(trigger, event) * 100 >= trigger.percent:
        return NoMatch(trigger=trigger, reason=f"percent: outside the {trigger.percent:g} %")
    if day_key and trigger.daily_max:
        if counters.get(day_key, 0) >= trigger.daily_max:
            return NoMatch(trigger=trigger, reason=f"daily_max {trigger.daily_max} reached")
        counters[day_key] = counters.get(day_key, 0) + 1
    weight = trigger.every if trigger.every > 1 else 100 / trigger.percent
    return Match(trigger=trigger, weight=weight)


def _too_old(trigger: Trigger) -> str:
    return f"older than max_age ({spell_span(trigger.max_age)})"


def share(trigger: Trigger, event: Event) -> float:
    """Give where an event falls in [0, 1): a hash of trigger and interaction (else message) id, so
    that the same interaction is always in or always out.
    """
    name = f"{trigger.name}\0{event.interaction.id or event.message_id}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") / 2**48


def event_facts(event: Event, traits: Mapping[str, Any]) -> Mapping[str, object]:
    """Give what a trigger's ``if:`` may ask: the event's properties, and what is known of the
    person under ``traits.``.
    """
    return {**event.properties, "traits": {**traits, **event.traits}, "event": event.name}
