"""Reading blocks: a block of the file becomes its shape, or plain faults at the right places."""

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError

from bot.config.faults import nearest, quote
from bot.config.keys import HOMES, SECTIONS
from bot.config.place import Place
from bot.config.units import UnfitError

T = TypeVar("T")

CLOSED = ConfigDict(extra="forbid", str_strip_whitespace=True)
"""How blocks are read: a key that is not described is a fault, and spaces around words are none."""

_ALLOWED = re.compile(r"'([^']*)'")


def read_block(shape: type[T], place: Place) -> T | None:
    """Give the block as its shape; None where it has faults, each of which was reported."""
    if not isinstance(place.value, Mapping):
        section = getattr(shape, "SECTION", "")
        key = place.route[-1] if place.route else 0
        where = f"under {quote(key)}" if isinstance(key, str) else "here"
        place.fault(
            f"keys with values are expected {where}",
            hint="for example: " + _sample(section) if section else "write key: value",
        )
        return None
    return read_values(shape, place.value, place, known=known_keys(shape))


def read_values(
    shape: type[T],
    values: Mapping[str, Any],
    place: Place,
    *,
    known: Collection[str],
    written: Mapping[str, str] | None = None,
    hint: str = "",
) -> T | None:
    """Give some values of a block as their shape, as `read_block` does.

    ``known`` are the block's keys, for suggestions; ``written`` maps a field to the key that is
    written for it, where they differ. ``hint`` goes with missing keys that are not described.
    """
    try:
        read: T = _adapter(cast("Hashable", shape)).validate_python(values)
    except ValidationError as error:
        report = _Report(place, getattr(shape, "SECTION", ""), known, written or {}, hint)
        for one in error.errors(include_url=False):
            report.add(one)
        return None
    return read


def written_values(shape: object, keys: Iterable[str]) -> dict[str, Any]:
    """Give what stands under these keys of a block that was read, without those left out."""
    return {key: value for key in keys if (value := getattr(shape, key)) is not None}


def report_key(place: Place, known: Collection[str]) -> None:
    """Report one unknown key."""
    key = str(place.route[-1])
    hint = "" if nearest(key, known) else _belongs(key) or _known_here(known)
    place.key_fault(f"unknown key {quote(key)}", known=known, hint=hint)


def _known_here(known: Collection[str]) -> str:
    return f"known here: {', '.join(known)}" if known else "nothing is set here"


def _belongs(key: str) -> str:
    """Say where else a key is known, so that one on the wrong level is moved and not deleted."""
    homes = [home for section, home in HOMES.items() if key in SECTIONS[section]]
    return f"it belongs {' or '.join(homes)}" if homes else ""


@lru_cache(maxsize=64)
def _adapter(shape: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def known_keys(shape: type[Any]) -> list[str]:
    """Give the keys a shape takes, as they are written."""
    return [field.name.rstrip("_") for field in fields(shape)]


def example(section: str, key: str) -> str:
    """Give a hint that shows how a key is written, "" for keys that are not described."""
    described = SECTIONS.get(section, {}).get(key)
    return f"for example: {key}: {described.example}" if described else ""


def _sample(section: str) -> str:
    keys = SECTIONS[section]
    wanted = [name for name, key in keys.items() if key.required] or list(keys)[:1]
    return "{ " + ", ".join(f"{name}: {keys[name].example}" for name in wanted) + " }"


@dataclass(frozen=True, slots=True)
class _Report:
    """Puts what pydantic found into plain words, at the place in the file."""

    place: Place
    section: str
    known: Collection[str]
    written: Mapping[str, str]
    hint: str

    def add(self, error: Any) -> None:
        kind, at = error["type"], self._at(error)
        if kind == "unexpected_keyword_argument":
            report_key(at, self.known)
        elif kind == "missing" and isinstance(at.route[-1], int):
            self.place.at(*at.route[len(self.place.route) : -1]).fault("this list is too short")
        elif kind == "missing":
            self._add_missing(at, str(at.route[-1]))
        else:
            self._add_value(error, at)

    def _add_missing(self, at: Place, key: str) -> None:
        written = self.place.value or ()
        if any(nearest(other, self.known) == key for other in written if other not in self.known):
            return  # it is there, misspelt, which was said
        hint = example(self.section, key) or self.hint
        at.key_fault(f"{quote(key)} is missing", hint=hint, found=key)

    def _at(self, error: Any) -> Place:
        at = self.place
        keyed = error["type"] in {"missing", "unexpected_keyword_argument"}
        for step in error["loc"]:
            key = self.written.get(step, step) if at is self.place else step
            if keyed or at.at(key).exists:  # a union names its member in the way, too
                at = at.at(key)
        return at if error["loc"] else self._mentioned(str(error.get("ctx", {}).get("error", "")))

    def _mentioned(self, message: str) -> Place:
        """Give the place of the first key of the block that a message names."""
        for word in re.findall(r"\w+", message):
            if self.place.at(word).exists:
                return self.place.at(word)
        return self.place

    def _add_value(self, error: Any, at: Place) -> None:
        cause = error.get("ctx", {}).get("error")
        hint = example(self.section, str(at.route[-1])) if at.route else ""
        if isinstance(cause, UnfitError):
            at.fault(cause.message, hint=cause.hint or hint, column=cause.column)
            return
        if error["type"] in {"enum", "literal_error"}:
            at.unknown(f"value for {at.route[-1]}", _ALLOWED.findall(error["ctx"]["expected"]))
            return
        words = _WORDS.get(error["type"])
        message = words(error, at) if words else str(cause or error["msg"])
        if error["type"] == "string_type" and at.raw:
            hint = f'put it in quotes: "{at.raw}"'
        at.fault(message, hint=hint)


def _limit(words: str, name: str) -> Callable[[Any, Place], str]:
    return lambda error, _: words.format(f"{error['ctx'][name]:g}")


def _expected(what: str) -> Callable[[Any, Place], str]:
    def say(_: Any, at: Place) -> str:
        value = at.value
        found = "a list" if isinstance(value, list) else "a mapping"
        if not isinstance(value, list | dict):
            found = quote(at.raw) if at.raw else "nothing"
        return f"{what} is expected here, not {found}"

    return say


_WHOLE = _expected("a whole number")
_NUMBER = _expected("a number")
_LIST = _expected("a list")
_MAPPING = _expected("a mapping of keys and values")
_FLAG = _expected("true or false")
_WORDS: Mapping[str, Callable[[Any, Place], str]] = {
    "string_type": _expected("a text"),
    "string_too_short": lambda _e, _p: "this is empty",
    "string_too_long": _limit("this is longer than {} characters", "max_length"),
    "too_short": _limit("this needs at least {}", "min_length"),
    "too_long": _limit("this has more than {}", "max_length"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "dict_type": _MAPPING,
    "dataclass_type": _MAPPING,
    "greater_than_equal": _limit("this must be at least {}", "ge"),
    "less_than_equal": _limit("this must be at most {}", "le"),
}
