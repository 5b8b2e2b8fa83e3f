"""Audiences: whom a campaign asks, by a condition, by the people a file lists, or by both.

A file is a table (CSV) in the folder of config.yaml, whose first row names the columns. Each row is
one person: by the business's own id, or where that is empty by an address on a channel. Other
columns are passed over. What a row holds is people's data: faults name its line and never quote it.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, TextIO

from email_validator import EmailNotValidError, validate_email
from pydantic import Field, PlainValidator

from bot.config.faults import Fault, nearest, quote
from bot.config.model import Registry
from bot.config.place import Place
from bot.config.reading import CLOSED, read_block
from bot.config.shape import Line, read_audience
from bot.config.units import UnfitError
from channels.phone import to_e164
from surveys.condition import Condition
from surveys.contact import address_value
from surveys.roster import Name, Roster, make_roster

ID_COLUMNS = ("user_id", "userId", "id")
DELIMITERS = ",;\t"
"""Excel writes semicolons where the comma is a decimal sign, which is most of Europe."""
SHOWN = 20
"""Faulty rows of one file that are named."""


@dataclass(frozen=True, kw_only=True)
class AudienceShape:
    """``audience:`` written as a block."""

    SECTION: ClassVar = "audience"
    __pydantic_config__: ClassVar = CLOSED

    csv: Line
    if_: Annotated[Condition | None, PlainValidator(read_audience), Field(alias="if")] = None


SHAPES = (AudienceShape,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: the line it ends on, and by what names it calls its person; ``fault`` says what is
    wrong with one that calls them nothing we could use.
    """

    line: int
    names: tuple[Name, ...] = ()
    fault: str = ""


def read_whom(
    place: Place, folder: Path, registry: Registry
) -> tuple[Condition | None, Roster | None]:
    """Give the condition and the list of an audience; (None, None) is everybody, and also what
    is given for one with faults.
    """
    if not place.exists:
        return None, None
    if isinstance(place.value, str) and place.value.strip().lower().endswith(".csv"):
        hint = f"write audience: {{ csv: {place.value.strip()} }}"
        place.fault("a file of people is named by csv", hint=hint)
        return None, None
    if not isinstance(place.value, Mapping):
        try:
            return read_audience(place.value), None
        except UnfitError as error:
            place.fault(error.message, hint=error.hint, column=error.column)
            return None, None
    shape = read_block(AudienceShape, place)
    if shape is None:
        return None, None
    return shape.if_, _read_roster(place.at("csv"), shape.csv, folder, registry)


def read_rows(source: TextIO, registry: Registry) -> Iterator[Row]:
    """Give the rows of a file; empty ones are passed over.

    :raises UnfitError: where its first row names no column that says who somebody is.
    :raises csv.Error: where it is no table.
    """
    head = source.readline()
    source.seek(0)
    rows = csv.reader(source, strict=True, delimiter=max(DELIMITERS, key=head.count))
    columns = [name.strip() for name in next(rows, [])]
    readers = _readers(columns, registry)
    for cells in rows:
        if any(cell.strip() for cell in cells):
            yield _read_row(rows.line_num, cells, len(columns), readers)


Reader = tuple[int, str, tuple[str, ...]]
"""The place of a column, its name, and the channels whose address it holds: none for an id."""


def _readers(columns: Sequence[str], registry: Registry) -> list[Reader]:
    """Give the columns that say who somebody is, the business's own id first."""
    by_trait: dict[str, tuple[str, ...]] = {}
    for channel in registry:
        trait = str(getattr(registry[channel], "trait", ""))
        by_trait[trait] = (*by_trait.get(trait, ()), channel)
    ids = [(columns.index(name), name, ()) for name in ID_COLUMNS if name in columns][:1]
    found: list[Reader] = [
        *ids,
        *((place, name, by_trait[name]) for place, name in enumerate(columns) if name in by_trait),
    ]
    if not found:
        known = [*ID_COLUMNS[:1], *sorted(set(by_trait) - {""})]
        close = next((near for name in columns if (near := nearest(name, known))), "")
        hint = f"did you mean {quote(close)}?" if close else f"one of: {', '.join(known)}"
        raise UnfitError("no column of the first row says who somebody is", hint=hint)
    return found


def _read_row(line: int, cells: Sequence[str], width: int, readers: Sequence[Reader]) -> Row:
    if len(cells) > width:
        return Row(line=line, fault="it has more columns than the first row")
    for place, column, channels in readers:
        said = cells[place].strip() if place < len(cells) else ""
        if not said:
            continue
        if not channels:
            return Row(line=line, names=(("", f"user:{said}"),))
        value = _address(column, said)
        if not value:
            return Row(line=line, fault=f"{column} is not an address")
        return Row(line=line, names=tuple((c, address_value(c, value)) for c in channels))
    return Row(line=line, fault=f"{' and '.join(name for _, name, _ in readers)}: nothing is there")


def _address(column: str, said: str) -> str:
    """Give an address as it is kept, "" for none."""
    try:
        if column == "email":
            validate_email(said, check_deliverability=False)
        return to_e164(said) if column == "phone" else said
    except (EmailNotValidError, ValueError):
        return ""


def _read_roster(place: Place, name: str, folder: Path, registry: Registry) -> Roster | None:
    path = _inside(place, name, folder)
    if path is None:
        return None
    bad: list[Row] = []

    def lines(source: TextIO) -> Iterator[tuple[Name, ...]]:
        for row in read_rows(source, registry):
            if row.fault:
                bad.append(row)
            yield row.names

    try:
        with path.open(newline="", encoding="utf-8-sig") as source:
            roster = make_roster(name, lines(source))
    except (UnfitError, OSError, UnicodeDecodeError, csv.Error) as error:
        _report(place, name, error)
        return None
    for row in bad[:SHOWN]:
        fault = Fault(file=name, line=row.line, column=1, message=row.fault)
        place.findings.faults.append(fault)
    if len(bad) > SHOWN:
        place.fault(f"{len(bad)} rows of {quote(name)} have faults; the first {SHOWN} are named")
    elif not roster.lines:
        place.advise(f"{quote(name)} lists nobody", hint="put a row for each person into it")
    return None if bad else roster


def _report(place: Place, name: str, error: Exception) -> None:
    if isinstance(error, UnfitError):
        fault = Fault(file=name, line=1, column=1, message=error.message, hint=error.hint)
        place.findings.faults.append(fault)
    elif isinstance(error, UnicodeDecodeError):
        place.fault(f"{quote(name)} is not UTF-8 text", hint="save it as CSV UTF-8")
    elif isinstance(error, csv.Error):
        place.fault(f"{quote(name)} is no table: {error}", hint="save it as CSV")
    else:
        reason = getattr(error, "strerror", "") or "it cannot be read"
        place.fault(f"{quote(name)} cannot be read: {reason}", hint="check the rights of the file")


def _inside(place: Place, name: str, folder: Path) -> Path | None:
    """Give the file of that name below the folder, None where there is none that may be read."""
    root, below = folder.resolve(), Path(name)
    if below.is_absolute() or ".." in below.parts or not name.lower().endswith(".csv"):
        hint = "write a path below the folder of config.yaml, such as customers.csv"
        place.fault(f"{quote(name)} is not a CSV file of this configuration", hint=hint)
        return None
    path = (root / below).resolve()
    if path.is_file() and path.is_relative_to(root):
        return path
    others = [file.relative_to(root).as_posix() for file in sorted(root.rglob("*.csv"))[:200]]
    close = nearest(name, others)
    hint = f"did you mean {quote(close)}?" if close else "check the path and the spelling"
    place.fault(f"there is no file {quote(name)}", hint=hint)
    return None
