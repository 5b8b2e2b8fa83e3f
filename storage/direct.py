"""A database of one caller's own, in its own thread.

What serves many waits for nobody: each statement goes to a thread and its answer comes back. Where
one caller does one thing after the other, as a rehearsal does, the way there and back is most of
the work. Nothing here outlives a crash, and nothing here is ever run by two tasks at once.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from storage.database import Database
from storage.sql import Backend, Session

T = TypeVar("T")

_PRAGMAS = (
    "journal_mode = MEMORY",
    "synchronous = OFF",
    "locking_mode = EXCLUSIVE",
    "cache_size = -64000",  # KiB
    "temp_store = MEMORY",
    "foreign_keys = ON",
)
_STATEMENTS_KEPT = 400


class Direct(Database):
    """A SQLite file, opened without a thread of its own."""

    def __init__(self, path: Path, zone: ZoneInfo) -> None:
        super().__init__(Backend.SQLITE, None, zone)
        self._connection = sqlite3.connect(
            path, isolation_level=None, cached_statements=_STATEMENTS_KEPT
        )
        for pragma in _PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        client = cast("BaseDBAsyncClient", _Client(self._connection))
        self._direct = Session(client, Backend.SQLITE, zone)

    async def run(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run statements that need no transaction."""
        return await work(self._direct)

    async def read(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run reading statements."""
        return await work(self._direct)

    async def transact(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run ``work`` in one transaction: it commits or rolls back whole."""
        self._connection.execute("BEGIN")
        try:
            result = await work(self._direct)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return result

    async def close(self) -> None:
        """Let go of the file. May be called twice."""
        self._connection.close()


class _Client:
    """What a `Session` asks of a client, without waiting for anything."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def execute_query_dict(
        self, text: str, values: Sequence[Any] = ()
    ) -> list[dict[str, Any]]:
        cursor = self._connection.execute(text, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    async def execute_query(self, text: str, values: Sequence[Any] = ()) -> tuple[int, list[Any]]:
        cursor = self._connection.execute(text, values)
        rows = cursor.fetchall()
        return max(cursor.rowcount, len(rows)), rows

    async def execute_many(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        self._connection.executemany(text, rows)
