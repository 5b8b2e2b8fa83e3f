"""Transcripts: what was said in each direction, short and stable enough to be kept in the docs."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MOST_ITEMS = 4
SHORT_TEXT = 60
BIG = 240
"""Characters of a part that is not shown a second time."""
WIDTH = 100
AS_BEFORE = "… as before"

TOKEN = re.compile(r"(?<![\w-])AAAA[\w-]{28}(?=_d|(?![\w-]))", re.ASCII)
"""A sealed token: it begins with the small number it is about, and may stand before ``_dnps``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing that went over the wire. ``arrow`` says whether we were told ("←") or told ("→");
    ``rank`` puts what happens at once into an order that is always the same. ``blocks`` are what
    was said: the kind of text, and the text.
    """

    at: datetime
    arrow: str
    head: str
    blocks: tuple[tuple[str, str], ...] = ()
    rank: int = 0


@dataclass(slots=True, kw_only=True)
class Section:
    """One part of the story: its title, what to look at, what went over the wire, and what the
    store says in the end.
    """

    title: str
    about: str
    notes: list[Note] = field(default_factory=list)
    outcome: str = ""


@dataclass(slots=True)
class Transcript:
    """The story on one channel. ``names`` are what stands for words that differ from run to run:
    a pattern, and what to write.
    """

    title: str
    opening: str
    names: list[tuple[str, str]] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def render(self) -> str:
        """Give the page, as Markdown."""
        page = "\n".join([f"# {self.title}\n", self.opening, *self._lines()])
        return self._tokens_named(page).rstrip() + "\n"

    def _lines(self) -> Iterator[str]:
        for number, section in enumerate(self.sections, 1):
            yield f"\n## {number}. {section.title}\n"
            yield section.about
            for note in sorted(section.notes, key=lambda note: (note.at, note.rank)):
                yield f"\n`{note.at:%H:%M:%S}` {note.arrow} {note.head}"
                yield from (f"\n```{kind}\n{text}\n```" for kind, text in note.blocks)
            if section.outcome:
                yield f"\n*{section.outcome}*"

    def named(self, text: str) -> str:
        """Write what differs from run to run as what it stands for."""
        for pattern, name in self.names:
            text = re.sub(pattern, name, text)
        return text

    def _tokens_named(self, page: str) -> str:
        page = self.named(page)
        tokens: dict[str, str] = {}

        def name_token(found: re.Match[str]) -> str:
            return tokens.setdefault(found[0], f"TOKEN-{len(tokens) + 1}")

        return TOKEN.sub(name_token, page)


class Excerpts:
    """Makes excerpts for reading: ``noise`` are keys that are left out, lists are cut, and so is what
    was shown before.
    """

    def __init__(self, noise: Collection[str] = ()) -> None:
        self._noise, self._shown = noise, set[str]()

    def make(self, value: Any) -> str:
        """Give a JSON value on as few lines as can be read well."""
        return "\n".join(_written(self._shortened(value), ""))

    def _shortened(self, value: Any) -> Any:
        if isinstance(value, dict | list):
            face = TOKEN.sub("", json.dumps(value))
            if len(face) > BIG and face in self._shown:
                return AS_BEFORE
            self._shown.add(face)
        if isinstance(value, dict):
            kept = {k: v for k, v in value.items() if k not in self._noise}
            return {key: self._shortened(inner) for key, inner in kept.items()}
        if isinstance(value, list):
            return self._cut([self._shortened(inner) for inner in value])
        if isinstance(value, str):
            return "\n\n".join(map(self._paragraph, value.split("\n\n")))
        return value

    def _paragraph(self, text: str) -> str:
        """Give a text in full the first time, and how it begins from then on."""
        if len(text) <= SHORT_TEXT or " " not in text:
            return text
        fresh = text not in self._shown
        self._shown.add(text)
        return text if fresh else f"{text[:24]}…"

    def _cut(self, items: list[Any]) -> list[Any]:
        """Keep the first two of many, and whatever is ticked."""
        if len(items) <= MOST_ITEMS:
            return items
        kept = [*items[:2], *(item for item in items[2:] if "✓" in str(item))]
        return [*kept, f"… {len(items) - len(kept)} more"]


def _written(value: Any, indent: str) -> Sequence[str]:
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= WIDTH or not value or not isinstance(value, dict | list):
        return [line]
    inner = indent + "  "
    lines: list[str] = []
    pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for key, item in pairs:
        head = f"{json.dumps(key, ensure_ascii=False)}: " if key is not None else ""
        first, *rest = _written(item, inner)
        lines += [f"{inner}{head}{first}", *rest]
        lines[-1] += ","
    lines[-1] = lines[-1][:-1]
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return [opening, *lines, indent + closing]
