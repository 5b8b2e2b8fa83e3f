"""Conflicts: somebody claims an address that belongs to somebody else. Staff settle them; nobody
guesses.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from surveys.contact import Contact


class Verdict(StrEnum):
    """How a conflict is settled."""

    GIVE = "give"  # the address is the claimant's from now on
    KEEP = "keep"  # it stays with its owner: the claimant is not asked there
    MERGE = "merge"  # both are one person


class Settled(StrEnum):
    """What became of a verdict."""

    DONE = "done"
    UNKNOWN = "unknown"  # there is no such conflict, or it is settled already
    STOPPED = "stopped"  # refused: whoever was reached there asked us to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One claim that was refused; made ``times`` times, from ``since`` to ``last``."""

    id: int
    channel: str
    value: str
    owner: Contact
    claimant: Contact
    since: datetime
    last: datetime
    times: int = 1
    is_open: bool = True
