"""What can go wrong in the store, in the operator's terms.

StoreError               the store refused; the text says what and what to do
├── StoreInUse           another process has the SQLite file open
├── StoreMisconfigured   URL, setting or schema version does not fit; nothing was touched
└── StoreUnavailable     the database is away, the disk is full or broken; nothing was committed

No text carries a value that was to be stored: those are people's data.
"""

import sqlite3

import asyncpg
from tortoise import exceptions as orm

from surveys.errors import AfterwordError


class StoreError(AfterwordError):
    """Anything the store raises on purpose."""


class StoreInUse(StoreError):
    """The SQLite file belongs to another process."""


class StoreMisconfigured(StoreError):
    """What the operator set does not fit; the store was not opened."""


class StoreUnavailable(StoreError):
    """The database cannot work just now; the same call may succeed later."""


_SQLITE = {
    "SQLITE_FULL": "the disk is full: free some space, the store goes on by itself",
    "SQLITE_IOERR": "the disk failed while reading or writing: look at the system log",
    "SQLITE_READONLY": "the database file may not be written: check its owner and permissions",
    "SQLITE_CANTOPEN": "the database file cannot be opened: check its folder and permissions",
    "SQLITE_BUSY": "another program is writing to the database file: close it",
    "SQLITE_LOCKED": "another program is writing to the database file: close it",
    "SQLITE_CORRUPT": "the database file is damaged: restore a back-up",
    "SQLITE_NOTADB": "the file is not a SQLite database: check the path, or move the file away",
}

_DEADLOCK = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresIOError,
    OSError,
    TimeoutError,
)
_REFUSED = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
)


def is_deadlock(error: BaseException) -> bool:
    """Whether PostgreSQL chose this transaction to give way: running it again is right."""
    return isinstance(error, _DEADLOCK)


def explain(error: Exception) -> StoreError | None:
    """Give the clear error for a driver's, or None where it is a fault of our own code."""
    inner = _innermost(error)
    if isinstance(inner, StoreError):
        return inner
    if isinstance(inner, sqlite3.IntegrityError):
        return StoreError(f"the database refused a row: {inner}")  # SQLite names columns only
    if isinstance(inner, sqlite3.Error):
        return _explain_sqlite(inner)
    if isinstance(inner, _REFUSED) or isinstance(error, orm.DBConnectionError):
        return StoreMisconfigured(
            f"PostgreSQL refused the connection ({_kind(inner)}):"
            " check user, password, database name and its grants"
        )
    if isinstance(inner, _AWAY):
        return StoreUnavailable(
            f"PostgreSQL cannot work just now ({_kind(inner)}): is it up, and has it disk space?"
        )
    if isinstance(inner, (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError)):
        return StoreError(f"the database refused a row ({_kind(inner)})")
    return None


def _innermost(error: Exception) -> BaseException:
    """Tortoise wraps a driver's error as its own first argument."""
    inner: BaseException = error
    while isinstance(inner, orm.BaseORMException) and inner.args:
        wrapped = inner.args[0]
        if not isinstance(wrapped, BaseException):
            break
        inner = wrapped
    return inner


def _explain_sqlite(error: sqlite3.Error) -> StoreError | None:
    name = getattr(error, "sqlite_errorname", "") or ""
    for known, text in _SQLITE.items():
        if name.startswith(known):
            return StoreUnavailable(f"{text} ({name})")
    return None


def _kind(error: BaseException) -> str:
    """The error's class and SQLSTATE: its text may quote values, and those are people's data."""
    state = getattr(error, "sqlstate", None)
    constraint = getattr(error, "constraint_name", None)
    parts = [type(error).__name__, state and f"SQLSTATE {state}", constraint]
    return ", ".join(part for part in parts if part)
