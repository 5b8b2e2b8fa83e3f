"""Conversations: from one reply to the next thing to say. State in, state out."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from surveys.alert import answer_facts
from surveys.bands import response_band, worded
from surveys.compose import DONE, WORDS
from surveys.contact import Contact
from surveys.invitation import Invitation, InvitationState
from surveys.language import Language
from surveys.metric import Band
from surveys.question import Kind, Question
from surveys.reading import SKIP, Reading, read_answer, read_value
from surveys.response import Answer, Response
from surveys.second_thought import second_thought
from surveys.survey import Survey

LONGEST_COMMENT = 4000

GRACE = timedelta(hours=1)
"""How long after expiry somebody in the middle of answering may go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Everything known about one invitation when a reply comes in.

    ``asked_external_id`` is the provider's id of the message that carries the open question.
    """

    invitation: Invitation
    contact: Contact
    response: Response | None = None
    asked_external_id: str = ""

    def closes_at(self, *, answering: bool) -> datetime:
        """Give until when answers are taken; who is in the middle of it may go on a little."""
        return self.invitation.expires_at + (GRACE if answering else timedelta(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One reply, addressed: which question its button belongs to ("" for plain words), the
    buttons' values, and the words.
    """

    question_id: str = ""
    values: tuple[str, ...] = ()
    text: str = ""


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

    ``response`` is the response after the turn (None where none was begun). ``recorded`` are the
    answers this turn wrote: none, one, or two where "9, great service" answers a score and the
    comment. ``asked`` is the question the reply was about. ``next`` is the question to ask now,
    None when there is none; ``finished`` is true on the turn that completes the survey. ``band``
    is the band of the first scored answer so far. ``card`` is text to keep as a comment card.
    """

    kind: TurnKind
    response: Response | None
    recorded: tuple[Answer, ...] = ()
    asked: Question | None = None
    next: Question | None = None
    finished: bool = False
    band: Band | None = None
    card: str = ""

    @property
    def is_beside(self) -> bool:
        """Whether the whole reply was words beside the survey: nothing was answered by it."""
        return bool(self.card) and self.kind in (TurnKind.OFF_SCRIPT, TurnKind.CLOSED)


def next_question(survey: Survey, response: Response | None) -> Question | None:
    """Give the first question that applies and has no final answer, worded for the band so far."""
    facts = answer_facts(response) if response else {}
    for question in survey.questions:
        given = response.answer(question.id) if response else None
        if given is not None and not given.draft:
            continue
        if question.condition is None or question.condition.holds(facts):
            return worded(survey, question, response)
    return None


def progress(survey: Survey, response: Response | None) -> tuple[int, int]:
    """Give the number of the open question and how many there are, as far as is known now."""
    facts = answer_facts(response) if response else {}
    done = sum(not a.draft for a in response.answers) if response else 0
    open_ = sum(
        1
        for q in survey.questions
        if not (response and (a := response.answer(q.id)) and not a.draft)
        and (q.condition is None or q.condition.holds(facts))
    )
    return min(done + 1, done + open_), done + open_


def advance(
    survey: Survey,
    conversation: Conversation,
    said: Said,
    bank: Language,
    *,
    channel: str,
    now: datetime,
) -> Turn:
    """Give what one reply amounts to and what to say next.

    Buttons name their question; words belong to the open one. Repeats and stale buttons change
    nothing; a new value inside ``survey.change_within`` is a change of mind, and so is "no, 9";
    words that are no answer are kept as a comment card.
    """
    response = conversation.response
    asked = survey.question(said.question_id) or (
        None if said.question_id else next_question(survey, response)
    )
    if is_over(conversation, now):
        return Turn(kind=TurnKind.CLOSED, response=response, asked=asked, card=said.text)
    asked = worded(survey, asked, response) if asked else None
    plain = "" if said.question_id or said.values else said.text
    if thought := second_thought(survey, response, asked, plain, bank, now):
        changed, reading = thought
        answer = _answer(changed, reading, conversation, channel, now)
        return _record(survey, conversation, changed, answer, "")
    read = _read(asked, said, bank, response) if asked else None
    if asked is None or read is None:
        kind = TurnKind.OFF_SCRIPT if said.text else TurnKind.NOT_UNDERSTOOD
        return _settled(survey, kind, response, asked, card=said.text)
    reading, draft = read
    answer = replace(_answer(asked, reading, conversation, channel, now), draft=draft)
    return _record(survey, conversation, asked, answer, reading.comment)


def _record(
    survey: Survey, conversation: Conversation, asked: Question, answer: Answer, words: str
) -> Turn:
    before = conversation.response
    old = before.answer(asked.id) if before else None
    final = old is not None and not old.draft
    if old and final and answer.same_as(old):
        return _settled(survey, TurnKind.REPEATED, before, asked)
    if old and final and answer.at - old.at > survey.change_within:
        return _settled(survey, TurnKind.TOO_LATE, before, asked)
    if old:
        answer = replace(answer, revision=old.revision + 1)
    after = before or begin(survey, conversation, answer.channel, answer.at)
    after = after.with_answer(answer)
    after, recorded, card = _keep_comment(survey, after, answer, words)
    kind = _kind(answer, changed=final)
    return _settled(survey, kind, after, asked, recorded=recorded, card=card, now=answer.at)


def _settled(
    survey: Survey,
    kind: TurnKind,
    response: Response | None,
    asked: Question | None,
    *,
    recorded: tuple[Answer, ...] = (),
    card: str = "",
    now: datetime | None = None,
) -> Turn:
    following = next_question(survey, response)
    finished = bool(recorded) and following is None and not (response and response.completed_at)
    if finished and response:
        response = replace(response, completed_at=now)
    return Turn(
        kind=kind,
        response=response,
        recorded=recorded,
        asked=asked,
        next=following,
        finished=finished,
        band=response_band(survey, response),
        card=card,
    )


def _read(
    asked: Question, said: Said, bank: Language, response: Response | None
) -> tuple[Reading, bool] | None:
    """Give what was meant, and whether it is a draft (choices still being ticked)."""
    if asked.kind is Kind.CHOICES and said.values:
        return _read_ticks(asked, said.values, response)
    for value in said.values:
        if value != WORDS:
            reading = read_value(asked, value)
            words = said.text.strip()[:LONGEST_COMMENT]
            return (replace(reading, comment=words), False) if reading else None
    reading = read_answer(asked, said.text, bank) if said.text.strip() else None
    return (reading, False) if reading else None


def _read_ticks(
    asked: Question, values: tuple[str, ...], response: Response | None
) -> tuple[Reading, bool] | None:
    if values == (SKIP,):
        return Reading(skipped=True), False
    old = response.answer(asked.id) if response else None
    ticked = set(old.choices) if old else set()
    named = {v for v in values if v != DONE}
    if not named <= {c.id for c in asked.choices}:
        return None
    ticked = ticked ^ named if DONE not in values else named or ticked
    ordered = tuple(c.id for c in asked.choices if c.id in ticked)
    sent_before = old is not None and not old.draft
    if DONE not in values and not (sent_before and ordered):
        return Reading(choices=ordered), True
    if not ordered:
        return None if asked.required else (Reading(skipped=True), False)
    # Once sent, each tick is a change of mind of its own: nobody presses "done" a second time.
    return Reading(choices=ordered), False


def _answer(
    asked: Question, reading: Reading, conversation: Conversation, channel: str, now: datetime
) -> Answer:
    metric = asked.metric
    return Answer(
        question_id=asked.id,
        wording=asked.wording,
        language=conversation.invitation.language,
        channel=channel,
        at=now,
        value=reading.value,
        choices=reading.choices,
        text=reading.text,
        skipped=reading.skipped,
        metric_id=asked.metric_id or "",
        metric_version=metric.version if metric else "",
        scale_id=asked.scale_id or "",
        satisfied=asked.threshold,
    )


def begin(survey: Survey, conversation: Conversation, channel: str, now: datetime) -> Response:
    """Give the response that a first answer begins, without that answer."""
    invitation = conversation.invitation
    return Response(
        invitation_id=invitation.id,
        contact_id=invitation.contact_id,
        survey=invitation.survey,
        survey_version=invitation.survey_version,
        started_at=now,
        language=invitation.language,
        channel=channel,
        trigger=invitation.trigger,
        weight=invitation.weight,
        interaction=invitation.interaction,
        anonymous=survey.anonymous,
    )


def _keep_comment(
    survey: Survey, response: Response, answer: Answer, words: str
) -> tuple[Response, tuple[Answer, ...], str]:
    """Give the words behind a score to the survey's open comment question, else to a card."""
    if not words:
        return response, (answer,), ""
    comment = next((q for q in survey.questions if q.kind is Kind.COMMENT), None)
    if comment is None or response.answer(comment.id):
        return response, (answer,), words
    shown = worded(survey, comment, response)
    plain = replace(answer, value=None, choices=(), metric_id="", metric_version="", scale_id="")
    said = replace(
        plain,
        question_id=comment.id,
        wording=shown.wording,
        text=words,
        satisfied=None,
        revision=1,
    )
    return response.with_answer(said), (answer, said), ""


def _kind(answer: Answer, *, changed: bool) -> TurnKind:
    if answer.draft:
        return TurnKind.TICKED
    if changed:
        return TurnKind.CHANGED
    return TurnKind.SKIPPED if answer.skipped else TurnKind.RECORDED


def changeable(
    survey: Survey, conversation: Conversation, question_id: str, now: datetime
) -> tuple[Question, Answer] | None:
    """Give an answered question with its answer, or None where that may not be changed (any more).

    It is worded as it was when it was answered.
    """
    response, question = conversation.response, survey.question(question_id)
    answer = response.answer(question_id) if response else None
    if question is None or answer is None or answer.draft or is_over(conversation, now):
        return None
    if now - answer.at > survey.change_within:
        return None
    return replace(question, wording=answer.wording), answer


def is_over(conversation: Conversation, now: datetime) -> bool:
    """Whether the survey takes no answers any more."""
    invitation = conversation.invitation
    if invitation.state in (InvitationState.CANCELLED, InvitationState.SKIPPED):
        return True
    response = conversation.response
    if response is not None and response.parted:
        return True
    return now > conversation.closes_at(answering=response is not None)
