"""Pauses: kept until somebody resumes; what they held back is due again then."""

from collections.abc import Sequence
from datetime import datetime

from storage.codec import from_ms, to_ms
from storage.sql import Session, insert, statement
from surveys.pausing import ALL, Pause

_PUT = insert("paused", "name text, person text, at bigint", "ON CONFLICT (name) DO NOTHING")
_LIST = statement("SELECT name, person, at FROM paused ORDER BY at, name")
_DROP = statement("DELETE FROM paused WHERE name = ANY($1::text[]) RETURNING name")
# What is held back waits for the moment at which it is of no use any more
# (`scheduler.pausing.keep_paused`).
_RELEASE = statement("""
    UPDATE due SET at = $2::bigint, due_at = $2::bigint WHERE (lane, at, id) IN (
        SELECT d.lane, d.at, d.id FROM invitation i
        JOIN due d ON d.lane = ANY($1::text[]) AND d.at IN (i.expires_at, i.not_after + 1)
            AND d.invitation_id = i.id AND d.message IS NULL
        WHERE i.state IN ('planned', 'asked') AND d.at > $2::bigint
            AND ($3::text = '*' OR i.trigger = $3::text
                OR SUBSTR(i.trigger, 1, LENGTH($3::text) + 1) = $3::text || '/'))
    RETURNING lane
""")


async def list_paused(session: Session) -> list[Pause]:
    """Give what is on hold, the oldest first."""
    return [
        Pause(name=row["name"], person=row["person"], at=from_ms(row["at"]))
        for row in await session.fetch(_LIST)
    ]


async def pause(session: Session, name: str, person: str, now: datetime) -> None:
    """Put something on hold; what is already stays as it is."""
    await session.run(_PUT, [{"name": name, "person": person, "at": to_ms(now)}])


async def resume(
    session: Session, names: Sequence[str], lanes: Sequence[str], now: datetime
) -> tuple[list[str], int]:
    """Take pauses away; give those there were, and how many messages are due now.

    What another pause holds back still is put back when it comes up.
    """
    gone = sorted(row["name"] for row in await session.fetch(_DROP, list(names)))
    released = 0
    for name in [ALL] if ALL in gone else gone:
        released += len(await session.fetch(_RELEASE, sorted(lanes), to_ms(now), name))
    return gone, released
