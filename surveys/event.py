"""Events: what a business system reported, and the interaction it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """The six calls of the Segment API."""

    TRACK = "track"
    IDENTIFY = "identify"
    GROUP = "group"
    ALIAS = "alias"
    PAGE = "page"
    SCREEN = "screen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """The call, order or ticket an event is about, as it was at event time (a snapshot).

    ``population`` is ``customer`` unless the event says ``user``, or ``visitor`` for those who came
    by themselves (`surveys.entrance`); they are never merged.
    """

    id: str = ""
    agent: str = ""
    team: str = ""
    line: str = ""
    population: str = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One reported fact.

    ``message_id`` is the sender's key: the same id is the same event, for ever.
    ``occurred_at`` is corrected for the sender's clock; both times are aware UTC.
    ``name`` is set for track (the event), page and screen. ``properties`` holds a track's
    properties or a group's traits; ``traits`` what is said about the person. ``history`` is true
    for what is told long after: it starts nothing that is over, and says nothing new of anybody.
    """

    message_id: str
    kind: EventKind
    occurred_at: datetime
    received_at: datetime
    name: str = ""
    user_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None
    group_id: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    traits: Mapping[str, Any] = field(default_factory=dict)
    language: str | None = None
    timezone: str | None = None
    history: bool = False

    @property
    def interaction(self) -> Interaction:
        """The interaction snapshotted from the properties (``interaction_id``, ``agent_id`` or
        ``agent``, ``team``, ``queue`` or ``line``, ``population``).
        """
        facts = self.properties
        population = _text(facts, "population")
        return Interaction(
            id=_text(facts, "interaction_id"),
            agent=_text(facts, "agent_id", "agent"),
            team=_text(facts, "team"),
            line=_text(facts, "queue", "line"),
            population="user" if population == "user" else "customer",
        )


def _text(facts: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = facts.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value)[:120]
    return ""
