"""Journeys: from a match to invitations with a due time.

A trigger is a journey of one step, so its invitation is planned here too. Milestones and campaigns
end in the same rows, so that there is one dispatcher.
"""

import hashlib
from datetime import datetime

from scheduler.milestones import Journey, Milestone
from scheduler.triggers import Match
from surveys.compose import choose_language
from surveys.contact import Contact
from surveys.event import Event, Interaction
from surveys.invitation import Invitation
from surveys.progress import Progress
from surveys.survey import Survey


def plan(
    match: Match, event: Event, contact: Contact, survey: Survey, *, language: str, now: datetime
) -> Invitation:
    """Give the invitation a match leads to, due after the trigger's ``wait``.

    ``language`` is the service's, used where the contact has none. The key is the identity of the
    decision: the same survey, event and person can never be planned twice.
    """
    trigger = match.trigger
    due = max(now, event.occurred_at + trigger.wait) if trigger.wait else now
    return Invitation(
        key=invitation_key(survey.id, trigger.name, event.message_id, str(contact.id)),
        contact_id=contact.id,
        survey=survey.id,
        survey_version=survey.version,
        trigger=trigger.name,
        via=trigger.via,
        all_channels=trigger.all_channels,
        best=trigger.best,
        due_at=due,
        expires_at=due + trigger.expires,
        not_after=due + trigger.max_age,
        weight=match.weight,
        interaction=event.interaction,
        facts=event.properties,
        language=choose_language(survey, contact.language, language),
    )


def invitation_key(*parts: str) -> str:
    """Give the identity of a decision: 32 hex digits of SHA-256 over its parts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def plan_milestone(
    journey: Journey,
    milestone: Milestone,
    progress: Progress,
    contact: Contact,
    survey: Survey,
    *,
    due_at: datetime,
    language: str,
    event: Event | None = None,
) -> Invitation:
    """Give the invitation of one milestone. ``event`` is the one that reached it, if one did.

    The key is the person's way and the milestone: the same one is never planned twice.
    """
    return Invitation(
        key=milestone_key(progress, milestone.name),
        contact_id=contact.id,
        survey=survey.id,
        survey_version=survey.version,
        trigger=f"{journey.name}/{milestone.name}",
        via=milestone.via,
        all_channels=milestone.all_channels,
        best=milestone.best,
        due_at=due_at,
        expires_at=due_at + milestone.expires,
        not_after=due_at + milestone.max_age,
        interaction=event.interaction if event else Interaction(),
        facts=event.properties if event else {},
        language=choose_language(survey, contact.language, language),
    )


def milestone_key(progress: Progress, milestone: str) -> str:
    """Give the identity of a milestone's invitation."""
    origin = str(progress.origin or progress.contact_id)
    return invitation_key("journey", progress.journey, milestone, origin, progress.key)
