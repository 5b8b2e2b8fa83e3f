"""Merging: two contacts turn out to be one person."""

from storage.codec import to_ms_or_none
from storage.contacts import load_contacts, lock_ids
from storage.sql import Session, statement
from surveys.contact import Contact

_MOVED = (
    "contact_key",
    "address",
    "invitation",
    "response",
    "comment_card",
    "consent",
)
"""Every table whose rows say ``contact_id``."""

_MOVES = tuple(
    statement(f"UPDATE {table} SET contact_id = $1 WHERE contact_id = $2")  # noqa: S608 - constants
    for table in _MOVED
)
_KEEP = statement("""
    UPDATE contact SET language = v.language, timezone = v.timezone, attributes = v.attributes,
        opted_out_at = v.opted_out_at
    FROM ROWS($1: contact_id bigint, language text, timezone text, attributes jsonb,
        opted_out_at bigint) AS v
    WHERE contact.id = v.contact_id
""")
_DROP = statement("DELETE FROM contact WHERE id = $1")


async def merge_contacts(session: Session, keep: int, gone: int) -> None:
    """Move everything of ``gone`` to ``keep`` and drop it.

    An opt-out of either stays: it is the person's. Attributes of ``keep`` win over ``gone``'s.
    """
    if keep == gone:
        return
    await lock_ids(session, (keep, gone))
    found = await load_contacts(session, (keep, gone))
    if len(found) < 2:
        return
    await session.run(_KEEP, [_united(found[keep], found[gone])])
    for move in _MOVES:
        await session.run(move, keep, gone)
    await session.run(_DROP, gone)


def _united(keep: Contact, gone: Contact) -> dict[str, object]:
    stops = [at for at in (keep.opted_out_at, gone.opted_out_at) if at]
    return {
        "contact_id": keep.id,
        "language": keep.language or gone.language,
        "timezone": keep.timezone or gone.timezone,
        "attributes": {**gone.attributes, **keep.attributes},
        "opted_out_at": to_ms_or_none(min(stops, default=None)),
    }
