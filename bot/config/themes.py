"""Themes: what comments are searched for: the shipped lists, and what the file says of them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from bot.config.content import content_hash
from bot.config.faults import quote
from bot.config.lexicons import load_themes
from bot.config.place import Place
from bot.config.reading import example
from surveys.theme import BUILT_IN, EVERY, GistReader, Theme
from surveys.tone import Tone

MOST_THEMES, MOST_WORDS, LONGEST = 40, 300, 60
"""Themes of a file, words of one theme in one language, and characters of a word or name."""

TAKEN = frozenset({"themes", "theme", "phrases", "about", "all", "off", *(t for t in Tone if t)})
"""Words that mean something else in /comments."""

OFF, NAME = "off", "name"

_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_ENTRY = re.compile(r"\*?[^\s*]+\*?(?: +\*?[^\s*]+\*?)*")
_LEAST = 3  # letters before a star


def build_reader(themes: Iterable[Theme] | None = None) -> GistReader:
    """Give what reads comments by these themes, the shipped ones where none are given."""
    shipped = load_themes()
    listed = shipped.themes if themes is None else tuple(themes)
    version = content_hash([listed, shipped.lexicons])
    return GistReader(listed, shipped.lexicons, version)


@lru_cache(maxsize=1)
def shipped_reader() -> GistReader:
    """Give what reads comments where the file says nothing of themes."""
    return build_reader()


def read_themes(place: Place, languages: Iterable[str]) -> GistReader:
    """Give what reads comments: the shipped themes as the file extends them or switches them off,
    then the file's own. ``languages`` are those that comments may be in.
    """
    if not place.exists or place.value is None:
        return shipped_reader()
    if not isinstance(place.value, Mapping):
        hint = example("root", "themes")
        place.fault("names of themes with their words are expected under themes", hint=hint)
        return shipped_reader()
    if len(place.value) > MOST_THEMES:
        place.fault(f"these are {len(place.value)} themes", hint=f"keep {MOST_THEMES} at most")
    themes = {theme.id: theme for theme in load_themes().themes}
    known = (*sorted(languages), EVERY, NAME)
    for theme_id in place.value:
        _read_theme(place.at(theme_id), themes, known)
    return build_reader(themes.values())


def _read_theme(place: Place, themes: dict[str, Theme], known: tuple[str, ...]) -> None:
    """Put one entry of the file in place of the theme of that name, or beside the others."""
    theme_id, value, faults = str(place.route[-1]), place.value, place.findings.faults
    before = len(faults)
    if value in (OFF, False):
        if themes.pop(theme_id, None) is None:
            hint = f"built in are: {', '.join(BUILT_IN)}"
            place.key_fault(f"there is no theme {quote(theme_id)} to switch off", hint=hint)
        return
    if theme_id in TAKEN or not _ID.fullmatch(theme_id):
        hint = "small letters, digits, - and _, and none of: " + ", ".join(sorted(TAKEN))
        place.key_fault(f"{quote(theme_id)} cannot be the name of a theme", hint=hint)
        return
    base = themes.get(theme_id, Theme(id=theme_id))
    if isinstance(value, list):
        words: Mapping[str, tuple[str, ...]] = {EVERY: _read_words(place)}
        names: Mapping[str, str] = {}
    elif isinstance(value, Mapping):
        words, names = _read_languages(place, known), _read_names(place.at(NAME), known)
    else:
        hint = f"for example: {theme_id}: {{ en: [parking*, garage], fi: [pysäköi*] }}, or off"
        place.fault("a list of words, words by language, or off is expected here", hint=hint)
        return
    if not any(words.values()) and theme_id not in themes and len(faults) == before:
        place.key_fault(
            f"the theme {quote(theme_id)} has no words", hint="give it some to be found by"
        )
    added = {c: (*base.words.get(c, ()), *words.get(c, ())) for c in {*base.words, *words}}
    themes[theme_id] = replace(
        base, names={**base.names, **names}, words=dict(sorted(added.items()))
    )


def _read_languages(place: Place, known: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    words = {}
    for code in place.value:
        at = place.at(code)
        if code not in known:
            hint = f"write a language of your surveys, {EVERY}, or {NAME}: {', '.join(known)}"
            at.key_fault(f"unknown language {quote(code)}", known=known, hint=hint)
        elif code != NAME:
            words[code] = _read_words(at)
    return words


def _read_words(place: Place) -> tuple[str, ...]:
    """Give the words of one language; a single one needs no list."""
    given = place.value if isinstance(place.value, list) else [place.value]
    if len(given) > MOST_WORDS:
        place.fault(f"these are {len(given)} words", hint=f"keep {MOST_WORDS} at most")
    for number, word in enumerate(given):
        _check_word(place.at(number) if isinstance(place.value, list) else place, word)
    return tuple(str(word) for word in given if isinstance(word, str))


def _check_word(place: Place, word: object) -> None:
    if not isinstance(word, str) or not 0 < len(word.strip()) <= LONGEST:
        hint = "for example: [pysäköi*, parking]"
        place.fault(f"a word of 1 to {LONGEST} characters is expected here", hint=hint)
    elif not _ENTRY.fullmatch(word.strip()) or not any(c.isalnum() for c in word):
        hint = "a star may stand at the beginning or the end of a word: pysäköi*, *preis*"
        place.fault(f"{quote(word)} cannot be looked for", hint=hint)
    elif "*" in word and any(
        "*" in part and len(part.strip("*")) < _LEAST for part in word.split()
    ):
        hint = f"write {_LEAST} letters or more beside a star"
        place.fault(f"{quote(word)} would be found nearly everywhere", hint=hint)


def _read_names(place: Place, known: tuple[str, ...]) -> Mapping[str, str]:
    """Give a theme's names: one for all languages, or by language."""
    value = place.value
    if value is None:
        return {}
    if isinstance(value, str) and 0 < len(value.strip()) <= LONGEST:
        return {"en": value.strip()}
    if not isinstance(value, Mapping) or not value:
        place.fault(
            "a name, or names by language, is expected here",
            hint="for example: { en: Parking, fi: Pysäköinti }",
        )
        return {}
    names = {}
    for code, name in value.items():
        at = place.at(code)
        if code not in known or code in (EVERY, NAME):
            at.key_fault(f"unknown language {quote(code)}", known=known[:-2])
        elif not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST:
            at.fault(f"a name of 1 to {LONGEST} characters is expected here")
        else:
            names[code] = name.strip()
    return names
