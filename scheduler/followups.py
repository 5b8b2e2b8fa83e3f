"""Follow-ups: reminders and the turn to another channel, where nobody answers. Pure.

Each is a due row put when the question has left; what it finds when its time comes decides.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from scheduler.rules import Rules
from scheduler.throttle import Skip, Verdict, decide
from surveys.contact import Contact
from surveys.conversation import Conversation
from surveys.due import Due, DueKind, name_due
from surveys.follow_up import FollowUp
from surveys.invitation import Invitation, InvitationState
from surveys.message import Capabilities


def follow(due: Due, invitation: Invitation, rules: Rules, now: datetime) -> tuple[Due, ...]:
    """Give the rows that follow a question, reminder or turn that leaves now."""
    plan = rules.follow_ups.get(invitation.trigger)
    if plan is None or due.kind is DueKind.SAY:
        return ()
    rows = [_reminder(due, invitation, plan, now), _turn(due, invitation, plan, now)]
    closes = invitation.expires_at if invitation.asked_at else _closes(invitation, now)
    return tuple(row for row in rows if row and row.at < closes)


def keep_true(invitation: Invitation, contact: Contact, plan: FollowUp | None) -> Skip | None:
    """Give what becomes of an invitation whose ``only_if`` does not hold any more, None to go on.

    It may ask for the facts of the interaction, which follow what is reported of it until the
    question is asked, and for the contact's attributes, also as ``traits.``.
    """
    if plan is None or plan.only_if is None:
        return None
    attributes = contact.attributes
    facts = {**attributes, **invitation.facts, "traits": attributes}
    if plan.only_if.holds(facts):
        return None
    is_new = invitation.state is InvitationState.PLANNED
    return Skip(
        rule=f"only_if: {plan.only_if.source} does not hold any more",
        state=InvitationState.SKIPPED if is_new else invitation.state,
    )


def decide_follow_up(
    due: Due,
    conversation: Conversation,
    channels: Mapping[str, Capabilities],
    now: datetime,
) -> Verdict:
    """Decide about one follow-up that is due: as about a first question, on fresh state, but only
    while nobody has answered.
    """
    invitation, contact = conversation.invitation, conversation.contact
    if invitation.state is not InvitationState.ASKED:
        return Skip(rule=f"already {invitation.state}", state=invitation.state)
    lanes = (due.lane,) if due.kind is DueKind.REMIND else _rest(invitation, due.lane)
    verdict = decide(_as_first(invitation, lanes, now), contact, due.lane, channels, now)
    if isinstance(verdict, Skip):
        return replace(verdict, state=invitation.state)
    return verdict


def next_turn(
    due: Due,
    invitation: Invitation,
    contact: Contact,
    channels: Mapping[str, Capabilities],
    now: datetime,
) -> str:
    """Give the channel to turn to where this one fails for good, "" for none."""
    if due.kind is not DueKind.FALLBACK:
        return ""
    lanes = _rest(invitation, due.lane)[1:]
    tried = (
        (lane, decide(_as_first(invitation, (lane,), now), contact, lane, channels, now))
        for lane in lanes
    )
    return next((lane for lane, verdict in tried if not isinstance(verdict, Skip)), "")


def _reminder(due: Due, invitation: Invitation, plan: FollowUp, now: datetime) -> Due | None:
    number = int(due.id.rpartition(":")[2]) + 1 if due.kind is DueKind.REMIND else 1
    if plan.remind_after is None or number > plan.times or due.kind is DueKind.FALLBACK:
        return None
    return Due(
        lane=plan.remind_via or due.lane,
        at=now + plan.remind_after,
        id=name_due(DueKind.REMIND, invitation.due_at, invitation.key, str(number)),
        kind=DueKind.REMIND,
        invitation_id=invitation.id,
    )


def _turn(due: Due, invitation: Invitation, plan: FollowUp, now: datetime) -> Due | None:
    lanes = _rest(invitation, due.lane)[1:]
    is_wide = due.kind is DueKind.ASK and invitation.all_channels
    if plan.fallback_after is None or due.kind is DueKind.REMIND or not lanes or is_wide:
        return None
    return Due(
        lane=lanes[0],
        at=now + plan.fallback_after,
        id=name_due(DueKind.FALLBACK, invitation.due_at, invitation.key, lanes[0]),
        kind=DueKind.FALLBACK,
        invitation_id=invitation.id,
    )


def _rest(invitation: Invitation, lane: str) -> tuple[str, ...]:
    """Give the channels of ``via`` from one on."""
    via = invitation.via
    return via[via.index(lane) :] if lane in via else ()


def _as_first(invitation: Invitation, lanes: tuple[str, ...], now: datetime) -> Invitation:
    """Give an asked invitation as if it were to be asked for the first time, on these channels."""
    return replace(
        invitation,
        state=InvitationState.PLANNED,
        via=lanes,
        all_channels=False,
        due_at=now,
        not_after=None,
    )


def _closes(invitation: Invitation, now: datetime) -> datetime:
    """Give when an invitation that is asked now will close (`storage.progress` shifts it)."""
    return invitation.expires_at + max(now - invitation.due_at, timedelta(0))
