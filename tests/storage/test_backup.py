"""Back-ups: whole, while the store is being written."""

import asyncio
from pathlib import Path

import pytest

from storage.store import Store, StoreError
from tests.storage.make import event


async def test_a_backup_is_a_store_as_it_was_at_one_moment(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite://{tmp_path}/a.db")
    stop = False

    async def write() -> int:
        n = 0
        while not stop:
            pair = [event(f"{n}-a", properties={"x": "y" * 2000}), event(f"{n}-b")]
            await store.unit_of_work(lambda t, pair=pair: t.add_events(pair))  # type: ignore[misc]
            n += 1
        return n

    writer = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    copies = [tmp_path / "copies" / f"{n}.db" for n in range(5)]
    for copy in copies:
        await store.backup(copy)
    stop = True
    assert await writer > 0
    for copy in copies:
        found = await Store.open(f"sqlite://{copy}")
        assert found.key == store.key
        assert (await found.counts())["events"] % 2 == 0
        await found.close()
    await store.close()
    assert not list((tmp_path / "copies").glob("*.partial"))


async def test_a_backup_never_overwrites(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite://{tmp_path}/a.db")
    (tmp_path / "b.db").write_text("dear")
    with pytest.raises(StoreError, match="exists already"):
        await store.backup(tmp_path / "b.db")
    with pytest.raises(StoreError, match="exists already"):
        await store.backup(tmp_path / "a.db")
    with pytest.raises(StoreError, match="failed"):
        await store.backup(tmp_path / "b.db" / "c.db")
    assert (tmp_path / "b.db").read_text() == "dear"
    await store.close()


async def test_what_cannot_be_backed_up_says_what_to_do(postgres_url: str, tmp_path: Path) -> None:
    for url, hint in ((postgres_url, "pg_dump"), ("sqlite://:memory:", "memory")):
        store = await Store.open(url)
        with pytest.raises(StoreError, match=hint):
            await store.backup(tmp_path / "b.db")
        await store.close()
