"""The store's own secret: made once, it seals links for as long as the store lives."""

import secrets

from storage.sql import Session, insert, statement

_ADD = insert("secret", "name text, value text", "ON CONFLICT (name) DO NOTHING")
_READ = statement("SELECT value FROM secret WHERE name = $1")
_LINKS = "links"


async def read_key(session: Session) -> bytes:
    """Give the 32 bytes that seal links, making them at the first call on a new store."""
    found = await session.fetch(_READ, _LINKS)
    if not found:
        await session.run(_ADD, [{"name": _LINKS, "value": secrets.token_hex(32)}])
        found = await session.fetch(_READ, _LINKS)
    return bytes.fromhex(found[0]["value"])
