"""Restoring: nothing is lost, nobody is asked twice unawares, and old links open nothing."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.restoring import BY, STRIDE, restore
from storage.store import Store, StoreError
from surveys.due import Due, DueKind
from tests.storage.make import NOW, message, plan

LATER = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)


async def fill(store: Store) -> None:
    """Three questions that wait, and two messages under way."""
    await plan(store, 3)
    said = [
        Due(id=f"said-{n}", lane="telegram", at=NOW, kind=DueKind.SAY, message=message())
        for n in range(2)
    ]
    await store.unit_of_work(lambda t: t.put_dues(said))


async def test_a_backup_takes_the_place_and_everything_is_on_hold(tmp_path: Path) -> None:
    url, copy = f"sqlite://{tmp_path}/a.db", tmp_path / "copy.db"
    store = await Store.open(url)
    await fill(store)
    await store.backup(copy)
    await plan(store, 1)
    await store.close()
    done = await restore(url, copy, LATER)
    assert (done.waiting, done.let_go, done.skipped) == (3, 2, False)
    assert done.aside == tmp_path / "a.db.before-restore-20270102T030405Z"
    assert (tmp_path / "a.db").stat().st_mode & 0o777 == 0o600
    store = await Store.open(url)
    assert [(pause.spelled, pause.person) for pause in await store.list_paused()] == [
        ("everything", BY)
    ]
    counted = await store.counts()
    assert (counted["dues"], counted["invitations.planned"]) == (3, 3)
    (fresh,) = await plan(store, 1)
    assert fresh.id > STRIDE, "a number that was given out since must not be given again"
    await store.close()
    before = await Store.open(f"sqlite://{done.aside}")
    assert (await before.counts())["invitations.planned"] == 4
    await before.close()


async def test_those_who_waited_can_be_skipped_with_the_reason(tmp_path: Path) -> None:
    url, copy = f"sqlite://{tmp_path}/a.db", tmp_path / "copy.db"
    store = await Store.open(url)
    await fill(store)
    await store.backup(copy)
    await store.close()
    done = await restore(url, copy, LATER, skip=True)
    assert (done.waiting, done.skipped) == (3, True)
    store = await Store.open(url)
    counted = await store.counts()
    assert (counted["dues"], counted["invitations.skipped"]) == (0, 3)
    await store.close()
    with sqlite3.connect(tmp_path / "a.db") as book:
        rules = book.execute("SELECT verdict, rule FROM decision").fetchall()
    assert rules == [("skip", "restored from a back-up")] * 3


async def test_postgres_is_held_after_its_own_restore(postgres_url: str, tmp_path: Path) -> None:
    store = await Store.open(postgres_url)
    await fill(store)
    await store.close()
    with pytest.raises(StoreError, match="without a file"):
        await restore(postgres_url, tmp_path / "copy.db", LATER)
    done = await restore(postgres_url, None, LATER, skip=True)
    assert (done.aside, done.waiting, done.let_go) == (None, 3, 2)
    store = await Store.open(postgres_url)
    assert [pause.spelled for pause in await store.list_paused()] == ["everything"]
    assert (await store.counts())["dues"] == 0
    (fresh,) = await plan(store, 1)
    assert fresh.id > STRIDE
    await store.close()


async def test_a_place_that_is_empty_is_filled(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite://{tmp_path}/a.db")
    await store.backup(tmp_path / "copy.db")
    await store.close()
    done = await restore(f"sqlite://{tmp_path}/new/b.db", tmp_path / "copy.db", LATER)
    assert done.aside is None
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["b.db", "b.db.lock"]


async def test_nothing_changes_where_it_cannot_be_done(tmp_path: Path) -> None:
    url, copy = f"sqlite://{tmp_path}/a.db", tmp_path / "copy.db"
    store = await Store.open(url)
    await fill(store)
    await store.backup(copy)
    with pytest.raises(StoreError, match="stop the service first"):
        await restore(url, copy, LATER)
    await store.close()
    before = (tmp_path / "a.db").read_bytes()
    with pytest.raises(StoreError, match="no back-up at"):
        await restore(url, tmp_path / "none.db", LATER)
    (tmp_path / "text").write_text("hello" * 1000)
    with pytest.raises(StoreError, match="not a back-up"):
        await restore(url, tmp_path / "text", LATER)
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE x (y)")
    with pytest.raises(StoreError, match="not a back-up"):
        await restore(url, tmp_path / "other.db", LATER)
    broken = bytearray(copy.read_bytes())
    broken[8192:40960] = b"\x5a" * (40960 - 8192)
    (tmp_path / "broken.db").write_bytes(broken)
    with pytest.raises(StoreError, match=r"damaged|not a back-up"):
        await restore(url, tmp_path / "broken.db", LATER)
    with pytest.raises(StoreError, match="name the back-up"):
        await restore(url, None, LATER)
    assert (tmp_path / "a.db").read_bytes() == before
