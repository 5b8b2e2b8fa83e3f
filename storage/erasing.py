"""Erasing: everything of one person goes; a hash of each address and key stays, for suppression.

What they answered goes out of the counts too, so that counts and answers agree as ever
(`storage.recount`): a report of an earlier time changes by that one person.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.addresses import Place, find_owners
from storage.answers import load_answers, read_response
from storage.codec import Row, load_json
from storage.compacting import owe
from storage.contacts import load_contacts, lock_contacts
from storage.counts import Rollups, flow_keys, save_flows
from storage.following import lock_people
from storage.merging import MOVED, MOVED_APART
from storage.sql import Session, statement
from storage.suppression import suppress
from surveys.contact import Contact
from surveys.suppression import names_of, place_name

ERASED = "erased"

BY_INVITATION = (
    "due",
    "delivery",
    "decision",
    "answer",
    "response",
    "anonymous_reply",
    "ask_hold",
    "comment_card",
    "link_signal",
    "held_press",
    "customer_case",
    "comment_gist",
)
"""Every table whose rows say ``invitation_id``."""

_INVITATIONS = statement("""
    SELECT i.*, COALESCE(r.started_at, n.started_at) AS started_at,
        COALESCE(r.completed_at, n.completed_at) AS completed_at
    FROM invitation i LEFT JOIN response r ON r.invitation_id = i.id
    LEFT JOIN anonymous_reply n ON n.invitation_id = i.id
    WHERE i.contact_id = $1 ORDER BY i.id FOR NO KEY UPDATE OF i
""")
_RESPONSES = statement("SELECT * FROM response WHERE contact_id = $1")
_WRITTEN_TO = statement("""
    SELECT DISTINCT channel, address FROM delivery WHERE invitation_id = ANY($1::bigint[])
""")
_HEARD = statement("""
    SELECT n.id, n.channel, n.event_id, n.address
    FROM ROWS($1: channel text, value text) AS v
    JOIN inbound n ON n.channel = v.channel AND n.address = v.value
""")
_BLANK = statement("UPDATE inbound SET address = '', body = '{}' WHERE id = ANY($1::bigint[])")
_DROP_HEARD = statement("DELETE FROM inbound WHERE id = ANY($1::bigint[])")
_SAYINGS = statement("SELECT lane, at, id, message FROM due WHERE message IS NOT NULL")
_DROP_DUES = statement("""
    DELETE FROM due WHERE (lane, at, id) IN
        (SELECT v.lane, v.at, v.id FROM ROWS($1: lane text, at bigint, id text) AS v)
""")
_DROP_NOTES = statement("""
    DELETE FROM delivery WHERE invitation_id = 0 AND (channel, address) IN
        (SELECT v.channel, v.value FROM ROWS($1: channel text, value text) AS v)
""")
_DROP_CONFLICTS = (
    statement("DELETE FROM address_conflict WHERE owner_id = $1 OR claimant_id = $1"),
    statement("""
        DELETE FROM address_conflict WHERE (channel, value) IN
            (SELECT v.channel, v.value FROM ROWS($1: channel text, value text) AS v)
    """),
)
# What another known person did in the same browser is theirs.
_DROP_EVENTS = (
    statement("DELETE FROM event WHERE user_id = ANY($1::text[])"),
    statement("DELETE FROM event WHERE anonymous_id = ANY($1::text[]) AND user_id IS NULL"),
    statement("DELETE FROM event WHERE previous_id = ANY($1::text[])"),
)
# What was read of a page's cards goes before them.
_DROP_GISTS = statement("""
    DELETE FROM comment_gist WHERE kind = 'card' AND ref IN (SELECT id FROM comment_card
        WHERE contact_id = 0 AND email <> '' AND LOWER(email) = ANY($1::text[]))
""")
# Written on a page by somebody who left an address to be answered at.
_DROP_CARDS = statement("""
    DELETE FROM comment_card WHERE contact_id = 0 AND email <> ''
        AND LOWER(email) = ANY($1::text[])
""")
_CASES = statement("SELECT id FROM customer_case WHERE contact_id = $1")
_DROP_CASES = (
    statement("DELETE FROM case_entry WHERE case_id = ANY($1::bigint[])"),
    statement("DELETE FROM staff_post WHERE case_id = ANY($1::bigint[])"),
)
_DROP_COUNTERS = statement("""
    DELETE FROM counter WHERE key LIKE $1 ESCAPE '!'
""")
_BY_INVITATION = tuple(
    statement(f"DELETE FROM {table} WHERE invitation_id = ANY($1::bigint[])")  # noqa: S608 - constants
    for table in BY_INVITATION
)
_BY_CONTACT = tuple(
    statement(f"DELETE FROM {table} WHERE contact_id = $1")  # noqa: S608 - constants
    for table in (*MOVED, *MOVED_APART)
)
_DROP = statement("DELETE FROM contact WHERE id = $1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What went, in numbers only; ``hashes`` stay."""

    contact_id: int
    invitations: int
    answers: int
    events: int
    messages: int
    hashes: int


async def erase_contact(
    session: Session,
    key: bytes,
    contact_id: int,
    now: datetime,
    remembered: Callable[[Contact], bool] = lambda _: True,
) -> Erased | None:
    """Erase one person; None where nobody has that number (any more). ``remembered`` says of whom
    hashes stay, so that they are not asked again.

    Waits for whoever is writing about them and keeps others from doing so.
    """
    number = (await lock_people(session, {contact_id})).get(contact_id, 0)
    contact = (await load_contacts(session, {number})).get(number)
    if contact is None:
        return None
    await lock_contacts(session, contact.keys)
    invitations = await session.fetch(_INVITATIONS, contact.id)
    ids = [row["id"] for row in invitations]
    places = await _places(session, contact, ids)
    answers = await _count_out(session, contact, invitations)
    cases = [row["id"] for row in await session.fetch(_CASES, contact.id)]
    messages = await _drop_messages(session, places, ids, cases)
    events = await _drop_events(session, contact)
    for drop in _DROP_CASES:
        await session.run(drop, cases)
    for drop in _BY_INVITATION:
        await session.run(drop, ids)
    await _drop_person(session, contact, places)
    await owe(session)
    names = {*names_of(contact), *(place_name(*place) for place in places)}
    return Erased(
        contact_id=contact.id,
        invitations=len(ids),
        answers=answers,
        events=events,
        messages=messages,
        hashes=await suppress(session, key, names, now, ERASED) if remembered(contact) else 0,
    )


async def _places(session: Session, contact: Contact, ids: Sequence[int]) -> list[Place]:
    """Give where the person is and was, as far as it is nobody else's now."""
    own = {(a.channel, a.value) for a in contact.addresses}
    written = {(r["channel"], r["address"]) for r in await session.fetch(_WRITTEN_TO, list(ids))}
    owners = await find_owners(session, written - own)
    return sorted(p for p in own | (written - owners.keys()) if p[1])


async def _count_out(session: Session, contact: Contact, invitations: Sequence[Row]) -> int:
    """Take what the person was asked and answered out of the counts; gives how many answers."""
    flows = [(k, -1) for row in invitations for k in flow_keys(row, session.zone)]
    await save_flows(session, flows)
    responses = await session.fetch(_RESPONSES, contact.id)
    known = [row["invitation_id"] for row in responses]
    answers = await load_answers(session, known) if known else {}
    rollups, found = Rollups(session.zone), 0
    for row in responses:
        given = answers.get(row["invitation_id"], ())
        response = read_response(row, given)
        for answer in given:
            rollups.add(response, answer, sign=-1)
        found += len(given)
    await rollups.save(session)
    return found


# What was said and heard


async def _drop_messages(
    session: Session, places: Sequence[Place], ids: Sequence[int], cases: Sequence[int]
) -> int:
    """Drop what waits to be said to them or about them, and what they told us.

    Of what came in, the provider's id stays where it does not name them, so that the same bytes
    sent again are still a repeat.
    """
    batch = [{"channel": channel, "value": value} for channel, value in places]
    heard = await session.fetch(_HEARD, batch) if batch else []
    naming = [row["id"] for row in heard if row["address"] in row["event_id"]]
    await session.run(_DROP_HEARD, naming)
    await session.run(_BLANK, [row["id"] for row in heard if row["id"] not in set(naming)])
    own = tuple(f"{kind}:{number}:" for number in cases for kind in ("case", "talk"))
    waiting = [
        row
        for row in await session.fetch(_SAYINGS)
        if row["id"].startswith(own) or _is_about(row, places, ids, heard)
    ]
    if waiting:
        await session.run(
            _DROP_DUES, [{k: row[k] for k in ("lane", "at", "id")} for row in waiting]
        )
    notes = await session.run(_DROP_NOTES, batch) if batch else 0
    return len(heard) + len(waiting) + notes


def _is_about(row: Row, places: Sequence[Place], ids: Sequence[int], heard: Sequence[Row]) -> bool:
    """Whether a waiting message is to the person, or is to a colleague because of what they told
    us (``alert:sms:SM1:00``); on a page that names the invitation.
    """
    if (row["lane"], load_json(row["message"])["address"]) in places:
        return True
    _, _, about = row["id"].partition(":")
    told = {f"{n['channel']}:{n['event_id']}:" for n in heard} | {f"web:{i}." for i in ids}
    return any(about.startswith(name) for name in told)


async def _drop_events(session: Session, contact: Contact) -> int:
    users, visitors, either = (_ids(contact.keys, kind) for kind in ("user", "anon", ""))
    dropped = 0
    for drop, names in zip(_DROP_EVENTS, (users, visitors, either), strict=True):
        dropped += await session.run(drop, names) if names else 0
    return dropped


def _ids(keys: Collection[str], kind: str) -> list[str]:
    split = (key.partition(":") for key in keys)
    return sorted({name for found, _, name in split if kind in ("", found)})


async def _drop_person(session: Session, contact: Contact, places: Sequence[Place]) -> None:
    own = [f"nth:%:customer:{_plain(key)}" for key in contact.keys]
    for pattern in (f"person:{contact.id}:%", *own):
        await session.run(_DROP_COUNTERS, pattern)
    await session.run(_DROP_CONFLICTS[0], contact.id)
    if places:
        batch = [{"channel": channel, "value": value} for channel, value in places]
        await session.run(_DROP_CONFLICTS[1], batch)
    mails = [value for channel, value in places if channel == "email"]
    await session.run(_DROP_GISTS, mails)
    await session.run(_DROP_CARDS, mails)
    for drop in _BY_CONTACT:
        await session.run(drop, contact.id)
    await session.run(_DROP, contact.id)


def _plain(text: str) -> str:
    """Give a text that LIKE takes as it is."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
