"""Wording: which of a language's texts belong to a question, the most fitting first.

The head of ``languages/en.yaml`` says what the keys are.
"""

from collections.abc import Iterator, Mapping

from surveys.language import Language
from surveys.question import Question


def bank_text(language: Language, question: Question) -> str:
    """Give the bank's words for a question: those for its very scale (``csat.phone.yes-no``), its
    wording, or the wording's base; "" where the bank has none.
    """
    base = question.wording.split(".")[0]
    scale = question.scale_id or ""
    keys = (f"{question.wording}.{scale}", question.wording, f"{base}.{scale}", base)
    return next((language.questions[key] for key in keys if key in language.questions), "")


def value_ends(language: Language, question: Question) -> tuple[str, str] | None:
    """Give what the lowest and the highest value mean, or None where nothing says."""
    scale, metric = question.scale_id, question.metric_id
    keys = (question.wording, f"{metric}.{scale}", metric or "")
    return next((language.ends[key] for key in keys if key in language.ends), None)


def value_words(language: Language, question: Question) -> Mapping[int, str]:
    """Give what each value means in words, for receipts and screen readers.

    Where the bank has no words for the question or its metric, these are the labels of the scale.
    """
    return next(iter(_all_labels(language, question)), {})


def value_names(language: Language, question: Question) -> Iterator[tuple[int, str]]:
    """Give everything a value may be called in words, one name at a time."""
    for labels in _all_labels(language, question):
        yield from labels.items()
    ends, scale = value_ends(language, question), question.scale
    if ends and scale:
        yield from zip((scale.low, scale.high), ends, strict=True)


def _all_labels(language: Language, question: Question) -> Iterator[Mapping[int, str]]:
    scale = question.scale_id or ""
    for key in (f"{question.wording}.{scale}", f"{question.metric_id}.{scale}", scale):
        if key in language.labels:
            yield language.labels[key]
