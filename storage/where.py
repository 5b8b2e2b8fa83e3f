"""Conditions of a query, gathered one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from storage.codec import to_ms
from surveys.report import Filter


@dataclass(slots=True)
class Where:
    """Conditions joined by AND, with their parameters in order.

    ``values`` may be shared by several: each numbers its parameters on.
    """

    parts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, condition: str, value: Any) -> None:
        """Add a condition; ``$`` in it stands for the value."""
        self.values.append(value)
        self.parts.append(condition.replace("$", f"${len(self.values)}"))

    def add_given(self, wanted: Filter, names: Sequence[str], prefix: str = "") -> None:
        """Add ``name = value`` for each field of the filter that is set, and the limit to teams."""
        for name in names:
            if value := getattr(wanted, name):
                self.add(f"{prefix}{name} = $", value)
        if wanted.teams is not None:
            self.add(f"{prefix}team = ANY($::text[])", list(wanted.teams))

    def __str__(self) -> str:
        return " AND ".join(self.parts)


def bounds(wanted: Filter, zone: ZoneInfo) -> tuple[int, int]:
    """Give the first moment of the first day and the first after the last, in epoch
    milliseconds.
    """
    start = datetime.combine(wanted.since, time(), zone)
    end = datetime.combine(wanted.until + timedelta(days=1), time(), zone)
    return to_ms(start), to_ms(end)
