"""Restoring: a back-up takes the place of the database, and nothing is sent until staff say so.

What a back-up says is due may have been sent since it was made. So everything is on hold after a
restore (`surveys.pausing`), words that were under way are let go, and numbers move on: a link sent
after the back-up was made must open nothing rather than somebody else's survey.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.backup import copy_file
from storage.codec import to_ms
from storage.database import Database, read_url
from storage.errors import StoreError, StoreInUse
from storage.filelock import FileLock
from storage.pausing import pause
from storage.reapplying import read_aside, read_list, reapply
from storage.sql import Backend, Session, statement
from surveys.pausing import ALL

BY = "restore"
"""Who put everything on hold, in what staff read."""

STRIDE = 1_000_000
"""How far numbers move on: more than are given out between two back-ups."""

_BESIDE = ("", "-wal", "-shm")

_SAID = statement("DELETE FROM due WHERE message IS NOT NULL RETURNING id")
_WAITING = statement("""
    SELECT COUNT(DISTINCT d.invitation_id) AS n
    FROM due d JOIN invitation i ON i.id = d.invitation_id
    WHERE d.message IS NULL AND i.state = 'planned'
""")
_NOTE = statement("""
    INSERT INTO decision (invitation_id, at, verdict, rule, inputs)
    SELECT i.id, $1::bigint, 'skip', 'restored from a back-up', '{}' FROM invitation i
    WHERE i.state = 'planned'
        AND EXISTS (SELECT 1 FROM due d WHERE d.invitation_id = i.id AND d.message IS NULL)
""")
_SKIP = statement("""
    UPDATE invitation SET state = 'skipped' WHERE state = 'planned'
        AND EXISTS (SELECT 1 FROM due d WHERE d.invitation_id = invitation.id AND d.message IS NULL)
""")
_UNDUE = statement("""
    DELETE FROM due WHERE message IS NULL AND NOT EXISTS (
        SELECT 1 FROM invitation i WHERE i.id = due.invitation_id
            AND i.state IN ('planned', 'asked', 'started'))
""")
_MOVE_SQLITE = statement("UPDATE sqlite_sequence SET seq = seq + $1::bigint")
_MOVE_POSTGRES = statement("""
    SELECT setval(s.oid::regclass, COALESCE(q.last_value, 1) + $1::bigint)
    FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace
    JOIN pg_sequences q ON q.schemaname = n.nspname AND q.sequencename = s.relname
    WHERE s.relkind = 'S' AND n.nspname = current_schema()
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did: where the database that was there is now, how many invitations wait (or
    were skipped), how many messages under way were let go, and how many people were forgotten again
    or said stop since. That is ``unknown`` where there was neither a database nor a list to ask.
    """

    aside: Path | None
    waiting: int
    skipped: bool
    let_go: int
    erased: int = 0
    stopped: int = 0
    unknown: bool = False


async def restore(
    url: str,
    backup: Path | None,
    now: datetime,
    *,
    timezone: str = "UTC",
    skip: bool = False,
    suppressed: Path | None = None,
) -> Restored:
    """Put a back-up in the place of a SQLite file, which is kept beside it, and hold everything.

    On PostgreSQL the server's own tool has put the back-up in place before: ``backup`` is None.
    ``skip`` asks nobody who waited when the back-up was made. Who was forgotten or said stop since
    is so again, by the database that was there, or by a list of hashes (``suppressed``). May be
    called again after a failure.

    :raises StoreError: where the service runs, the back-up is none, or the disk refuses; nothing
        was changed then.
    """
    backend, path = read_url(url)
    gone = read_list(suppressed) if suppressed else None
    aside = None
    if backend is Backend.SQLITE:
        if path is None or backup is None:
            raise StoreError("name the back-up to restore, and a database that is a file")
        aside = _swap(path, backup, now)
    elif backup is not None:
        raise StoreError(
            "this store is PostgreSQL: restore it with pg_restore, then run this without a file"
        )
    database = await Database.open(url, timezone)
    try:
        waiting, let_go = await database.transact(_hold_all(now, skip=skip))
        found = [one for one in (gone, read_aside(aside) if aside else None) if one]
        again = [await reapply(database, one, now) for one in found]
    finally:
        await database.close()
    return Restored(
        aside=aside,
        waiting=waiting,
        skipped=skip,
        let_go=let_go,
        erased=sum(erased for erased, _ in again),
        stopped=sum(stopped for _, stopped in again),
        unknown=not again,
    )


def _swap(path: Path, backup: Path, now: datetime) -> Path | None:
    """Check the back-up, then move the database aside and copy the back-up to its place.

    It is copied beside the place first: the place is empty for one instant only.
    """
    _check(backup)
    lock = FileLock(path)
    was_there = path.exists()
    try:
        lock.acquire()
    except StoreInUse:
        raise StoreError(f"{path} is in use: stop the service first") from None
    try:
        fresh = path.with_name(f"{path.name}.restoring")
        fresh.unlink(missing_ok=True)
        copy_file(f"sqlite://{backup.absolute()}", fresh)
        fresh.chmod(0o600)
        aside = path.with_name(f"{path.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
        for end in _BESIDE if was_there else ():
            if (old := path.with_name(path.name + end)).exists():
                old.rename(aside.with_name(aside.name + end))
        fresh.rename(path)
        return aside if was_there else None
    except OSError as error:
        raise StoreError(f"the restore to {path} failed: {error.strerror}") from None
    finally:
        lock.release()


def _check(backup: Path) -> None:
    """See that a file is a whole database of ours."""
    if not backup.is_file():
        raise StoreError(f"there is no back-up at {backup}")
    try:
        with closing(sqlite3.connect(f"file:{backup.absolute()}?mode=ro", uri=True)) as book:
            (said,) = book.execute("PRAGMA integrity_check(1)").fetchone()
            book.execute("SELECT MAX(version) FROM schema_version").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{backup} is not a back-up of this program ({error})") from None
    if said != "ok":
        raise StoreError(f"{backup} is damaged: take another back-up")


def _hold_all(now: datetime, *, skip: bool) -> Callable[[Session], Awaitable[tuple[int, int]]]:
    async def work(session: Session) -> tuple[int, int]:
        if session.backend is Backend.SQLITE:
            await session.run(_MOVE_SQLITE, STRIDE)
        else:
            await session.fetch(_MOVE_POSTGRES, STRIDE)
        await pause(session, ALL, BY, now)
        let_go = len(await session.fetch(_SAID))
        (found,) = await session.fetch(_WAITING)
        if skip:
            await session.run(_NOTE, to_ms(now))
            await session.run(_SKIP)
            await session.run(_UNDUE)
        return found["n"], let_go

    return work
