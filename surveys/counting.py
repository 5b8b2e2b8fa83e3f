"""Counting events: what ``events(Order Delivered) >= 3 in 90d`` asks of a person's past. Pure."""

import re
from dataclasses import dataclass
from datetime import timedelta

_PERIOD = re.compile(r"([0-9]{1,4})([hdw])", re.IGNORECASE)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
LONGEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCount:
    """How often an event was reported of somebody, ``within`` a time up to now, or ever (None)."""

    event: str
    within: timedelta | None = None

    @property
    def name(self) -> str:
        """What the number is called among the facts a condition is asked of."""
        if self.within is None:
            return f"events({self.event})"
        return f"events({self.event}) in {int(self.within.total_seconds())}s"


def read_period(text: str) -> timedelta | None:
    """Read ``12h``, ``90d`` or ``4w``, up to ten years; None for anything else."""
    found = _PERIOD.fullmatch(text)
    period = int(found[1]) * _UNITS[found[2].lower()] if found else timedelta(0)
    return period if timedelta(0) < period <= LONGEST else None
