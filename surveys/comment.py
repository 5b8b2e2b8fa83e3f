"""Comments: customers' own words, from surveys and from comment cards, as staff look for them."""

from dataclasses import dataclass
from datetime import datetime

from surveys.card import Card
from surveys.contact import Contact
from surveys.report import Filter
from surveys.response import Response

CARDS, PRAISE, COMPLAINT = "cards", "praise", "complaint"
"""What a search may be limited to, besides everything ("")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which comments are wanted: those of ``rows`` in which each of ``words`` occurs, whatever its
    capitals. ``only`` is "", `CARDS`, `PRAISE` or `COMPLAINT`; the latter two are cards too.
    ``themes`` are ids, all of which they speak of; ``tone`` is how they sound.
    """

    rows: Filter
    words: tuple[str, ...] = ()
    only: str = ""
    themes: tuple[str, ...] = ()
    tone: str = ""

    @property
    def by_gist(self) -> bool:
        """Whether what comments speak of, or how they sound, is asked for."""
        return bool(self.themes or self.tone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """Something a customer said in their own words: an answer of a ``response``, or a ``card``.

    ``contact`` is None for a visitor nobody knows. ``question_id`` is the question answered.
    """

    at: datetime
    channel: str
    text: str
    contact: Contact | None = None
    question_id: str = ""
    response: Response | None = None
    card: Card | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What the writer is called, and whoever the comment is about, as far as we know."""
        agent = self.response.interaction.agent if self.response else ""
        return (*(names_of(self.contact) if self.contact else ()), *((agent,) if agent else ()))

    @property
    def team(self) -> str:
        """The team it concerns, "" where none is known."""
        if self.card is not None:
            return self.card.team
        return self.response.interaction.team if self.response else ""


def names_of(contact: Contact) -> tuple[str, ...]:
    """Give what somebody is called, as far as the business told us."""
    found = (contact.attributes.get(key) for key in ("name", "first_name", "last_name"))
    return tuple(name for name in found if isinstance(name, str) and name)
