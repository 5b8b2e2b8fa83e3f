"""Permission: over which channels a person may be asked for a purpose, and on what basis. Pure.

A gate, at send time: no recorded basis, no send.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from scheduler.rules import Rules
from surveys.consent import FEEDBACK, Consent, Standing, find_basis
from surveys.contact import Contact
from surveys.conversation import Conversation
from surveys.invitation import Invitation


def permitted(conversation: Conversation, lane: str, rules: Rules, now: datetime) -> Conversation:
    """Give the conversation with a contact who can be reached only where they may be asked."""
    invitation, contact = conversation.invitation, conversation.contact
    concerned = {lane, *invitation.via, contact.only_channel or lane}
    purpose = _purpose(invitation, rules)
    closed = closed_channels(contact, purpose, concerned, rules.consent, now)
    if not closed:
        return conversation
    return replace(conversation, contact=replace(contact, closed=closed))


def closed_channels(
    contact: Contact, purpose: str, channels: Collection[str], standing: Standing, now: datetime
) -> dict[str, str]:
    """Give the channels over which nothing allows asking, each with the rule that is stored."""
    # Most people have said nothing at all.
    if not contact.consents and all(standing.covers(purpose, channel) for channel in channels):
        return {}
    return {
        channel: f"no consent for {purpose} on {channel}"
        for channel in channels
        if find_basis(contact.consents, purpose, channel, standing, now) is None
    }


def unrecorded_basis(
    conversation: Conversation, lane: str, rules: Rules, now: datetime
) -> Consent | None:
    """Give the basis to record before a person is asked, None where one is recorded."""
    consents = conversation.contact.consents
    purpose = _purpose(conversation.invitation, rules)
    basis = find_basis(consents, purpose, lane, rules.consent, now)
    return None if basis is None or basis in consents else basis


def _purpose(invitation: Invitation, rules: Rules) -> str:
    survey = rules.surveys.get(invitation.survey)
    return survey.purpose if survey else FEEDBACK
