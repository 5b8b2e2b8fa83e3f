"""Webhook calls: rows that are due until somebody took them, kept for a while to be told again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.codec import Row, from_ms, to_ms, to_ms_or_none
from storage.sql import Session, insert, statement
from surveys.webhook import Call

KEPT = timedelta(days=30)
"""How long a call can be told again."""

DONE, GAVE_UP = "delivered", "gave up"

_ADD = insert(
    "webhook_call",
    "endpoint text, message_id text, kind text, contact_id bigint, body text, at bigint,"
    " due_at bigint, attempts int, fence bigint, verdict text",
    "ON CONFLICT (endpoint, message_id) DO NOTHING",
)
_CLAIM = statement("""
    UPDATE webhook_call SET due_at = $2::bigint, fence = fence + 1 WHERE id IN (
        SELECT id FROM webhook_call WHERE due_at <= $1::bigint ORDER BY due_at LIMIT $3::bigint
        FOR UPDATE SKIP LOCKED)
    RETURNING *
""")
_SETTLE = statement("""
    UPDATE webhook_call SET due_at = $3::bigint, verdict = $4, attempts = attempts + 1
    WHERE id = $1 AND fence = $2
""")
_REPLAY = statement("""
    UPDATE webhook_call SET due_at = $1::bigint, attempts = 0, verdict = ''
    WHERE at >= $2::bigint AND ($3::text = '' OR endpoint = $3::text)
        AND due_at IS NULL AND ($4::bigint = 1 OR verdict <> 'delivered')
""")
_FORGET = statement("DELETE FROM webhook_call WHERE at < $1 AND due_at IS NULL")


async def add_calls(session: Session, calls: Sequence[Call], now: datetime) -> None:
    """Put calls, due at once; the same event is put once for an endpoint."""
    if calls:
        await session.run(_ADD, [_row(call, now) for call in calls])


async def claim_calls(session: Session, now: datetime, lease: timedelta, limit: int) -> list[Call]:
    """Take calls that are due; one that is not settled by the end of its lease is due again."""
    found = await session.fetch(_CLAIM, to_ms(now), to_ms(now + lease), limit)
    return sorted((_read(row) for row in found), key=lambda call: call.id)


async def settle_call(session: Session, call: Call, again: datetime | None, verdict: str) -> None:
    """Note what became of a try; a claim that was lost is not noted."""
    await session.run(_SETTLE, call.id, call.fence, to_ms_or_none(again), verdict[:200])


async def replay_calls(
    session: Session, since: datetime, endpoint: str, now: datetime, *, every: bool
) -> int:
    """Make calls due again that were given up since then, or all; gives how many those are."""
    where = (to_ms(now), to_ms(since), endpoint, int(every))
    return await session.run(_REPLAY, *where)


async def forget_calls(session: Session, now: datetime) -> None:
    """Drop what is settled and older than `KEPT`."""
    await session.run(_FORGET, to_ms(now - KEPT))


def _row(call: Call, now: datetime) -> dict[str, object]:
    return {
        "endpoint": call.endpoint,
        "message_id": call.message_id,
        "kind": call.kind,
        "contact_id": call.contact_id,
        "body": call.body,
        "at": to_ms(call.at),
        "due_at": to_ms(now),
        "attempts": 0,
        "fence": 0,
        "verdict": "",
    }


def _read(row: Row) -> Call:
    return Call(
        id=row["id"],
        endpoint=row["endpoint"],
        message_id=row["message_id"],
        kind=row["kind"],
        contact_id=row["contact_id"],
        body=row["body"],
        at=from_ms(row["at"]),
        attempts=row["attempts"],
        fence=row["fence"],
    )
