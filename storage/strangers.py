"""Strangers: people known by an address alone, because they wrote to us by themselves.

Once the business says who is at that address, they are that person: what is theirs moves there.
"""

from collections.abc import Collection, Sequence

from storage.addresses import Place, find_owners
from storage.contacts import load_contacts
from storage.merging import merge_contacts
from storage.sql import Session, statement
from surveys.contact import Contact

_STRANGERS = statement("""
    SELECT c.id FROM contact c WHERE c.id = ANY($1::bigint[])
      AND NOT EXISTS (SELECT 1 FROM contact_key k WHERE k.contact_id = c.id)
""")
_SETTLE = statement("""
    DELETE FROM address_conflict WHERE claimant_id = $1::bigint AND owner_id = $2::bigint
""")


async def take_in(
    session: Session, given: Sequence[Contact], saved: Sequence[Contact]
) -> list[Contact]:
    """Give the saved contacts with the addresses that were strangers', who are now these people."""
    result = list(saved)
    for number, (asked, got) in enumerate(zip(given, saved, strict=True)):
        wanted = {(a.channel, a.value) for a in asked.addresses}
        refused = wanted - {(a.channel, a.value) for a in got.addresses}
        if refused and got.keys and await take_in_at(session, got.id, refused):
            found = await load_contacts(session, [got.id])
            result[number] = found.get(got.id, got)
    return result


async def take_in_at(session: Session, contact_id: int, places: Collection[Place]) -> bool:
    """Make the strangers at these addresses that contact; gives whether there were any."""
    owners = {owner for owner, _ in (await find_owners(session, places)).values()} - {contact_id}
    if not owners:
        return False
    strangers = [row["id"] for row in await session.fetch(_STRANGERS, sorted(owners))]
    for stranger in strangers:
        await merge_contacts(session, contact_id, stranger)
        await session.run(_SETTLE, contact_id, stranger)
    return bool(strangers)
