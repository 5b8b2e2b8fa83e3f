"""Consents: what a person or a system said about asking, each with where it came from. Rows are
added and never changed, but for the mark on those that stand.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from storage.codec import Row, from_ms, to_ms, to_ms_or_none
from storage.following import lock_people
from storage.sql import Session, insert, statement
from surveys.consent import FEEDBACK, Basis, Consent, current
from surveys.contact import Contact

_STOP = statement("""
    UPDATE contact SET opted_out_at = COALESCE(opted_out_at, $2::bigint)
    WHERE id = ANY($1::bigint[])
""")
_RESUME = statement("UPDATE contact SET opted_out_at = NULL WHERE id = ANY($1::bigint[])")
_WISH = statement("""
    UPDATE contact SET paused_until = $2::bigint, only_channel = $3::text, language = $4::text,
        forget_asked_at = $5::bigint
    WHERE id = $1::bigint
""")
_COLUMNS = (
    "contact_id bigint, granted boolean, at bigint, source text, purpose text, channel text,"
    " basis text, is_latest boolean"
)
_NOTE = insert("consent", _COLUMNS)
_SUPERSEDE = statement("""
    UPDATE consent SET is_latest = false
    FROM ROWS($1: contact_id bigint, purpose text, channel text) AS v
    WHERE consent.contact_id = v.contact_id AND consent.purpose = v.purpose
        AND consent.channel = v.channel AND consent.is_latest
""")
_LOAD = statement("""
    SELECT contact_id, granted, at, source, purpose, channel, basis FROM consent
    WHERE contact_id = ANY($1::bigint[]) AND is_latest ORDER BY id
""")
# Before every first ask: one statement, and nobody's refusal is written over.
_ASSUME = statement("""
    INSERT INTO consent (contact_id, granted, at, source, purpose, channel, basis, is_latest)
    SELECT c.id, $2::boolean, $3::bigint, $4::text, $5::text, $6::text, $7::text, true
    FROM contact c WHERE (c.id = ANY($1::bigint[])
        OR c.id IN (SELECT keep_id FROM contact_merged WHERE gone_id = ANY($1::bigint[])))
    AND NOT EXISTS (SELECT 1 FROM consent k WHERE k.contact_id = c.id
        AND k.purpose = $5::text AND k.channel = $6::text AND k.is_latest)
    FOR NO KEY UPDATE OF c
""")

Said = tuple[int, Consent]
"""Whose consent, and what."""


async def load_consents(
    session: Session, contact_ids: Collection[int]
) -> dict[int, tuple[Consent, ...]]:
    """Give the consents that stand, by contact; people of whom none is recorded are left out."""
    found: dict[int, list[Consent]] = {}
    for row in await session.fetch(_LOAD, sorted(set(contact_ids))):
        found.setdefault(row["contact_id"], []).append(_read(row))
    return {number: current(consents) for number, consents in found.items()}


async def record_consents(session: Session, said: Sequence[Said]) -> None:
    """Keep what was said, in the order given: the last of a purpose and channel stands."""
    people = await lock_people(session, {number for number, _ in said})
    rows = [_row(people[number], consent) for number, consent in said if number in people]
    if not rows:
        return
    last = {(row["contact_id"], row["purpose"], row["channel"]): n for n, row in enumerate(rows)}
    stands = set(last.values())
    await session.run(_SUPERSEDE, rows)
    await session.run(_NOTE, [{**row, "is_latest": n in stands} for n, row in enumerate(rows)])


async def assume_consents(session: Session, said: Sequence[Said]) -> None:
    """Keep what asking rests on where nothing is recorded yet of that purpose and channel."""
    people: dict[Consent, list[int]] = {}
    for number, consent in said:
        people.setdefault(consent, []).append(number)
    for consent, numbers in people.items():
        row = _row(0, consent)
        names = ("granted", "at", "source", "purpose", "channel", "basis")
        await session.run(_ASSUME, sorted(set(numbers)), *(row[name] for name in names))


async def opt_out(
    session: Session, contact_ids: Collection[int], at: datetime, source: str
) -> None:
    """Note that these people said stop; the first stop's time stays."""
    people = await _lock(session, contact_ids)
    if people:
        await session.run(_STOP, people, to_ms(at))
        stopped = Consent(granted=False, source=source, at=at)
        await record_consents(session, [(number, stopped) for number in people])


async def opt_in(session: Session, contact_ids: Collection[int], at: datetime, source: str) -> None:
    """Note that these people took their stop back, which is a consent to be asked there."""
    people = await _lock(session, contact_ids)
    if people:
        await session.run(_RESUME, people)
        back = Consent(granted=True, source=source, at=at)
        here = replace(back, purpose=FEEDBACK, channel=source)
        await record_consents(session, [(n, said) for n in people for said in (back, here)])


async def set_wishes(session: Session, contact: Contact) -> None:
    """Keep a person's own wishes: pause, only one channel, language, to be forgotten."""
    for number in await _lock(session, {contact.id}):
        await session.run(
            _WISH,
            number,
            to_ms_or_none(contact.paused_until),
            contact.only_channel or None,
            contact.language,
            to_ms_or_none(contact.forget_asked_at),
        )


async def _lock(session: Session, contact_ids: Collection[int]) -> list[int]:
    """Whoever is merged meanwhile: what a person asks of us is never lost."""
    return sorted(set((await lock_people(session, contact_ids)).values()))


def _row(contact_id: int, consent: Consent) -> dict[str, object]:
    return {
        "contact_id": contact_id,
        "granted": consent.granted,
        "at": to_ms(consent.at),
        "source": consent.source,
        "purpose": consent.purpose,
        "channel": consent.channel,
        "basis": consent.basis,
        "is_latest": True,
    }


def _read(row: Row) -> Consent:
    return Consent(
        granted=bool(row["granted"]),
        at=from_ms(row["at"]),
        source=row["source"],
        purpose=row["purpose"],
        channel=row["channel"],
        basis=Basis(row["basis"]),
    )
