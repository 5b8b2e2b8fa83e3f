"""Addresses: one belongs to one contact, and the first owner keeps it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storage.codec import to_ms
from storage.following import lock_people
from storage.sql import Session, insert, statement
from surveys.contact import Address, AddressStatus

Place = tuple[str, str]
"""A channel and what the provider calls a person there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A contact says an address is theirs; ``position`` is its rank among theirs."""

    contact_id: int
    address: Address
    position: int


_CLAIM = insert(
    "address",
    "channel text, value text, contact_id bigint, status text, position int",
    "ON CONFLICT (channel, value) DO UPDATE SET position = excluded.position"
    " WHERE address.contact_id = excluded.contact_id AND address.position <> excluded.position",
)
_OWNERS = statement("""
    SELECT a.channel, a.value, a.contact_id, a.status
    FROM ROWS($1: channel text, value text) AS v
    JOIN address a ON a.channel = v.channel AND a.value = v.value
""")
# What was settled for one owner is open again for another.
_CONFLICT = insert(
    "address_conflict",
    "channel text, value text, owner_id bigint, claimant_id bigint, first_at bigint,"
    " last_at bigint, times int, settled text, settled_by text",
    "ON CONFLICT (channel, value, claimant_id) DO UPDATE SET last_at = excluded.last_at,"
    " times = address_conflict.times + 1, owner_id = excluded.owner_id,"
    " settled = CASE WHEN address_conflict.owner_id = excluded.owner_id"
    " THEN address_conflict.settled ELSE '' END,"
    " told_at = CASE WHEN address_conflict.owner_id = excluded.owner_id"
    " THEN address_conflict.told_at END",
)
_SET = statement("""
    UPDATE address SET status = v.status FROM ROWS($1: channel text, value text, status text) AS v
    WHERE address.channel = v.channel AND address.value = v.value
""")
_HEAR = statement("""
    UPDATE address SET heard_at = v.heard_at
    FROM ROWS($1: channel text, value text, heard_at bigint) AS v
    WHERE address.channel = v.channel AND address.value = v.value
        AND COALESCE(address.heard_at, 0) < v.heard_at
""")
_MOVE = statement("""
    UPDATE address SET value = v.new_value
    FROM ROWS($1: channel text, value text, new_value text) AS v
    WHERE address.channel = v.channel AND address.value = v.value AND NOT EXISTS
        (SELECT 1 FROM address AS o WHERE o.channel = v.channel AND o.value = v.new_value)
""")
_LINK = statement("""
    INSERT INTO address (channel, value, contact_id, status, position)
    SELECT v.channel, v.value, v.contact_id, v.status, COALESCE(
        (SELECT MAX(position) + 1 FROM address WHERE contact_id = v.contact_id), v.position)
    FROM ROWS($1: channel text, value text, contact_id bigint, status text, position int) AS v
    WHERE true
    ON CONFLICT (channel, value) DO UPDATE SET status = excluded.status,
        position = excluded.position
    WHERE address.contact_id = excluded.contact_id RETURNING id
""")


async def claim_addresses(
    session: Session, claims: Sequence[Claim], now: datetime
) -> dict[int, list[Address]]:
    """Add what is free and give, by contact, which of the claimed addresses are theirs now.

    A known address keeps its status. Each refused claim leaves a row in ``address_conflict``.
    """
    first: dict[Place, Claim] = {}
    for claim in claims:
        first.setdefault(_place(claim.address), claim)
    batch = [_row(first[place]) for place in sorted(first)]
    await session.run(_CLAIM, batch)
    owners = await find_owners(session, first)
    granted: dict[int, list[Address]] = {}
    refused: dict[tuple[Place, int], dict[str, object]] = {}
    for claim in claims:
        # Absent where the value could not be stored as it is (NUL, lone surrogates).
        owner_id, status = owners.get(_place(claim.address), (0, AddressStatus.BOUNCED))
        if owner_id == claim.contact_id:
            address = replace(claim.address, status=status)
            granted.setdefault(owner_id, []).append(address)
        elif owner_id:
            refused[_place(claim.address), claim.contact_id] = _conflict(claim, owner_id, now)
    if refused:
        await session.run(_CONFLICT, [refused[key] for key in sorted(refused)])
    return granted


async def find_owners(
    session: Session, places: Collection[Place]
) -> dict[Place, tuple[int, AddressStatus]]:
    """Give whose these addresses are, and their status; unknown ones are left out."""
    if not places:
        return {}
    wanted = [{"channel": channel, "value": value} for channel, value in sorted(places)]
    return {
        (row["channel"], row["value"]): (row["contact_id"], AddressStatus(row["status"]))
        for row in await session.fetch(_OWNERS, wanted)
    }


async def set_addresses(session: Session, statuses: dict[Place, str]) -> None:
    """Set the status of known addresses; unknown ones are passed over."""
    if statuses:
        batch = [{"channel": c, "value": v, "status": s} for (c, v), s in sorted(statuses.items())]
        await session.run(_SET, batch)


async def hear_addresses(session: Session, heard: dict[Place, datetime]) -> None:
    """Note when people last wrote to us from known addresses; the latest time stays."""
    if heard:
        batch = [
            {"channel": c, "value": v, "heard_at": to_ms(at)}
            for (c, v), at in sorted(heard.items())
        ]
        await session.run(_HEAR, batch)


async def move_addresses(session: Session, moves: dict[Place, str]) -> None:
    """Give addresses their new names. Where the new one is known already, the old one is dead."""
    moves = {place: new for place, new in moves.items() if place[1] != new}
    if not moves:
        return
    batch = [{"channel": c, "value": v, "new_value": new} for (c, v), new in sorted(moves.items())]
    await session.run(_MOVE, batch)
    await set_addresses(session, dict.fromkeys(moves, AddressStatus.BOUNCED))


async def link_address(session: Session, contact_id: int, channel: str, value: str) -> bool:
    """Tie an address to a contact who came by it themselves: theirs, newest and usable.

    False where it belongs to somebody else; nothing is changed then.
    """
    address = Address(channel=channel, value=value)
    people = await lock_people(session, {contact_id})
    claims = [Claim(contact_id=i, address=address, position=0) for i in people.values()]
    return bool(claims) and bool(await session.fetch(_LINK, [_row(claim) for claim in claims]))


def _place(address: Address) -> Place:
    return address.channel, address.value


def _row(claim: Claim) -> dict[str, object]:
    return {
        "channel": claim.address.channel,
        "value": claim.address.value,
        "contact_id": claim.contact_id,
        "status": claim.address.status,
        "position": claim.position,
    }


def _conflict(claim: Claim, owner_id: int, now: datetime) -> dict[str, object]:
    return {
        "channel": claim.address.channel,
        "value": claim.address.value,
        "owner_id": owner_id,
        "claimant_id": claim.contact_id,
        "first_at": to_ms(now),
        "last_at": to_ms(now),
        "times": 1,
        "settled": "",
        "settled_by": "",
    }
