"""Posts: messages whose fate matters, noted when they are queued and when they are settled."""

from collections.abc import Collection, Sequence
from datetime import datetime

from storage.codec import Row, from_ms, to_ms
from storage.sql import Session, insert, statement
from surveys.due import Outcome
from surveys.invitation import DeliveryState
from surveys.post import Post, PostKind, Todo

PREFIXES = ("case:", "alert:", "talk:")
"""What the due ids of posts begin with."""
LOST_COUNT = "posts_lost:"
"""What the counters of lost posts begin with; the lane follows."""

_ADD = insert(
    "staff_post",
    "case_id bigint, due_id text, kind text, lane text, address text, name text, at bigint,"
    " external_id text, reason text, todo text",
    "ON CONFLICT (due_id) DO NOTHING",
)
_OUT = statement("""
    UPDATE staff_post SET external_id = v.external_id,
        todo = CASE WHEN todo IN ('edit', 'late') THEN 'show' ELSE '' END
    FROM ROWS($1: due_id text, external_id text) AS v WHERE staff_post.due_id = v.due_id
""")
_LOSE = statement("""
    UPDATE staff_post SET reason = v.reason,
        todo = CASE WHEN todo = 'late' THEN '' ELSE 'alarm' END
    FROM ROWS($1: due_id text, reason text) AS v WHERE staff_post.due_id = v.due_id
""")
_COUNT_LOST = statement("""
    INSERT INTO counter (key, value)
    SELECT 'posts_lost:' || p.lane, COUNT(*) FROM staff_post p
    WHERE p.due_id = ANY($1::text[]) GROUP BY p.lane
    ON CONFLICT (key) DO UPDATE SET value = counter.value + excluded.value
""")
_WAITING_TALKS = statement("""
    SELECT p.due_id FROM staff_post p JOIN customer_case c ON c.id = p.case_id
    WHERE c.contact_id = ANY($1::bigint[]) AND p.kind = 'talk'
        AND p.todo IN ('wait', 'edit', 'late') AND p.external_id = ''
""")
_DROP_DUES = statement("DELETE FROM due WHERE id = ANY($1::text[])")
_LOST_COUNTS = statement("SELECT key, value FROM counter WHERE key LIKE 'posts_lost:%'")
_LOSE_SENT = statement("""
    UPDATE staff_post SET reason = $3::text, todo = 'alarm'
    WHERE lane = $1 AND external_id = $2 AND reason = '' RETURNING due_id
""")
_OF_CASES = statement("SELECT * FROM staff_post WHERE case_id = ANY($1::bigint[]) ORDER BY id")
_BY_MESSAGE = statement("""
    SELECT p.* FROM staff_post p JOIN ROWS($1: lane text, external_id text) AS v
        ON p.lane = v.lane AND p.external_id = v.external_id
    WHERE p.case_id <> 0 ORDER BY p.id
""")
_MARK = statement("UPDATE staff_post SET todo = $2::text WHERE id = ANY($1::bigint[])")
_STALE = statement("""
    UPDATE staff_post SET todo = 'edit' WHERE id = ANY($1::bigint[]) AND todo = 'wait'
""")
_TODO = statement("""
    SELECT * FROM staff_post WHERE todo = 'show' OR todo = 'alarm'
        OR (todo = 'wait' OR todo = 'edit') AND at <= $1::bigint AND kind <> 'note'
    ORDER BY id LIMIT $2::bigint FOR UPDATE SKIP LOCKED
""")
_LOST = frozenset(
    {
        DeliveryState.FAILED,
        DeliveryState.BOUNCED,
        DeliveryState.BLOCKED,
        DeliveryState.UNCERTAIN,
    }
)


async def add_posts(session: Session, posts: Sequence[Post]) -> None:
    """Note messages as they are queued."""
    if posts:
        await session.run(_ADD, [_row(post) for post in posts])


async def settle_posts(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Note what became of those outcomes that are of posts."""
    ended = [o for o in outcomes if o.due.id.startswith(PREFIXES) and o.retry_at is None]
    out = [
        {"due_id": o.due.id, "external_id": o.external_id}
        for o in ended
        if o.delivery is DeliveryState.SENT
    ]
    if out:
        await session.run(_OUT, out)
    lost = [
        {"due_id": o.due.id, "reason": o.reason or "it was not sent"}
        for o in ended
        if o.delivery is None or o.delivery in _LOST
    ]
    if lost:
        await session.run(_LOSE, lost)
        await session.run(_COUNT_LOST, [str(row["due_id"]) for row in lost])


async def lose_post(session: Session, lane: str, external_id: str, reason: str) -> None:
    """Note that a message that was out came back: a mail that bounced."""
    lost = await session.fetch(_LOSE_SENT, lane, external_id, reason)
    if lost:
        await session.run(_COUNT_LOST, [row["due_id"] for row in lost])


async def silence_talks(session: Session, contact_ids: Collection[int]) -> None:
    """Let nothing more go out of what colleagues wrote to these people, and note it as lost."""
    waiting = await session.fetch(_WAITING_TALKS, sorted(set(contact_ids)))
    if waiting:
        ids = [row["due_id"] for row in waiting]
        await session.run(_DROP_DUES, ids)
        lost = [{"due_id": due_id, "reason": "they asked us to stop"} for due_id in ids]
        await session.run(_LOSE, lost)


async def posts_of(session: Session, case_ids: Collection[int]) -> list[Post]:
    """Give the messages of these cases, oldest first."""
    wanted = sorted(set(case_ids))
    found = await session.fetch(_OF_CASES, wanted) if wanted else []
    return [_read(row) for row in found]


async def find_posts(session: Session, messages: Collection[tuple[str, str]]) -> list[Post]:
    """Give the messages of cases by (channel, the provider's id). Where a provider counts messages
    anew for each address there may be several.
    """
    wanted = [{"lane": lane, "external_id": name} for lane, name in sorted(messages) if name]
    return [_read(row) for row in await session.fetch(_BY_MESSAGE, wanted)] if wanted else []


async def mark_posts(session: Session, ids: Collection[int], todo: Todo) -> None:
    """Set what is to be done about posts."""
    if ids:
        await session.run(_MARK, sorted(ids), todo)


async def mark_stale(session: Session, ids: Collection[int]) -> None:
    """Note that these, where they are not out yet, say what is not so any more."""
    if ids:
        await session.run(_STALE, sorted(ids))


async def take_todo(session: Session, overdue: datetime, limit: int) -> list[Post]:
    """Lock and give posts that something is to be done about: those to be shown anew, lost ones,
    and those that should have been out before ``overdue``.
    """
    return [_read(row) for row in await session.fetch(_TODO, to_ms(overdue), limit)]


async def count_lost(session: Session) -> dict[str, int]:
    """Give how many were lost, by channel."""
    return {
        row["key"].removeprefix(LOST_COUNT): row["value"]
        for row in await session.fetch(_LOST_COUNTS)
    }


def _row(post: Post) -> dict[str, object]:
    return {
        "case_id": post.case_id,
        "due_id": post.due_id,
        "kind": post.kind,
        "lane": post.lane,
        "address": post.address,
        "name": post.name,
        "at": to_ms(post.at),
        "external_id": post.external_id,
        "reason": post.reason,
        "todo": post.todo,
    }


def _read(row: Row) -> Post:
    return Post(
        id=row["id"],
        case_id=row["case_id"],
        due_id=row["due_id"],
        kind=PostKind(row["kind"]),
        lane=row["lane"],
        address=row["address"],
        name=row["name"],
        at=from_ms(row["at"]),
        external_id=row["external_id"],
        reason=row["reason"],
        todo=Todo(row["todo"]),
    )
