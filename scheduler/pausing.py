"""Pausing: what staff put on hold is not asked until they resume. Pure."""

from collections.abc import Mapping
from datetime import timedelta

from scheduler.throttle import Hold
from surveys.due import Due, DueKind
from surveys.entrance import is_visit
from surveys.invitation import Invitation, InvitationState
from surveys.pausing import Pause, find_pause

_MOMENT = timedelta(milliseconds=1)


def keep_paused(due: Due, invitation: Invitation, paused: Mapping[str, Pause]) -> Hold | None:
    """Give what becomes of an invitation that staff put on hold, None to go on.

    It waits until it is of no use any more, or until somebody resumes, which makes it due at once
    (`storage.pausing`). Unlike a customer's own pause it gives no longer time: a question about a
    call a week ago is not asked. Whoever came by themselves goes on.
    """
    found = find_pause(paused, invitation.trigger) if paused else None
    if found is None or is_visit(invitation.trigger):
        return None
    until = invitation.expires_at
    is_first = due.kind is DueKind.ASK and invitation.state is InvitationState.PLANNED
    if is_first and invitation.not_after is not None:
        until = min(until, invitation.not_after + _MOMENT)
    return Hold(until=until, rule=f"{found.spelled} paused by {found.person}", grows_old=True)
