"""Asks: each time somebody is asked. What one person was asked is the ledger limits look at."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One time somebody is asked: when, which survey of which topic, and over which channel.

    ``priority`` is the survey's: an ask of higher priority has room kept for it.
    """

    at: datetime
    survey: str
    topic: str = ""
    channel: str = ""
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What one person was asked, and what they are to be asked, by invitation id.

    ``asked`` holds what is being sent at this moment too. Topics and priorities are not kept: they
    are what the file says now.
    """

    asked: tuple[tuple[int, Ask], ...] = ()
    planned: tuple[tuple[int, Ask], ...] = ()
