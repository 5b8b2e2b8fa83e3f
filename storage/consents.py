"""Consents: a person's stop and its taking back, each with where it came from."""

from collections.abc import Collection
from datetime import datetime

from storage.codec import to_ms, to_ms_or_none
from storage.following import lock_people
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
    people = await _lock(session, contact_ids)
    if people:
        await session.run(_STOP, people, to_ms(at))
        await _note(session, people, granted=False, at=at, source=source)


async def opt_in(session: Session, contact_ids: Collection[int], at: datetime, source: str) -> None:
    """Note that these people took their stop back."""
    people = await _lock(session, contact_ids)
    if people:
        await session.run(_RESUME, people)
        await _note(session, people, granted=True, at=at, source=source)


async def set_wishes(session: Session, contact: Contact) -> None:
    """Keep a person's own wishes: pause, only one channel, language."""
    for number in await _lock(session, {contact.id}):
        await session.run(
            _WISH,
            number,
            to_ms_or_none(contact.paused_until),
            contact.only_channel or None,
            contact.language,
        )


async def _lock(session: Session, contact_ids: Collection[int]) -> list[int]:
    """Whoever is merged meanwhile: what a person asks of us is never lost."""
    return sorted(set((await lock_people(session, contact_ids)).values()))


async def _note(
    session: Session, people: Collection[int], *, granted: bool, at: datetime, source: str
) -> None:
    row = {"granted": granted, "at": to_ms(at), "source": source}
    await session.run(_NOTE, [{"contact_id": i, **row} for i in people])
