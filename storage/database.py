"""The database: opened once, entered only through shielded tasks, closed when all have ended.

Three traps of Tortoise shape this file. A cancelled ``in_transaction()`` wedges the database for
ever, so nothing that touches it runs in a task somebody else may cancel. Its context belongs to
the task that opened it, so each of our tasks enters the context itself. Its statement cache is
shared by all connections of one name, so each dialect has a name of its own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar, copy_context
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tortoise import Tortoise
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext
from tortoise.exceptions import ConfigurationError
from tortoise.transactions import in_transaction

from storage.dues import release_claims
from storage.errors import StoreError, StoreMisconfigured, explain, is_deadlock
from storage.filelock import FileLock
from storage.migrate import check_schema, migrate
from storage.room import Room
from storage.sql import Backend, Session, statement

T = TypeVar("T")

log = logging.getLogger(__name__)

_INSIDE: ContextVar["Database | None"] = ContextVar("inside a transaction of", default=None)

_PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",  # a committed transaction survives a power cut
    "busy_timeout": 5000,
    "foreign_keys": "ON",
    "secure_delete": "ON",  # what is erased is overwritten, not merely left unused
    "journal_size_limit": 64 * 1024 * 1024,
    "cache_size": -16000,  # KiB
    "temp_store": "MEMORY",
}
_READERS = ("reader", "second reader")
"""Connections that read a SQLite file beside the one that writes: each has a thread of its own."""
_READING = {"busy_timeout": 5000, "cache_size": -4000, "query_only": "ON"}
_SERVER = {"application_name": "afterword", "jit": "off"}
_DEADLOCK_TRIES = 5


class Database:
    """One open database.

    ``path`` is the SQLite file, None for PostgreSQL and for a database in memory; ``room`` is what
    the disk has left for it.
    """

    def __init__(
        self, backend: Backend, path: Path | None, zone: ZoneInfo, *, beside: bool = False
    ) -> None:
        self._beside = beside
        self.backend = backend
        self.path = path
        self.zone = zone
        self._tortoise: TortoiseContext | None = None
        self._session: Session | None = None
        self._idle: asyncio.Queue[Session] | None = None
        self._lock = FileLock(path) if path and not beside else None
        self.room = Room(path)
        self._running: set[asyncio.Task[Any]] = set()
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, timezone: str = "UTC", *, beside: bool = False) -> "Database":
        """Open ``sqlite://path``, ``sqlite://:memory:`` or ``postgres://…`` and bring its schema up
        to date; ``beside`` a service that may be running it is left as it is, and no claim is
        touched.

        :raises StoreError: of the kind that says what to do; nothing stays open then.
        """
        backend, path = read_url(url)
        if beside and backend is Backend.SQLITE and not (path and path.exists()):
            raise StoreMisconfigured("there is no database yet: the service makes it when it runs")
        database = cls(backend, path, _read_zone(timezone), beside=beside)
        try:
            await database._start(url)
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Wait for what is running, then let go of everything. May be called twice."""
        self._session = None
        if self._closing is None:
            context = copy_context()
            if self._tortoise:
                context.run(self._tortoise.__enter__)
            self._closing = asyncio.create_task(self._close(), context=context)
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        while self._running:
            await asyncio.wait(set(self._running))
        if self._tortoise:
            await self._tortoise.close_connections()
            self._tortoise = None
        if self._lock:
            self._lock.release()

    async def run(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run statements that need no transaction, safe from cancellation."""
        session = self._opened()
        return await self._shielded(work(session))

    async def read(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run long reading statements where they hold nobody up: on a SQLite file that is one of
        two connections of their own, which see what is committed; others wait for their turn.
        """
        session = self._opened()
        if self._idle is None:
            return await self._shielded(work(session))
        return await self._shielded(self._take_turn(self._idle, work))

    async def _take_turn(
        self, idle: "asyncio.Queue[Session]", work: Callable[[Session], Awaitable[T]]
    ) -> T:
        reader = await idle.get()
        try:
            return await work(reader)
        finally:
            idle.put_nowait(reader)

    async def transact(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run ``work`` in one transaction, safe from cancellation: it commits or rolls back whole.

        Where PostgreSQL ends a deadlock by picking this transaction, ``work`` is run again. It must
        not await the network nor start tasks.
        """
        self._opened()
        return await self._shielded(self._transact(work))

    async def _transact(self, work: Callable[[Session], Awaitable[T]]) -> T:
        for tries_left in reversed(range(_DEADLOCK_TRIES)):
            try:
                _INSIDE.set(self)
                async with in_transaction(self.backend) as client:
                    return await work(Session(client, self.backend, self.zone))
            except Exception as error:
                if not (tries_left and is_deadlock(error)):
                    raise
        raise AssertionError("unreachable")

    async def _shielded(self, work: Awaitable[T]) -> T:
        async def body() -> T:
            try:
                return await work
            except Exception as error:
                clear = explain(error)
                if clear is None or clear is error:
                    raise
                raise clear from None  # the driver's text may quote people's data

        task = self._spawn(body())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_report)
            raise

    def _spawn(self, body: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        context = copy_context()
        if self._tortoise:
            context.run(self._tortoise.__enter__)
        task = asyncio.create_task(body, context=context)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _start(self, url: str) -> None:
        if self._lock:
            self._lock.acquire()
        self._tortoise = TortoiseContext()
        await self._shielded(self._connect(url))

    async def _connect(self, url: str) -> None:
        connections = {str(self.backend): _connection(self._credentials(url))}
        if self.path:
            reading = _connection({"file_path": str(self.path), **_READING})
            connections |= dict.fromkeys(_READERS, reading)
        models = {"models": ["storage.models"], "default_connection": str(self.backend)}
        context = await Tortoise.init(
            config={"connections": connections, "apps": {"storage": models}}
        )
        client = context.connections.get(self.backend)
        session = Session(client, self.backend, self.zone)
        if self.backend is Backend.POSTGRES:
            await _check_server(session)
        if self._beside:
            await check_schema(session)
        else:
            await migrate(session, self.path)
        if self.backend is Backend.SQLITE and not self._beside:
            await release_claims(session)
        if self.path:
            self._idle = asyncio.Queue()
            for name in _READERS:
                reader = context.connections.get(name)
                self._idle.put_nowait(Session(reader, self.backend, self.zone))
        self._session = session

    def _credentials(self, url: str) -> dict[str, Any]:
        if self.backend is Backend.SQLITE:
            return {"file_path": str(self.path or ":memory:"), **_PRAGMAS}
        try:
            found: dict[str, Any] = expand_db_url(url)["credentials"]
        except (ConfigurationError, ValueError):
            raise StoreMisconfigured("store: the postgres:// URL cannot be read") from None
        settings = {**_SERVER, **found.pop("server_settings", {})}
        return {"minsize": 1, "maxsize": 8, **found, "server_settings": settings}

    async def empty_log(self, session: Session) -> None:
        """Write the log of a SQLite file into it and cut the log off, where no reader is in the
        way: nobody is made to wait.
        """
        if self.path is None:
            return
        wait = _PRAGMAS["busy_timeout"]
        await session.client.execute_query("PRAGMA busy_timeout = 0")
        try:
            await session.client.execute_query("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            await session.client.execute_query(f"PRAGMA busy_timeout = {wait}")

    def _opened(self) -> Session:
        if self._session is None:
            raise StoreError("the store is closed")
        if _INSIDE.get() is self:
            raise StoreError("the store was called inside its own unit of work: use what it gave")
        return self._session


def _connection(credentials: dict[str, Any]) -> dict[str, Any]:
    return {"engine": "storage.clients", "credentials": credentials}


def _report(task: "asyncio.Task[Any]") -> None:
    """Nobody waits for this task any more: its failure is told here or never."""
    if not task.cancelled() and (error := task.exception()):
        log.warning("undone after its caller had left: %s", error)


def read_url(url: str) -> tuple[Backend, Path | None]:
    """Give which database a URL names and, for SQLite, its file; None for one in memory.

    :raises StoreMisconfigured: where it names neither.
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme == "sqlite" and rest:
        return Backend.SQLITE, None if rest == ":memory:" else Path(rest).expanduser().absolute()
    if separator and scheme in ("postgres", "postgresql"):
        return Backend.POSTGRES, None
    raise StoreMisconfigured(
        "store: the URL must look like sqlite://data/afterword.db, sqlite://:memory:"
        " or postgres://user:password@host:5432/database"
    )


def _read_zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise StoreMisconfigured(f"store: no time zone is called {timezone!r}") from None


_DURABILITY = statement("SELECT current_setting('synchronous_commit') AS mode")


async def _check_server(session: Session) -> None:
    """A 2xx promises that the event outlives a crash; with this off the server does not."""
    found = await session.fetch(_DURABILITY)
    if found[0]["mode"] == "off":
        raise StoreMisconfigured(
            "PostgreSQL runs with synchronous_commit = off and would lose what was acknowledged:"
            " set it to on for this database or user"
        )
