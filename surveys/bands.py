"""Bands: what an answer says about the customer, and how the survey goes on from there."""

from dataclasses import replace

from surveys.metric import Band, band
from surveys.question import Kind, Question
from surveys.response import Response
from surveys.survey import Survey

COMMENT = "comment"
"""The wording that is made to follow a score; any other is the marketer's choice and stays."""


def first_scored(survey: Survey) -> Question | None:
    """Give the first question whose answer says how the customer feels, or None."""
    return next((q for q in survey.questions if _is_opinion(q)), None)


def response_band(survey: Survey, response: Response | None) -> Band | None:
    """Give the band of the first scored answer, or None where nothing is scored yet."""
    found = _first_answered(survey, response)
    return found[1] if found else None


def answered_metric(survey: Survey, response: Response | None) -> str:
    """Give the metric of the answer that `response_band` is of, "" where there is none."""
    found = _first_answered(survey, response)
    return (found[0].metric_id or "") if found else ""


def comment_wording(metric_id: str, found: Band) -> str:
    """Give the wording in which the bank asks for words after a score: what went wrong, what was
    missing, what was liked; after a thumb down, how we can help.
    """
    if metric_id == "thumbs" and found is Band.LOW:
        return f"{COMMENT}.help"
    return f"{COMMENT}.{found}"


def worded(survey: Survey, question: Question, response: Response | None) -> Question:
    """Give a question as it is asked now: a bank comment in the wording that follows the score."""
    if question.kind is not Kind.COMMENT or question.wording != COMMENT:
        return question
    found = _first_answered(survey, response)
    if found is None:
        return question
    return replace(question, wording=comment_wording(found[0].metric_id or "", found[1]))


def scored_bands(survey: Survey, response: Response | None) -> tuple[Band, ...]:
    """Give the bands of all scored answers, in the survey's order."""
    found = (_answered(question, response) for question in survey.questions)
    return tuple(band for band in found if band is not None)


def _answered(question: Question, response: Response | None) -> Band | None:
    answer = response.answer(question.id) if response else None
    metric, scale = question.metric, question.scale
    if answer and answer.value is not None and metric and scale and _is_opinion(question):
        return band(metric, scale, int(answer.value), question.threshold)
    return None


def _first_answered(survey: Survey, response: Response | None) -> tuple[Question, Band] | None:
    for question in survey.questions:
        found = _answered(question, response)
        if found is not None:
            return question, found
    return None


def _is_opinion(question: Question) -> bool:
    return question.metric is not None and question.scale is not None and question.metric.opinion
