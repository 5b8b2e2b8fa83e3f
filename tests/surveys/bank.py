"""The shipped languages as the core's values, read without bot.config."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from surveys.language import Language
from surveys.reading import also_asking_in, also_understanding

CODES = ("en", "fi", "de", "hr", "lv")
FOLDER = Path(__file__).parents[2] / "surveys" / "languages"


@cache
def raw(code: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{code}.yaml").read_text(encoding="utf-8"))
    return found


@cache
def language(code: str) -> Language:
    """The language as its file says it."""
    data = dict(raw(code))
    data["ends"] = {key: tuple(value) for key, value in data["ends"].items()}
    for words in ("yes", "no", "skip", "stop", "start", "small_talk"):
        data[words] = frozenset(data[words])
    for vocabulary in ("requests", "channels", "units", "languages", "cards"):
        data[vocabulary] = {key: frozenset(words) for key, words in data[vocabulary].items()}
    return Language(**data)


@cache
def spoken(code: str) -> Language:
    """The language as the service knows it: English words are understood too, and what asks for a
    language in any of them.
    """
    asked = also_asking_in(language(code), [language(other) for other in CODES])
    return also_understanding(asked, language("en"))
