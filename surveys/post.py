"""Posts: messages whose fate matters. To colleagues about a case or an alert, where they are
changed in place as the case moves on; and to the customer of a case.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PostKind(StrEnum):
    """What a post is."""

    CASE = "case"  # shows how a case stands, with its buttons
    NOTE = "note"  # a word in its thread
    ALERT = "alert"  # about an answer without a case
    TALK = "talk"  # to the customer


class Todo(StrEnum):
    """What is still to be done about a post."""

    WAIT = "wait"  # it is not out yet
    EDIT = "edit"  # not out yet, and its case has moved on since
    SHOW = "show"  # out, and to be changed in place
    ALARM = "alarm"  # lost: the next in line is told
    LATE = "late"  # not out for too long, of which the next in line was told
    NOTHING = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One such message. ``case_id`` is 0 where it is about no case. ``name`` is the colleague it
    goes to, "" for a place several read. ``due_id`` is that of its due row; ``external_id`` what
    the provider calls it, "" until it is out; ``reason`` why it is lost.
    """

    id: int = 0
    case_id: int = 0
    due_id: str
    kind: PostKind
    lane: str
    address: str
    name: str = ""
    at: datetime
    external_id: str = ""
    reason: str = ""
    todo: Todo = Todo.WAIT
