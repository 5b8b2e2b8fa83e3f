"""Migrations: numbered SQL files, applied once, in order, each whole or not at all.

Tortoise's own are not used: on SQLite they rebuild a table by dropping it, which takes the rows
that refer to it along. A file is ``NNNN_name.sqlite.sql`` or ``NNNN_name.postgres.sql``.
"""

import re
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from storage.codec import to_ms
from storage.errors import StoreMisconfigured
from storage.sql import Backend, Session, statement

_NAME = re.compile(r"(\d{4})_(\w+)\.(sqlite|postgres)\.sql")
_ADVISORY_KEY = 4_117_032_001  # ours alone: two nodes starting at once migrate in turn

_VERSIONS = statement("SELECT version FROM schema_version ORDER BY version")
_NOTE = statement("INSERT INTO schema_version (version, name, applied_at) VALUES ($1, $2, $3)")
_ORPHANS = statement("PRAGMA foreign_key_check")
_COMMIT = statement("COMMIT")
_ROLLBACK = statement("ROLLBACK")
_TABLE = """CREATE TABLE IF NOT EXISTS schema_version (
    version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL
)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered step."""

    version: int
    name: str
    sql: str


def read_migrations(backend: Backend) -> list[Migration]:
    """Give the steps shipped for a database, in order."""
    found = []
    for file in files("storage").joinpath("migrations").iterdir():
        match = _NAME.fullmatch(file.name)
        if match and match[3] == backend:
            found.append(
                Migration(version=int(match[1]), name=match[2], sql=file.read_text("utf-8"))
            )
    return sorted(found, key=lambda migration: migration.version)


async def migrate(session: Session, path: Path | None) -> list[int]:
    """Bring the schema up to date and give the versions applied now.

    :raises StoreMisconfigured: where the database is newer than this program.
    """
    steps = read_migrations(session.backend)
    if session.backend is Backend.SQLITE:
        return await _migrate_sqlite(session, steps, path)
    return await _migrate_postgres(session, steps)


async def check_schema(session: Session) -> None:
    """Make sure that the schema is this program's, and leave it alone.

    :raises StoreMisconfigured: where it is older or newer.
    """
    try:
        _, pending = await _pending(session, read_migrations(session.backend))
    except OperationalError:
        raise StoreMisconfigured(
            "the database is empty: the service fills it at its start"
        ) from None
    if pending:
        raise StoreMisconfigured(
            "the database is of an older version: the service brings it up to date at its start"
        )


async def _migrate_sqlite(session: Session, steps: list[Migration], path: Path | None) -> list[int]:
    await session.client.execute_script(_TABLE)
    done, pending = await _pending(session, steps)
    if done and pending and path:
        _copy_file(path, path.with_name(f"{path.name}.before-{pending[0].version:04d}"))
    for step in pending:
        await _apply_sqlite(session, step)
    return [step.version for step in pending]


async def _apply_sqlite(session: Session, step: Migration) -> None:
    run = session.client.execute_script
    await run("PRAGMA foreign_keys = OFF")  # a rebuilt table must not take its children along
    try:
        await run(
            f"BEGIN IMMEDIATE; {step.sql};"  # noqa: S608 - our own files and numbers
            f" INSERT INTO schema_version VALUES ({step.version}, '{step.name}', {_now()});"
        )
        await _check_orphans(session, step)
        await session.run(_COMMIT)
    except BaseException:
        with suppress(OperationalError):  # where SQLite rolled back by itself
            await session.run(_ROLLBACK)  # not as a script: that would commit first
        raise
    finally:
        await run("PRAGMA foreign_keys = ON")


async def _check_orphans(session: Session, step: Migration) -> None:
    broken = await session.fetch(_ORPHANS)
    if broken:
        raise StoreMisconfigured(
            f"migration {step.version:04d}_{step.name} would orphan rows of"
            f" {broken[0]['table']}: nothing was changed; please report this"
        )


async def _migrate_postgres(session: Session, steps: list[Migration]) -> list[int]:
    async with in_transaction(session.backend) as client:
        inner = Session(client, session.backend, session.zone)
        await client.execute_script(f"SELECT pg_advisory_xact_lock({_ADVISORY_KEY})")
        await client.execute_script(_TABLE)
        _, pending = await _pending(inner, steps)
        for step in pending:
            await client.execute_script(step.sql)
            await inner.run(_NOTE, step.version, step.name, _now())
    return [step.version for step in pending]


async def _pending(session: Session, steps: list[Migration]) -> tuple[set[int], list[Migration]]:
    done = {row["version"] for row in await session.fetch(_VERSIONS)}
    newest = steps[-1].version if steps else 0
    if done and max(done) > newest:
        raise StoreMisconfigured(
            f"the database is at schema {max(done)}, this program knows {newest}:"
            " run the newer program, or restore the back-up made before it"
        )
    return done, [step for step in steps if step.version not in done]


def _copy_file(path: Path, to: Path) -> None:
    """Keep the file as it was; an older copy of the same name is left from a failed try."""
    to.unlink(missing_ok=True)
    source, target = sqlite3.connect(path), sqlite3.connect(to)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()


def _now() -> int:
    return to_ms(datetime.now(UTC))
