"""Past interactions in a file, read row by row: each is checked, and every fault says where it is.

A CSV file has a row for each event: who, what, when, and its properties in columns of their own. A
file of JSON lines has one Segment call a line. Both become Segment items for the intake.
"""

import csv
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import orjson

from bot.segment import MAX_ID, MAX_MESSAGE_ID, read_items

DELIMITERS = ",;\t"
WHO = ("user_id", "userId", "customer_id")
ALSO = ("anonymous_id", "anonymousId")
WHAT = ("event", "event_name")
WHEN = ("timestamp", "occurred_at", "time", "date")
IDENTITY = ("message_id", "messageId")
TRAIT = "traits."
"""What the columns begin with that say something of the person, not of the event."""
NAMES = frozenset({"interaction_id", "agent_id", "agent", "agent_name", "team", "queue", "line"})
"""Properties that are names, also where they look like numbers."""
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_SHOWN = 40  # characters of a value that is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one place in the file. ``column`` is "" for the whole line."""

    line: int
    column: str = ""
    reason: str

    def __str__(self) -> str:
        place = f"line {self.line}, {self.column}" if self.column else f"line {self.line}"
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a file is to be read: ``zone`` is that of times without one, ``now`` the present,
    ``event`` what all rows are about where no column says it. With ``asks`` an event that is recent
    enough may start surveys, as if it were reported now.
    """

    zone: ZoneInfo
    now: datetime
    event: str = ""
    asks: bool = False


Read = dict[str, Any] | list[Fault]
"""A row as a Segment item, or all that is wrong with it."""


class Unreadable(ValueError):
    """A file whose first row does not say what its columns are; ``faults`` are all there are."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def read_history(source: TextIO, manner: Manner) -> Iterator[tuple[int, Read]]:
    """Give the rows of a file with the line each ends on: JSON lines where the first character is a
    brace, CSV otherwise.

    :raises Unreadable: where the first row of a CSV file lacks a column.
    """
    start = source.read(1)
    source.seek(0)
    if start == "{":
        return _read_lines(source, manner)
    head = source.readline()
    source.seek(0)
    delimiter = max(DELIMITERS, key=head.count)
    rows = csv.DictReader(source, strict=True, delimiter=delimiter)
    return _read_rows(rows, _Columns(tuple(rows.fieldnames or ()), manner))


def _read_rows(rows: "csv.DictReader[str]", columns: "_Columns") -> Iterator[tuple[int, Read]]:
    for row in rows:
        yield rows.line_num, columns.read(rows.line_num, row)


class _Columns:
    """The columns of one CSV file and what each of them says."""

    def __init__(self, names: tuple[str, ...], manner: Manner) -> None:
        self._names, self._manner = names, manner
        self._who, self._also = self._find(WHO), self._find(ALSO)
        self._what, self._when = self._find(WHAT), self._find(WHEN)
        self._identity = self._find(IDENTITY)
        own = {self._who, self._also, self._what, self._when, self._identity}
        self._rest = [name for name in names if name and name not in own]
        faults = list(self._missing())
        if faults:
            raise Unreadable(faults)

    def read(self, line: int, row: Mapping[str | None, Any]) -> Read:
        """Give one row as a track call, or all its faults."""
        if None in row:
            return [Fault(line=line, reason="it has more columns than the first row")]
        cells = {str(k): v.strip() for k, v in row.items() if isinstance(v, str) and v.strip()}
        faults: list[Fault] = []

        def fault(column: str, reason: str) -> None:
            faults.append(Fault(line=line, column=self._place(column), reason=reason))

        at = self._read_time(cells, fault)
        self._check_names(cells, fault)
        if faults or at is None:
            return faults
        item = self._item(cells, at)
        reason = _unusable(item)
        return [Fault(line=line, reason=reason)] if reason else item

    def _item(self, cells: Mapping[str, str], at: datetime) -> dict[str, Any]:
        said = {name: cells[name] for name in self._rest if name in cells}
        traits = {n.removeprefix(TRAIT): v for n, v in said.items() if n.startswith(TRAIT)}
        content = "\0".join(f"{k}={v}" for k, v in sorted(cells.items()))
        digest = hashlib.sha256(f"{self._manner.event}\0{content}".encode()).hexdigest()[:32]
        names = {"userId": self._who, "anonymousId": self._also}
        return {
            "type": "track",
            **{key: cells[name] for key, name in names.items() if name in cells},
            "event": cells.get(self._what) or self._manner.event,
            "messageId": cells.get(self._identity) or f"history-{digest}",
            "timestamp": at.isoformat(),
            "properties": {n: _typed(n, v) for n, v in said.items() if not n.startswith(TRAIT)},
            "context": {
                **({} if self._manner.asks else {"history": True}),
                **({"traits": traits} if traits else {}),
            },
        }

    def _read_time(
        self, cells: Mapping[str, str], fault: Callable[[str, str], None]
    ) -> datetime | None:
        written = cells.get(self._when, "")
        at = read_time(written, self._manner.zone)
        if at is None:
            said = f"{written[:_SHOWN]!r} is no time" if written else "it is empty"
            fault(self._when, f"{said}; write 2026-11-22T09:30:00+02:00, or 2026-11-22 09:30")
        elif at > self._manner.now:
            fault(self._when, f"{written[:_SHOWN]!r} lies in the future")
            return None
        return at

    def _check_names(self, cells: Mapping[str, str], fault: Callable[[str, str], None]) -> None:
        if self._who not in cells and self._also not in cells:
            fault(self._who or self._also, "it is empty: whose event is it?")
        for column, most in ((self._who, MAX_ID), (self._also, MAX_ID)):
            if len(cells.get(column, "")) > most:
                fault(column, f"it is over {most} characters")
        if len(cells.get(self._identity, "")) >= MAX_MESSAGE_ID:
            fault(self._identity, f"it must be under {MAX_MESSAGE_ID} characters")
        if self._what not in cells and not self._manner.event:
            fault(self._what, "it is empty: what happened?")

    def _missing(self) -> Iterator[Fault]:
        said = ", ".join(self._names) or "nothing"
        if not self._who and not self._also:
            yield Fault(line=1, reason=f"no column is called {WHO[0]}; it says: {said}")
        if not self._what and not self._manner.event:
            reason = f"no column is called {WHAT[0]}; add one, or say --event 'Call Ended'"
            yield Fault(line=1, reason=reason)
        if not self._when:
            yield Fault(line=1, reason=f"no column is called {WHEN[0]}: when was it?")
        for name in {name for name in self._names if self._names.count(name) > 1}:
            yield Fault(line=1, reason=f"the column {name[:_SHOWN]!r} stands twice")

    def _find(self, wanted: tuple[str, ...]) -> str:
        return next((name for name in wanted if name in self._names), "")

    def _place(self, column: str) -> str:
        return f"column {self._names.index(column) + 1} ({column})"


def _read_lines(source: TextIO, manner: Manner) -> Iterator[tuple[int, Read]]:
    for number, line in enumerate(source, 1):
        if line.strip():
            yield number, _read_line(number, line, manner)


def _read_line(number: int, line: str, manner: Manner) -> Read:
    try:
        item = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        reason = f"this is not JSON: {error.msg}"
        return [Fault(line=number, column=f"column {error.colno}", reason=reason)]
    if not isinstance(item, dict):
        return [Fault(line=number, reason="an event must be a JSON object: {...}")]
    item.setdefault("type", "track")
    if manner.event:
        item.setdefault("event", manner.event)
    digest = hashlib.sha256(line.strip().encode()).hexdigest()[:32]
    item["messageId"] = item.get("messageId") or f"history-{digest}"
    faults = [*_time_faults(number, item, manner)]
    reason = _unusable(item)
    if reason:
        faults.append(Fault(line=number, reason=reason))
    if faults:
        return faults
    context = item.get("context") if isinstance(item.get("context"), dict) else {}
    return {**item, "context": {**(context or {}), **({} if manner.asks else {"history": True})}}


def _time_faults(number: int, item: dict[str, Any], manner: Manner) -> Iterator[Fault]:
    """Put the time of a call into one that means the same anywhere; say what is wrong with it."""
    written = item.get("timestamp") or item.get("originalTimestamp")
    at = read_time(written, manner.zone) if isinstance(written, str) else None
    if at is None:
        said = f"{str(written)[:_SHOWN]!r} is no time" if written else "it is missing"
        reason = f"{said}; write 2026-11-22T09:30:00+02:00"
        yield Fault(line=number, column="timestamp", reason=reason)
    elif at > manner.now:
        reason = f"{str(written)[:_SHOWN]!r} lies in the future"
        yield Fault(line=number, column="timestamp", reason=reason)
    else:
        # When the call was sent once says nothing of the clock it is sent by now.
        item["timestamp"] = at.isoformat()
        item.pop("sentAt", None)


def read_time(written: str, zone: ZoneInfo) -> datetime | None:
    """Read ISO 8601, in ``zone`` where it says none; a day alone is its first moment. None for
    anything else.
    """
    try:
        found = datetime.fromisoformat(written.strip())
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _unusable(item: dict[str, Any]) -> str:
    """Give why the intake could not use an item, "" where it can."""
    read = read_items([item], {}, received_at=datetime.now(UTC), new_id=str)
    return read.unusable[0].reason if read.unusable else ""


def _typed(name: str, value: str) -> object:
    """Give a cell as what it looks like, for conditions: a number, yes or no, else its text."""
    if name in NAMES:
        return value
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    if _WHOLE.fullmatch(value):
        return int(value)
    return float(value) if _DECIMAL.fullmatch(value) else value
