"""Answers in staff's words: names of questions, scores with their scale, moments. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.commands.phrases import fold
from bot.periods import spell_day
from bot.words import ENGLISH, Words
from surveys.card import Card
from surveys.contact import Contact
from surveys.question import Text
from surveys.response import Answer, Response
from surveys.scale import SCALES
from surveys.survey import Survey

MOST_SCORES = 8
"""Scores of one response in one line; surveys of more are cut."""

MOST_NAME = 60
"""Characters of a customer's name."""

_SHORT = {"nps": "NPS", "csat": "CSAT", "ces": "CES", "ces1": "CES 1.0", "thumbs": "Thumbs"}
_PAIRS = {"thumbs": ("down", "up"), "yes-no": ("no", "yes")}
_WORD = 40


def question_name(question: str, metric: str) -> str:
    """Give what staff call a question: ``NPS`` for a metric's own, else its id."""
    return _SHORT[metric] if question == metric and metric in _SHORT else question


def choice_name(survey: Survey | None, question: str, choice: str, words: Words = ENGLISH) -> str:
    """Give a choice's label in a language (else in English, else its first), or its id."""
    asked = survey.question(question) if survey else None
    labels = {c.id: c.label for c in asked.choices} if asked else {}
    return fold(words.title(labels.get(choice, {})), _WORD) or choice


def english(text: Text) -> str:
    """Give the English of a text, its first language where there is none, "" where it is empty."""
    return text.get("en") or next(iter(text.values()), "")


def value_name(scale_id: str, value: str) -> str:
    """Give a scale value as staff read it: ``9``, ``yes``, ``up``."""
    pair = _PAIRS.get(scale_id)
    return pair[int(value)] if pair and value in ("0", "1") else value


def spell_scores(
    response: Response, survey: Survey | None, words: Words = ENGLISH
) -> tuple[str, ...]:
    """Give what was scored and chosen, in the survey's order: ``NPS 3 of 10``, ``problem Late``.

    ``survey`` is None where it is no longer configured: then in the order answered.
    """
    order = {q.id: place for place, q in enumerate(survey.questions)} if survey else {}
    answers = sorted(response.answers, key=lambda a: order.get(a.question_id, len(order)))
    counted = (_spell(a, survey, words) for a in answers if not (a.skipped or a.draft))
    return tuple(spelled for spelled in counted if spelled)[:MOST_SCORES]


def spell_comments(response: Response, room: int) -> tuple[str, ...]:
    """Give the customer's own words, quoted, each one line; they share ``room`` characters."""
    answers = [a for a in response.answers if a.text.strip() and not (a.skipped or a.draft)][:4]
    folded = (fold(a.text, room // len(answers)) for a in answers)
    return tuple(f"“{text}”" for text in folded if text)


def spell_time(at: datetime, timezone: str) -> str:
    """Give a moment in local time: ``21 Nov 2026, 14:05``."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{spell_day(local.date())}, {local:%H:%M}"


def spell_key(who: Contact) -> str:
    """Give what the business calls a customer, as commands take it."""
    return who.keys[0].removeprefix("user:") if who.keys else f"contact {who.id}"


def card_author(card: Card, contact: Contact | None) -> str:
    """Give who wrote a card, as staff see them: a name, else how they came."""
    if contact and (contact.keys or contact.attributes):
        return fold(contact.name, MOST_NAME)
    return "a visitor" if card.contact_id == 0 else "somebody new"


def card_mark(praise: bool | None) -> str:
    """Give what a card is said to be: ``praise``, ``complaint`` or nothing."""
    return {None: "", True: "praise", False: "complaint"}[praise]


def _spell(answer: Answer, survey: Survey | None, words: Words) -> str:
    name = question_name(answer.question_id, answer.metric_id)
    if answer.value is None:
        labels = (choice_name(survey, answer.question_id, c, words) for c in answer.choices)
        chosen = ", ".join(labels)
        return f"{name} {chosen}" if chosen else ""
    scale, value = SCALES.get(answer.scale_id), words.number(answer.value)
    if scale is None or answer.scale_id in _PAIRS:
        return f"{name} {words.scale_value(answer.scale_id, value)}"
    return words.say("value_of", name=name, value=value, top=scale.high)
