"""Suppression: hashes of the addresses and keys of people who must not be written to."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from storage.codec import from_ms, to_ms
from storage.consents import opt_out
from storage.sql import Session, insert, statement
from surveys.contact import Contact
from surveys.suppression import names_of, suppression_hash

SUPPRESSED = "suppressed"
"""The source of a stop that was remembered by hash, as consents note it."""

_ADD = insert("suppression", "hash text, at bigint, source text", "ON CONFLICT (hash) DO NOTHING")
_FIND = statement("SELECT hash, at FROM suppression WHERE hash = ANY($1::text[])")
_LIFT = statement("DELETE FROM suppression WHERE hash = ANY($1::text[])")


async def suppress(
    session: Session, key: bytes, names: Collection[str], at: datetime, source: str
) -> int:
    """Remember names (`surveys.suppression`) by their hashes; gives how many hashes."""
    hashes = sorted({suppression_hash(key, name) for name in names})
    if hashes:
        await session.run(_ADD, [{"hash": h, "at": to_ms(at), "source": source} for h in hashes])
    return len(hashes)


async def lift(session: Session, key: bytes, names: Iterable[str]) -> None:
    """Forget hashes: the person came back by themselves."""
    hashes = sorted({suppression_hash(key, name) for name in names})
    if hashes:
        await session.run(_LIFT, hashes)


async def find_suppressed(
    session: Session, key: bytes, names: Collection[str]
) -> dict[str, datetime]:
    """Give which of these names are suppressed, and since when."""
    by_hash = {suppression_hash(key, name): name for name in set(names)}
    if not by_hash:
        return {}
    found = await session.fetch(_FIND, sorted(by_hash))
    return {by_hash[row["hash"]]: from_ms(row["at"]) for row in found}


async def stop_suppressed(
    session: Session, key: bytes, contacts: Sequence[Contact]
) -> list[Contact]:
    """Opt out those who have a suppressed name, and give all as they are then."""
    names = {name for c in contacts if c.opted_out_at is None for name in names_of(c)}
    since = await find_suppressed(session, key, names)
    if not since:
        return list(contacts)
    stopped: dict[int, datetime] = {}
    for contact in contacts:
        found = [since[name] for name in names_of(contact) if name in since]
        if found and contact.opted_out_at is None:
            stopped[contact.id] = min(found)
            await opt_out(session, {contact.id}, min(found), SUPPRESSED)
    return [replace(c, opted_out_at=c.opted_out_at or stopped.get(c.id)) for c in contacts]
