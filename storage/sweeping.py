"""Sweeping: what is remembered no longer than somebody needs it, taken away in small batches."""

from datetime import datetime

from storage.codec import to_ms
from storage.sql import Session, statement

DISPOSABLE = ("unread:", "day:", "person:", "budget:")
"""What the counters begin with that mean something for a while only: a day's or a thread's."""

# Decisions are numbered nearly as they are made: the oldest are found without looking at the rest.
_FORGET = statement("""
    DELETE FROM decision WHERE at < $1::bigint AND id IN
        (SELECT id FROM decision ORDER BY id LIMIT $2)
""")
_KINDS = " OR ".join(f"key LIKE '{name}%'" for name in DISPOSABLE)
_MARK = statement(f"UPDATE counter SET idle_since = $1 WHERE idle_since = 0 AND ({_KINDS})")  # noqa: S608 - made of constants only
_DROP = statement("DELETE FROM counter WHERE idle_since > 0 AND idle_since < $1")


async def forget_decisions(session: Session, before: datetime, limit: int) -> int:
    """Forget decisions older than that among the ``limit`` oldest, and give how many those were."""
    return await session.run(_FORGET, to_ms(before), limit)


async def drop_counters(session: Session, now: datetime, idle: datetime) -> int:
    """Drop passing counters that nobody has counted on since ``idle``, and give how many.

    A counter is seen as idle at the first sweep after it was used last, so that counting costs
    nothing more.
    """
    dropped = await session.run(_DROP, to_ms(idle))
    await session.run(_MARK, to_ms(now))
    return dropped
