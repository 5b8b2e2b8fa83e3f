"""Surveys: from a block of the file to a core Survey with its languages and version."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.config.anonymity import check_questions
from bot.config.consent import check_purpose
from bot.config.content import content_hash
from bot.config.faults import quote
from bot.config.place import Place
from bot.config.questions import Tongue, read_question, read_texts, written_names
from bot.config.reading import read_block
from bot.config.shape import SurveyShape
from bot.config.units import UnfitError, read_score
from surveys.anonymity import MARK
from surveys.language import Languages
from surveys.metric import Band, Scoring
from surveys.preset import PANEL
from surveys.question import Question, Text
from surveys.survey import Survey
from surveys.thanks import LINKS

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
"""What surveys and triggers may be called; people type these names into a chat."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_DEFAULT_WINDOW = timedelta(minutes=15)


def read_survey(
    place: Place, main: str, bank: Languages, links: Mapping[str, str]
) -> Survey | None:
    """Give the survey, or None where it has faults.

    ``main`` is the language of texts that name none; ``bank`` are the shipped languages; ``links``
    are the service's, where the survey has none of its own.
    """
    shape = read_block(SurveyShape, place)
    if shape is None:
        _read_questions_only(place, main, bank)
        return None
    before = len(place.findings.faults)
    check_purpose(place.at("purpose"), shape.purpose)
    name = str(place.route[-1])
    tongue = Tongue(main=main, known=frozenset({*bank, *shape.languages}))
    questions = _read_questions(place.at("questions"), name, tongue)
    survey = Survey(
        id=name,
        questions=questions,
        languages=shape.languages,
        version="",
        title=read_texts(place.at("title"), shape.title, tongue),
        thanks=_read_thanks(place.at("thanks"), shape.thanks, tongue),
        links={**links, **{name: url for name in LINKS if (url := getattr(shape, name))}},
        change_within=_DEFAULT_WINDOW if shape.change_within is None else shape.change_within,
        topic=shape.topic,
        purpose=shape.purpose,
        anonymous=shape.anonymous,
        priority=shape.priority,
    )
    check_questions(place, survey)
    if len(place.findings.faults) > before:
        return None
    languages = _languages(place, survey, main, bank)
    goal = _read_goal(place.at("goal"), shape.goal, questions)
    if len(place.findings.faults) > before:
        return None
    survey = replace(survey, languages=languages, goal=goal)
    # Where thanks lead is not what is asked: the same survey with a new link is the same survey.
    version = content_hash(replace(survey, links={}))
    return replace(survey, version=version + MARK if survey.anonymous else version)


def _read_questions_only(place: Place, main: str, bank: Languages) -> None:
    """Report the questions' faults of a survey whose other keys are wrong, all at once."""
    if isinstance(place.value, Mapping) and isinstance(place.value.get("questions"), list):
        tongue = Tongue(main=main, known=frozenset(bank) | _listed(place.value.get("languages")))
        _read_questions(place.at("questions"), str(place.route[-1]), tongue)


def _listed(value: object) -> frozenset[str]:
    return (
        frozenset(v for v in value if isinstance(v, str))
        if isinstance(value, list)
        else frozenset()
    )


def _read_questions(place: Place, survey: str, tongue: Tongue) -> tuple[Question, ...]:
    questions: list[Question] = []
    earlier: list[str] = []
    ids: dict[str, Place] = {}
    for number, value in enumerate(place.value):
        at = place.at(number)
        question = read_question(at, survey, tongue, earlier)
        earlier += written_names(value)
        if question is None:
            continue
        if question.id in ids:
            _report_repeat(at, question.id, ids[question.id])
        ids.setdefault(question.id, at)
        questions.append(question)
    return tuple(sorted(questions, key=lambda question: question.metric_id == PANEL))


def _report_repeat(place: Place, question_id: str, first: Place) -> None:
    place.fault(
        f"the question {quote(question_id)} is asked already on line {first.spot.line}",
        hint=f"give one of them another id: {{ {question_id}: {{ id: {question_id[:14]}_2 }} }}",
    )


def _read_thanks(
    place: Place, thanks: Mapping[str, Mapping[str, str]], tongue: Tongue
) -> Mapping[Band, Text]:
    bands = [band.value for band in Band]
    for key in thanks:
        if key not in bands:
            hint = "thanks are for low, middle and high scores"
            place.at(key).key_fault(f"unknown score {quote(key)}", known=bands, hint=hint)
    return {
        Band(key): read_texts(place.at(key), text, tongue)
        for key, text in thanks.items()
        if key in bands
    }


def _read_goal(
    place: Place, goal: Mapping[str, Any], questions: Sequence[Question]
) -> Mapping[str, float]:
    scored = {name: q for q in questions if q.metric for name in (q.id, q.metric_id or q.id)}
    scored |= {q.id: q for q in questions if q.metric}
    read: dict[str, float] = {}
    for key, value in goal.items():
        question = scored.get(key)
        if question is None:
            hint = "" if scored else "no question of this survey has a score"
            message = f"unknown question {quote(key)} in goal"
            place.at(key).key_fault(message, known=scored, hint=hint)
        elif question.id in read:
            place.at(key).key_fault(f"{question.id} has a goal already", hint="remove one")
        else:
            read[question.id] = _read_target(place.at(key), value, question)
    return read


def _read_target(place: Place, value: object, question: Question) -> float:
    metric, scale = question.metric, question.scale
    low, high, unit = 0.0, 100.0, "percent"
    if metric is not None and metric.scoring is Scoring.NET:
        low, high, unit = -100.0, 100.0, "points"
    elif metric is not None and scale is not None and metric.scoring is Scoring.MEAN:
        low, high, unit = scale.low, scale.high, "points of the scale"
    try:
        return read_score(value, low, high, unit)
    except UnfitError as error:
        place.fault(error.message, hint=error.hint)
        return 0.0


def _languages(place: Place, survey: Survey, main: str, bank: Languages) -> tuple[str, ...]:
    if survey.languages:
        for number, code in enumerate(survey.languages):
            _check_language(place.at("languages", number), code, survey, bank)
        return tuple(dict.fromkeys(survey.languages))
    shipped = sorted(bank, key=lambda code: (code != main, code))
    covered = tuple(code for code in shipped if not _lacking(survey, code, bank))
    if not covered:
        _report_lacking(place.at("questions"), _lacking(survey, main, bank)[0], main)
    return covered


def _check_language(place: Place, code: str, survey: Survey, bank: Languages) -> None:
    lacking = _lacking(survey, code, bank)
    if code in bank:
        for question in lacking:
            _report_lacking(place, question, code)
    elif not _LANGUAGE.fullmatch(code):
        place.unknown("language", bank)
    elif lacking:
        hint = (
            f"shipped: {', '.join(sorted(bank))}; for any other, every question needs its own "
            f"text in it, and {lacking[0].id} has none"
        )
        place.unknown("language", bank, hint=hint)


def _report_lacking(place: Place, question: Question, code: str) -> None:
    place.fault(
        f"the question {quote(question.id)} has no words in {quote(code)}",
        hint=f"add them under its text (and choices): {{ {code}: … }}",
    )


def _lacking(survey: Survey, code: str, bank: Languages) -> list[Question]:
    """Give the questions that have no words in a language."""
    shipped = bank[code].questions if code in bank else {}
    return [
        question
        for question in survey.questions
        if (code not in question.text and question.wording not in shipped)
        or any(code not in choice.label for choice in question.choices)
    ]
