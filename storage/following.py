"""Following: which contact an id means now. Contacts are merged away, and links and other
transactions still carry their numbers.
"""

from collections.abc import Collection

from storage.sql import Session, statement

_FOLLOW = statement("SELECT gone_id, keep_id FROM contact_merged WHERE gone_id = ANY($1::bigint[])")
_LOCK = statement(
    "SELECT id FROM contact WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"
)


async def follow(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Give, for each id, that of the contact it stands for now: itself where nobody merged it."""
    wanted = sorted(set(ids) - {0})
    if not wanted:
        return {}
    moved = {row["gone_id"]: row["keep_id"] for row in await session.fetch(_FOLLOW, wanted)}
    return {number: moved.get(number, number) for number in wanted}


async def lock_ids(session: Session, ids: Collection[int]) -> set[int]:
    """Lock contacts by id, in order, and give those that are there."""
    wanted = sorted(set(ids) - {0})
    return {row["id"] for row in await session.fetch(_LOCK, wanted)} if wanted else set()


async def lock_people(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Lock the contacts these ids stand for and give, for each id, whose it is now; unknown and
    erased ones are left out.

    What is written by these numbers reaches the person, whoever merges them at the same time.
    """
    held: set[int] = set()
    tried: set[int] = set()
    while late := set((now := await follow(session, ids)).values()) - tried:
        held |= await lock_ids(session, late)  # who is merged away while we wait is looked up anew
        tried |= late
    return {asked: number for asked, number in now.items() if number in held}
