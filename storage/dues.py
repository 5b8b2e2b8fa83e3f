"""Due rows: put, claimed in batches with a lease and a fence, settled only by their claimant.

The table is clustered by (lane, due time). A claim moves its rows to the end of the lease and
raises their fence; a claim that is lost simply becomes due again, and the late worker's fence no
longer fits. Nothing has to look for stale claims.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import itemgetter

from storage.codec import Row, dump_message, from_ms, load_message, to_ms
from storage.sql import Session, Statement, insert, statement
from surveys.due import Due, DueKind, Outcome

_DUE = (
    "lane text, at bigint, id text, due_at bigint, kind text, invitation_id bigint, message text,"
    " attempts int, fence bigint"
)
_ADD = insert("due", _DUE, "ON CONFLICT (lane, at, id) DO NOTHING")
_PUT = insert("due", _DUE, "ON CONFLICT (lane, at, id) DO UPDATE SET message = excluded.message")
_CLAIM = Statement(
    # A function of the first migration, for the planner's sake: it is explained there.
    postgres=(
        "SELECT at, id, due_at, kind, invitation_id, message, attempts, fence"
        " FROM claim_due($1, $2, $3, $4)"
    ),
    sqlite=(
        "UPDATE due SET at = ?3, fence = fence + 1 WHERE (lane, at, id) IN ("
        "SELECT lane, at, id FROM due WHERE lane = ?1 AND at <= ?2 ORDER BY at, id LIMIT ?4)"
        " RETURNING at, id, due_at, kind, invitation_id, message, attempts, fence"
    ),
)
_NEXT = statement("SELECT MIN(at) AS at FROM due WHERE lane = $1")
_COUNT = statement("SELECT lane, COUNT(*) AS n FROM due GROUP BY lane")
_RELEASE = statement("UPDATE due SET at = due_at WHERE at <> due_at")
_CLAIMED = "lane text, at bigint, due_id text, fence bigint"
_RETRY = statement(f"""
    UPDATE due SET lane = v.new_lane, at = v.retry_at, due_at = v.retry_at,
        attempts = attempts + v.step
    FROM ROWS($1: {_CLAIMED}, new_lane text, retry_at bigint, step int) AS v
    WHERE due.lane = v.lane AND due.at = v.at AND due.id = v.due_id AND due.fence = v.fence
    RETURNING id
""")  # noqa: S608 - made of constants only
_FINISH = statement(f"""
    DELETE FROM due WHERE (lane, at, id) IN (
        SELECT d.lane, d.at, d.id FROM ROWS($1: {_CLAIMED}) AS v
        JOIN due d ON d.lane = v.lane AND d.at = v.at AND d.id = v.due_id AND d.fence = v.fence)
    RETURNING id
""")  # noqa: S608 - made of constants only


async def add_dues(session: Session, dues: Sequence[Due]) -> None:
    """Put rows; the same row (lane, time and id) is put once."""
    if dues:
        batch = sorted((due_row(due) for due in dues), key=lambda row: (row["lane"], row["at"]))
        await session.run(_ADD, batch)


async def put_dues(session: Session, dues: Sequence[Due]) -> None:
    """Put rows, or give those that wait already the message of these."""
    if dues:
        batch = sorted((due_row(due) for due in dues), key=lambda row: (row["lane"], row["at"]))
        await session.run(_PUT, batch)


async def release_claims(session: Session) -> None:
    """Make every claimed row due again: for the one process that owns the database, at its start,
    when whoever claimed before it is gone.
    """
    await session.run(_RELEASE)


def due_row(due: Due) -> dict[str, object]:
    """Give the columns of a row that is put."""
    at = to_ms(due.at)
    return {
        "lane": due.lane,
        "at": at,
        "id": due.id,
        "due_at": at,
        "kind": due.kind,
        "invitation_id": due.invitation_id,
        "message": dump_message(due.message),
        "attempts": due.attempts,
        "fence": due.fence,
    }


async def claim_due(
    session: Session, lane: str, now: datetime, lease: timedelta, limit: int
) -> list[Due]:
    """Take up to ``limit`` rows of a lane that are due, in the order they were due.

    ``Due.at`` of a claimed row is the end of its lease: with ``fence`` it is the claim's ticket.
    """
    found = await session.fetch(_CLAIM, lane, to_ms(now), to_ms(now + lease), limit)
    found.sort(key=itemgetter("due_at", "id"))
    at = from_ms(to_ms(now + lease))
    return [read_due(row, lane, at) for row in found]


async def next_due(session: Session, lane: str) -> datetime | None:
    """Give when the next row of a lane is due (or a claim's lease ends), or None."""
    found = await session.fetch(_NEXT, lane)
    ms = found[0]["at"]
    return None if ms is None else from_ms(ms)


async def count_due(session: Session) -> dict[str, int]:
    """Give how many rows wait on each lane, claimed ones included."""
    return {row["lane"]: row["n"] for row in await session.fetch(_COUNT)}


async def settle_dues(session: Session, outcomes: Sequence[Outcome]) -> set[str]:
    """Take settled rows away or put them back, and give the ids whose claim was still ours."""
    kept: set[str] = set()
    again = [o for o in outcomes if o.retry_at is not None]
    if again:
        batch = [{**claim_row(o.due), **_retry_row(o)} for o in again]
        kept |= {row["id"] for row in await session.fetch(_RETRY, _in_order(batch))}
    done = [claim_row(o.due) for o in outcomes if o.retry_at is None]
    if done:
        kept |= {row["id"] for row in await session.fetch(_FINISH, _in_order(done))}
    return kept


def claim_row(due: Due) -> dict[str, object]:
    """Give the ticket of a claim: what must still hold for its result to count."""
    return {"lane": due.lane, "at": to_ms(due.at), "due_id": due.id, "fence": due.fence}


def _retry_row(outcome: Outcome) -> dict[str, object]:
    assert outcome.retry_at is not None  # noqa: S101 - callers pick those
    return {
        "new_lane": outcome.lane or outcome.due.lane,
        "retry_at": to_ms(outcome.retry_at),
        "step": int(outcome.counts_as_attempt),
    }


def _in_order(batch: list[dict[str, object]]) -> list[dict[str, object]]:
    return sorted(batch, key=lambda row: (row["lane"], row["at"], row["due_id"]))


def read_due(row: Row, lane: str, at: datetime) -> Due:
    """Give the row of a lane, as due at that time."""
    return Due(
        lane=lane,
        at=at,
        id=row["id"],
        kind=_KINDS[row["kind"]],
        invitation_id=row["invitation_id"],
        message=load_message(row["message"]),
        attempts=row["attempts"],
        fence=row["fence"],
    )


_KINDS = {kind.value: kind for kind in DueKind}
