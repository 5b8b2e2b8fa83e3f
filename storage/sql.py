"""One SQL text for two databases.

A statement is written once, in PostgreSQL's words, and turned into SQLite's at import:

    $1, $1::bigint                       ?1
    = ANY($1::text[])                    IN (SELECT value FROM json_each(?1))
    ROWS($1: id bigint, name text) AS v  the batch $1 as a table: one JSON parameter whatever its
                                         size, so the text is constant and its plan is kept
    FOR UPDATE, FOR NO KEY UPDATE        nothing: one process owns the SQLite file and each
                                         transaction begins with BEGIN IMMEDIATE
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from storage.codec import clean_text, dump_json, load_json

_ROWS = re.compile(r"ROWS\(\$(\d+): ([^)]*)\) AS (\w+)")
_LIST = re.compile(r"= ANY\(\$(\d+)::\w+\[\]\)")
_LOCK = re.compile(r"\s+FOR (?:NO KEY )?UPDATE(?: OF \w+)?(?: SKIP LOCKED)?")
_PARAMETER = re.compile(r"\$(\d+)(?:::\w+)?")


Batch = Sequence[Mapping[str, Any]]
"""Rows: column name -> value."""


MANY = 100
"""Rows from which on binding them one by one is worth two statements more (SQLite)."""


class Backend(StrEnum):
    """The databases we run on."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement in both dialects; "" where it has nothing to do.

    ``batches`` says which parameters are batches, and their columns in order.
    For an insert, ``each`` is SQLite's text for one row, ``top`` gives the last row's number, and
    ``new`` gives of the rows above that what RETURNING would.
    """

    postgres: str
    sqlite: str
    batches: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    each: str = ""
    top: str = ""
    new: str = ""


def statement(text: str) -> Statement:
    """Give the statement of a text in PostgreSQL's words."""
    text = " ".join(text.split())
    postgres = _ROWS.sub(r"json_to_recordset($\1::json) AS \3(\2)", text)
    sqlite = _LOCK.sub("", text)
    sqlite = _LIST.sub(r"IN (SELECT value FROM json_each(?\1))", sqlite)
    sqlite = _ROWS.sub(_sqlite_rows, sqlite)
    return Statement(
        postgres=postgres,
        sqlite=_PARAMETER.sub(r"?\1", sqlite),
        batches={int(m[1]): column_names(m[2]) for m in _ROWS.finditer(text)},
    )


def lock(text: str) -> Statement:
    """Give a statement that only takes locks: on SQLite there is nothing to do."""
    return replace(statement(text), sqlite="")


def insert(table: str, columns: str, tail: str = "") -> Statement:
    """Give the insert of a batch.

    ``columns`` are names with types as in ``ROWS``; ``tail`` is what follows (ON CONFLICT …).
    """
    names = column_names(columns)
    picked = ", ".join(f"v.{name}" for name in names)
    into = f"INSERT INTO {table} ({', '.join(names)})"
    # WHERE true: SQLite cannot tell ON CONFLICT from a join's ON without it.
    batch = statement(f"{into} SELECT {picked} FROM ROWS($1: {columns}) AS v WHERE true {tail}")  # noqa: S608 - made of constants only
    conflict, _, given = tail.partition("RETURNING ")
    marks = ", ".join("?" * len(names))
    return replace(
        batch,
        each=f"{into} VALUES ({marks}) {conflict}",
        top=f"SELECT COALESCE(MAX(rowid), 0) AS top FROM {table}" if given else "",  # noqa: S608
        new=f"SELECT {given} FROM {table} WHERE rowid > ?1" if given else "",  # noqa: S608
    )


def column_names(columns: str) -> tuple[str, ...]:
    """Give the names of a list of columns with types."""
    return tuple(column.split()[0] for column in columns.split(","))


def select_list(columns: str, table: str, prefix: str = "") -> str:
    """Give ``t.a AS p_a, t.b AS p_b`` for a list of columns with types."""
    return ", ".join(f"{table}.{name} AS {prefix}{name}" for name in column_names(columns))


def _sqlite_rows(match: re.Match[str]) -> str:
    number, columns, alias = match.groups()
    picked = ", ".join(
        f"json_extract(value, '$[{place}]') AS {name}"
        for place, name in enumerate(column_names(columns))
    )
    return f"(SELECT {picked} FROM json_each(?{number})) AS {alias}"  # noqa: S608 - constants only


class Session:
    """Where statements are run: a connection, or the one of a transaction.

    ``zone`` is the service's time zone: it says on which day something happened.
    """

    def __init__(self, client: BaseDBAsyncClient, backend: Backend, zone: ZoneInfo) -> None:
        self.client = client
        self.backend = backend
        self.zone = zone

    async def fetch(self, wanted: Statement, *values: Any) -> list[dict[str, Any]]:
        """Run a statement and give its rows."""
        text = self._text(wanted)
        if not text:
            return []
        if wanted.new and self.backend is Backend.SQLITE and len(values[0]) >= MANY:
            return await self._put_and_fetch(wanted, values[0])
        return await self.client.execute_query_dict(text, self._values(wanted, values))

    async def run(self, wanted: Statement, *values: Any) -> int:
        """Run an INSERT, UPDATE or DELETE and give the number of rows it touched; for an insert
        those it was given.
        """
        text = self._text(wanted)
        if not text:
            return 0
        if wanted.each and self.backend is Backend.SQLITE:
            await self._put(wanted, values[0])
            return len(values[0])
        count, _ = await self.client.execute_query(text, self._values(wanted, values))
        return count

    async def _put(self, wanted: Statement, batch: Batch) -> None:
        """Bind row by row: SQLite takes an invitation in 7 µs that way, and in 17 out of JSON."""
        clean = load_json(self._batch(batch, wanted.batches[1]))
        await self.client.execute_many(wanted.each, [[_bound(v) for v in row] for row in clean])

    async def _put_and_fetch(self, wanted: Statement, batch: Batch) -> list[dict[str, Any]]:
        """Do that where the new rows are asked for: they are those above the last one. We are in a
        transaction that began by taking SQLite's one write lock, so nobody else adds any.
        """
        top = await self.client.execute_query_dict(wanted.top)
        await self._put(wanted, batch)
        return await self.client.execute_query_dict(wanted.new, [top[0]["top"]])

    def _text(self, wanted: Statement) -> str:
        return wanted.postgres if self.backend is Backend.POSTGRES else wanted.sqlite

    def _values(self, wanted: Statement, values: Sequence[Any]) -> list[Any]:
        return [
            self._batch(value, wanted.batches[number])
            if number in wanted.batches
            else self._value(value)
            for number, value in enumerate(values, 1)
        ]

    def _batch(self, batch: Batch, columns: tuple[str, ...]) -> str:
        if self.backend is Backend.POSTGRES:
            return dump_json(batch)
        # SQLite finds an array's element faster than an object's.
        return dump_json([[row[name] for name in columns] for row in batch])

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return clean_text(value)
        if isinstance(value, list):
            if self.backend is Backend.SQLITE:
                return dump_json(value)
            return [clean_text(v) if isinstance(v, str) else v for v in value]
        return value


def _bound(value: Any) -> Any:
    return dump_json(value) if isinstance(value, (dict, list)) else value
