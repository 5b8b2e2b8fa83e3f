"""One person: everything that is kept about them, table by table, in words a person can read."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from storage.addresses import find_owners
from storage.codec import Row, from_ms, load_json
from storage.contacts import load_contacts
from storage.erasing import BY_INVITATION
from storage.merging import MOVED, MOVED_APART
from storage.sql import Session, statement
from surveys.contact import Contact, address_value

_BY_KEY = statement("SELECT contact_id FROM contact_key WHERE key = ANY($1::text[])")
_BY_ADDRESS = statement("SELECT contact_id FROM address WHERE value = ANY($1::text[])")
_IDS = statement("SELECT id FROM invitation WHERE contact_id = $1")
_CONTACT = statement("SELECT * FROM contact WHERE id = $1")
_EVENTS = statement("""
    SELECT * FROM event WHERE user_id = ANY($1::text[])
        OR anonymous_id = ANY($2::text[]) AND user_id IS NULL
    ORDER BY received_at
""")
_HEARD = statement("""
    SELECT n.* FROM ROWS($1: channel text, value text) AS v
    JOIN inbound n ON n.channel = v.channel AND n.address = v.value ORDER BY n.at
""")
_BY_CONTACT = {
    table: statement(f"SELECT * FROM {table} WHERE contact_id = $1")  # noqa: S608 - constants
    for table in (*MOVED, *MOVED_APART)
}
_ABOUT = {
    table: statement(f"SELECT * FROM {table} WHERE invitation_id = ANY($1::bigint[])")  # noqa: S608
    for table in BY_INVITATION
    if table not in MOVED
}
_DERIVED = "names"
"""The names in the attributes once more, as they are looked for."""
_TIMES = ("_at", "_until", "_by")
_MOMENTS = frozenset({"at", "not_after", "origin", "paused_until", "settled_at"})
_FIRST = 100_000_000_000
"""Epoch milliseconds of 1973: what is smaller is no time of ours."""


async def find_exactly(session: Session, name: str) -> list[Contact]:
    """Give who has this key (with or without ``user:``) or this very address."""
    said = name.strip()
    found = await session.fetch(_BY_KEY, [said, f"user:{said}", f"anon:{said}"])
    if not found:
        found = await session.fetch(_BY_ADDRESS, [said, address_value("email", said)])
    people = await load_contacts(session, {row["contact_id"] for row in found})
    return list(people.values())


async def read_person(session: Session, contact: Contact) -> dict[str, Any]:
    """Give everything kept about a person: table -> rows, times as ISO 8601 in UTC."""
    ids = [row["id"] for row in await session.fetch(_IDS, contact.id)]
    known: dict[str, Any] = {
        "name": contact.name,
        "contact": _rows(await session.fetch(_CONTACT, contact.id)),
    }
    for table, query in _BY_CONTACT.items():
        known[table] = _rows(await session.fetch(query, contact.id))
    for table, query in _ABOUT.items():
        known[table] = _rows(await session.fetch(query, ids)) if ids else []
    users = [key.partition(":")[2] for key in contact.keys if key.startswith("user:")]
    visitors = [key.partition(":")[2] for key in contact.keys if key.startswith("anon:")]
    known["anonymous_reply"] = [_unsaid(row) for row in known["anonymous_reply"]]
    known["event"] = _rows(await session.fetch(_EVENTS, users, visitors))
    known["inbound"] = _rows(await _heard(session, contact))
    return {table: rows for table, rows in known.items() if rows}


async def _heard(session: Session, contact: Contact) -> list[dict[str, Any]]:
    places = {(a.channel, a.value) for a in contact.addresses}
    owners = await find_owners(session, places)
    own = [place for place in sorted(places) if owners.get(place, (0,))[0] == contact.id]
    batch = [{"channel": channel, "value": value} for channel, value in own]
    return await session.fetch(_HEARD, batch) if batch else []


def _unsaid(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give that somebody answered an anonymous survey, without what."""
    return {name: value for name, value in row.items() if name not in ("body", "channel")}


def _rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [_row(row) for row in rows]


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _cell(name, value)
        for name, value in row.items()
        if value not in (None, "") and name != _DERIVED
    }


def _cell(name: str, value: Any) -> Any:
    is_time = name in _MOMENTS or name.endswith(_TIMES)
    if is_time and isinstance(value, int) and value > _FIRST:
        return from_ms(value).astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return load_json(value)
        except ValueError:
            return value
    return value
