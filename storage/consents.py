"""Consents: a person's stop and its taking back, each with where it came from."""

from collections.abc import Collection
from datetime import datetime

from storage.codec import to_ms, to_ms_or_none
from storage.sql import Session, insert, statement
from surveys.contact import Contact

_STOP = statement("""
    UPDATE contact SET opted_out_at = COALESCE(opted_out_at, $2::bigint)
    WHERE id = ANY($1::bigint[])
""")
_RESUME = statement("UPDATE contact SET opted_out_at = NULL WHERE id = ANY($1::bigint[])")
_WISH = statement("""
    UPDATE contact SET paused_until = $2::bigint, only_channel = $3::text, language = $4::text
    WHERE id = $1::bigint
""")
_NOTE = insert("consent", "contact_id bigint, granted boolean, at bigint, source text")


async def opt_out(
    session: Session, contact_ids: Collection[int], at: datetime, source: str
) -> None:
    """Note that these people said stop; the first stop's time stays."""
    if contact_ids:
        await session.run(_STOP, sorted(set(contact_ids)), to_ms(at))
        await _note(session, contact_ids, granted=False, at=at, source=source)


async def opt_in(session: Session, contact_ids: Collection[int], at: datetime, source: str) -> None:
    """Note that these people took their stop back."""
    if contact_ids:
        await session.run(_RESUME, sorted(set(contact_ids)))
        await _note(session, contact_ids, granted=True, at=at, source=source)


async def set_wishes(session: Session, contact: Contact) -> None:
    """Keep a person's own wishes: pause, only one channel, language."""
    await session.run(
        _WISH,
        contact.id,
        to_ms_or_none(contact.paused_until),
        contact.only_channel or None,
        contact.language,
    )


async def _note(
    session: Session, contact_ids: Collection[int], *, granted: bool, at: datetime, source: str
) -> None:
    row = {"granted": granted, "at": to_ms(at), "source": source}
    await session.run(_NOTE, [{"contact_id": i, **row} for i in sorted(set(contact_ids))])
