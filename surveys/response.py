"""Responses: the answers one contact gave to one invitation."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from surveys.event import Interaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer to one question, with everything needed to read it years later.

    One of ``value`` (rating, number), ``choices`` (ids) and ``text`` is set, or ``skipped``.
    ``draft`` marks choices still being ticked: neither counted nor final. ``revision`` starts at
    1 and grows with each change of mind; earlier revisions stay in the store.
    """

    question_id: str
    wording: str
    language: str
    channel: str
    at: datetime
    value: float | None = None
    choices: tuple[str, ...] = ()
    text: str = ""
    skipped: bool = False
    draft: bool = False
    metric_id: str = ""
    metric_version: str = ""
    scale_id: str = ""
    satisfied: int | None = None
    revision: int = 1

    def same_as(self, other: "Answer") -> bool:
        """Whether both say the same, whenever they were said."""
        return (self.value, self.choices, self.text, self.skipped, self.draft) == (
            other.value,
            other.choices,
            other.text,
            other.skipped,
            other.draft,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What one contact answered to one invitation. ``answers`` holds current revisions only.

    One to an ``anonymous`` survey is kept apart until it has ``parted`` from who gave it: then what
    the person's own conversation still knows is that they answered, and nothing of what.
    """

    invitation_id: int
    contact_id: int
    survey: str
    survey_version: str
    started_at: datetime
    completed_at: datetime | None = None
    language: str = ""
    channel: str = ""
    trigger: str = ""
    weight: float = 1.0
    interaction: Interaction = field(default_factory=Interaction)
    answers: tuple[Answer, ...] = ()
    anonymous: bool = False
    parted: bool = False

    def answer(self, question_id: str) -> Answer | None:
        """Give the current answer to a question, or None."""
        return next((a for a in self.answers if a.question_id == question_id), None)

    def with_answer(self, answer: Answer) -> "Response":
        """Give the response with this answer as the current one to its question."""
        kept = tuple(a for a in self.answers if a.question_id != answer.question_id)
        return replace(self, answers=(*kept, answer))
