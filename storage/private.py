"""A private copy: the whole store as it is at one moment, in a file that nobody else opens.

A rehearsal plays on it what is to come. The store it was made of is only read: nothing is written
to it, and nobody who uses it is held up.
"""

import asyncio
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from storage.codec import Row, from_ms, load_json, to_ms
from storage.contacts import find_keys
from storage.copying import copy_postgres
from storage.database import read_url
from storage.direct import Direct
from storage.dues import read_due, release_claims
from storage.errors import StoreError, StoreUnavailable, explain
from storage.in_force import read_in_force
from storage.secret import read_key
from storage.settlement import end_deliveries
from storage.sql import Backend, Session, Statement, statement
from storage.store import Store
from surveys.due import Due, Outcome
from surveys.event import Event, EventKind

_NAME = "copy.db"
_WAITING = statement("""
    SELECT d.at, d.id, d.kind, d.invitation_id, d.message, d.attempts, d.fence,
        COALESCE(i.contact_id, 0) AS contact_id, COALESCE(i.survey, '') AS survey,
        COALESCE(i.trigger, '') AS trigger, i.via
    FROM due d LEFT JOIN invitation i ON i.id = d.invitation_id
    WHERE d.lane = $1 AND d.at < $2 ORDER BY d.at, d.id LIMIT $3
""")
# Due rows first: they are few, and nothing leads from an invitation to them.
_SOONEST = statement("""
    SELECT i.contact_id, MIN(d.at) AS at FROM due d CROSS JOIN invitation i
    WHERE d.lane = ANY($1::text[]) AND d.at < $2 AND i.id = d.invitation_id
        AND i.contact_id = ANY($3::bigint[]) GROUP BY i.contact_id
""")
_DROP_NOTES = statement("DELETE FROM due WHERE message IS NOT NULL")
# Events by when they would be reported again: what was told long after, when it happened.
_ORDERED = statement("""
    CREATE TABLE again (at BIGINT, message_id TEXT, PRIMARY KEY (at, message_id)) WITHOUT ROWID
""")
_ORDER = statement("""
    INSERT INTO again (at, message_id) SELECT at, message_id FROM (
        SELECT message_id, CASE WHEN received_at - occurred_at > $1 THEN occurred_at
            ELSE received_at END AS at FROM event) AS told
    WHERE at >= $2 AND at < $3
""")
_EVENTS = statement("""
    SELECT e.*, a.at FROM again a JOIN event e ON e.message_id = a.message_id
    WHERE a.at < $3 AND (a.at > $1 OR a.at = $1 AND a.message_id > $2)
    ORDER BY a.at, a.message_id LIMIT $4
""")
_FIRST_EVENT = statement("SELECT MIN(at) AS at FROM again")
_ASKED = statement("""
    SELECT contact_id, asked_at FROM invitation WHERE asked_at >= $1 ORDER BY asked_at, id
""")
_PEOPLE = statement("SELECT COUNT(*) AS n FROM contact")
_CHOOSERS = statement("SELECT id FROM contact WHERE only_channel = $1")
_LANES = statement("SELECT DISTINCT lane FROM due")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One due row with the person, survey, rule and channels it is about: 0, "" and () where it is
    about none.
    """

    due: Due
    contact_id: int = 0
    survey: str = ""
    trigger: str = ""
    via: Sequence[str] = ()


class Private(Store):
    """A copy of a store. Whatever is done here, the store it was made of stays as it is."""

    @classmethod
    async def copy(cls, url: str, timezone: str, folder: Path) -> Self:
        """Copy the store at ``url`` into an empty folder and open it, its schema brought up to
        date. The messages that wait in it are dropped: they ask nothing.

        :raises StoreError: where there is nothing to copy, or it cannot be read.
        """
        backend, path = read_url(url)
        to = folder / _NAME
        if backend is Backend.SQLITE:
            await asyncio.to_thread(_copy_file, path, to)
        # Opening it the usual way brings its schema up to date and frees what was claimed.
        await (await Store.open(f"sqlite://{to}", timezone)).close()
        if backend is Backend.POSTGRES:
            await copy_postgres(url, to)
        database = Direct(to, ZoneInfo(timezone))
        try:
            await database.run(lambda s: s.run(_DROP_NOTES))
            await database.run(release_claims)
            return cls(database, await database.transact(read_key))
        except BaseException:
            await database.close()
            raise

    async def list_waiting(self, lane: str, before: datetime, limit: int) -> list[Waiting]:
        """Give the first rows of a lane that are due before then, in order. Nobody else is here to
        claim them: each carries the time it is due at.
        """
        found = await self._fetch(_WAITING, lane, to_ms(before), limit)
        return [_read_waiting(row, lane) for row in found]

    async def settle(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Settle rows that nobody claimed; why it was decided so is not kept,
        nor is anything counted for reports.
        """
        await self._database.transact(lambda s: end_deliveries(s, outcomes, now, explained=False))

    async def soonest(
        self, lanes: Collection[str], contact_ids: Collection[int], before: datetime
    ) -> dict[int, datetime]:
        """Give when the first row about each of these people is due, of those before then."""
        found = await self._fetch(_SOONEST, sorted(lanes), to_ms(before), sorted(contact_ids))
        return {row["contact_id"]: from_ms(row["at"]) for row in found}

    async def owners(self, keys: Collection[str]) -> dict[str, int]:
        """Give whose these keys are: key -> contact id; unknown ones are left out."""
        return dict(await self._database.run(lambda s: find_keys(s, sorted(keys))))

    async def list_events(
        self, after: tuple[datetime, str], before: datetime, limit: int
    ) -> list[Event]:
        """Give events of those that were put in order, past ``after`` (time, message id) and before
        then; each as received at the time it has there.
        """
        at, message_id = after
        found = await self._fetch(_EVENTS, to_ms(at), message_id, to_ms(before), limit)
        return [_read_event(row) for row in found]

    async def order_events(self, since: datetime, before: datetime) -> None:
        """Put the events of a time in order, once: as they were received, and what was told more
        than a day late, as an imported history is, as it happened.
        """
        await self._database.run(lambda s: s.run(_ORDERED))
        late = timedelta(days=1) // timedelta(milliseconds=1)
        await self._database.run(lambda s: s.run(_ORDER, late, to_ms(since), to_ms(before)))

    async def first_event(self) -> datetime | None:
        """Give when the first event in order came, None where there is none."""
        found = await self._fetch(_FIRST_EVENT)
        return None if found[0]["at"] is None else from_ms(found[0]["at"])

    async def list_asked(self, since: datetime) -> list[tuple[int, datetime]]:
        """Give who was asked since then, and when, in order: (contact id, time)."""
        found = await self._fetch(_ASKED, to_ms(since))
        return [(row["contact_id"], from_ms(row["asked_at"])) for row in found]

    async def in_force(self) -> str:
        """Give the rules that the service loaded last, as they were written; "" for none."""
        return await self._database.run(read_in_force)

    async def count_people(self) -> int:
        """Give how many contacts there are."""
        return int((await self._fetch(_PEOPLE))[0]["n"])

    async def list_choosers(self, channel: str) -> set[int]:
        """Give who wants to be asked over that channel only."""
        return {row["id"] for row in await self._fetch(_CHOOSERS, channel)}

    async def list_lanes(self) -> set[str]:
        """Give the lanes on which anything waits."""
        return {row["lane"] for row in await self._fetch(_LANES)}

    async def _fetch(self, wanted: Statement, *values: object) -> list[Row]:
        async def work(session: Session) -> list[Row]:
            return list(await session.fetch(wanted, *values))

        return await self._database.run(work)


def _copy_file(path: Path | None, to: Path) -> None:
    """Copy a SQLite file page by page, whoever writes it meanwhile, through a connection that may
    only read.
    """
    if path is None:
        raise StoreError("this store is in memory only: there is nothing to plan with")
    if not path.exists():
        raise StoreError(
            f"there is no database at {path} yet: import contacts or run the service first"
        )
    log = path.with_name(path.name + "-wal")
    try:
        # Without a log nobody has it open. SQLite would make an empty one even for a reader.
        alone = not log.exists()
        _copy_pages(f"{path.as_uri()}?immutable=1" if alone else f"{path.as_uri()}?mode=ro", to)
        if alone and log.exists():  # somebody came meanwhile
            _copy_pages(f"{path.as_uri()}?mode=ro", to)
        to.chmod(0o600)
    except (OSError, sqlite3.Error) as error:
        clear = explain(error) if isinstance(error, sqlite3.Error) else None
        raise StoreUnavailable(f"{path} could not be copied: {clear or error}") from None


def _copy_pages(source_uri: str, to: Path) -> None:
    to.unlink(missing_ok=True)
    source, target = sqlite3.connect(source_uri, uri=True), sqlite3.connect(to)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()


def _read_waiting(row: Row, lane: str) -> Waiting:
    return Waiting(
        due=read_due(row, lane, from_ms(row["at"])),
        contact_id=row["contact_id"],
        survey=row["survey"],
        trigger=row["trigger"],
        via=load_json(row["via"]) if row["via"] else (),
    )


def _read_event(row: Row) -> Event:
    return Event(
        message_id=row["message_id"],
        kind=EventKind(row["kind"]),
        name=row["name"],
        user_id=row["user_id"],
        anonymous_id=row["anonymous_id"],
        previous_id=row["previous_id"],
        group_id=row["group_id"],
        occurred_at=from_ms(row["occurred_at"]),
        received_at=from_ms(row["at"]),
        properties=load_json(row["properties"]),
        traits=load_json(row["traits"]),
        language=row["language"],
        timezone=row["timezone"],
    )
