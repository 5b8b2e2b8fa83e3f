"""The store: can the database be opened and written, is it ours, and is there room on the disk?

Nothing is changed: no migration runs, and the one transaction that is begun is undone.
"""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from bot.doctor.examination import Patient
from bot.doctor.verdict import Verdict, advise, broken, good
from storage.database import read_url
from storage.errors import StoreError, explain
from storage.migrate import read_migrations
from storage.sql import Backend

MB, GB = 1_000_000, 1_000_000_000
FULL, TIGHT = 200 * MB, 2 * GB
"""Free bytes below which the disk is about to be full, or will be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a SQLite file says of itself; ``version`` is its schema's, 0 for an empty file."""

    version: int
    journal: str


async def check_database(patient: Patient) -> Sequence[Verdict]:
    """Whether what customers say will be kept."""
    url = patient.config.service.database
    backend, path = read_url(url)
    if backend is Backend.POSTGRES:
        return [await _check_server(url)]
    if path is None:
        text = "kept in memory only: everything is lost when the service stops"
        return [advise("database", text, "Write database: sqlite://data/afterword.db")]
    return [await asyncio.to_thread(_check_file, path), _check_disk(path)]


def _check_file(path: Path) -> Verdict:
    about = "database"
    if not path.exists():
        folder = _existing(path)
        if not os.access(folder, os.W_OK | os.X_OK):
            todo = f"Give the service's user the right to write there: chown it to {folder}"
            return broken(about, f"no file yet, and {folder} may not be written", todo)
        return good(about, f"none yet; {path} is made at the first start")
    try:
        found = _probe(path)
    except sqlite3.Error as error:
        known = explain(error)
        return broken(about, f"{path}: {known or 'cannot be opened'}")
    except StoreError as error:
        return broken(about, str(error))
    return _judge(found, path)


def _probe(path: Path) -> Found:
    """Look into a file and begin a transaction, which is what being writable means."""
    address = f"file:{quote(str(path))}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=5, isolation_level=None)) as file:
        journal = str(file.execute("PRAGMA journal_mode").fetchone()[0])
        known = file.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").fetchone()
        version = file.execute("SELECT max(version) FROM schema_version") if known else None
        newest = version.fetchone()[0] if version else 0
        file.execute("BEGIN IMMEDIATE")
        file.execute("ROLLBACK")
    return Found(version=newest or 0, journal=journal)


def _judge(found: Found, path: Path) -> Verdict:
    about, newest = "database", read_migrations(Backend.SQLITE)[-1].version
    where = f"{path} can be written"
    if found.version > newest:
        text = f"{path} has schema {found.version}, and this program knows {newest}"
        return broken(about, text, "Run the newer program, or restore the back-up made before it")
    if not found.version:
        return good(about, f"{where}; it is empty and is filled at the first start")
    if found.version < newest:
        text = f"{where}; schema {found.version} is brought to {newest} at the next start"
        return advise(about, text, "Make a back-up first: `./afterword backup`")
    if found.journal != "wal":
        text = f"{where}; its journal is {found.journal}, the service sets it to WAL at its start"
        return advise(about, text)
    return good(about, f"{where}, schema {found.version}, WAL")


def _check_disk(path: Path) -> Verdict:
    return judge_space(shutil.disk_usage(_existing(path)).free, _existing(path))


def judge_space(free: int, folder: Path) -> Verdict:
    """Give the verdict on the free bytes of a disk."""
    about, text = "disk", f"{free / GB:.1f} GB free at {folder}"
    if free < FULL:
        return broken(about, text, "Free some space now: nothing can be stored on a full disk")
    if free < TIGHT:
        return advise(about, text, "Free some space before it is full")
    return good(about, text)


async def _check_server(url: str) -> Verdict:
    """Whether PostgreSQL listens; logging in would bring its schema up to date, so we do not."""
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or 5432
    about = "database"
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        todo = "Is it up, and does it listen on that address?"
        return broken(about, f"no PostgreSQL answers on {host}:{port}", todo)
    writer.close()
    return good(about, f"{host}:{port} answers; log-in and schema are checked at each start")


def _existing(path: Path) -> Path:
    """Give the nearest folder above that is there."""
    return next(folder for folder in path.parents if folder.exists())
