"""Alerts: which answers are bad enough to tell somebody at once, and whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from surveys.case import CasePlan
from surveys.condition import Condition
from surveys.response import Response
from surveys.staff import Role, StaffMember


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """``if`` on the answers of one response, and ``to`` whom.

    ``to`` is a role's name (of the interaction's team where the role has teams) or a staff
    member's name. ``respond_within`` is how soon they get in touch: the customer is promised it.
    ``case`` is how the case is handled that is opened, None where none is.
    """

    condition: Condition
    to: str
    respond_within: timedelta | None = None
    case: CasePlan | None = None


def match_alerts(
    rules: Sequence[AlertRule], response: Response, before: Response | None
) -> tuple[AlertRule, ...]:
    """Give the rules that hold now and did not hold before this turn: each fires once."""
    now, then = answer_facts(response), answer_facts(before) if before else {}
    return tuple(
        rule for rule in rules if rule.condition.holds(now) and not rule.condition.holds(then)
    )


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
    """Give whom a rule tells about that team, as `recipients_of` says."""
    return recipients_of(rule.to, team, staff)


def recipients_of(to: str, team: str, staff: Sequence[StaffMember]) -> tuple[StaffMember, ...]:
    """Give who is meant by a colleague's name or a role, for that team; "" means nobody.

    A role that nobody holds for the team goes up: team_lead → manager → admin, so that bad news
    always reaches somebody while there is anybody.
    """
    named = tuple(m for m in staff if m.name == to)
    if named or not to:
        return named
    ladder = (Role.TEAM_LEAD, Role.MANAGER, Role.ADMIN)
    start = ladder.index(Role(to)) if to in ladder else 0
    for role in ladder[start:]:
        found = tuple(
            m for m in staff if m.role is role and (role is not Role.TEAM_LEAD or team in m.teams)
        )
        if found:
            return found
    return ()
