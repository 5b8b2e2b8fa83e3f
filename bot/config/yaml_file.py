"""YAML files, read safely: one pass over the parser's events, with limits, and a place for all.

Only what a configuration needs is read: mappings with text keys, lists and plain values of YAML 1.2
(``no`` is a word, ``1-5`` is a word). Tags, anchors, aliases, repeated keys, control characters,
large, deep and crowded files are refused, each with its line.
"""

import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from bot.config.faults import Fault, missing_file, quote
from bot.config.masking import Mask

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_NODES = 20_000
MAX_FAULTS = 100  # of this kind, in all files: more help nobody

Route = tuple[str | int, ...]
"""The keys and list positions that lead to a value."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_NULL = re.compile(r"~|null|Null|NULL|")
_FLAG = re.compile(r"true|True|TRUE|false|False|FALSE")
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}(?:[eE][-+]?[0-9]{1,2})?")

_TAB_HINT = "indent with spaces, not tabs; put texts that begin with @, % or ` in quotes"
_PLAINLY: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "this colon is not expected here",
        "put a text with a colon in quotes, and check that lines are indented alike",
    ),
    ("cannot start any token", "this character cannot stand here", _TAB_HINT),
    ("unexpected end of stream", "a quote that is opened here is never closed", "close the quote"),
    (
        "',' or",
        "a list or mapping in brackets is not finished",
        "separate with commas, close every [ and {, and put texts with a colon in quotes",
    ),
    (
        "did not find expected",
        "this line does not fit the lines above it",
        "check that lines that belong together are indented alike",
    ),
    ("could not find expected ':'", "a colon is missing", "write: key: value"),
    ("unknown escape", 'a backslash is special between " quotes', "use ' quotes"),
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value and its key stand, counted from 1. ``raw`` is a plain value as written,
    ``offset`` the columns from its start to its first character, None where that is not fixed.
    """

    line: int
    column: int
    key_line: int
    key_column: int
    raw: str | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file that was read. ``unset`` are the values that are not known (an
    alias, or a ``${NAME}`` that is not set) and all that they are part of.
    """

    name: str
    lines: tuple[str, ...]
    data: Any
    spots: Mapping[Route, Spot]
    unset: frozenset[Route] = frozenset()


class _Stop(Exception):
    """Ends the reading of a file; becomes a fault."""

    def __init__(self, message: str, mark: Any, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.mark, self.hint = message, mark, hint


def read_document(path: Path, name: str, faults: list[Fault]) -> Document | None:
    """Read one file. What is wrong is put into ``faults``; None where nothing can be used."""
    text = _read_text(path, name, faults)
    if text is None:
        return None
    composer = _Composer(name, tuple(text.splitlines()), faults)
    return composer.compose(text)


def _read_text(path: Path, name: str, faults: list[Fault]) -> str | None:
    shown = Path(name)
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            faults.append(missing_file(shown, "this is a folder, not a file"))
            return None
        if not stat.S_ISREG(found.st_mode):
            faults.append(missing_file(shown, "this is not an ordinary file"))
            return None
        if found.st_size > MAX_BYTES:
            faults.append(_too_large(name))
            return None
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        faults.append(_os_fault(name, error))
        return None
    if len(content) > MAX_BYTES:
        faults.append(_too_large(name))
        return None
    return _decode(content, name, faults)


def _too_large(name: str) -> Fault:
    return _whole(name, "the file is larger than 1 MB", "split it by include: [surveys/*.yaml]")


def _whole(name: str, message: str, hint: str = "") -> Fault:
    return Fault(file=name, line=0, column=0, message=message, hint=hint)


def _os_fault(name: str, error: Exception) -> Fault:
    if isinstance(error, FileNotFoundError):
        looked = f"check the spelling; looked for {Path(error.filename).absolute()}"
        return _whole(name, "there is no such file", looked)
    if isinstance(error, PermissionError):
        return _whole(name, "the file may not be read", "check its permissions")
    return _whole(name, f"the file cannot be read: {getattr(error, 'strerror', '') or 'bad path'}")


def _decode(content: bytes, name: str, faults: list[Fault]) -> str | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        message, hint = "the file is not UTF-8 text", "save it as UTF-8"
    else:
        control = _CONTROL.search(text)
        if control is None:
            return text
        before = text[: control.start()]
        message, hint = f"a control character ({ord(control[0]):#04x}) stands here", "delete it"
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    faults.append(Fault(file=name, line=line, column=column, message=message, hint=hint))
    return None


class _Composer:
    """Turns the parser's events into plain values, remembering where each stood."""

    def __init__(self, name: str, lines: tuple[str, ...], faults: list[Fault]) -> None:
        self._name, self._lines, self._faults = name, lines, faults
        self._spots: dict[Route, Spot] = {}
        self._aliases: set[Route] = set()
        self._open: list[Any] = []  # where brackets that are not closed yet begin
        self._nodes = 0
        self._events: Iterator[Any] = iter(())

    def compose(self, text: str) -> Document | None:
        self._events = cast("Iterator[Any]", yaml.parse(text, Loader=_LOADER))
        try:
            data = self._whole()
        except _Stop as stop:
            self._add(stop.message, stop.mark, stop.hint)
            return None
        except yaml.MarkedYAMLError as error:
            self._add_syntax(error)
            return None
        except yaml.YAMLError:
            self._faults.append(_whole(self._name, "the file is not YAML text", "save it as UTF-8"))
            return None
        return Document(
            name=self._name,
            lines=self._lines,
            data=data,
            spots=self._spots,
            unset=with_parents(self._aliases),
        )

    def _whole(self) -> object:
        next(self._events)  # the stream begins
        first = next(self._events)
        if isinstance(first, yaml.StreamEndEvent):
            raise _Stop("the file is empty", None, "docs/config.md begins with ten lines that work")
        data = self._node(next(self._events), (), None)
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _Stop("a second document begins here", after.start_mark, "remove the line ---")
        return data

    def _node(self, event: Any, route: Route, key: Any) -> object:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _Stop(f"the file has more than {MAX_NODES} values", event.start_mark)
        if len(route) > MAX_DEPTH:
            raise _Stop(f"values stand more than {MAX_DEPTH} deep", event.start_mark)
        self._refuse_powers(event)
        self._spots[route] = self._spot(event, key or event)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.AliasEvent):
            self._aliases.add(route)
            return None
        self._open.append(event.start_mark)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        found = self._mapping(route) if is_mapping else self._sequence(route)
        self._open.pop()
        return found

    def _refuse_powers(self, event: Any) -> None:
        if len(self._faults) > MAX_FAULTS:
            raise _Stop("there is more of this kind; the rest was not read", event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            self._add("aliases (*name) are not used here", event.start_mark, "write the value out")
        elif event.anchor:
            self._add("anchors (&name) are not used here", event.start_mark, "remove it")
        if getattr(event, "tag", None):
            self._add("tags (!name) are not used here", event.start_mark, "remove the tag")

    def _mapping(self, route: Route) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key: Any = event
            if not isinstance(event, yaml.ScalarEvent):
                hint = "put texts with { or [ in quotes"
                raise _Stop("a key must be a single word", key.start_mark, hint)
            self._refuse_powers(key)
            here = (*route, key.value)
            if key.value in found:
                self._add_repeat(here, key)
                here = (*route, f"{key.value} (again on line {key.start_mark.line + 1})")
            value = self._node(next(self._events), here, key)
            found.setdefault(key.value, value)
        return found

    def _sequence(self, route: Route) -> list[object]:
        found: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._node(event, (*route, len(found)), None))
        return found

    def _spot(self, event: Any, key: Any) -> Spot:
        start, raw, offset = event.start_mark, None, None
        if isinstance(event, yaml.ScalarEvent):
            raw = event.value
            quoted = 1 if event.style in {"'", '"'} else 0
            line = self._lines[start.line] if start.line < len(self._lines) else ""
            if line.startswith(raw, start.column + quoted):
                offset = quoted
        return Spot(
            start.line + 1,
            start.column + 1,
            key.start_mark.line + 1,
            key.start_mark.column + 1,
            raw,
            offset,
        )

    def _add_repeat(self, here: Route, key: Any) -> None:
        first = self._spots[here].key_line
        self._add(
            f"the key {quote(key.value)} is already on line {first}",
            key.start_mark,
            f"keep one of lines {first} and {key.start_mark.line + 1}",
        )

    def _add_syntax(self, error: yaml.MarkedYAMLError) -> None:
        problem = error.problem or ""
        message, hint = "this line cannot be read as YAML", "check quotes, colons and indentation"
        for sign, plainly, advice in _PLAINLY:
            if sign in problem:
                message, hint = plainly, advice
                break
        at: Any = error.problem_mark
        if "flow" in (error.context or "") and at is not None and at.line >= len(self._lines):
            message, hint = "this bracket is never closed", "close every [ with ] and { with }"
            at = self._open[-1] if self._open else error.context_mark
        if "unexpected end" in problem:
            at = error.context_mark or at
        self._add(message, at, hint)

    def _add(self, message: str, mark: Any, hint: str = "") -> None:
        line = mark.line if mark is not None else 0
        source = self._lines[line] if line < len(self._lines) else ""
        self._faults.append(
            Fault(
                file=self._name,
                line=line + 1,
                column=(mark.column if mark is not None else 0) + 1,
                message=message,
                hint=hint,
                source=Mask().line(source, wary=True),
            )
        )


def with_parents(routes: Iterable[Route]) -> frozenset[Route]:
    """Give the routes and all that lead to them."""
    return frozenset(route[:size] for route in routes for size in range(len(route) + 1))


def _scalar(event: Any) -> object:
    """Give a plain value by the rules of YAML 1.2; what is quoted is always text."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if _NULL.fullmatch(text):
        return None
    if _FLAG.fullmatch(text):
        return text.lower() == "true"
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
