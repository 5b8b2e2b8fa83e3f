"""Fading: what was asked and answered long ago stays for the counts, and is nobody's any more.

Nothing that counts changes (survey, days, channel, team, agent, language, values and weights), so
that sums agree with a recount as before. What names a person, or leads to one, goes: contact, keys,
addresses, the interaction, the customer's own words, and what was decided about them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.codec import Row, to_ms
from storage.parting import PARTED_FROM
from storage.sql import Session, statement

_NEXT = statement("""
    SELECT id, contact_id, due_at, expires_at, state FROM invitation WHERE id > $1::bigint
    ORDER BY id LIMIT $2::bigint FOR NO KEY UPDATE
""")
_OF_PERSON = statement("""
    SELECT id FROM invitation WHERE contact_id = $1::bigint ORDER BY id LIMIT $2::bigint
    FOR NO KEY UPDATE
""")
_OPEN_CASES = statement("""
    SELECT invitation_id FROM customer_case
    WHERE invitation_id = ANY($1::bigint[]) AND closed_at IS NULL
""")
# What parted from whoever gave it (`storage.parting`) has no invitation to fade with.
_PARTED = statement("""
    SELECT invitation_id FROM answer
    WHERE is_latest AND NOT draft AND NOT skipped AND text <> '' AND at < $2::bigint
        AND invitation_id >= $1::bigint
    ORDER BY at LIMIT $3::bigint
""")
_OPEN = frozenset({"planned", "asked", "started"})
_SPOKEN = "'said', 'heard', 'note', 'added', 'undelivered', 'recovery'"
"""Kinds of entries in the story of a case that hold somebody's words."""

_UNSAY = tuple(
    statement(text)
    for text in (
        "DELETE FROM answer WHERE NOT is_latest AND invitation_id = ANY($1::bigint[])",
        "UPDATE answer SET text = '' WHERE text <> '' AND invitation_id = ANY($1::bigint[])",
        "DELETE FROM comment_gist WHERE kind = 'answer' AND ref = ANY($1::bigint[])",
        "DELETE FROM comment_unread WHERE kind = 'answer' AND ref = ANY($1::bigint[])",
    )
)
_FADE = tuple(
    statement(text)
    for text in (
        (
            "UPDATE invitation SET contact_id = 0, key = 'faded:' || id, interaction_id = '',"
            " facts = '{}' WHERE id = ANY($1::bigint[])"
        ),
        (
            "UPDATE response SET contact_id = 0, interaction_id = '', line = ''"
            " WHERE invitation_id = ANY($1::bigint[])"
        ),
        "UPDATE anonymous_reply SET contact_id = 0 WHERE invitation_id = ANY($1::bigint[])",
        (
            "UPDATE delivery SET address = '', external_id = '', reason = ''"
            " WHERE invitation_id = ANY($1::bigint[])"
        ),
        "UPDATE comment_card SET invitation_id = 0 WHERE invitation_id = ANY($1::bigint[])",
        "UPDATE comment_gist SET invitation_id = 0 WHERE invitation_id = ANY($1::bigint[])",
        "DELETE FROM decision WHERE invitation_id = ANY($1::bigint[])",
        "DELETE FROM due WHERE kind = 'ask' AND invitation_id = ANY($1::bigint[])",
        "DELETE FROM ask_hold WHERE invitation_id = ANY($1::bigint[])",
        "DELETE FROM link_signal WHERE invitation_id = ANY($1::bigint[])",
        "DELETE FROM held_press WHERE invitation_id = ANY($1::bigint[])",
        (
            f"UPDATE case_entry SET text = '' WHERE kind IN ({_SPOKEN}) AND case_id IN"  # noqa: S608
            " (SELECT id FROM customer_case WHERE invitation_id = ANY($1::bigint[]))"
        ),
        (
            "DELETE FROM staff_post WHERE case_id IN"
            " (SELECT id FROM customer_case WHERE invitation_id = ANY($1::bigint[]))"
        ),
        (
            "UPDATE customer_case SET contact_id = 0, interaction_id = '', line = '',"
            " talk_address = '' WHERE invitation_id = ANY($1::bigint[])"
        ),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faded:
    """What one batch came to: ``count`` faded; look on behind ``last``, and next time behind
    ``clear``, before which nothing is left to fade; ``over`` where nothing older comes behind.
    """

    count: int
    last: int
    clear: int
    over: bool


async def fade_old(session: Session, before: datetime, behind: int, limit: int) -> Faded:
    """Fade invitations that ended before then, among the ``limit`` behind a number; what is still
    open stays as it is.
    """
    rows = await session.fetch(_NEXT, behind, limit)
    ripe = [row["id"] for row in rows if _is_ripe(row, to_ms(before))]
    cases = await session.fetch(_OPEN_CASES, ripe) if ripe else []
    ripe = sorted(set(ripe) - {row["invitation_id"] for row in cases})
    await fade(session, ripe)
    left = [row["id"] for row in rows if row["contact_id"] and row["id"] not in set(ripe)]
    last = rows[-1]["id"] if rows else behind
    return Faded(
        count=len(ripe),
        last=last,
        clear=min(left) - 1 if left else last,
        over=len(rows) < limit or all(row["due_at"] >= to_ms(before) for row in rows),
    )


async def fade_parted(session: Session, before: datetime, limit: int) -> int:
    """Take the words off anonymous responses that parted before then, up to ``limit`` comments;
    gives off how many responses. Whose they are nobody knows, but words may name somebody.
    """
    found = await session.fetch(_PARTED, PARTED_FROM, to_ms(before), limit)
    ids = sorted({row["invitation_id"] for row in found})
    for change in _UNSAY if ids else ():
        await session.run(change, ids)
    return len(ids)


async def fade_person(session: Session, contact_id: int, limit: int) -> int:
    """Fade what one person was asked, up to ``limit`` invitations; gives how many."""
    ids = [row["id"] for row in await session.fetch(_OF_PERSON, contact_id, limit)]
    await fade(session, ids)
    return len(ids)


async def fade(session: Session, ids: Sequence[int]) -> None:
    """Fade these invitations, with all that hangs on them."""
    for change in (*_UNSAY, *_FADE) if ids else ():
        await session.run(change, list(ids))


def _is_ripe(row: Row, before: int) -> bool:
    ended = row["state"] not in _OPEN and row["expires_at"] < before and row["due_at"] < before
    return ended and row["contact_id"] != 0
