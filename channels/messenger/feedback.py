"""Messenger's customer feedback template: a scored question on a sheet of its own. Pure.

It is the only message a page may send from 24 hours to 7 days after the person last wrote. Shape
and limits: https://developers.facebook.com/docs/messenger-platform/send-messages/templates/
customer-feedback-template (of 2026-03-23): one question, scored 0-10, 1-5 or 1-7, and no other
button. Whatever does not fit is not cut: then the question is no template.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.chat import name_ends
from surveys.language import Languages
from surveys.message import Button, Message
from surveys.template import fill

EXPIRES_IN_DAYS = 7
"""How long the sheet can be opened, the most there is; when a survey closes, the core knows."""

_ID_LENGTH = 80
_ESCAPES = {"_": "__", "-": "_h", ".": "_d"}
_PLAIN = {escape: sign for sign, escape in _ESCAPES.items()}
_PART = re.compile(r"_[_hd]|[A-Za-z0-9]", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What every template of a page shows: who asks, where the privacy notice is, our own words."""

    company: str = ""
    privacy_url: str = ""
    languages: Languages


@dataclass(frozen=True, slots=True)
class _Score:
    """How Messenger names a scale: its type, its look, and which two words stand at its ends."""

    type: str
    option: str
    label: str
    values: tuple[int, ...]


_NPS = _Score("nps", "zero_to_ten", "unlike_like", tuple(range(11)))
_CSAT = _Score("csat", "one_to_five", "dis_sat", tuple(range(1, 6)))
_EASE = _Score("ces", "one_to_seven", "hard_easy", tuple(range(1, 8)))
_AGREEMENT = _Score("ces", "one_to_seven", "none", tuple(range(1, 8)))

_SCORES: Mapping[str, _Score] = {
    "nps": _NPS,
    "csat": _CSAT,
    "driver": _CSAT,
    "ces": _AGREEMENT,  # no label of Messenger's says agree and disagree; the subtitle does
    "ces.phone": _EASE,
    "ces.question": _EASE,
}
"""Key of a language's ``ends`` -> the scale whose labels say the same. Scales whose ends mean
something else (effort, trust) are not here: a wrong label turns their answers round."""


def to_template(message: Message, house: House) -> Mapping[str, Any] | None:
    """Give the ``payload`` of the template that asks a question, None where it cannot be one.

    It can where this is the first question of a survey, there is a privacy notice, its buttons
    are a scale that Messenger knows and nothing else, and its words keep to the limits.
    """
    first = message.step == 1 and message.question_id and not message.notice
    score, question_id = _score(message, house), write_id(message.buttons)
    if not (first and score and question_id and house.privacy_url):
        return None
    bank = house.languages.get(message.language) or house.languages["en"]
    title = fill(bank.texts["subject"], {"company": house.company})
    subtitle, button = name_ends(message), bank.texts["answer_here"]
    limits = ((title, 1, 65), (subtitle, 1, 80), (button, 1, 20), (message.text, 5, 85))
    if not all(_fits(*limit) for limit in limits):
        return None
    question = {
        "id": question_id,
        "type": score.type,
        "title": message.text,
        "score_label": score.label,
        "score_option": score.option,
    }
    return {
        "template_type": "customer_feedback",
        "title": title,
        "subtitle": subtitle,
        "button_title": button,
        "feedback_screens": [{"questions": [question]}],
        "business_privacy": {"url": house.privacy_url},
        "expires_in_days": EXPIRES_IN_DAYS,
    }


def write_id(buttons: Sequence[Button]) -> str:
    """Give a scale as the template's question id, which its answer brings back; "" where it cannot
    be one.

    The id is what all payloads have in common before their value. It may hold letters, digits and
    underscores, 80 at most: every other sign of ours is escaped by one.
    """
    heads = {_head(button) for button in buttons}
    head = heads.pop() if len(heads) == 1 else ""
    written = "".join(_ESCAPES.get(sign, sign) for sign in head)
    return written if len(written) <= _ID_LENGTH and _is_id(written) else ""


def read_id(question_id: str) -> str:
    """Give what `write_id` wrote, "" for an id that is none of ours."""
    if not _is_id(question_id):
        return ""
    return "".join(_PLAIN.get(part, part) for part in _PART.findall(question_id))


def _is_id(text: str) -> bool:
    return "".join(_PART.findall(text)) == text


def _head(button: Button) -> str:
    """Give a payload without its value, "" where it does not end in one."""
    end = "" if button.value is None else f".{button.value}"
    return button.payload.removesuffix(end) if end and button.payload.endswith(end) else ""


def _score(message: Message, house: House) -> _Score | None:
    """Find the scale by what its ends mean in the message's language."""
    bank = house.languages.get(message.language) or house.languages["en"]
    values = tuple(button.value for button in message.buttons)
    known = (_SCORES.get(key) for key, ends in bank.ends.items() if ends == message.ends)
    return next((score for score in known if score and score.values == values), None)


def _fits(text: str, least: int, most: int) -> bool:
    """Whether a text keeps to a limit in characters and names no web address."""
    return least <= len(text) <= most and "://" not in text and "www." not in text.casefold()
