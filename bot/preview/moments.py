"""Moments: what a customer comes upon in the course of a survey, and the message of each. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.preview.sample import sample_answer
from surveys.bands import COMMENT, comment_wording, first_scored
from surveys.compose import (
    Setting,
    answer_label,
    compose_invitation,
    compose_question,
    compose_recorded,
)
from surveys.message import Capabilities, Message
from surveys.metric import Band, band
from surveys.question import Kind, Question
from surveys.survey import Survey
from surveys.thanks import compose_thanks


class Scene(StrEnum):
    """What kind of moment it is."""

    ASK = "ask"
    RECORDED = "recorded"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One moment. ``id`` names it in the page, ``title`` and ``detail`` say what it is.

    ``question`` is the one asked (or just answered), ``following`` the next one where there is
    one. ``step`` of ``steps`` is how far the survey is. ``band`` is what the answer so far was.
    """

    id: str
    scene: Scene
    title: str
    detail: str = ""
    question: Question | None = None
    following: "Moment | None" = None
    step: int = 0
    steps: int = 0
    band: Band | None = None

    @property
    def name(self) -> str:
        """The title with what tells it from others of that title."""
        return f"{self.title} ({self.detail})" if self.detail else self.title

    @property
    def is_first(self) -> bool:
        return self.scene is Scene.ASK and self.step == 1


def list_moments(survey: Survey) -> tuple[Moment, ...]:
    """Give the moments in the order a customer may come upon them."""
    bands = reachable_bands(survey)
    asked = [moment for q in survey.questions for moment in _asking(survey, q, bands)]
    after = _recorded(asked)
    return (*asked[:1], *after, *asked[1:], *_thanking(bands))


def reachable_bands(survey: Survey) -> tuple[Band, ...]:
    """Give the bands that answers to the first scored question can fall into, worst first."""
    question = first_scored(survey)
    if question is None or question.metric is None or question.scale is None:
        return ()
    metric, scale = question.metric, question.scale
    found = {band(metric, scale, value, question.threshold) for value in scale.values}
    return tuple(b for b in Band if b in found)


def compose_moment(moment: Moment, setting: Setting, capabilities: Capabilities) -> Message:
    """Give the message that a customer sees at a moment, as `scheduler` would compose it."""
    if moment.scene is Scene.THANKS:
        return _compose_thanks(moment, setting, capabilities)
    question = moment.question
    if question is None:
        raise ValueError("a moment of asking has a question")
    if moment.scene is Scene.RECORDED:
        return _compose_recorded(moment, question, setting, capabilities)
    if moment.is_first:
        return compose_invitation(setting, question, capabilities, steps=moment.steps)
    return compose_question(setting, question, capabilities, step=moment.step, steps=moment.steps)


def _compose_thanks(
    moment: Moment, setting: Setting, capabilities: Capabilities, *, notice: str = ""
) -> Message:
    scored = first_scored(setting.survey)
    metric_id = (scored.metric_id or "") if scored else ""
    return compose_thanks(setting, moment.band, capabilities, notice=notice, metric_id=metric_id)


def _compose_recorded(
    moment: Moment, question: Question, setting: Setting, capabilities: Capabilities
) -> Message:
    """Where a sent message can be changed it shows the answer; elsewhere the next one says it."""
    answer = sample_answer(question, setting.language)
    if capabilities.edits:
        return compose_recorded(setting, question, capabilities, answer, replaces="1")
    notice = setting.say("recorded", answer=answer_label(setting, question, answer))
    following = moment.following
    if following is None or following.question is None:
        return _compose_thanks(moment, setting, capabilities, notice=notice)
    return compose_question(
        setting,
        following.question,
        capabilities,
        notice=notice,
        step=following.step,
        steps=following.steps,
    )


def _asking(survey: Survey, question: Question, bands: tuple[Band, ...]) -> Iterator[Moment]:
    step, steps = _progress(survey, question)
    number = survey.questions.index(question) + 1
    title = f"Question {number}: {question.id}"
    condition = question.condition
    detail = f"asked only if {condition.source}" if condition else ""
    plain = Moment(
        id=f"q-{question.id}",
        scene=Scene.ASK,
        title=title,
        detail=detail,
        question=question,
        step=step,
        steps=steps,
    )
    if not _is_worded_by_band(question) or number == 1 or not bands:
        yield plain
        return
    scored = first_scored(survey)
    metric_id = (scored.metric_id or "") if scored else ""
    for found in bands:
        worded = replace(question, wording=comment_wording(metric_id, found))
        words = ", ".join(part for part in (detail, f"after a {found} score") if part)
        yield replace(plain, id=f"{plain.id}-{found}", detail=words, question=worded, band=found)


def _is_worded_by_band(question: Question) -> bool:
    """Whether the bank asks it in other words after a bad score (`surveys.conversation`)."""
    return question.kind is Kind.COMMENT and question.wording == COMMENT and not question.text


def _progress(survey: Survey, question: Question) -> tuple[int, int]:
    """Give the number a question has where those with a condition are left out, but for itself."""
    shown = [q for q in survey.questions if q.condition is None or q is question]
    return shown.index(question) + 1, len(shown)


def _recorded(asked: list[Moment]) -> Iterator[Moment]:
    first = asked[0]
    question = first.question
    if question is None or not (question.scale or question.choices):
        return
    high = Band.HIGH if question.metric else None
    unconditional = [
        m for m in asked[1:] if m.question and not m.question.condition and m.band in (None, high)
    ]
    yield Moment(
        id=f"recorded-{question.id}",
        scene=Scene.RECORDED,
        title="Recorded",
        detail=f"right after answering {question.id}",
        question=question,
        following=unconditional[0] if unconditional else None,
        band=high,
    )


def _thanking(bands: tuple[Band, ...]) -> Iterator[Moment]:
    for found in bands:
        yield Moment(
            id=f"thanks-{found}",
            scene=Scene.THANKS,
            title="Thanks",
            detail=f"after a {found} score",
            band=found,
        )
    if not bands:
        yield Moment(id="thanks", scene=Scene.THANKS, title="Thanks", detail="at the end")
