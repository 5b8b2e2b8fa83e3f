"""One SQL text for two databases.

A statement is written once, in PostgreSQL's words, and turned into SQLite's at import:

    $1, $1::bigint                       ?1
    = ANY($1::text[])                    IN (SELECT value FROM json_each(?1))
    ROWS($1: id bigint, name text) AS v  the JSON array $1 of objects, as a table: one parameter
                                         whatever the batch, so the text is constant and cached
    FOR UPDATE, FOR NO KEY UPDATE        nothing: one process owns the SQLite file and each
                                         transaction begins with BEGIN IMMEDIATE
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from storage.codec import clean_text, dump_json

_ROWS = re.compile(r"ROWS\(\$(\d+): ([^)]*)\) AS (\w+)")
_LIST = re.compile(r"= ANY\(\$(\d+)::\w+\[\]\)")
_LOCK = re.compile(r"\s+FOR (?:NO KEY )?UPDATE(?: OF \w+)?(?: SKIP LOCKED)?")
_PARAMETER = re.compile(r"\$(\d+)(?:::\w+)?")


class Backend(StrEnum):
    """The databases we run on."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement in both dialects; "" where it has nothing to do."""

    postgres: str
    sqlite: str


def statement(text: str) -> Statement:
    """Give the statement of a text in PostgreSQL's words."""
    text = " ".join(text.split())
    postgres = _ROWS.sub(r"json_to_recordset($\1::json) AS \3(\2)", text)
    sqlite = _LOCK.sub("", text)
    sqlite = _LIST.sub(r"IN (SELECT value FROM json_each(?\1))", sqlite)
    sqlite = _ROWS.sub(_sqlite_rows, sqlite)
    return Statement(postgres=postgres, sqlite=_PARAMETER.sub(r"?\1", sqlite))


def lock(text: str) -> Statement:
    """Give a statement that only takes locks: on SQLite there is nothing to do."""
    return Statement(postgres=statement(text).postgres, sqlite="")


def insert(table: str, columns: str, tail: str = "") -> Statement:
    """Give the insert of a batch: one JSON parameter with an array of objects.

    ``columns`` are names with types as in ``ROWS``; ``tail`` is what follows (ON CONFLICT …).
    """
    names = column_names(columns)
    picked = ", ".join(f"v.{name}" for name in names)
    # WHERE true: SQLite cannot tell ON CONFLICT from a join's ON without it.
    return statement(
        f"INSERT INTO {table} ({', '.join(names)})"  # noqa: S608 - made of constants only
        f" SELECT {picked} FROM ROWS($1: {columns}) AS v WHERE true {tail}"
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
        f"json_extract(value, '$.{name}') AS {name}" for name in column_names(columns)
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
        return await self.client.execute_query_dict(text, [self._value(v) for v in values])

    async def run(self, wanted: Statement, *values: Any) -> int:
        """Run an INSERT, UPDATE or DELETE and give the number of rows it touched."""
        text = self._text(wanted)
        if not text:
            return 0
        count, _ = await self.client.execute_query(text, [self._value(v) for v in values])
        return count

    def _text(self, wanted: Statement) -> str:
        return wanted.postgres if self.backend is Backend.POSTGRES else wanted.sqlite

    def _value(self, value: Any) -> Any:
        if isinstance(value, str) and not isinstance(value, Batch):
            return clean_text(value)
        if isinstance(value, list):
            if self.backend is Backend.SQLITE:
                return dump_json(value)
            return [clean_text(v) if isinstance(v, str) else v for v in value]
        return value


class Batch(str):
    """A batch as the one JSON parameter ``ROWS`` takes; clean already."""

    __slots__ = ()


def rows(items: Sequence[Mapping[str, Any]]) -> Batch:
    """Give a batch of rows, column name -> value."""
    return Batch(dump_json(items))
