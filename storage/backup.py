"""Back-ups: a consistent copy of the SQLite file while it is being written."""

import asyncio
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from storage.database import Database, read_url
from storage.errors import StoreError, explain
from storage.sql import Backend


async def copy_database(database: Database, to: Path) -> None:
    """Write a copy to a new file; readers and writers go on meanwhile.

    :raises StoreError: on PostgreSQL, in memory, where ``to`` exists, and where the disk refuses.
    """
    await asyncio.to_thread(_copy, _file(database.backend, database.path), to)


def copy_file(url: str, to: Path) -> int:
    """Do the same from outside, while another process has the store open; gives bytes written.

    :raises StoreError: as `copy_database`, and where there is no database yet.
    """
    path = _file(*read_url(url))
    if not path.exists():
        raise StoreError(f"there is no database at {path} yet: run the service first")
    _copy(path, to)
    return to.stat().st_size


def _file(backend: Backend, path: Path | None) -> Path:
    if backend is Backend.POSTGRES:
        raise StoreError("this store is PostgreSQL: back it up with pg_dump or your server's tool")
    if path is None:
        raise StoreError("this store is in memory only: there is no file to back up")
    return path


def _copy(path: Path, to: Path) -> None:
    """All pages in one step, beside the target first: the name appears once it is whole."""
    if to.exists():
        raise StoreError(f"{to} exists already: name a new file, back-ups are never overwritten")
    partial = to.with_name(to.name + ".partial")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        source, target = sqlite3.connect(path), sqlite3.connect(partial)
        try:
            source.backup(target)
        finally:
            source.close()
            target.close()
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.rename(to)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            partial.unlink()
        text = explain(error) if isinstance(error, sqlite3.Error) else error.strerror
        raise StoreError(f"the back-up to {to} failed: {text or type(error).__name__}") from None
