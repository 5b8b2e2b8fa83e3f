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
    """

    before: Response | None
    after: Response
    recorded: Answer | None
    state: InvitationState
    invitation: Invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A comment card: words nobody asked for. ``invitation_id`` is 0 where there was none."""

    contact_id: int
    invitation_id: int = 0
    channel: str
    text: str
    at: datetime
