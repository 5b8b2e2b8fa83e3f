"""Copying a PostgreSQL store into a SQLite file, table by table, as it is at one moment."""

import sqlite3
from pathlib import Path
from typing import Any

import asyncpg

from storage.errors import StoreUnavailable

_ROWS = 2000
_LEFT_OUT = frozenset(
    {"schema_version", "inbound", "decision", "early_status", "held_press", "link_signal"}
)
"""What is of no weight for whom to ask, and may be large."""


async def copy_postgres(url: str, to: Path) -> None:
    """Fill an empty store at ``to`` from the server's: one transaction that may only read.

    :raises StoreUnavailable: where the server cannot be read, or its schema is another one.
    """
    target = sqlite3.connect(to, isolation_level=None)
    try:
        target.execute("PRAGMA synchronous = OFF")
        target.execute("BEGIN")
        connection = await asyncpg.connect(url)
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                for table, columns in _tables(target).items():
                    await _copy_table(connection, target, table, columns)
        finally:
            await connection.close()
        target.execute("COMMIT")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StoreUnavailable(f"the store could not be copied: {type(error).__name__}") from None
    finally:
        target.close()


def _tables(target: sqlite3.Connection) -> dict[str, list[str]]:
    """Give the tables to fill, each with its columns."""
    found = target.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    names = [n for (n,) in found if n not in _LEFT_OUT and not n.startswith("sqlite_")]
    return {
        name: [column[1] for column in target.execute(f"PRAGMA table_info({name})")]
        for name in names
    }


async def _copy_table(
    connection: "asyncpg.Connection[Any]",
    target: sqlite3.Connection,
    table: str,
    columns: list[str],
) -> None:
    listed = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join("?" * len(columns))
    target.execute(f"DELETE FROM {table}")  # noqa: S608 - a table's name from the schema itself
    put = f"INSERT INTO {table} ({listed}) VALUES ({marks})"  # noqa: S608 - the same
    batch: list[tuple[Any, ...]] = []
    async for record in connection.cursor(f"SELECT {listed} FROM {table}", prefetch=_ROWS):  # noqa: S608 - the same
        batch.append(tuple(record.values()))
        if len(batch) == _ROWS:
            target.executemany(put, batch)
            batch.clear()
    target.executemany(put, batch)
