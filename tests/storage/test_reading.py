"""Long reads of a SQLite file: two at a time, on connections of their own, the others in turn."""

import asyncio
from pathlib import Path

import pytest

from storage.database import Database
from storage.errors import StoreError
from storage.sql import Session, statement

_LONG = statement("""
    WITH RECURSIVE step(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM step WHERE n < 10000000)
    SELECT MAX(n) AS n FROM step
""")
_SHORT = statement("SELECT 1 AS n")
_WRITE = statement("DELETE FROM counter")


async def test_a_short_read_is_not_behind_a_long_one(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite://{tmp_path}/a.db")
    long = asyncio.create_task(database.read(lambda s: s.fetch(_LONG)))
    await asyncio.sleep(0)
    assert (await database.read(lambda s: s.fetch(_SHORT)))[0]["n"] == 1
    assert not long.done()
    assert (await long)[0]["n"] == 10000000
    await database.close()


async def test_no_more_than_two_read_at_once_and_none_is_lost(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite://{tmp_path}/a.db")
    within: list[Session] = []
    most = 0

    async def look(session: Session) -> int:
        nonlocal most
        within.append(session)
        most = max(most, len(within))
        assert len(set(map(id, within))) == len(within), "each has a connection to itself"
        for _ in range(3):
            await session.fetch(_SHORT)
        within.remove(session)
        return 1

    async def fail(_session: Session) -> int:
        raise StoreError("on purpose")

    works = [database.read(fail if n % 5 == 0 else look) for n in range(40)]
    found = await asyncio.gather(*works, return_exceptions=True)
    assert sum(n for n in found if isinstance(n, int)) == 32
    assert most == 2
    await database.close()


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite://{tmp_path}/a.db")
    for _ in range(2):
        with pytest.raises(Exception, match="READONLY"):
            await database.read(lambda s: s.run(_WRITE))
    await database.close()
