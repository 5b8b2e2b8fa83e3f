"""Retention: what the file says is kept for a time only, found and taken away in small batches."""

from collections.abc import Mapping
from datetime import datetime

from storage.codec import to_ms
from storage.compacting import owe
from storage.erasing import erase_contact
from storage.fading import fade_old, fade_parted, fade_person
from storage.parting import PARTED_FROM
from storage.sql import Session, Statement, insert, statement
from surveys.contact import Contact

RULES = ("answers", "comments", "conversations", "events", "contacts")
"""What a rule may be about, in the order in which it is done."""

_OLDEST: Mapping[str, tuple[Statement, ...]] = {
    "comments": (
        statement("""
            SELECT id FROM comment_card WHERE at < $1::bigint ORDER BY at LIMIT $2::bigint
        """),
        statement("DELETE FROM comment_gist WHERE kind = 'card' AND ref = ANY($1::bigint[])"),
        statement("DELETE FROM comment_unread WHERE kind = 'card' AND ref = ANY($1::bigint[])"),
        statement("DELETE FROM comment_card WHERE id = ANY($1::bigint[])"),
    ),
    "conversations": (
        statement("""
            SELECT id FROM inbound WHERE at < $1::bigint AND id IN
                (SELECT id FROM inbound ORDER BY id LIMIT $2::bigint)
        """),
        statement("DELETE FROM inbound WHERE id = ANY($1::bigint[])"),
    ),
    "talks": (
        statement("""
            SELECT id FROM case_entry WHERE at < $1::bigint AND text <> ''
                AND kind IN ('said', 'heard', 'note', 'added', 'undelivered')
            ORDER BY id LIMIT $2::bigint
        """),
        statement("UPDATE case_entry SET text = '' WHERE id = ANY($1::bigint[])"),
    ),
    "notes": (
        statement("""
            SELECT id FROM human_talk WHERE at < $1::bigint ORDER BY id LIMIT $2::bigint
        """),
        statement("DELETE FROM human_talk WHERE id = ANY($1::bigint[])"),
    ),
    "messages": (
        statement("""
            SELECT id FROM delivery WHERE invitation_id = 0 AND started_at < $1::bigint
            ORDER BY id LIMIT $2::bigint
        """),
        statement("DELETE FROM delivery WHERE id = ANY($1::bigint[])"),
    ),
    "events": (
        statement("""
            SELECT message_id AS id FROM event WHERE received_at < $1::bigint
            ORDER BY received_at LIMIT $2::bigint
        """),
        statement("DELETE FROM event WHERE message_id = ANY($1::text[])"),
    ),
}
_PARTS: Mapping[str, tuple[str, ...]] = {
    "comments": ("comments",),
    "conversations": ("conversations", "talks", "notes", "messages"),
    "events": ("events",),
}
# A person is idle who was neither asked, heard, reported nor spoken for since.
_IDLE = statement("""
    SELECT c.id FROM (SELECT id FROM contact WHERE id > $1::bigint ORDER BY id LIMIT $3::bigint) c
    WHERE NOT EXISTS (SELECT 1 FROM invitation i WHERE i.contact_id = c.id
            AND (i.due_at >= $2::bigint OR i.expires_at >= $2::bigint))
        AND NOT EXISTS (SELECT 1 FROM address a WHERE a.contact_id = c.id
            AND a.heard_at >= $2::bigint)
        AND NOT EXISTS (SELECT 1 FROM consent s WHERE s.contact_id = c.id AND s.at >= $2::bigint)
        AND NOT EXISTS (SELECT 1 FROM comment_card k WHERE k.contact_id = c.id
            AND k.at >= $2::bigint)
        AND NOT EXISTS (SELECT 1 FROM customer_case m WHERE m.contact_id = c.id
            AND COALESCE(m.closed_at, $2::bigint) >= $2::bigint)
        AND NOT EXISTS (SELECT 1 FROM contact_key k JOIN event e
            ON k.key LIKE 'user:%' AND e.user_id = SUBSTR(k.key, 6)
            WHERE k.contact_id = c.id AND e.received_at >= $2::bigint)
        AND NOT EXISTS (SELECT 1 FROM contact_key k JOIN event e
            ON k.key LIKE 'anon:%' AND e.anonymous_id = SUBSTR(k.key, 6)
            WHERE k.contact_id = c.id AND e.received_at >= $2::bigint)
    ORDER BY c.id
""")
_LAST = statement("""
    SELECT COUNT(*) AS n, MAX(id) AS last FROM
        (SELECT id FROM contact WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint) c
""")
_COUNTS: Mapping[str, Statement] = {
    "answers": statement("""
        SELECT (SELECT COUNT(*) FROM invitation WHERE contact_id <> 0 AND due_at < $1::bigint
                AND expires_at < $1::bigint AND state NOT IN ('planned', 'asked', 'started')
                AND id NOT IN (SELECT invitation_id FROM customer_case WHERE closed_at IS NULL))
            + (SELECT COUNT(DISTINCT invitation_id) FROM answer
                WHERE is_latest AND NOT draft AND NOT skipped AND text <> ''
                    AND at < $1::bigint AND invitation_id >= $2::bigint) AS n
    """),
    "comments": statement("SELECT COUNT(*) AS n FROM comment_card WHERE at < $1::bigint"),
    "conversations": statement("""
        SELECT (SELECT COUNT(*) FROM inbound WHERE at < $1::bigint)
            + (SELECT COUNT(*) FROM case_entry WHERE at < $1::bigint AND text <> ''
                AND kind IN ('said', 'heard', 'note', 'added', 'undelivered'))
            + (SELECT COUNT(*) FROM human_talk WHERE at < $1::bigint)
            + (SELECT COUNT(*) FROM delivery WHERE invitation_id = 0 AND started_at < $1::bigint)
            AS n
    """),
    "events": statement("SELECT COUNT(*) AS n FROM event WHERE received_at < $1::bigint"),
}
_PLACE = statement("SELECT value FROM setting WHERE name = $1::text")
_FADED, _LOOKED = "retention:faded", "retention:looked"
_SAVE_PLACE = insert(
    "setting", "name text, value text", "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_FORGOTTEN = 5
"""People forgotten in one transaction: each has rows in some thirty tables, and takes about five
milliseconds of work, as measured on a file with five invitations each."""
_EVERYBODY = 1_000_000_000
_ASKED = 200
"""Invitations of one person that fade in one statement."""


async def fade_answers(
    session: Session, before: datetime, behind: int, limit: int
) -> tuple[int, int]:
    """Fade answers older than that, among the ``limit`` invitations behind a number (-1: where the
    last time ended); gives how many, and behind which number to go on, 0 where all is done.
    """
    clear = await _place(session, _FADED)
    place = clear if behind < 0 else behind
    done = await fade_old(session, before, place, limit)
    if place == clear:
        await _save_place(session, _FADED, done.clear)
    unsaid = await fade_parted(session, before, limit)
    await owe(session, done.count + unsaid)
    over = done.over and not unsaid
    return done.count + unsaid, 0 if over else max(done.last, 1)


async def forget_old(session: Session, rule: str, before: datetime, limit: int) -> int:
    """Take away up to ``limit`` of each kind a rule is about that are older; gives how many."""
    gone = 0
    for part in _PARTS[rule]:
        find, *changes = _OLDEST[part]
        ids = [row["id"] for row in await session.fetch(find, to_ms(before), limit)]
        for change in changes if ids else ():
            await session.run(change, ids)
        gone += len(ids)
    await owe(session, gone)
    return gone


async def forget_idle(
    session: Session, key: bytes, before: datetime, behind: int, limit: int
) -> tuple[int, int]:
    """Forget who was idle since then, among the ``limit`` people behind a contact's number (-1:
    where the last time ended); gives how many, and behind which number to go on, 0 where all were
    looked at.

    At most `_FORGOTTEN` go at a time; then the next begins behind the last of them.

    What they answered fades, so that the counts stay. Who said stop stays suppressed by hash.
    """
    place = await _place(session, _LOOKED) if behind < 0 else behind
    (looked,) = await session.fetch(_LAST, place, limit)
    found = await session.fetch(_IDLE, place, to_ms(before), limit)
    now, rest = found[:_FORGOTTEN], found[_FORGOTTEN:]
    for row in now:
        while await fade_person(session, row["id"], _ASKED):
            pass
        await erase_contact(session, key, row["id"], before, remembered=_is_stopped)
    last = looked["last"] if looked["n"] == limit else 0
    if rest:
        last = now[-1]["id"]
    await _save_place(session, _LOOKED, last)
    return len(now), last


async def count_old(session: Session, rule: str, before: datetime) -> int:
    """Give how much a rule would take away now; reads whole tables."""
    if rule == "contacts":
        return len(await session.fetch(_IDLE, 0, to_ms(before), _EVERYBODY))
    given = (to_ms(before), PARTED_FROM) if rule == "answers" else (to_ms(before),)
    return int((await session.fetch(_COUNTS[rule], *given))[0]["n"])


async def _place(session: Session, name: str) -> int:
    saved = await session.fetch(_PLACE, name)
    return int(saved[0]["value"]) if saved else 0


async def _save_place(session: Session, name: str, place: int) -> None:
    await session.run(_SAVE_PLACE, [{"name": name, "value": str(place)}])


def _is_stopped(contact: Contact) -> bool:
    return contact.opted_out_at is not None
