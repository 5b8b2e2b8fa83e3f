"""Reapplying: who was forgotten, or said stop, since a back-up was made is so after its restore.

The database that the back-up takes the place of knows them by hash (`surveys.suppression`); where
it is lost, a list of those hashes that was kept elsewhere does.
"""

import csv
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from storage.codec import from_ms
from storage.consents import opt_out
from storage.contacts import load_contacts
from storage.database import Database
from storage.erasing import ERASED, erase_contact
from storage.errors import StoreError
from storage.secret import read_key
from storage.sql import Session, insert, statement
from storage.suppression import SUPPRESSED
from surveys.contact import Contact
from surveys.suppression import key_name, names_of, place_name, suppression_hash

PAGE = 500
"""People looked at in one transaction."""

_COLUMNS = ("hash", "at", "source")
_ADD = insert("suppression", "hash text, at bigint, source text", "ON CONFLICT (hash) DO NOTHING")
_PEOPLE = statement("SELECT id FROM contact WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Who must not be written to: hash -> when and why; those who said stop, likewise by hash."""

    hashes: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    stops: Mapping[str, int] = field(default_factory=dict)


def read_aside(path: Path) -> Gone | None:
    """Give who was forgotten or said stop by a SQLite file; None where it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as book:
            (secret,) = book.execute("SELECT value FROM secret WHERE name = 'links'").fetchone()
            hashes = {
                h: (at, why)
                for h, at, why in book.execute("SELECT hash, at, source FROM suppression")
            }
            names = [
                (key_name(key), at)
                for key, at in book.execute(
                    "SELECT k.key, c.opted_out_at FROM contact c JOIN contact_key k"
                    " ON k.contact_id = c.id WHERE c.opted_out_at IS NOT NULL"
                )
            ]
            names += [
                (place_name(channel, value), at)
                for channel, value, at in book.execute(
                    "SELECT a.channel, a.value, c.opted_out_at FROM contact c JOIN address a"
                    " ON a.contact_id = c.id WHERE c.opted_out_at IS NOT NULL"
                )
            ]
    except (sqlite3.Error, TypeError, ValueError):
        return None
    key = bytes.fromhex(secret)
    return Gone(hashes=hashes, stops={suppression_hash(key, name): at for name, at in names})


def read_list(path: Path) -> Gone:
    """Give who is in a list of hashes: CSV with the columns hash, at and source, in that order,
    with or without a line that names them.

    :raises StoreError: where it is none.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file) if row and tuple(row) != _COLUMNS]
        return Gone(hashes={name: (int(at), why) for name, at, why in rows})
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} is no list of hashes, times and sources ({error})") from None


async def reapply(database: Database, gone: Gone, now: datetime) -> tuple[int, int]:
    """Forget and stop again whom the store still holds; gives how many of each."""
    erased = stopped = place = 0
    while place >= 0:
        after = place

        async def page(session: Session, after: int = after) -> tuple[int, int, int]:
            return await _page(session, gone, after, now)

        forgotten, silent, place = await database.transact(page)
        erased, stopped = erased + forgotten, stopped + silent
    return erased, stopped


async def _page(session: Session, gone: Gone, after: int, now: datetime) -> tuple[int, int, int]:
    key = await read_key(session)
    if after == 0 and gone.hashes:
        rows = [{"hash": h, "at": at, "source": why} for h, (at, why) in gone.hashes.items()]
        await session.run(_ADD, rows)
    ids = [row["id"] for row in await session.fetch(_PEOPLE, after, PAGE)]
    people = await load_contacts(session, ids)
    erased = stopped = 0
    for contact in people.values():
        hashes = [suppression_hash(key, name) for name in names_of(contact)]
        if _is_forgotten(gone, hashes):
            erased += await erase_contact(session, key, contact.id, now) is not None
        elif at := _stopped_at(gone, hashes, contact):
            await opt_out(session, {contact.id}, from_ms(at), SUPPRESSED)
            stopped += 1
    return erased, stopped, ids[-1] if len(ids) == PAGE else -1


def _is_forgotten(gone: Gone, hashes: Collection[str]) -> bool:
    return any(gone.hashes.get(name, (0, ""))[1] == ERASED for name in hashes)


def _stopped_at(gone: Gone, hashes: Collection[str], contact: Contact) -> int:
    """Give when they said stop, 0 where they did not, or are stopped already."""
    if contact.opted_out_at is not None:
        return 0
    found = [gone.stops[name] for name in hashes if name in gone.stops]
    found += [gone.hashes[name][0] for name in hashes if name in gone.hashes]
    return min(found, default=0)
