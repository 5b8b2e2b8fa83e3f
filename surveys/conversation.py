"""Conversations: from one reply to the next thing to say. State in, state out."""

from dataclasses import dataclass
from enum import StrEnum

from surveys.contact import Contact
from surveys.invitation import Invitation
from surveys.metric import Band
from surveys.question import Question
from surveys.response import Answer, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Everything known about one invitation when a reply comes in.

    ``asked_external_id`` is the provider's id of the message that carries the open question.
    """

    invitation: Invitation
    contact: Contact
    response: Response | None = None
    asked_external_id: str = ""


class TurnKind(StrEnum):
    """What one reply amounted to."""

    RECORDED = "recorded"
    CHANGED = "changed"
    REPEATED = "repeated"
    SKIPPED = "skipped"
    TICKED = "ticked"  # one choice of several, not sent yet
    TOO_LATE = "too_late"  # the change-my-mind window is over
    CLOSED = "closed"  # the survey has expired
    NOT_UNDERSTOOD = "not_understood"
    OFF_SCRIPT = "off_script"  # kept as a comment card


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a reply changes and what comes next.

    ``response`` is the response after the turn (None where none was begun). ``recorded`` is the
    answer this turn wrote, None where it wrote none. ``asked`` is the question the reply was about.
    ``next`` is the question to ask now, None when there is none; ``finished`` is true on the turn
    that completes the survey. ``band`` is the band of the first scored answer so far.
    ``card`` is text to keep as a comment card.
    """

    kind: TurnKind
    response: Response | None
    recorded: Answer | None = None
    asked: Question | None = None
    next: Question | None = None
    finished: bool = False
    band: Band | None = None
    card: str = ""
