"""Tortoise's two clients, with transactions that cannot be left behind.

Tortoise's own keep the lock (SQLite) or the pool's connection (PostgreSQL) for ever when BEGIN
fails, begin SQLite transactions in the mode that cannot wait for another writer, and leave a
SQLite transaction open when its COMMIT fails. This module is an engine in Tortoise's sense.
"""

import sqlite3
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    BaseDBAsyncClient,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections


class _SqliteTransaction(SqliteTransactionWrapper):
    async def begin(self) -> None:
        await self._connection.execute("BEGIN IMMEDIATE")

    async def commit(self) -> None:
        try:
            await super().commit()
        except sqlite3.Error:
            await self._connection.rollback()
            self._finalized = True
            raise


class _SqliteContext(SqliteTransactionContext):
    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        client: TransactionalDBClient = self.connection
        return client


class FileClient(SqliteClient):
    """SQLite: one connection, one writer."""

    def _in_transaction(self) -> TransactionContext:
        return _SqliteContext(_SqliteTransaction(self), self._lock)


class _PostgresContext(TransactionContextPooled):
    client: Any

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool: asyncpg.Pool[Any] = self.client._parent._pool  # noqa: SLF001 - Tortoise has no accessor
        connection = await pool.acquire()
        self.client._connection = connection  # noqa: SLF001 - as Tortoise's own context does
        try:
            await self.client.begin()
        except BaseException:
            await pool.release(connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        client: TransactionalDBClient = self.client
        return client


class ServerClient(AsyncpgDBClient):
    """PostgreSQL: a pool of connections."""

    def _in_transaction(self) -> TransactionContext:
        return _PostgresContext(TransactionWrapper(self), self._pool_init_lock)


def get_client_class(db_info: dict[str, Any]) -> type[BaseDBAsyncClient]:
    """Give the client for a connection's settings (the name Tortoise looks for)."""
    return FileClient if "file_path" in db_info["credentials"] else ServerClient
