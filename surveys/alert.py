"""Alerts: which answers are bad enough to tell somebody at once, and whom."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from surveys.case import CasePlan, WorkHours
from surveys.condition import Condition
from surveys.response import Answer, Response
from surveys.staff import Role, StaffMember
from surveys.theme import GistReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """That a rule is about one customer's answers: ``times`` of them ``within`` a stretch of time,
    wherever it begins. ``written`` is how the file says it.
    """

    times: int
    within: timedelta
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """``if`` on the answers of one response, and ``to`` whom.

    ``words`` are some of which the customer's own words must hold one, whatever their capitals;
    without any, words do not matter. Each of ``to`` is a role's name (of the interaction's team
    where the role has teams), a staff member's name, or a place: ``slack:#service``.
    ``themes`` are those that the customer's words must speak of, one of them, as ``gists`` reads.
    ``respond_within`` is how soon they get in touch: the customer is promised it. ``case`` is how
    the case is handled that is opened, None where none is. ``hours`` are when colleagues are told,
    None for at once; ``urgent`` does not wait for them. ``repeated`` is how often it must come to
    that for one customer, None for once.
    """

    condition: Condition | None = None
    words: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    gists: GistReader | None = None
    to: tuple[str, ...]
    respond_within: timedelta | None = None
    case: CasePlan | None = None
    hours: WorkHours | None = None
    urgent: bool = False
    repeated: Repeated | None = None

    @property
    def key(self) -> str:
        """Give what a repeated rule's memory goes by: another one where it asks for something
        else.
        """
        source = self.condition.source if self.condition else ""
        often = self.repeated.written if self.repeated else ""
        themes = (f"theme {theme}" for theme in self.themes)
        said = "\n".join((source, *self.words, *themes, often, *self.to))
        return sha256(said.encode()).hexdigest()[:16]

    def holds(self, response: Response | None) -> bool:
        """Whether a response is one to tell of."""
        if response is None:
            return False
        if self.condition is not None and not self.condition.holds(answer_facts(response)):
            return False
        if self.words and not _mentions(response, self.words):
            return False
        return not self.themes or self._speaks(response)

    def _speaks(self, response: Response) -> bool:
        """Whether the customer's own words speak of one of the themes."""
        if self.gists is None:
            return False
        gists = [self.gists.read(a.text, a.language) for a in _said(response)]
        return any(theme in gist.themes for gist in gists for theme in self.themes)


def match_alerts(
    rules: Sequence[AlertRule], response: Response, before: Response | None
) -> tuple[AlertRule, ...]:
    """Give the rules that hold now and did not hold before this turn: each fires once."""
    return tuple(rule for rule in rules if rule.holds(response) and not rule.holds(before))


def count_alike(
    rule: AlertRule,
    response: Response,
    others: Sequence[Response],
    told_at: datetime | None,
    now: datetime,
) -> int:
    """Give how many of one customer's responses a repeated rule holds for within its stretch of
    time, ``response`` being one of them, and ``others`` what else they answered. Those that it
    told of at ``told_at`` or before are not counted again.
    """
    assert rule.repeated is not None  # noqa: S101 - callers look
    since = now - rule.repeated.within
    if told_at is not None and told_at > since:
        since = told_at
    alike = (o for o in others if o.invitation_id != response.invitation_id and rule.holds(o))
    return 1 + sum(last_said(other) > since for other in alike)


def last_said(response: Response) -> datetime:
    """Give when the last answer of a response was given."""
    return max((a.at for a in response.answers if not a.draft), default=response.started_at)


def _mentions(response: Response, words: Sequence[str]) -> bool:
    """Whether the customer's own words hold one of these, at the beginning of a word."""
    text = _plain(" ".join(a.text for a in _said(response)))
    return any(sought != " " and sought in text for sought in map(_plain, words))


def _said(response: Response) -> list[Answer]:
    """Give the answers that are words."""
    return [a for a in response.answers if a.text and not a.skipped and not a.draft]


def _plain(text: str) -> str:
    """Give the words of a text in small letters, each behind one blank."""
    return " " + " ".join(re.findall(r"[^\W_]+", text.casefold()))


def answer_facts(response: Response) -> Mapping[str, object]:
    """Give what conditions may ask of a response: question id (and metric id) -> answer.

    A question that was not answered is absent, and a comparison with an absent name is false.
    """
    facts: dict[str, object] = {}
    for answer in response.answers:
        if answer.skipped or answer.draft:
            continue
        given: object = answer.text or answer.choices
        if answer.value is not None:
            given = answer.value
        elif len(answer.choices) == 1:
            given = answer.choices[0]
        if answer.metric_id:
            facts.setdefault(answer.metric_id, given)
        facts[answer.question_id] = given
    return facts


def recipients(rule: AlertRule, team: str, staff: Sequence[StaffMember]) -> tuple[StaffMember, ...]:
    """Give the colleagues a rule tells about that team, as `recipients_of` says."""
    found = (member for to in rule.to for member in recipients_of(to, team, staff))
    return tuple({member.name: member for member in found}.values())


def recipients_of(to: str, team: str, staff: Sequence[StaffMember]) -> tuple[StaffMember, ...]:
    """Give who is meant by a colleague's name or a role, for that team; "" means nobody.

    A role that nobody holds for the team goes up: team_lead → manager → admin, so that bad news
    always reaches somebody while there is anybody.
    """
    named = tuple(m for m in staff if m.name == to)
    if named or not to:
        return named
    if ":" in to:  # a place, not a person
        return ()
    ladder = (Role.TEAM_LEAD, Role.MANAGER, Role.ADMIN)
    start = ladder.index(Role(to)) if to in ladder else 0
    for role in ladder[start:]:
        found = tuple(
            m for m in staff if m.role is role and (role is not Role.TEAM_LEAD or team in m.teams)
        )
        if found:
            return found
    return ()
