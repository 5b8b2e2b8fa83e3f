"""What one reply hands the store to keep."""

from dataclasses import dataclass
from datetime import datetime

from surveys.invitation import Invitation, InvitationState
from surveys.response import Answer, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedTurn:
    """One turn of a conversation, to be written whole.

    ``before`` and ``after`` are the response around the turn; ``recorded`` is the answer it wrote,
    None where it wrote none. ``invitation`` is as it was locked and ``state`` what it becomes.
    ``ready_at`` is when an anonymous response may part from its person, None for any other.
    """

    before: Response | None
    after: Response
    recorded: Answer | None
    state: InvitationState
    invitation: Invitation
    ready_at: datetime | None = None
