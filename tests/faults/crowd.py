"""A crowd: customers by the million, put into an empty store in seconds, and what it says of them.

Only the databases' own bulk loading is that fast; the rows are those that a million identify calls
would have left.
"""

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

import asyncpg

from storage.store import Store

_PEOPLE = """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
    INSERT INTO contact (language, timezone, attributes)
    SELECT 'en', NULL, {json} FROM n
"""
_TRAITS = """'{"plan": "pro", "email": "customer' || i || '@example.com"}'"""
_KEYS = "INSERT INTO contact_key (key, contact_id) SELECT 'user:u' || id, id FROM contact"
_ADDRESSES = """
    INSERT INTO address (channel, value, contact_id, status, position)
    SELECT 'email', 'customer' || id || '@example.com', id, 'ok', 0 FROM contact
"""


class Books:
    """A store's tables, read beside the service that runs on them."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def make(self, count: int) -> None:
        """Make the store anew with that many customers."""
        await (await Store.open(self.url)).close()
        await self.change("DELETE FROM contact")
        traits = f"CAST({_TRAITS} AS jsonb)" if self._is_postgres else _TRAITS
        await self.change(_PEOPLE.format(count=count, json=traits))
        await self.change(_KEYS)
        await self.change(_ADDRESSES)
        if self._is_postgres:
            await self.change("ANALYZE contact, contact_key, address")

    async def change(self, text: str) -> None:
        """Run one statement."""
        await self._run(text)

    async def ask(self, query: str) -> int:
        """Give the one number a query is for."""
        rows = await self._run(query)
        return int(rows[0][0] or 0) if rows else 0

    @property
    def _is_postgres(self) -> bool:
        return self.url.startswith("postgres")

    async def _run(self, text: str) -> Any:
        if not self._is_postgres:
            return await asyncio.to_thread(self._run_sqlite, text)
        connection = await asyncpg.connect(self.url)
        try:
            return await connection.fetch(text)
        finally:
            await connection.close()

    def _run_sqlite(self, text: str) -> Any:
        path = self.url.removeprefix("sqlite://")
        with closing(sqlite3.connect(path, timeout=60)) as book, book:
            return book.execute(text).fetchall()
