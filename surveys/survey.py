"""A survey: questions in order, with its thanks, goal and version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from surveys.consent import FEEDBACK
from surveys.metric import Band
from surveys.question import Question, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What is asked.

    ``version`` is the hash of the survey's content (`bot.config` computes it) and is stored with
    every invitation and response. ``goal`` maps a question id to its target score (NPS points,
    percent, or scale points). ``change_within`` is how long an answer may be changed.
    ``links`` are where thanks may lead: ``review_url``, ``refer_url`` and ``policy_url``.
    ``languages`` are those the survey is asked in, the first being the fallback. ``topic`` groups
    surveys for limits on asking, and ``priority`` says which has room kept for it: the higher.
    ``purpose`` is what people must have agreed to (`surveys.consent`). What an ``anonymous`` one
    brings is kept without any way to say whose it is (`surveys.anonymity`).
    """

    id: str
    questions: tuple[Question, ...]
    languages: tuple[str, ...]
    version: str
    title: Text = field(default_factory=dict)
    thanks: Mapping[Band, Text] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    goal: Mapping[str, float] = field(default_factory=dict)
    change_within: timedelta = timedelta(minutes=15)
    topic: str = ""
    priority: int = 0
    purpose: str = FEEDBACK
    anonymous: bool = False

    def question(self, question_id: str) -> Question | None:
        """Give the question of that id, or None."""
        return next((q for q in self.questions if q.id == question_id), None)
