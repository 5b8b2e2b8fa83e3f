"""Questions: one thing asked, what may be answered, and when it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from surveys.condition import Condition
from surveys.metric import METRICS, Metric
from surveys.scale import SCALES, Scale

Text = Mapping[str, str]
"""One text in several languages: language code -> template with ``{names}``."""


class Kind(StrEnum):
    """How a question is answered."""

    RATING = "rating"  # one value of a scale; always has a metric
    CHOICE = "choice"  # one of the choices
    CHOICES = "choices"  # any number of the choices
    NUMBER = "number"  # a number in a range
    TEXT = "text"  # words the survey needs
    COMMENT = "comment"  # words the customer may add; may be skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing to choose; ``id`` is stored, ``label`` is shown."""

    id: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a survey.

    ``text`` holds the marketer's own words by language; where a language is missing there, the
    question bank's text for ``wording`` is used. ``wording`` is stored with each answer, so that
    answers to different words are told apart. ``satisfied`` overrides the scale's threshold.
    ``condition`` (``if:``) is asked of the answers given so far.
    ``minimum`` and ``maximum`` bound a NUMBER, both included.
    """

    id: str
    kind: Kind
    wording: str
    metric_id: str | None = None
    scale_id: str | None = None
    satisfied: int | None = None
    about: str | None = None
    text: Text = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    condition: Condition | None = None
    required: bool = True
    minimum: float | None = None
    maximum: float | None = None

    @property
    def metric(self) -> Metric | None:
        return METRICS[self.metric_id] if self.metric_id else None

    @property
    def scale(self) -> Scale | None:
        return SCALES[self.scale_id] if self.scale_id else None

    @property
    def threshold(self) -> int | None:
        """The first value counted as satisfied, or None where the question has no scale."""
        if self.scale is None:
            return None
        return self.scale.satisfied if self.satisfied is None else self.satisfied
