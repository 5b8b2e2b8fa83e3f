"""Reading: from a button's value, or a person's own words, to an answer.

An answer must stand at the start of the words and be set off from what follows: "nine, great
service" is a 9 with a comment, "I called 3 times" is no answer. Where two answers may be meant
("7 or 8"), none is read: asking again costs less than a wrong figure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from surveys.folding import fold, fold_word, own_words, tidy, words_only
from surveys.language import Language
from surveys.picture import read_picture
from surveys.question import Kind, Question
from surveys.wording import value_names

SKIP = "-"
"""The value of a button that skips the question."""

_HEAD = 200  # characters looked at for an answer; what follows can only be a comment
_MARKS = ".,;:!…،、，。！；：\u2013\u2014-"
_BREAK = re.compile(rf"\s*(?:[{re.escape(_MARKS)}]+\s*|\n\s*)")
_OUT_OF = re.compile(r"\s*/\s*| out of | of | von | aus | od | no | kautta ")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,2}")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:[.,][0-9]{1,9})?")
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}(?: [0-9]{3}){1,4}")
_UNCLEAR = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")  # 1.500: a thousand and a half, or 1½
_LIST = re.compile(r"\s*[,;+&\n]\s*|\s+(?:and|und|ja|un|i)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reply says: one of ``value``, ``choices`` (ids, in the question's order), ``text``
    and ``skipped``. ``comment`` is what the person wrote behind the answer.
    """

    value: float | None = None
    choices: tuple[str, ...] = ()
    text: str = ""
    skipped: bool = False
    comment: str = ""


def read_value(question: Question, value: str) -> Reading | None:
    """Give what a button's value means: a scale value, a choice id, a number, or `SKIP` where the
    question may be skipped. None for anything else.
    """
    if value == SKIP:
        return None if question.required else Reading(skipped=True)
    if question.scale is not None:
        known = {str(number): number for number in question.scale.values}
        return Reading(value=float(known[value])) if value in known else None
    if question.kind is Kind.NUMBER:
        return _read_decimal(question, value)
    return Reading(choices=(value,)) if value in {c.id for c in question.choices} else None


def read_answer(question: Question, text: str, language: Language) -> Reading | None:
    """Give what a person's words answer, in the words of ``language``, or None.

    Which other words a language understands (English, everywhere) is settled when it is loaded:
    `also_understanding`.
    """
    said = tidy(text)
    if not said:
        return None
    if not question.required and _is_one_of(said, language.skip):
        return Reading(skipped=True)
    if question.kind in (Kind.TEXT, Kind.COMMENT):
        return Reading(text=said)
    if question.kind is Kind.CHOICES:
        return _read_list(question, said, language)
    return next(_readings(question, said, language), None)


def is_stop(text: str, language: Language) -> bool:
    """Whether the whole message asks us to stop, such as "STOP!"."""
    return _is_one_of(tidy(text), language.stop)


def is_start(text: str, language: Language) -> bool:
    """Whether the whole message asks us to begin again."""
    return _is_one_of(tidy(text), language.start)


def also_understanding(language: Language, other: Language) -> Language:
    """Give the language with the other's words understood too; its own win where both have one."""
    return replace(
        language,
        numbers={**other.numbers, **language.numbers},
        yes=language.yes | (other.yes - language.no),
        no=language.no | (other.no - language.yes),
        skip=language.skip | other.skip,
        stop=language.stop | other.stop,
        start=language.start | other.start,
        requests=_either(language.requests, other.requests),
        channels=_either(language.channels, other.channels),
        units=_either(language.units, other.units),
        languages=_either(language.languages, other.languages),
        cards=_either(language.cards, other.cards),
        small_talk=language.small_talk | other.small_talk,
    )


def also_asking_in(language: Language, others: Iterable[Language]) -> Language:
    """Give the language with what asks for a language in each of the others understood too: a
    person who wants another language asks in that one.
    """
    for other in others:
        asking = {k: v for k, v in other.requests.items() if k.partition(".")[0] == "language"}
        language = replace(
            language,
            requests=_either(language.requests, asking),
            languages=_either(language.languages, other.languages),
        )
    return language


def _either(
    own: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]
) -> Mapping[str, frozenset[str]]:
    """Give both vocabularies in one, where no word of our own gets a second meaning."""
    taken = frozenset().union(*own.values())
    keys = dict.fromkeys((*own, *other))
    return {k: own.get(k, frozenset()) | (other.get(k, frozenset()) - taken) for k in keys}


# Where the answer ends and the comment begins


def _readings(question: Question, said: str, language: Language) -> Iterator[Reading]:
    for head, mark, rest in _splits(said):
        found = _read_one(question, head, language)
        if found is None or (
            rest and not _may_follow(question, found, (head, mark, rest), language)
        ):
            continue
        yield replace(found, comment=rest)


def _splits(said: str) -> Iterator[tuple[str, str, str]]:
    """Give the ways to part words into an answer, the mark behind it, and a comment."""
    yield said, "", ""
    picture = re.match(r"[^\w\s](?:[^\w]*[^\w\s])?(?=\s*\w)", said[:_HEAD])
    if picture:
        yield picture[0], " ", said[picture.end() :].strip()
    behind = re.search(r"(?<=\w)[.!,…]?\s*([^\w\s.!,…][^\w]*)$", said[:_HEAD])
    if behind and len(said) <= _HEAD and _has_picture(behind[1]):
        yield said[: behind.start(1)], " ", behind[1].strip()
    rated = re.match(r"(\d+\s*/\s*\d+)\s+(?=[^\W\d])", said)
    if rated:
        yield rated[1], " ", said[rated.end() :]
    for found in _BREAK.finditer(said[:_HEAD]):
        rest = said[found.end() :].strip()
        if found.start() and rest:
            yield said[: found.start()], found[0], rest


def _has_picture(text: str) -> bool:
    return read_picture("faces", text) is not None or any(ord(c) >= 0x2190 for c in text)


def _may_follow(
    question: Question, found: Reading, parts: tuple[str, str, str], language: Language
) -> bool:
    """Whether the rest is a comment on the answer, rather than part of a number, a date or a
    second answer.
    """
    head, mark, rest = parts
    if fold(head)[-1:].isnumeric():
        if any(c.isnumeric() for c in fold(rest[:20])[:2]):
            return False  # 4.5, 7-8, 12:30, 9.10.2026
        if mark.rstrip(" ") == "." and not _begins_sentence(rest):
            return False  # "3. kerta", "9. November": an ordinal
    if not any(c.isalnum() for c in rest):
        return _has_picture(rest)
    return not _ends_in_answer(question, found, rest, language)


def _begins_sentence(rest: str) -> bool:
    return rest[0].isupper() and " " in rest and not any(c.isnumeric() for c in rest)


def _ends_in_answer(question: Question, found: Reading, rest: str, language: Language) -> bool:
    """Whether a short rest ends in another answer: "seven, or maybe 8"."""
    words = rest.split()
    if len(words) > 4:
        return False
    if any(c.isnumeric() for c in words[-1]):
        return True
    others = (_read_one(question, part, language) for part in (rest, words[-1]))
    return any(other is not None and other != found for other in others)


# One answer


def _read_one(question: Question, words: str, language: Language) -> Reading | None:
    if len(words) > _HEAD:
        return None
    if question.scale is not None:
        value = _read_rating(question, words, language)
        return None if value is None else Reading(value=float(value))
    if question.kind is Kind.NUMBER:
        return _read_decimal(question, words, language)
    choice = _read_choice(question, words, language)
    return None if choice is None else Reading(choices=(choice,))


def _read_rating(question: Question, words: str, language: Language) -> int | None:
    scale = question.scale
    if scale is None:
        return None
    value = read_picture(scale.id, words)
    if value is None:
        value = _read_whole(_plain(words), scale.high, language)
    if value is None and scale.values == (0, 1):
        yes, no = _is_one_of(words, language.yes), _is_one_of(words, language.no)
        value = None if yes is no else int(yes)
    if value is None:
        value = _read_label(question, words, language)
    return value if value in scale else None


def _read_whole(plain: str, high: int, language: Language) -> int | None:
    """Read "9", "nine", "9/10" and "nine out of ten", where the second part must be ``high``."""
    parts = [_read_spelled(part, language) for part in _OUT_OF.split(plain, maxsplit=2)]
    if len(parts) > 2 or (len(parts) == 2 and parts[1] != high):
        return None
    return parts[0]


def _read_spelled(plain: str, language: Language) -> int | None:
    if _WHOLE.fullmatch(plain):
        return int(plain)
    return next((n for word, n in language.numbers.items() if fold_word(word) == plain), None)


def _read_label(question: Question, words: str, language: Language) -> int | None:
    """Read a value's own words: "very satisfied", "not at all likely"."""
    plain = words_only(words)
    found = {v for v, name in value_names(language, question) if own_words(name) == plain}
    return found.pop() if plain and len(found) == 1 else None


def _read_decimal(
    question: Question, words: str, language: Language | None = None
) -> Reading | None:
    plain = _plain(words)
    if _UNCLEAR.fullmatch(plain):
        return None
    if _THOUSANDS.fullmatch(plain):
        number: float | None = float(plain.replace(" ", ""))
    elif _DECIMAL.fullmatch(plain):
        number = float(plain.replace(",", ".")) + 0.0  # no minus zero
    else:
        number = _read_spelled(plain, language) if language else None
    if number is None or not _is_between(number, question.minimum, question.maximum):
        return None
    return Reading(value=float(number))


def _is_between(number: float, low: float | None, high: float | None) -> bool:
    return (low is None or low <= number) and (high is None or number <= high)


# Choices


def _read_list(question: Question, said: str, language: Language) -> Reading | None:
    """Read "1, 3", "late and broken", or one choice; further lines may be a comment."""
    first, _, rest = said.partition("\n")
    for words, comment in ((said, ""), (first, rest.strip())):
        chosen = _read_choices(question, words, language) if len(words) <= 2 * _HEAD else None
        if chosen:
            ordered = tuple(c.id for c in question.choices if c.id in chosen)
            return Reading(choices=ordered, comment=comment)
    return None


def _read_choices(question: Question, words: str, language: Language) -> set[str] | None:
    whole = _read_choice(question, words, language)
    if whole is not None:
        return {whole}
    apart = words.split() if re.fullmatch(r"[\d\s]+", words) else _LIST.split(words)
    found = [_read_choice(question, part, language) for part in apart if part.strip()]
    chosen = {choice for choice in found if choice is not None}
    return chosen if found and None not in found else None


def _read_choice(question: Question, words: str, language: Language) -> str | None:
    """Read a choice by its label, its number as listed, or the beginning of one label only."""
    plain, bare = fold(words), words_only(words)
    labels = [(choice.id, label) for choice in question.choices for label in choice.label.values()]
    number = _read_spelled(_plain(words), language)
    listed = (
        question.choices[number - 1 : number]
        if number is not None and 0 < number <= len(question.choices)
        else ()
    )
    for found in (
        {i for i, label in labels if fold_word(label) == plain},
        {i for i, label in labels if bare and own_words(label) == bare},
        {choice.id for choice in listed},
        {i for i, label in labels if len(bare) > 1 and own_words(label).startswith(bare)},
    ):
        if found:
            return found.pop() if len(found) == 1 else None
    return None


# Words


def _plain(words: str) -> str:
    return fold(words).lstrip("([").rstrip(" .!…。！,)]")


def _is_one_of(said: str, words: frozenset[str]) -> bool:
    if len(said) > _HEAD:
        return False
    plain, bare = fold(said), words_only(said)
    return any(plain == fold_word(w) or (bare and bare == own_words(w)) for w in words)
