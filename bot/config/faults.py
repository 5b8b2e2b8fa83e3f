"""Faults: what is wrong in a file, where, and what to write instead."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from surveys.errors import AfterwordError

_SHOWN = 60  # characters of an offending text worth showing
_LINE = 120  # characters of a source line worth showing


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing to mend, in the words of whoever wrote the file.

    ``line`` and ``column`` count from 1 and are 0 where a fault has no line (a missing file).
    ``found`` is the offending text, ``nearest`` the valid name most like it ("" for none),
    ``source`` the line it stands on, secrets masked. ``advice`` marks what may stay as it is.
    """

    file: str
    line: int
    column: int
    message: str
    found: str = ""
    nearest: str = ""
    hint: str = ""
    source: str = field(default="", repr=False)
    advice: bool = False

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        kind = "warning" if self.advice else "error"
        question = f" (did you mean {quote(self.nearest)}?)" if self.nearest else ""
        return f"{where}: {kind}: {self.message}{question}"

    def render(self) -> str:
        """Give the fault with its source line, a caret under the place, and the hint."""
        text = str(self)
        if self.source and self.line:
            line, caret = _window(self.source, self.column)
            gutter = " " * len(str(self.line))
            text += f"\n  {self.line} | {line}\n  {gutter} | {caret}^"
        if self.hint:
            text += f"\n    hint: {self.hint}"
        return text


class ConfigError(AfterwordError):
    """A file that cannot be used. ``faults`` holds all that is wrong, in reading order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults: tuple[Fault, ...] = in_order(faults)
        super().__init__("\n".join(fault.render() for fault in self.faults))


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Give the faults by file, line and column, each once."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda f: (f.file, f.line, f.column, f.message)))


def missing_file(path: Path, message: str, hint: str = "") -> Fault:
    """Give a fault about a whole file."""
    return Fault(file=path.name, line=0, column=0, message=message, hint=hint)


def nearest(word: str, known: Iterable[str]) -> str:
    """Give the known name most like a mistyped one, or ""."""
    by_folded = {name.casefold(): name for name in sorted(known)}
    close = difflib.get_close_matches(word.casefold()[:_SHOWN], by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else ""


def quote(text: str) -> str:
    """Give a text from a file in quotes: short, on one line, and safe for a terminal."""
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return f"'{printable(shown)}'"


def printable(text: str) -> str:
    """Give the text with everything a terminal could act on replaced."""
    return "".join(c if c.isprintable() else " " if c == "\t" else "�" for c in text)


def _window(source: str, column: int) -> tuple[str, str]:
    """Give the part of a long line around the column, and the spaces before the caret."""
    start = max(0, column - _LINE // 2) if len(source) > _LINE else 0
    part = printable(source[start : start + _LINE])
    lead = "…" if start else ""
    tail = "…" if len(source) > start + _LINE else ""
    return lead + part.rstrip() + tail, " " * (len(lead) + column - 1 - start)
