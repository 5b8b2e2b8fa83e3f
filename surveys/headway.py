"""Headway: how far what asks by itself has come, for campaigns and milestones."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Headway:
    """How far the invitations of one rule came.

    ``planned`` are still to be asked, the first of them at ``next_at``; ``asked``, ``delivered``
    and ``completed`` count as in `surveys.flow.Flow`; ``ended`` are those that never were
    asked (skipped, cancelled, too late, failed).
    """

    planned: int = 0
    next_at: datetime | None = None
    asked: int = 0
    delivered: int = 0
    completed: int = 0
    ended: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One time a campaign came round: ``enlisted`` people were invited, ``done`` when that is all.

    ``wall`` is what the clock on the wall showed, naive.
    """

    wall: datetime
    begins: datetime
    enlisted: int
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Travellers:
    """How many people are on a journey, and how many have left it."""

    under_way: int = 0
    left: int = 0
