"""Second thoughts: words that change the score given last instead of answering what is open. Pure.

Where a button is gone once it was pressed, or there never was one, people say it: "no, 9". A bare
number does as well, where no number answers the open question.
"""

import re
from datetime import datetime

from surveys.folding import own_words
from surveys.language import Language
from surveys.question import Kind, Question
from surveys.reading import Reading, read_answer
from surveys.response import Answer, Response
from surveys.survey import Survey

_CORRECTION = re.compile(r"\s*(\w+)(?:\s*[,.;:!\u2013\u2014-]+\s*|\s+)(\S.*)", re.DOTALL)
_BARE = re.compile(r"\s*[0-9]{1,2}\s*[.!]*\s*")


def second_thought(
    survey: Survey,
    response: Response | None,
    asked: Question | None,
    text: str,
    bank: Language,
    now: datetime,
) -> tuple[Question, Reading] | None:
    """Give the question answered before that words are about, and what they say; None where they
    belong to the open question ``asked``, or nothing may be changed any more.
    """
    last = _last_score(response)
    question = survey.question(last.question_id) if last else None
    if last is None or question is None or now - last.at > survey.change_within:
        return None
    rest = _corrected(text, bank)
    if not rest and not (_BARE.fullmatch(text) and _takes_no_number(asked)):
        return None
    if rest and asked is not None and asked.kind is not Kind.COMMENT:
        open_ = read_answer(asked, text, bank)
        if open_ is not None:  # "no" answers it
            return None
    reading = read_answer(question, rest or text, bank)
    if reading is None or reading.value is None or reading.comment or reading.value == last.value:
        return None
    return question, reading


def _last_score(response: Response | None) -> Answer | None:
    scores = [a for a in (response.answers if response else ()) if a.value is not None]
    final = [a for a in scores if not a.draft and a.scale_id]
    return max(reversed(final), key=lambda answer: answer.at, default=None)


def _corrected(text: str, bank: Language) -> str:
    """Give what follows a "no", "" where the words do not begin with one."""
    found = _CORRECTION.fullmatch(text)
    if found is None:
        return ""
    return found[2] if own_words(found[1]) in {own_words(word) for word in bank.no} else ""


def _takes_no_number(asked: Question | None) -> bool:
    return asked is None or asked.kind is Kind.COMMENT
