"""Compacting: what was deleted is in no corner of a SQLite file any more, by the next morning."""

import logging
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from scheduler.compacting import LARGE, SMALL, Compacting, Verdict, decide
from storage import compacting
from storage.store import Store
from tests.storage.make import NOW, add_contacts, contact

PLANT = b"zqxplanted"
NOON, NIGHT = NOW.replace(hour=12), NOW.replace(hour=3)


@pytest.mark.parametrize(
    ("owed", "size", "local", "expected"),
    [
        (0, 1, NIGHT, Verdict.NOTHING),
        (1, SMALL, NOON, Verdict.NOW),
        (1, SMALL + 1, NOON, Verdict.LATER),
        (1, SMALL + 1, NIGHT.replace(hour=1, minute=59), Verdict.LATER),
        (1, SMALL + 1, NIGHT.replace(hour=2, minute=0), Verdict.NOW),
        (1, SMALL + 1, NIGHT.replace(hour=4, minute=59), Verdict.NOW),
        (1, SMALL + 1, NIGHT.replace(hour=5, minute=0), Verdict.LATER),
        (1, LARGE, NIGHT, Verdict.NOW),
        (1, LARGE + 1, NIGHT, Verdict.BY_HAND),
        (1, LARGE + 1, NOON, Verdict.LATER),
    ],
)
def test_when_a_file_is_written_anew(
    owed: int, size: int, local: datetime, expected: Verdict
) -> None:
    assert decide(owed, size, local) is expected


class Filed(NamedTuple):
    store: Store
    path: Path

    def traces(self) -> int:
        files = self.path.parent.glob(f"{self.path.name}*")
        return sum(file.read_bytes().lower().count(PLANT) for file in files)

    def compacting(self, now: datetime = NOW) -> Compacting:
        return Compacting(self.store, lambda: ZoneInfo("Europe/Helsinki"), lambda: now)


@pytest.fixture
async def filed(tmp_path: Path) -> AsyncIterator[Filed]:
    path = tmp_path / "a.db"
    opened = await Store.open(f"sqlite://{path}")
    yield Filed(opened, path)
    await opened.close()


async def forget(filed: Filed, people: int) -> None:
    """Have planted people come, and be erased."""
    keys = [f"user:{PLANT.decode()}-{n}" for n in range(people)]
    await add_contacts(filed.store, *map(contact, keys))
    for key in keys:
        assert await filed.store.erase(await filed.store.find_number((key,)), NOW)


def leave_copies(path: Path) -> None:
    """Have a thousand rows come and go between others, in no order, as in years of a large table;
    what SQLite overwrites at once is overwritten.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("PRAGMA secure_delete = ON")
        for seed in range(40):
            chance, keys = random.Random(seed), [f"{PLANT.decode()}-{n}" for n in range(1_000)]
            file.execute("BEGIN")
            file.execute(f"CREATE TABLE visitor_{seed} (key TEXT PRIMARY KEY)")
            add = f"INSERT INTO visitor_{seed} VALUES (?)"
            file.executemany(add, ((key,) for key in chance.sample(keys, 1_000)))
            for n, key in enumerate(chance.sample(keys, 1_000)):
                file.execute(f"DELETE FROM visitor_{seed} WHERE key = ?", (key,))
                file.executemany(add, ((f"user:u{2 * n}",), (f"user:u{2 * n + 1}",)))
            file.execute("COMMIT")
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if PLANT in path.read_bytes():
                return


async def test_nothing_of_the_erased_is_left_in_the_file(filed: Filed) -> None:
    leave_copies(filed.path)
    await forget(filed, 1)
    assert filed.traces(), "SQLite left no copies where it moved rows: there is nothing to test"
    await filed.compacting().tick()
    assert filed.traces() == 0
    assert await filed.store.count_owed() == 0


async def test_a_file_without_deletions_is_left_alone(filed: Filed) -> None:
    await add_contacts(filed.store, contact("user:1"))
    await filed.store.scrub()
    before = filed.path.stat().st_mtime_ns
    await filed.compacting().tick()
    assert filed.path.stat().st_mtime_ns == before


async def test_a_full_disk_puts_it_off(
    filed: Filed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await forget(filed, 4)
    monkeypatch.setattr(compacting, "free_bytes", lambda _: 1_000_000)
    await filed.compacting().tick()
    assert "too full to write the database anew" in caplog.text
    assert await filed.store.count_owed() == 4
    monkeypatch.undo()
    await filed.compacting().tick()
    assert await filed.store.count_owed() == 0


async def test_the_night_is_that_of_the_service(
    filed: Filed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="afterword.compacting")
    await forget(filed, 4)
    monkeypatch.setattr("scheduler.compacting.SMALL", 0)
    await filed.compacting(datetime(2026, 11, 21, 3, tzinfo=UTC)).tick()
    assert await filed.store.count_owed() == 4  # five o'clock in Helsinki
    await filed.compacting(datetime(2026, 11, 21, 2, tzinfo=UTC)).tick()
    assert await filed.store.count_owed() == 0
    monkeypatch.setattr("scheduler.compacting.LARGE", 0)
    await forget(filed, 4)
    await filed.compacting(datetime(2026, 11, 21, 2, tzinfo=UTC)).tick()
    assert "afterword compact" in caplog.text
