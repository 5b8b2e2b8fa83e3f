"""What is in force: the rules the service loaded last, as they were written."""

from storage.sql import Session, insert, statement

_NAME = "in_force"
_READ = statement("SELECT value FROM setting WHERE name = $1")
_NOTE = insert(
    "setting", "name text, value text", "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


async def note_in_force(session: Session, text: str) -> None:
    """Keep what the service has loaded."""
    await session.run(_NOTE, [{"name": _NAME, "value": text}])


async def read_in_force(session: Session) -> str:
    """Give what the service loaded last, "" where it never ran."""
    found = await session.fetch(_READ, _NAME)
    return str(found[0]["value"]) if found else ""
