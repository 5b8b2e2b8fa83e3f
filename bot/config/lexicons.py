"""Lexicons: the shipped lists of words that comments are searched for, one file a language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

import surveys
from bot.config.by_language import read_languages
from bot.config.faults import quote
from bot.config.place import Place
from surveys.theme import BUILT_IN, Lexicon, Theme
from surveys.tone import ToneWords

SHIPPED = Path(surveys.__file__).parent / "themes"
"""The folder of the shipped lists, one file a language."""

_Words = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]
_Some = list[Annotated[str, Field(min_length=1)]]


@dataclass(frozen=True, kw_only=True)
class LexiconShape:
    """One language's file: names and words of the themes, words of praise and complaint, and words
    that say nothing by themselves (`surveys.tone.ToneWords`, `surveys.theme.Lexicon`).
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    code: str
    names: dict[str, str]
    themes: dict[str, _Words]
    positive: _Words
    negative: _Words
    verbs: _Some
    negators: _Words
    prefix: str
    breaks: _Words
    stop: _Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """What is shipped: the themes, and each language's other words."""

    themes: tuple[Theme, ...]
    lexicons: Mapping[str, Lexicon]


@lru_cache(maxsize=4)
def load_themes(folder: Path = SHIPPED) -> Shipped:
    """Give the shipped themes and lexicons.

    :raises ConfigError: with all that is wrong in all files.
    """
    missing = "there is no list of themes in this folder"
    read = read_languages(LexiconShape, folder, _check_themes, missing=missing)
    shapes = {shape.code: shape for shape in read}
    themes = tuple(
        Theme(
            id=theme,
            names={code: shape.names[theme] for code, shape in shapes.items()},
            words={code: tuple(shape.themes[theme]) for code, shape in shapes.items()},
        )
        for theme in BUILT_IN
    )
    return Shipped(themes=themes, lexicons={c: _lexicon(shape) for c, shape in shapes.items()})


def _check_themes(shape: LexiconShape, place: Place) -> None:
    for part, given in (("names", shape.names), ("themes", shape.themes)):
        for key in given:
            if key not in BUILT_IN:
                place.at(part, key).key_fault(f"unknown theme {quote(key)}", known=BUILT_IN)
        for key in BUILT_IN:
            if key not in given:
                place.at(part).key_fault(f"{quote(key)} is missing", found=key)


def _lexicon(shape: LexiconShape) -> Lexicon:
    return Lexicon(
        code=shape.code,
        tone=ToneWords(
            positive=tuple(shape.positive),
            negative=tuple(shape.negative),
            verbs=tuple(shape.verbs),
            negators=tuple(shape.negators),
            prefix=shape.prefix,
            breaks=tuple(shape.breaks),
        ),
        stop=frozenset(shape.stop),
    )
