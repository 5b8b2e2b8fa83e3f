"""Promises: who will be in touch about an answer, and how soon, by the alert rules. Pure."""

from scheduler.rules import Rules
from surveys.alert import match_alerts, recipients
from surveys.response import Response
from surveys.thanks import Promise


def promise_of(rules: Rules, response: Response | None) -> Promise:
    """Give who is told of a response and how soon they will be in touch: the first rule that holds,
    has a time and reaches somebody, else the first that reaches somebody. Nobody is told of an
    anonymous one; rules for what comes again and again promise nothing.
    """
    told = response is not None and not response.anonymous
    held = match_alerts(rules.alerts, response, None) if response and told else ()
    for rule in sorted(
        (rule for rule in held if not rule.repeated), key=lambda rule: rule.respond_within is None
    ):
        team = response.interaction.team if response else ""
        members = recipients(rule, team, rules.staff)
        if members:
            return Promise(owner=members[0].name, respond_within=rule.respond_within)
    return Promise()
