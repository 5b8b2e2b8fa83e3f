"""Manners: nobody is interrupted. Who is in the middle of something with us is asked once that is
over, or nothing was said of it for a while. Pure.

What counts is gathered in one read (`storage.engagements`); what each kind of it means is the table
`RULES` here. Something new to wait for is one kind, one part of that read, and one line of the
table. It never holds for good: each kind ends by itself, a stretch after the last word.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from surveys.engagement import Engagement, EngagementKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How long after the last word somebody is left in peace: ``finish`` where it was about a
    survey or a comment of theirs, ``talk`` where they wait for a colleague or talk to one. Nothing
    is waited for where it is zero.
    """

    finish: timedelta = timedelta(minutes=15)
    talk: timedelta = timedelta(days=1)

    @property
    def memory(self) -> timedelta:
        """How far back engagements matter."""
        return max(self.finish, self.talk)

    def span(self, kind: EngagementKind) -> timedelta:
        """Give how long after the last word something of a kind goes on."""
        rule = RULES.get(kind)
        return getattr(self, rule.span) if rule else timedelta(0)


@dataclass(frozen=True, slots=True)
class _Rule:
    """By which span a kind goes on (an attribute of `Manners`), and what is said of it."""

    span: str
    words: str


RULES: Mapping[EngagementKind, _Rule] = {
    EngagementKind.SURVEY: _Rule("finish", "in the middle of the survey {name}"),
    EngagementKind.WORDS: _Rule("finish", "they are writing to us"),
    EngagementKind.TALK: _Rule("talk", "they wait for a colleague or talk to one"),
    EngagementKind.CASE: _Rule("talk", "case {name} is open"),
}
"""What is waited for; kinds that are not here are in nobody's way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Ask no earlier than ``until``, by ``rule``."""

    until: datetime
    rule: str
    engagement: Engagement


def let_finish(
    manners: Manners, engagements: Iterable[Engagement], invitation_id: int, now: datetime
) -> Wait | None:
    """Give what a person must be let finish before the invitation is asked, the longest of several;
    None for nothing. The invitation itself is in nobody's way.
    """
    waits = [
        Wait(until=until, rule=_say(manners, one), engagement=one)
        for one in engagements
        if one.invitation_id != invitation_id or not invitation_id
        if (until := one.at + manners.span(one.kind)) > now and one.kind in RULES
    ]
    return max(waits, key=lambda wait: wait.until, default=None)


def has_rival(engagements: Iterable[Engagement], invitation_id: int) -> bool:
    """Whether the person is about to be asked something else as well."""
    return any(
        one.kind is EngagementKind.NEXT and one.invitation_id != invitation_id
        for one in engagements
    )


def _say(manners: Manners, one: Engagement) -> str:
    rule = RULES[one.kind]
    return f"{_KEYS[rule.span]} {_written(getattr(manners, rule.span))}: " + rule.words.format(
        name=one.name
    )


_KEYS = {"finish": "let_finish", "talk": "let_talk"}


def _written(span: timedelta) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if span.total_seconds() % size == 0:
            return f"{span.total_seconds() / size:g}{unit}"
    return f"{span.total_seconds():g}s"
