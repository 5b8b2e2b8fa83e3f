"""Engagements: what a person is in the middle of with us, as far as is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EngagementKind(StrEnum):
    """What somebody may be in the middle of."""

    SURVEY = "survey"  # asked, or answering, and not finished
    WORDS = "words"  # they wrote to us unasked a moment ago
    TALK = "talk"  # they wait for a colleague, or talk to one
    CASE = "case"  # colleagues are seeing to something that went wrong
    NEXT = "next"  # about to be asked something else: in nobody's way, but decided in turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """One thing a person is in the middle of.

    ``at`` is the last that was said of it, ``name`` what it is called (a survey's id, a case's
    number), ``invitation_id`` the invitation it is about, 0 for none.
    """

    kind: EngagementKind
    at: datetime
    name: str = ""
    invitation_id: int = 0


Engagements = Mapping[int, tuple[Engagement, ...]]
"""What people are in the middle of, by contact id; those with nothing are left out."""
