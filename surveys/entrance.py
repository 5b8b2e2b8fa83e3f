"""Entrances: surveys that anybody may come to by themselves, and the links that lead there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

LINK, QR, NEWSLETTER, WIDGET, OTHER = "link", "qr", "newsletter", "widget", "other"
"""Sources of our own; `OTHER` is every source that a survey does not know."""

NETWORKS = ("facebook", "x", "linkedin", "whatsapp", "telegram", "email")
"""Where share links are put, each a source of its own."""

BUILT_IN = (LINK, QR, NEWSLETTER, WIDGET, *NETWORKS)
"""Sources that every entrance knows."""

VISITOR = "visitor"
"""The population of those who came by themselves: they chose to speak, so their answers are never
merged with those of customers who were picked and asked."""

SOURCE = re.compile(r"[a-z][a-z0-9_-]{0,39}")
"""What a source may be called; it stands in links and on prints."""

_SUBSCRIBER = re.compile(r"[a-z]{2,20}:[A-Za-z0-9._-]{4,100}")
_VISIT = "public:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """That a survey may be entered by anybody.

    ``sources`` are the survey's own names for where people come from ("receipt", "door"), besides
    `BUILT_IN`. ``team`` is whose answers they are, "" for nobody's in particular, and ``teams``
    says so for single sources. ``expires`` is how long after the first answer a visitor may go
    on, and is taken for the same.
    """

    sources: tuple[str, ...] = ()
    team: str = ""
    teams: Mapping[str, str] = field(default_factory=dict)
    expires: timedelta = timedelta(days=7)

    @property
    def known(self) -> tuple[str, ...]:
        """Every source that is counted apart, the survey's own first."""
        return tuple(dict.fromkeys((*self.sources, *BUILT_IN)))

    def team_of(self, source: str) -> str:
        """Give the team that answers from a source count for."""
        return self.teams.get(source) or self.team

    def fold(self, source: str) -> str:
        """Give the source as it is counted: anybody can write anything into a link."""
        if not source:
            return LINK
        return source if source in self.known else OTHER


def visit_name(source: str) -> str:
    """Give what stands as the trigger of an invitation that a visitor made themselves."""
    return f"{_VISIT}{source}"


def is_visit(trigger: str) -> bool:
    """Whether an invitation of that trigger was made by a visitor; no trigger of the file is
    called so.
    """
    return trigger.startswith(_VISIT)


def visitor_key(visitor: str, contact: str) -> str:
    """Give the key of the contact who comes: the subscriber of a mailing tool, else the browser's
    word; "" for nobody known.

    ``contact`` is ``tool:id``. Anything else is no subscriber: a merge tag nobody filled in, or an
    e-mail address, which has no place in a link.
    """
    if _SUBSCRIBER.fullmatch(contact):
        return f"anon:{contact}"
    return f"anon:{visitor}" if visitor else ""


def entrance_link(
    public_url: str,
    survey: str,
    source: str = "",
    *,
    question: str = "",
    value: str = "",
    language: str = "",
) -> str:
    """Give the address of a survey's entrance, with an answer already ticked where one is named."""
    given = {"s": source if source != LINK else "", "l": language, "q": question, "v": value}
    query = urlencode({name: text for name, text in given.items() if text})
    return f"{public_url}/p/{survey}" + (f"?{query}" if query else "")
