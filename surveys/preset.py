"""Presets: ready-made questions that need no authoring. Their words are in the question bank."""

from collections.abc import Mapping

from surveys.metric import METRICS
from surveys.question import Kind, Question

_DRIVERS = (
    "delivery_quality",
    "delivery_speed",
    "price",
    "trust",
    "service",
    "resolution",
    "help",
)


PANEL = "panel"
"""The preset that asks whether we may call for an interview. It is asked last, and its answer is a
consent.
"""


def _rating(question_id: str, metric_id: str, *, required: bool = True) -> Question:
    return Question(
        id=question_id,
        kind=Kind.RATING,
        wording=question_id,
        metric_id=metric_id,
        scale_id=METRICS[metric_id].scale,
        required=required,
    )


PRESETS: Mapping[str, Question] = {
    question.id: question
    for question in (
        _rating("nps", "nps"),
        _rating("csat", "csat"),
        _rating("ces", "ces"),
        _rating("ces1", "ces1"),
        _rating("thumbs", "thumbs"),
        *(_rating(name, "driver") for name in _DRIVERS),
        _rating("problems", "problems"),
        Question(id="other_products", kind=Kind.TEXT, wording="other_products", required=False),
        Question(id="comment", kind=Kind.COMMENT, wording="comment", required=False),
        _rating(PANEL, PANEL, required=False),
    )
}
"""Preset name -> question. The name is also the question's id and wording."""

VARIANTS: Mapping[str, tuple[str, ...]] = {
    "nps": ("phone", "product"),
    "csat": ("phone", "delivery", "product", "agent"),
    "ces": ("phone", "product", "question"),
    "comment": ("low", "middle", "high", "help"),
}
"""Preset -> what ``about:`` may name there; the wording id is then ``preset.variant``."""
