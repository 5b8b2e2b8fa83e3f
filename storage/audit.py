"""The audit's rows: added in one line, however many nodes add to it, and never changed."""

from dataclasses import replace

from storage.codec import Row, clean_text, from_ms, to_ms
from storage.sql import Session, insert, statement
from surveys.audit import Entry, Head, Note, Verdict, follow, link

_HEAD = "audit_head"
"""The setting that says ``number:hash`` of the last entry; whoever adds one locks it."""

_OPEN = statement("""
    INSERT INTO setting (name, value)
    SELECT $1::text, COALESCE(
        (SELECT CAST(number AS TEXT) || ':' || hash FROM audit ORDER BY number DESC LIMIT 1), '0:')
    WHERE true ON CONFLICT (name) DO NOTHING
""")
_TAKE = statement("SELECT value FROM setting WHERE name = $1 FOR UPDATE")
_MOVE = statement("UPDATE setting SET value = $2 WHERE name = $1")
_ADD = insert(
    "audit",
    "number bigint, at bigint, person text, role text, channel text, command text, line text,"
    " verdict text, hash text",
)
_LIST = statement("""
    SELECT * FROM audit
    WHERE ($1::text = '' OR LOWER(person) = LOWER($1::text)) AND ($2::text = '' OR command = $2)
    ORDER BY number DESC LIMIT $3::bigint OFFSET $4::bigint
""")
_PAGE = statement("SELECT * FROM audit WHERE number > $1 ORDER BY number LIMIT $2")
_READ_HEAD = statement("SELECT value FROM setting WHERE name = $1")
_AT = statement("SELECT hash FROM audit WHERE hash = $1")

PAGE = 5_000
"""Entries looked at together."""


async def add_note(session: Session, note: Note) -> Entry:
    """Add a note at the end of the chain. Nodes wait for each other here."""
    await session.run(_OPEN, _HEAD)
    head = _read_head((await session.fetch(_TAKE, _HEAD))[0]["value"])
    entry = link(_as_kept(note), head)
    await session.run(_ADD, [_row(entry)])
    await session.run(_MOVE, _HEAD, f"{entry.number}:{entry.hash}")
    return entry


async def list_entries(
    session: Session, person: str, command: str, limit: int, offset: int
) -> list[Entry]:
    """Give entries, newest first; "" does not limit."""
    found = await session.fetch(_LIST, person, command, limit, offset)
    return [_read(row) for row in found]


async def verify(session: Session, known: str = "") -> tuple[Head, str]:
    """Follow the whole chain; give how far it holds, and what is wrong, "" for nothing.

    ``known`` is the hash of an entry noted down earlier, which must be there still.
    """
    head = Head()
    while rows := await session.fetch(_PAGE, head.number, PAGE):
        head, fault = follow((_read(row) for row in rows), head)
        if fault:
            return head, fault
    noted = await session.fetch(_READ_HEAD, _HEAD)
    if noted and _read_head(noted[0]["value"]) != head:
        return head, f"entries after {head.number} are missing"
    if head.number and not noted:
        return head, "the note of the last entry is missing"
    if known and not await session.fetch(_AT, known.strip().lower()):
        return head, f"no entry has the hash {known[:64]}: the log was written anew"
    return head, ""


def _as_kept(note: Note) -> Note:
    """Give a note as a database keeps it, so that its hash holds when it is read again."""
    return replace(
        note,
        at=from_ms(to_ms(note.at)),
        person=clean_text(note.person),
        channel=clean_text(note.channel),
        command=clean_text(note.command),
        line=clean_text(note.line),
    )


def _read_head(value: str) -> Head:
    number, _, found = value.partition(":")
    return Head(number=int(number), hash=found)


def _row(entry: Entry) -> dict[str, object]:
    note = entry.note
    return {
        "number": entry.number,
        "at": to_ms(note.at),
        "person": note.person,
        "role": note.role,
        "channel": note.channel,
        "command": note.command,
        "line": note.line,
        "verdict": str(note.verdict),
        "hash": entry.hash,
    }


def _read(row: Row) -> Entry:
    note = Note(
        at=from_ms(row["at"]),
        person=row["person"],
        role=row["role"],
        channel=row["channel"],
        command=row["command"],
        line=row["line"],
        verdict=Verdict(row["verdict"]),
    )
    return Entry(number=row["number"], note=note, hash=row["hash"])
