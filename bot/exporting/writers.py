"""Writers: rows into a file of one format, a page at a time, in bounded memory.

Somebody else's words are never a formula: what a spreadsheet would run from a CSV file is led by an
apostrophe, and in XLSX it is a text. JSON lines and Parquet have types and stay as they are.
https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import orjson

from bot.exporting.columns import Cell, Column, Kind
from surveys.errors import AfterwordError

ROWS_A_SHEET = 1_048_575
"""Rows below the head of one sheet: Excel's limit of 2^20, less the head."""

_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full width ones too
_LONGEST_CELL = 32_767  # characters, of Excel
_NO_TEXT = {code: None for code in range(32) if code not in (9, 10, 13)}

Rows = Sequence[Sequence[Cell]]


class ExportError(AfterwordError):
    """An export cannot be written, and why."""


class Writer(Protocol):
    """Takes the pages of one table, then is closed."""

    def write(self, rows: Rows) -> None:
        """Add rows."""

    def close(self) -> None:
        """Finish the file."""


class CsvWriter:
    """RFC 4180, UTF-8 with the mark by which Excel knows it."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow([column.name for column in columns])
        self._spell = [_SPELLED.get(column.kind, str) for column in columns]

    def write(self, rows: Rows) -> None:
        self._csv.writerows(
            [
                "" if cell is None else spell(cell)
                for spell, cell in zip(self._spell, row, strict=True)
            ]
            for row in rows
        )

    def close(self) -> None:
        self._file.close()


class JsonWriter:
    """One JSON object a line."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self._file = path.open("wb")
        self._names = [column.name for column in columns]

    def write(self, rows: Rows) -> None:
        lines = (orjson.dumps(dict(zip(self._names, row, strict=True))) for row in rows)
        self._file.write(b"".join(line + b"\n" for line in lines))

    def close(self) -> None:
        self._file.close()


class XlsxWriter:
    """A workbook whose rows are written through; a full sheet is followed by another."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        from xlsxwriter import Workbook  # noqa: PLC0415 - 70 ms that other formats need not pay

        # No string is looked into for a formula, a link or a number.
        plain = {"strings_to_formulas": False, "strings_to_urls": False}
        self._book: Any = Workbook(str(path), {"constant_memory": True, **plain})
        self._head = self._book.add_format({"bold": True})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._columns = columns
        self._sheet: Any = None
        self._row = 0
        self._begin_sheet()

    def write(self, rows: Rows) -> None:
        for row in rows:
            if self._row > ROWS_A_SHEET:
                self._begin_sheet()
            for place, cell in enumerate(row):
                self._put(place, cell)
            self._row += 1

    def close(self) -> None:
        self._book.close()

    def _begin_sheet(self) -> None:
        self._sheet = self._book.add_worksheet()
        for place, column in enumerate(self._columns):
            self._sheet.write_string(0, place, column.name, self._head)
            if column.kind is Kind.TIME:
                self._sheet.set_column(place, place, 19)
        self._row = 1

    def _put(self, place: int, cell: Cell) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, bool):
            self._sheet.write_boolean(self._row, place, cell)
        elif isinstance(cell, int | float):
            self._sheet.write_number(self._row, place, cell)
        elif isinstance(cell, datetime):
            naive = cell.astimezone(UTC).replace(tzinfo=None)
            self._sheet.write_datetime(self._row, place, naive, self._time)
        else:
            text = cell.translate(_NO_TEXT)[:_LONGEST_CELL]
            self._sheet.write_string(self._row, place, text)


class ParquetWriter:
    """Typed columns, compressed, by DuckDB: rows wait as JSON lines beside the file until then."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        try:
            import duckdb  # noqa: PLC0415 - an extra that few need
        except ImportError:
            raise ExportError(
                "parquet needs DuckDB: pip install 'afterword[parquet]'; csv, xlsx and jsonl do not"
            ) from None
        self._duckdb, self._path, self._columns = duckdb, path, columns
        self._waiting = path.with_name(f"{path.name}.rows")
        self._lines = JsonWriter(self._waiting, columns)

    def write(self, rows: Rows) -> None:
        self._lines.write(rows)

    def close(self) -> None:
        self._lines.close()
        types = ", ".join(f"'{c.name}': '{_DUCK[c.kind]}'" for c in self._columns)
        form = f"format='newline_delimited', columns={{{types}}}"
        # Paths are quoted; names and types are our own constants.
        copy = (
            f"COPY (SELECT * FROM read_json({_quoted(self._waiting)}, {form}))"  # noqa: S608
            f" TO {_quoted(self._path)} (FORMAT parquet, ROW_GROUP_SIZE 30000)"
        )
        database = self._duckdb.connect()
        try:
            database.execute("SET memory_limit='192MB'; SET threads=1; SET TimeZone='UTC'")
            database.execute(copy)
        finally:
            database.close()
            self._waiting.unlink(missing_ok=True)


WRITERS: Mapping[str, Callable[[Path, Sequence[Column]], Writer]] = {
    "csv": CsvWriter,
    "xlsx": XlsxWriter,
    "jsonl": JsonWriter,
    "parquet": ParquetWriter,
}
"""Format -> its writer."""

_DUCK = {
    Kind.TEXT: "VARCHAR",
    Kind.NUMBER: "DOUBLE",
    Kind.INTEGER: "BIGINT",
    Kind.FLAG: "BOOLEAN",
    Kind.TIME: "TIMESTAMPTZ",
}


def harmless(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula, however it is blanked at its start."""
    return f"'{text}" if text.lstrip(" ").startswith(_TRIGGERS) else text


def _csv_text(text: Any) -> str:
    if text[:1].isalnum() and "\0" not in text:  # most there is, at a tenth of the price
        return str(text)
    return harmless(text.replace("\0", ""))


def _csv_time(moment: Any) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _csv_number(number: Any) -> str:
    if isinstance(number, float):
        whole = number.is_integer() and abs(number) < 1e15
        return f"{number:.0f}" if whole else repr(number)
    return str(number)


_SPELLED: Mapping[Kind, Callable[[Any], str]] = {
    Kind.TEXT: _csv_text,
    Kind.TIME: _csv_time,
    Kind.NUMBER: _csv_number,
    Kind.FLAG: lambda flag: "true" if flag else "false",
}


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
