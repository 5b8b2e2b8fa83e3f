"""Progress: how far one person is on one journey."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one person is on one journey.

    ``key`` tells several journeys of a person apart, "" where there is one. ``origin`` is the
    contact it was begun as: it stays where two contacts turn out to be one person, so that nobody
    is asked twice. ``entered_at`` is None where its end was heard of before its start; ``counts``
    is how often the event of each milestone came, and ``reached`` when the last that was needed
    did. ``first`` are the milestones there were when the person set out (None before), ``seen`` all
    they were ever compared with.
    """

    journey: str
    contact_id: int
    key: str = ""
    origin: int = 0
    entered_at: datetime | None = None
    ended_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    reached: Mapping[str, datetime] = field(default_factory=dict)
    first: frozenset[str] | None = None
    seen: frozenset[str] = frozenset()

    @property
    def is_under_way(self) -> bool:
        """Whether the person is on the journey now."""
        if self.entered_at is None:
            return False
        return self.ended_at is None or self.ended_at < self.entered_at
