"""Pauses: what staff put on hold by a command, kept apart from the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

ALL = "*"
"""The name that stands for everything that asks anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A trigger, journey, milestone (``journey/milestone``) or campaign on hold: who put it there,
    and when. ``name`` is `ALL` for all of them.
    """

    name: str
    person: str
    at: datetime

    @property
    def spelled(self) -> str:
        """What staff read: ``everything``, or the name."""
        return "everything" if self.name == ALL else self.name


def find_pause(paused: Mapping[str, Pause], trigger: str) -> Pause | None:
    """Give the pause that holds back what that trigger asks, the nearest first, None for none."""
    names = (trigger, trigger.partition("/")[0], ALL)
    return next((paused[name] for name in names if name in paused), None)
