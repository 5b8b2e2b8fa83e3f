"""Explanations: what was decided about one person, and why."""

from dataclasses import dataclass
from datetime import datetime

from surveys.contact import Contact
from surveys.due import Decision
from surveys.invitation import Invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One event of a person's, and what became of it."""

    name: str
    at: datetime
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One invitation with what was decided about it, oldest first."""

    invitation: Invitation
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One person: their last invitations and events, newest first. ``hidden`` is how many of the
    invitations belong to teams the reader does not see.
    """

    contact: Contact
    asked: tuple[Asked, ...] = ()
    heard: tuple[Heard, ...] = ()
    hidden: int = 0
