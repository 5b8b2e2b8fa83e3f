"""Languages: the question bank and all fixed texts, one file a language, checked strictly.

A language file is data we ship, so that anything missing, left over or misspelt in it is a fault
here and never a hole in front of a customer.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field

import surveys
from bot.config.by_language import read_languages
from bot.config.faults import quote
from bot.config.place import Place
from bot.config.shape import Words
from bot.config.units import UnfitError
from surveys.card import MARKS
from surveys.errors import TemplateError
from surveys.language import COUNTED, NAMED_CHANNELS, SLOTS, TEXT_KEYS, UNITS, Language, Languages
from surveys.metric import METRICS
from surveys.plural import plural_forms
from surveys.preset import PRESETS, VARIANTS
from surveys.reading import also_asking_in
from surveys.scale import SCALES
from surveys.survey import Survey
from surveys.template import names

SHIPPED = Path(surveys.__file__).parent / "languages"
"""The folder of the shipped languages."""

LABELLED = frozenset({"faces", "yes-no", "thumbs"})
"""The scales whose values are words or pictures; the others show their numbers."""


def _small(word: str) -> str:
    if word != word.lower() or word != word.strip():
        raise UnfitError("words to recognise are written small", hint=f"write {word.lower()}")
    return word


def _one_slot(phrase: str) -> str:
    if len(_slots(phrase)) > 1:
        raise UnfitError("a phrase has one {slot} at most", hint=phrase)
    return phrase


def _slots(phrase: str) -> tuple[str, ...]:
    try:
        return names(phrase)
    except TemplateError as error:
        raise UnfitError(error.message, hint=error.hint, column=error.column) from error


_CODE = r"^[a-z]{2,3}$"
_Word = Annotated[str, Field(min_length=1), AfterValidator(_small)]
_Vocabulary = Annotated[frozenset[_Word], Field(min_length=1)]
_Phrase = Annotated[_Word, AfterValidator(_one_slot)]
_Phrases = Annotated[frozenset[_Phrase], Field(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class LanguageShape:
    """A language file: the fields of `surveys.language.Language`."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    code: Annotated[str, Field(pattern=_CODE)]
    name: Annotated[str, Field(min_length=1)]
    questions: dict[str, Words]
    ends: dict[str, tuple[Words, Words]]
    labels: dict[str, dict[int, Words]]
    texts: dict[str, Words]
    numbers: dict[_Word, int]
    yes: _Vocabulary
    no: _Vocabulary
    skip: _Vocabulary
    stop: _Vocabulary
    start: _Vocabulary
    requests: dict[str, _Phrases]
    channels: dict[str, _Vocabulary]
    units: dict[str, _Vocabulary]
    languages: dict[str, _Vocabulary]
    cards: dict[str, _Vocabulary]
    small_talk: _Vocabulary


@lru_cache(maxsize=4)
def load_languages(folder: Path = SHIPPED) -> Languages:
    """Give the languages of a folder by code, the shipped ones where none is named.

    :raises ConfigError: with all that is wrong in all files.
    """
    missing = "there is no language file in this folder"
    shapes = read_languages(LanguageShape, folder, _check_language, missing=missing)
    given = [field.name for field in fields(Language)]
    found = [Language(**{name: getattr(shape, name) for name in given}) for shape in shapes]
    return {language.code: also_asking_in(language, found) for language in found}


def with_own_languages(
    bank: Languages, main: str, surveys_read: Iterable[Survey]
) -> Mapping[str, Language]:
    """Give the shipped languages and those surveys bring along.

    A language of one's own has its questions in the survey; buttons and other fixed texts are those
    of the ``main`` language. It may be asked for by its code.
    """
    own = sorted({code for survey in surveys_read for code in survey.languages} - set(bank))
    if not own:
        return bank
    added = {code: replace(bank[main], code=code, name=code) for code in own}
    by_code = dict.fromkeys(own, frozenset[str]())
    return {
        code: replace(language, languages={**by_code, **language.languages})
        for code, language in {**bank, **added}.items()
    }


def _check_language(shape: LanguageShape, place: Place) -> None:
    wordings = _wordings()
    subjects = {*METRICS, *wordings}
    scaled = {f"{subject}.{scale}" for subject in subjects for scale in SCALES}
    _compare(place.at("questions"), shape.questions, wordings, wordings | scaled)
    texts = _texts(shape.code)
    _compare(place.at("texts"), shape.texts, texts, texts)
    _compare(place.at("ends"), shape.ends, set(), subjects | scaled)
    _compare(place.at("labels"), shape.labels, set(LABELLED), {*SCALES, *scaled})
    for scale, labels in shape.labels.items():
        _check_labels(place.at("labels", scale), scale, labels)
    _check_words(place, shape)


def _wordings() -> set[str]:
    """Give every wording that surveys may ask for: the presets and their variants."""
    return {*PRESETS, *(f"{name}.{about}" for name in VARIANTS for about in VARIANTS[name])}


def _texts(code: str) -> set[str]:
    """Give the keys of the texts a language has, with one for each of its plural forms."""
    return {*TEXT_KEYS, *(f"{key}_{form}" for key in COUNTED for form in plural_forms(code))}


def _compare(place: Place, given: Iterable[str], needed: set[str], known: set[str]) -> None:
    for key in given:
        if key not in known:
            place.at(key).key_fault(f"unknown key {quote(key)}", known=known)
    for key in sorted(needed - set(given)):
        place.key_fault(f"{quote(key)} is missing", hint=TEXT_KEYS.get(key, ""), found=key)


def _check_labels(place: Place, scale: str, labels: Mapping[int, str]) -> None:
    known = SCALES.get(scale.rpartition(".")[2])
    if known is not None and tuple(sorted(labels)) != known.values:
        hint = f"its values: {', '.join(map(str, known.values))}"
        place.fault(f"every value of the scale {known.id} needs one label", hint=hint)


def _check_words(place: Place, shape: LanguageShape) -> None:
    """Check that all that customers may name has words, and that phrases have known slots."""
    asking = {f"language.{code}" for code in shape.languages}
    _compare(place.at("requests"), shape.requests, set(SLOTS), {*SLOTS, *asking})
    _compare(place.at("channels"), shape.channels, set(NAMED_CHANNELS), set(NAMED_CHANNELS))
    _compare(place.at("units"), shape.units, set(UNITS), set(UNITS))
    _compare(place.at("cards"), shape.cards, set(MARKS), set(MARKS))
    _compare(place.at("languages"), shape.languages, {shape.code}, {*shape.languages})
    for code in shape.languages:
        if not re.fullmatch(_CODE, code):
            place.at("languages", code).key_fault(f"{quote(code)} is no language code")
    for key, phrases in shape.requests.items():
        for phrase in sorted(phrases):
            _check_slots(place.at("requests", key), phrase, SLOTS.get(key, frozenset()))


def _check_slots(place: Place, phrase: str, known: frozenset[str]) -> None:
    for slot in names(phrase):
        if slot not in known:
            hint = (
                f"known here: {', '.join(sorted(known))}" if known else "no {names} are known here"
            )
            place.fault(f"{{{slot}}} in {quote(phrase)} is not known here", hint=hint)
