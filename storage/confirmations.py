"""Confirmations: what a colleague is asked to confirm, the last thing only, once."""

from datetime import datetime

from storage.codec import to_ms
from storage.sql import Session, insert, statement

_ASK = insert(
    "confirmation",
    "who text, code text, line text, expires_at bigint",
    "ON CONFLICT (who) DO UPDATE SET code = excluded.code, line = excluded.line,"
    " expires_at = excluded.expires_at",
)
_TAKE = statement("""
    DELETE FROM confirmation
    WHERE who = $1 AND ($2::text = '' OR code = $2::text) AND expires_at > $3
    RETURNING line
""")
_FORGET = statement("DELETE FROM confirmation WHERE expires_at <= $1")


async def ask_confirmation(
    session: Session, who: str, code: str, line: str, until: datetime
) -> None:
    """Keep what ``who`` (a channel and an address) is asked to confirm; it takes the place of what
    they were asked before.
    """
    row = {"who": who, "code": code, "line": line, "expires_at": to_ms(until)}
    await session.run(_ASK, [row])


async def take_confirmation(session: Session, who: str, code: str, now: datetime) -> str:
    """Give the line that waits for ``who`` and take it away, "" where none does (any more).

    ``code`` is the one on the button that was pressed, "" where a word was written.
    """
    found = await session.fetch(_TAKE, who, code, to_ms(now))
    return str(found[0]["line"]) if found else ""


async def forget_confirmations(session: Session, now: datetime) -> None:
    """Drop what nobody confirmed in time."""
    await session.run(_FORGET, to_ms(now))
