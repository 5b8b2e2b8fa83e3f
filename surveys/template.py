"""Templates: ``{name}`` in a text stands for a fact. Substitution only: no code, no formats.

    {first_name}             the fact, nothing where it is not known
    {first_name|there}       the fact, or the words after the bar
    {{ and }}                a brace as it is

Facts come from strangers: they lose line breaks and control characters, are cut at `MAX_VALUE`
characters, and are never read as templates themselves. The texts are plain; each channel encodes
them for its sink.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from surveys.errors import TemplateError

MAX_VALUE = 200
"""Characters a fact may take in a text."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_BRACE = re.compile(r"\{\{|\}\}|\{(?P<inside>[^{}]*)(?P<close>\}?)|\}")
_GONE = "\0"  # marks where a missing fact stood, until the text around it is tidied
_GAP = re.compile(rf"(?P<before>[ \t]*)(?:{_GONE}(?P<after>[ \t]*))+(?P<next>.?)", re.DOTALL)
_GREETING = re.compile(rf"^[ \t]*{_GONE}[ \t]*,[ \t]*(?P<next>.?)", re.MULTILINE)
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CLINGING = ",.;:!?…)]}»”"


@dataclass(frozen=True, slots=True)
class _Slot:
    name: str
    default: str | None


def names(text: str) -> tuple[str, ...]:
    """Give the names a text asks for, each once, in order.

    :raises TemplateError: where a brace cannot be read.
    """
    return tuple(dict.fromkeys(p.name for p in _parts(text) if isinstance(p, _Slot)))


def fill(text: str, facts: Mapping[str, object]) -> str:
    """Give the text with its facts in place.

    A missing fact without a default leaves no trace: ``Hi {name}, ok`` becomes ``Hi, ok``, and
    ``{name}, how was it?`` becomes ``How was it?``.

    :raises TemplateError: where a brace cannot be read.
    """
    filled = "".join(p if isinstance(p, str) else _value(p, facts) for p in _parts(text))
    if _GONE not in filled:
        return filled
    return _GAP.sub(_tidy, _GREETING.sub(lambda m: m["next"].upper(), filled))


def _parts(text: str) -> list[str | _Slot]:
    parts: list[str | _Slot] = []
    position = 0
    for brace in _BRACE.finditer(text):
        parts.append(_plain(text[position : brace.start()]))
        position = brace.end()
        if brace.group() in {"{{", "}}"}:
            parts.append(brace.group()[0])
        else:
            parts.append(_slot(brace))
    parts.append(_plain(text[position:]))
    return parts


def _plain(text: str) -> str:
    return text.replace(_GONE, "")


def _slot(brace: re.Match[str]) -> _Slot:
    column = brace.start() + 1
    if brace.group() == "}":
        raise TemplateError(
            "this } has no { before it", column=column, hint="write }} for a plain brace"
        )
    if not brace.group("close"):
        raise TemplateError(
            "this { is never closed", column=column, hint="add a }, or write {{ for a plain brace"
        )
    name, bar, default = brace.group("inside").partition("|")
    if not _NAME.fullmatch(name.strip()):
        raise TemplateError(
            f"{{{name}}} is not a name", column=column, hint=_name_hint(name.strip())
        )
    return _Slot(name.strip(), _cleaned(default) if bar else None)


def _name_hint(name: str) -> str:
    if not name:
        return "put a name between the braces: {first_name}"
    if _NAME.fullmatch(name.lower().replace(" ", "_").replace("-", "_")):
        return f"write {{{name.lower().replace(' ', '_').replace('-', '_')}}}"
    if "." in name or "[" in name:
        return "names have no dots or brackets: write {order_name}"
    if ":" in name or "!" in name:
        return "only names go between braces, no formats: write {score}"
    return "a name is small letters, digits and _: {first_name}"


def _value(slot: _Slot, facts: Mapping[str, object]) -> str:
    fact = facts.get(slot.name)
    if isinstance(fact, float) and fact.is_integer():
        fact = int(fact)
    known = "" if fact is None else _cleaned(str(fact)[: 4 * MAX_VALUE]).strip()
    return known[:MAX_VALUE].strip() or slot.default or _GONE


def _cleaned(text: str) -> str:
    """Give the text on one line, without control, direction or unpaired characters."""
    spaced = re.sub(r"\s+", " ", text)
    return "".join(
        c for c in spaced if unicodedata.category(c) not in {"Cc", "Cs"} and c not in _DIRECTIONS
    )


def _tidy(gap: re.Match[str]) -> str:
    """Close the gap that missing facts left: no space before punctuation, none doubled."""
    following = gap["next"]
    if gap.start() == 0 or gap.string[gap.start() - 1] == "\n":
        return following
    if not following or following == "\n" or following in _CLINGING:
        return following
    return (" " if gap["before"] or gap["after"] else "") + following
