"""Compacting: a SQLite file written anew, so that nothing that was deleted is left in it.

`secure_delete` overwrites a row where it stood last. While rows come, SQLite also moves them from
page to page and may leave what it moved in the unused middle of a page, where no row is and nothing
overwrites it (`rebuildPage` in its btree.c). Only writing the file anew is sure to take that away:
https://www.sqlite.org/lang_vacuum.html
"""

from pathlib import Path

from storage.errors import StoreUnavailable
from storage.room import RESERVE, free_bytes
from storage.sql import Backend, Session, insert, statement

_OWED = "compacting:owed"
_OWE = insert(
    "setting",
    "name text, value text",
    "ON CONFLICT (name) DO UPDATE"
    " SET value = CAST(CAST(setting.value AS BIGINT) + CAST(excluded.value AS BIGINT) AS TEXT)",
)
_LOOK = statement("SELECT value FROM setting WHERE name = $1::text")
_DONE = statement("DELETE FROM setting WHERE name = $1::text AND value = $2::text")


async def owe(session: Session, deleted: int = 1) -> None:
    """Note, with what was deleted for good, that the file is to be written anew.

    PostgreSQL has its own vacuum.
    """
    if deleted and session.backend is Backend.SQLITE:
        await session.run(_OWE, [{"name": _OWED, "value": str(deleted)}])


async def count_owed(session: Session) -> int:
    """Give how much was deleted for good since the file was written anew."""
    found = await session.fetch(_LOOK, _OWED)
    return int(found[0]["value"]) if found else 0


def check_room(path: Path) -> None:
    """See that there is room for one copy in the log, and another in the file.

    :raises StoreUnavailable: saying how much to free.
    """
    missing = 2 * path.stat().st_size + RESERVE - free_bytes(path.parent)
    if missing > 0:
        raise StoreUnavailable(
            f"the disk is too full to write the database anew: free {-(-missing // 10**6)} MB"
        )


async def compact(session: Session, path: Path) -> None:
    """Write the file anew; whoever writes waits, whoever reads does not. What is deleted meanwhile
    is owed again.

    :raises StoreUnavailable: where the disk has no room for it.
    """
    check_room(path)
    owed = await count_owed(session)
    await session.client.execute_query("VACUUM")
    await session.run(_DONE, _OWED, str(owed))
