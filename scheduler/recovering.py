"""Recovering: the question whether a solved case was put right. Pure."""

from datetime import datetime

from scheduler.journeys import invitation_key
from scheduler.rules import Rules
from surveys.case import RECOVERY, Case
from surveys.compose import choose_language
from surveys.conversation import Conversation
from surveys.invitation import OPEN_FOR, Invitation


def plan_recovery(
    rules: Rules, case: Case, conversation: Conversation, now: datetime
) -> Invitation | None:
    """Give the invitation that asks about a solved case, None where no survey does."""
    plan = case.recovery
    survey = rules.surveys.get(plan.survey) if plan else None
    if plan is None or survey is None or not plan.via:
        return None
    due_at = now + plan.after
    return Invitation(
        key=invitation_key(RECOVERY, survey.id, str(case.id), str(case.version)),
        contact_id=case.contact_id,
        survey=survey.id,
        survey_version=survey.version,
        trigger=RECOVERY,
        via=_ways(plan.via, conversation),
        due_at=due_at,
        expires_at=due_at + OPEN_FOR,
        interaction=case.interaction,
        facts=conversation.invitation.facts,
        language=choose_language(survey, conversation.contact.language, rules.language),
    )


def _ways(via: tuple[str, ...], conversation: Conversation) -> tuple[str, ...]:
    """Give the channels with the one the customer answered on in front."""
    answered = conversation.response.channel if conversation.response else ""
    return tuple(sorted(via, key=lambda channel: channel != answered))
