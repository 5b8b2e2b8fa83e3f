"""Contacts: read, locked, saved, merged. One person has many keys and many addresses."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from storage.addresses import Claim, claim_addresses
from storage.codec import from_ms_or_none, load_json, to_ms_or_none
from storage.consents import load_consents
from storage.following import lock_ids
from storage.sql import Backend, Session, Statement, insert, lock, statement
from surveys.contact import Address, AddressStatus, Contact

_CONTACTS = statement("SELECT * FROM contact WHERE id = ANY($1::bigint[])")
_NAMES = statement("""
    SELECT contact_id, '' AS channel, key AS value, '' AS status, 0 AS position, 0 AS id,
        CAST(NULL AS BIGINT) AS heard_at
      FROM contact_key WHERE contact_id = ANY($1::bigint[])
    UNION ALL
    SELECT contact_id, channel, value, status, position, id, heard_at
      FROM address WHERE contact_id = ANY($1::bigint[])
    ORDER BY position, id, value
""")
_OWNERS = statement("SELECT key, contact_id FROM contact_key WHERE key = ANY($1::text[])")
# One lock a bucket of keys, taken in order: a key that has no row yet can be waited for too.
_LOCK_KEYS = Statement(
    postgres=(
        "SELECT pg_advisory_xact_lock(7341, bucket) FROM (SELECT DISTINCT abs(hashtext(key) % 1024)"
        " AS bucket FROM unnest($1::text[]) AS key ORDER BY 1) AS buckets"
    ),
    sqlite="",
)
_LOCK_OWNERS = lock("""
    SELECT id FROM contact WHERE id IN
        (SELECT contact_id FROM contact_key WHERE key = ANY($1::text[]))
    ORDER BY id FOR NO KEY UPDATE
""")
_INSERT = statement("""
    INSERT INTO contact (language, timezone, attributes, opted_out_at)
    SELECT v.language, v.timezone, v.attributes, v.opted_out_at FROM ROWS($1: n int, language text,
        timezone text, attributes jsonb, opted_out_at bigint) AS v ORDER BY v.n RETURNING id
""")
_UPDATE = statement("""
    UPDATE contact SET language = v.language, timezone = v.timezone, attributes = v.attributes
    FROM ROWS($1: contact_id bigint, language text, timezone text, attributes jsonb) AS v
    WHERE contact.id = v.contact_id
""")
_INSERT_KEYS = insert("contact_key", "key text, contact_id bigint", "ON CONFLICT (key) DO NOTHING")


_STATUSES = {status.value: status for status in AddressStatus}


async def load_contacts(session: Session, ids: Collection[int]) -> dict[int, Contact]:
    """Give the contacts of these ids with keys, addresses and consents; unknown ids are left out.

    Addresses are in the order they were saved in, so the newest is last.
    """
    wanted = sorted(set(ids) - {0})
    if not wanted:
        return {}
    found = await session.fetch(_CONTACTS, wanted)
    keys: dict[int, list[str]] = {row["id"]: [] for row in found}
    addresses: dict[int, list[Address]] = {row["id"]: [] for row in found}
    for name in await session.fetch(_NAMES, wanted):
        if not name["channel"]:
            keys[name["contact_id"]].append(name["value"])
            continue
        addresses[name["contact_id"]].append(
            Address(
                channel=name["channel"],
                value=name["value"],
                status=_STATUSES[name["status"]],
                heard_at=from_ms_or_none(name["heard_at"]),
            )
        )
    consents = await load_consents(session, wanted)
    return {
        row["id"]: Contact(
            id=row["id"],
            keys=_ranked(keys[row["id"]]),
            language=row["language"],
            timezone=row["timezone"],
            attributes=load_json(row["attributes"]),
            addresses=tuple(addresses[row["id"]]),
            opted_out_at=from_ms_or_none(row["opted_out_at"]),
            paused_until=from_ms_or_none(row["paused_until"]),
            only_channel=row["only_channel"] or "",
            consents=consents.get(row["id"], ()),
            forget_asked_at=from_ms_or_none(row["forget_asked_at"]),
        )
        for row in found
    }


async def lock_contacts(session: Session, keys: Collection[str]) -> dict[str, Contact]:
    """Lock the people of these keys, known or not, and give those known: key -> contact."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    await session.fetch(_LOCK_KEYS, wanted)
    locked = {row["id"] for row in await session.fetch(_LOCK_OWNERS, wanted)}
    owners = await find_keys(session, wanted)
    # Who had to wait for a merge finds the keys at somebody not locked yet.
    while session.backend is Backend.POSTGRES and (late := set(owners.values()) - locked):
        await lock_ids(session, late)
        locked |= late
        owners = await find_keys(session, wanted)
    contacts = await load_contacts(session, owners.values())
    return {key: contacts[owner] for key, owner in owners.items() if owner in contacts}


async def save_contacts(
    session: Session, contacts: Sequence[Contact], now: datetime | None = None
) -> list[Contact]:
    """Insert contacts of id 0 and update the others; give each, in the order they came.

    New ones that claim the same key are one. Keys and addresses are only ever added: the first
    owner keeps an address, the claimant gets it back without. ``now`` is when they claim it, the
    system's clock where it is not given.
    """
    people, places = _gather(await _recognise(session, contacts))
    fresh = [n for n, person in enumerate(people) if not person.id]
    for n, contact_id in zip(fresh, await _insert(session, people, fresh), strict=True):
        people[n] = replace(people[n], id=contact_id)
    known = {c.id for c in contacts if c.id}
    changed = [p for p in people if p.id in known]
    if changed:
        changed.sort(key=lambda person: person.id)
        await session.run(_UPDATE, [{"contact_id": p.id, **_row(p)} for p in changed])
    keys = {key: person.id for person in people for key in person.keys}
    if keys:
        named = [{"key": key, "contact_id": keys[key]} for key in sorted(keys)]
        await session.run(_INSERT_KEYS, named)
    saved = await _claim(session, people, now or datetime.now(UTC))
    return [saved[place] for place in places]


async def _recognise(session: Session, contacts: Sequence[Contact]) -> list[Contact]:
    """A new contact whose key has an owner already is that owner."""
    keys = sorted({key for c in contacts if not c.id for key in c.keys})
    owners = await find_keys(session, keys) if keys else {}

    def owner(contact: Contact) -> int:
        return next((owners[key] for key in contact.keys if key in owners), 0)

    return [c if c.id else replace(c, id=owner(c)) for c in contacts]


def _gather(contacts: Iterable[Contact]) -> tuple[list[Contact], list[int]]:
    """Give one contact a person, and for each contact given the place of its person."""
    people: list[Contact] = []
    places: list[int] = []
    seen: dict[str | int, int] = {}
    for contact in contacts:
        names: list[str | int] = [*([contact.id] if contact.id else []), *contact.keys]
        place = next((seen[name] for name in names if name in seen), len(people))
        if place == len(people):
            people.append(contact)
        else:
            people[place] = _unite(people[place], contact)
        places.append(place)
        seen.update(dict.fromkeys(names, place))
    return people, places


def _unite(first: Contact, second: Contact) -> Contact:
    """What the later one says wins; what only the earlier one says stays."""
    return replace(
        first,
        id=first.id or second.id,
        keys=tuple(dict.fromkeys((*first.keys, *second.keys))),
        language=second.language or first.language,
        timezone=second.timezone or first.timezone,
        attributes={**first.attributes, **second.attributes},
        addresses=tuple(dict.fromkeys((*second.addresses, *first.addresses))),
        opted_out_at=first.opted_out_at or second.opted_out_at,
    )


async def _insert(session: Session, people: Sequence[Contact], fresh: Sequence[int]) -> list[int]:
    if not fresh:
        return []
    new = [{"n": n, **_row(people[place])} for n, place in enumerate(fresh)]
    # Numbered in the order of n, whatever order they are given back in.
    return sorted(row["id"] for row in await session.fetch(_INSERT, new))


def _row(contact: Contact) -> dict[str, object]:
    return {
        "language": contact.language,
        "timezone": contact.timezone,
        "attributes": contact.attributes,
        "opted_out_at": to_ms_or_none(contact.opted_out_at),
    }


async def _claim(session: Session, people: Sequence[Contact], now: datetime) -> list[Contact]:
    claims = [
        Claim(contact_id=person.id, address=address, position=position)
        for person in people
        for position, address in enumerate(person.addresses)
    ]
    granted = await claim_addresses(session, claims, now) if claims else {}
    return [replace(p, addresses=tuple(granted.get(p.id, ()))) for p in people]


async def find_keys(session: Session, keys: Sequence[str]) -> Mapping[str, int]:
    """Give whose keys these are: key -> contact id; unknown ones are left out."""
    found = await session.fetch(_OWNERS, list(keys))
    return {row["key"]: row["contact_id"] for row in found}


def _ranked(keys: Collection[str]) -> tuple[str, ...]:
    """Put the business's own id first. A user id that is a visitor's too came by an alias, which
    does not say which of both it meant.
    """
    known = frozenset(keys)

    def rank(key: str) -> tuple[int, str]:
        kind, _, name = key.partition(":")
        return (kind != "user") * 2 + (kind == "user" and f"anon:{name}" in known), key

    return tuple(sorted(keys, key=rank))
