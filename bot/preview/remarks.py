"""Remarks: what a marketer should know about a survey before anybody gets it. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from surveys.compose import Setting
from surveys.language import Languages
from surveys.message import Capabilities, Message
from surveys.question import Text
from surveys.survey import Survey
from surveys.template import names

ROOMY = 1_000_000
"""A limit that no text comes near: what a message would say if the channel had none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One text of a survey in several languages, and what it is ("the question nps")."""

    what: str
    text: Text


def without_limits(capabilities: Capabilities) -> Capabilities:
    """Give the same channel with room for any text and any number of buttons."""
    return replace(capabilities, max_text=ROOMY, button_text=ROOMY, max_buttons=ROOMY)


def compare(message: Message, whole: Message, capabilities: Capabilities) -> Iterator[str]:
    """Say what was lost in fitting: ``whole`` is the same message composed `without_limits`."""
    spelled_out = bool(whole.buttons) and not message.buttons
    if spelled_out and capabilities.max_buttons:
        yield (
            f"{len(whole.buttons)} buttons are too many (at most {capabilities.max_buttons}), so "
            "the answers are asked for in words"
        )
    if _is_cut(message.text) and len(message.text) < len(whole.text):
        yield (f"the text is cut: {len(whole.text)} characters, and about {len(message.text)} fit")
    meant = {b.payload: b.label for b in whole.buttons}
    cut = [b.label for b in message.buttons if b.label != meant.get(b.payload, b.label)]
    if cut:
        shown = ", ".join(f"'{label}'" for label in cut[:3])
        more = f" and {len(cut) - 3} more" if len(cut) > 3 else ""
        yield f"labels are cut after {capabilities.button_text} characters: {shown}{more}"


def list_phrases(survey: Survey) -> Iterator[Phrase]:
    """Give every text that the marketer wrote."""
    if survey.title:
        yield Phrase(what="the title", text=survey.title)
    for question in survey.questions:
        if question.text:
            yield Phrase(what=f"the question {question.id}", text=question.text)
        for choice in question.choices:
            yield Phrase(what=f"the choice {choice.id} of {question.id}", text=choice.label)
    for band, text in survey.thanks.items():
        yield Phrase(what=f"the thanks after a {band} score", text=text)


def find_gaps(survey: Survey, language: str, languages: Languages, main: str) -> Iterator[str]:
    """Say which texts are missing in a language, and which language stands in.

    ``main`` is the service's language, whose buttons and greetings stand in for those of a
    language that is not shipped.
    """
    for phrase in list_phrases(survey):
        if language not in phrase.text:
            instead = next((c for c in survey.languages if c in phrase.text), "")
            spare = f"the text in {instead} is shown" if instead else "our own words are shown"
            yield f"{phrase.what} is not written in {language}: {spare}"
    bank = languages.get(language)
    if bank is not None and bank.name == language:  # one that the survey brought along
        yield (
            f"{language} is not among the shipped languages: buttons, greetings and thanks "
            f"are in {main}"
        )


def find_unfilled(setting: Setting) -> Iterator[str]:
    """Say which ``{names}`` the sample has no fact for."""
    lacking: dict[str, list[str]] = {}
    for phrase in list_phrases(setting.survey):
        text = _shown(phrase.text, setting)
        for name in _lacking(text, {**setting.facts, **setting.survey.links}):
            lacking.setdefault(name, []).append(phrase.what)
    for name, places in lacking.items():
        yield (
            f"{{{name}}} in {' and '.join(places)} comes from the event or the contact; without it "
            f"the gap closes, as shown. Write {{{name}|...}} for words to stand in, or preview "
            f"with --fact {name}=..."
        )


def _lacking(text: str, facts: Mapping[str, object]) -> Iterable[str]:
    for name in names(text):
        if facts.get(name) in (None, "") and not re.search(rf"\{{\s*{name}\s*\|", text):
            yield name


def _shown(text: Text, setting: Setting) -> str:
    codes = (setting.language, *setting.survey.languages)
    return next((text[code] for code in codes if code in text), "")


def _is_cut(text: str) -> bool:
    return text.endswith("…")
