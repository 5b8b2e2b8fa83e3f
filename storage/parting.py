"""Parting: answers to anonymous surveys leave whoever gave them, in batches.

All of a batch part in one transaction, in the order of numbers drawn by lot, as of the same moment:
neither times nor numbers, nor the places of rows, nor the numbers of transactions that the database
keeps with them, say which of the batch is whose.
"""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from storage.anonymous import read_reply
from storage.answers import save_parted
from storage.codec import Row, to_ms
from storage.compacting import owe
from storage.sql import Session, statement
from surveys.anonymity import LEAST, LONGEST_WAIT, part

MOST = 200
"""Responses that part in one transaction."""

PARTED_FROM = 2**52
"""Numbers drawn by lot begin here: no invitation has one as high."""

_READY = statement("""
    SELECT survey, population, COUNT(*) AS n FROM anonymous_reply WHERE ready_at <= $1::bigint
    GROUP BY survey, population HAVING COUNT(*) >= $2::bigint ORDER BY survey, population
""")
_TAKE = statement("""
    SELECT * FROM anonymous_reply
    WHERE survey = $1::text AND population = $2::text AND ready_at <= $3::bigint
    ORDER BY ready_at, invitation_id LIMIT $4::bigint FOR UPDATE SKIP LOCKED
""")
_TAKEN = statement("SELECT invitation_id FROM response WHERE invitation_id = ANY($1::bigint[])")
# That they answered stays, and on which day their answers parted.
_PART = statement("""
    UPDATE anonymous_reply SET body = '', ready_at = NULL, started_at = $2::bigint,
        completed_at = CASE WHEN completed_at IS NULL THEN NULL ELSE $2::bigint END
    WHERE invitation_id = ANY($1::bigint[])
""")
_DROP_HELD = statement("DELETE FROM held_press WHERE invitation_id = ANY($1::bigint[])")
_GIVE_UP = statement("""
    UPDATE anonymous_reply SET body = '', ready_at = NULL WHERE ready_at <= $1::bigint
""")


async def part_replies(session: Session, now: datetime) -> int:
    """Let a batch of each survey part, where enough may; gives how many responses did."""
    parted = 0
    for row in await session.fetch(_READY, to_ms(now), LEAST):
        found = await session.fetch(_TAKE, row["survey"], row["population"], to_ms(now), MOST)
        if len(found) >= LEAST:
            parted += await _part(session, found, now)
    return parted


async def give_up(session: Session, now: datetime) -> int:
    """Delete answers that have waited too long for others to part with, and give how many
    responses those were.
    """
    count = await session.run(_GIVE_UP, to_ms(now - LONGEST_WAIT))
    await owe(session, count)
    return count


async def _part(session: Session, found: list[Any], now: datetime) -> int:
    day = now.astimezone(session.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    numbers = await _draw(session, len(found))
    await save_parted(session, part([read_reply(row) for row in _shuffled(found)], numbers, day))
    ids = sorted(row["invitation_id"] for row in found)
    await session.run(_PART, ids, to_ms(day))
    await session.run(_DROP_HELD, ids)
    await owe(session, len(found))
    return len(found)


def _shuffled(rows: Collection[Row]) -> list[Row]:
    mixed = list(rows)
    secrets.SystemRandom().shuffle(mixed)
    return mixed


async def _draw(session: Session, count: int) -> list[int]:
    """Give so many numbers that no response has, drawn by lot."""
    drawn: set[int] = set()
    while len(drawn) < count:
        drawn |= {PARTED_FROM + secrets.randbelow(PARTED_FROM) for _ in range(count - len(drawn))}
        taken = await session.fetch(_TAKEN, sorted(drawn))
        drawn -= {row["invitation_id"] for row in taken}
    return list(drawn)
