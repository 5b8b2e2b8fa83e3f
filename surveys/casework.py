"""Casework: which cases somebody asks for, and what is shown of them."""

from dataclasses import dataclass
from datetime import datetime

from surveys.case import Case, Entry
from surveys.contact import Contact
from surveys.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case with what it is about and its story, oldest first."""

    case: Case
    conversation: Conversation
    story: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseList:
    """Which cases to list. ``teams`` limits to those somebody may see, None for all; ``closed``
    asks for closed ones instead of open ones, ``newest`` for those opened last in front; "" and ()
    elsewhere do not limit.
    """

    teams: tuple[str, ...] | None = None
    surveys: tuple[str, ...] = ()
    team: str = ""
    owner: str = ""
    late: bool = False
    closed: bool = False
    newest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One case of a list, with whose it is."""

    case: Case
    contact: Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCounts:
    """How many cases are open; of those how many are late, how many nobody has, and when the
    ``oldest`` was opened.
    """

    open: int = 0
    late: int = 0
    free: int = 0
    oldest: datetime | None = None
