"""Conflicts: claims of addresses that belong to somebody else, kept until staff settle them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from storage.addresses import Claim, claim_addresses
from storage.codec import Row, from_ms, to_ms
from storage.contacts import load_contacts
from storage.following import lock_people
from storage.merging import merge_contacts
from storage.sql import Session, statement
from surveys.conflict import Conflict, Settled, Verdict
from surveys.contact import Address, Contact

_OPEN = "settled = ''"
_LIST = statement(f"SELECT * FROM address_conflict WHERE {_OPEN} ORDER BY id LIMIT $1 OFFSET $2")  # noqa: S608 - constants only
_SOME = statement("SELECT * FROM address_conflict WHERE id = ANY($1::bigint[]) ORDER BY id")
_LOCK = statement(f"SELECT * FROM address_conflict WHERE id = $1 AND {_OPEN} FOR UPDATE")  # noqa: S608
# Two processes may do this at once: the second one finds nothing left to tell.
_TELL = statement(f"""
    UPDATE address_conflict SET told_at = $1::bigint
    WHERE told_at IS NULL AND {_OPEN} AND NOT EXISTS
        (SELECT 1 FROM address_conflict AS o WHERE o.told_at > $2::bigint)
    RETURNING id
""")  # noqa: S608
_GIVE = statement("""
    UPDATE address SET contact_id = $1, position =
        (SELECT COALESCE(MAX(o.position) + 1, 0) FROM address o WHERE o.contact_id = $1)
    WHERE channel = $2 AND value = $3 AND contact_id = $4
""")
_NEW_OWNER = statement(f"""
    UPDATE address_conflict SET owner_id = $1
    WHERE channel = $2 AND value = $3 AND owner_id = $4 AND {_OPEN}
""")  # noqa: S608
_SETTLE = statement("""
    UPDATE address_conflict SET settled = $2::text, settled_by = $3::text, settled_at = $4::bigint
    WHERE id = $1
""")


async def list_conflicts(session: Session, limit: int, offset: int) -> list[Conflict]:
    """Give conflicts nobody has settled yet, the oldest first."""
    return await _read(session, await session.fetch(_LIST, limit, offset))


async def load_conflicts(session: Session, ids: Collection[int]) -> list[Conflict]:
    """Give these conflicts; those of people who are gone are left out."""
    return await _read(session, await session.fetch(_SOME, sorted(set(ids)))) if ids else []


async def take_untold(session: Session, now: datetime, every: timedelta) -> list[int]:
    """Give the conflicts staff have not been told of, and note that they are now; none where they
    were told of any within ``every``.
    """
    return sorted(r["id"] for r in await session.fetch(_TELL, to_ms(now), to_ms(now - every)))


async def settle_conflict(
    session: Session, number: int, verdict: Verdict, by: str, now: datetime
) -> Settled:
    """Settle one conflict as a colleague says."""
    found = await session.fetch(_LOCK, number)
    if not found:
        return Settled.UNKNOWN
    row = found[0]
    people = await lock_people(session, (row["owner_id"], row["claimant_id"]))
    owner, claimant = people.get(row["owner_id"]), people.get(row["claimant_id"])
    if owner is None or claimant is None:
        return Settled.UNKNOWN
    if verdict is Verdict.MERGE:
        await merge_contacts(session, owner, claimant, now)
        return Settled.DONE
    if verdict is Verdict.GIVE:
        if _has_refused((await load_contacts(session, [owner]))[owner], row["channel"]):
            return Settled.STOPPED
        place = (row["channel"], row["value"])
        if not await session.run(_GIVE, claimant, *place, owner):
            return Settled.UNKNOWN  # it is not theirs any more
        await session.run(_NEW_OWNER, claimant, *place, owner)
    await session.run(_SETTLE, number, verdict, by, to_ms(now))
    return Settled.DONE


async def note_claim(
    session: Session, contact_id: int, channel: str, value: str, now: datetime
) -> None:
    """Note that a contact claims an address that is somebody else's."""
    address = Address(channel=channel, value=value)
    await claim_addresses(session, [Claim(contact_id=contact_id, address=address, position=0)], now)


def _has_refused(owner: Contact, channel: str) -> bool:
    """Whether whoever was reached at an address does not want to be asked there: that is not lost
    by saying that the address is somebody else's.
    """
    return owner.opted_out_at is not None or any(
        not consent.granted and consent.by_person and consent.channel in ("", channel)
        for consent in owner.consents
    )


async def _read(session: Session, rows: Sequence[Row]) -> list[Conflict]:
    people = await load_contacts(session, [r[k] for r in rows for k in ("owner_id", "claimant_id")])
    return [
        Conflict(
            id=row["id"],
            channel=row["channel"],
            value=row["value"],
            owner=people[row["owner_id"]],
            claimant=people[row["claimant_id"]],
            since=from_ms(row["first_at"]),
            last=from_ms(row["last_at"]),
            times=row["times"],
            is_open=row["settled"] == "",
        )
        for row in rows
        if row["owner_id"] in people and row["claimant_id"] in people
    ]
