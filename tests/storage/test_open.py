"""Opening and closing: the key, one owner of a file, and errors that say what to do."""

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from storage.store import (
    Store,
    StoreError,
    StoreInUse,
    StoreMisconfigured,
    StoreUnavailable,
    Transaction,
)
from tests.postgres import Server
from tests.storage.make import event

_OPEN_ELSEWHERE = """
import asyncio, sys
from storage.store import Store
async def main():
    store = await Store.open(sys.argv[1])
    print("open", flush=True)
    sys.stdin.readline()
    await store.close()
asyncio.run(main())
"""


async def test_the_key_is_made_once(store_url: str) -> None:
    first = await Store.open(store_url)
    await first.close()
    second = await Store.open(store_url)
    await second.close()
    assert len(first.key) == 32
    assert second.key == first.key


async def test_each_new_store_has_a_key_of_its_own() -> None:
    keys = set()
    for _ in range(2):
        store = await Store.open("sqlite://:memory:")
        keys.add(store.key)
        await store.close()
    assert len(keys) == 2


async def test_two_stores_may_be_open_in_one_process(store_url: str, tmp_path: Path) -> None:
    one = await Store.open(store_url)
    two = await Store.open(f"sqlite://{tmp_path}/other.db")
    await one.unit_of_work(lambda t: t.add_events([event("a")]))
    assert (await two.counts())["events"] == 0
    await one.close()
    await two.ping()
    await two.close()


async def test_a_store_answers_from_any_task_and_after_close_says_so(store: Store) -> None:
    await asyncio.gather(*(asyncio.create_task(store.ping()) for _ in range(10)))
    await store.close()
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.ping()
    with pytest.raises(StoreError, match="closed"):
        await store.unit_of_work(lambda t: t.add_events([]))


async def test_a_file_belongs_to_one_store(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/a.db"
    store = await Store.open(url)
    with pytest.raises(StoreInUse, match=f"in use by process {os.getpid()}.*PostgreSQL"):
        await Store.open(url)
    await store.ping()
    await store.close()
    await (await Store.open(url)).close()


async def test_a_second_process_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/a.db"
    child = subprocess.Popen(
        [sys.executable, "-c", _OPEN_ELSEWHERE, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        with pytest.raises(StoreInUse, match=f"process {child.pid}"):
            await Store.open(url)
        child.kill()  # however it ends, the file is free again
        child.wait()
        store = await Store.open(url)
        await store.close()


async def test_sqlite_is_set_up_to_lose_nothing(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite://{tmp_path}/a.db")
    client = store._database._opened().client
    found = {
        name: (await client.execute_query_dict(f"PRAGMA {name}"))[0]
        for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
    }
    await store.close()
    assert [next(iter(value.values())) for value in found.values()] == ["wal", 2, 5000, 1]


@pytest.mark.parametrize("url", ["", "sqlite:", "sqlite://", "mysql://x/y", "afterword.db"])
async def test_a_url_that_means_nothing_is_refused(url: str) -> None:
    with pytest.raises(StoreMisconfigured, match="sqlite://data/afterword"):
        await Store.open(url)


async def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(StoreMisconfigured, match="Mars/Olympus"):
        await Store.open("sqlite://:memory:", "Mars/Olympus")


async def test_what_is_not_a_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, " * 100)
    with pytest.raises(StoreUnavailable, match="not a SQLite database"):
        await Store.open(f"sqlite://{file}")
    assert file.read_text().startswith("not a database")
    await (await Store.open(f"sqlite://{tmp_path}/other.db")).close()


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreMisconfigured, match="another path"):
        await Store.open(f"sqlite://{tmp_path}/file/a.db")
    with pytest.raises(StoreMisconfigured, match="another path"):
        await Store.open(f"sqlite://{tmp_path}")
    store = await Store.open(f"sqlite://{tmp_path}/new/a.db")
    await store.close()
    assert (tmp_path / "new" / "a.db").stat().st_mode & 0o077 == 0  # it holds people's data


async def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite://{tmp_path}/a.db")
    client = store._database._opened().client
    await store.unit_of_work(lambda t: t.add_events([event("before")]))
    pages = (await client.execute_query_dict("PRAGMA page_count"))[0]["page_count"]
    await client.execute_query(f"PRAGMA max_page_count = {pages}")
    many = [event(f"m-{i}", properties={"text": "x" * 500}) for i in range(200)]
    with pytest.raises(StoreUnavailable, match="disk is full"):
        await store.unit_of_work(lambda t: t.add_events(many))
    assert (await store.counts())["events"] == 1
    await client.execute_query("PRAGMA max_page_count = 1000000")
    assert len(await store.unit_of_work(lambda t: t.add_events(many))) == 200
    await store.close()


async def test_postgres_that_would_forget_is_refused(postgres: Server, postgres_url: str) -> None:
    postgres.psql("ALTER DATABASE postgres SET synchronous_commit = off")
    try:
        with pytest.raises(StoreMisconfigured, match="synchronous_commit"):
            await Store.open(postgres_url)
    finally:
        postgres.psql("ALTER DATABASE postgres RESET synchronous_commit")
    await (await Store.open(postgres_url)).close()


async def test_a_postgres_that_refuses_is_told_without_the_password(postgres: Server) -> None:
    nowhere = f"postgres://postgres:hunter2@/nowhere?host={postgres.folder}"
    with pytest.raises(StoreMisconfigured, match="database name") as refused:
        await Store.open(nowhere)
    away = "postgres://postgres:hunter2@/postgres?host=/nonexistent"
    with pytest.raises(StoreUnavailable, match="is it up") as gone:
        await Store.open(away)
    assert "hunter2" not in f"{refused.value}{gone.value}"
    assert refused.value.__cause__ is None


async def test_a_postgres_that_comes_back_is_used_again(
    postgres: Server, postgres_url: str
) -> None:
    store = await Store.open(postgres_url)
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name='afterword'"
    )
    postgres.psql(cut)
    with suppress(StoreUnavailable):
        await store.ping()
    await store.ping()
    assert len(await store.unit_of_work(lambda t: t.add_events([event("a")]))) == 1
    await store.close()


async def test_a_connection_cut_inside_a_transaction_undoes_it(
    postgres: Server, postgres_url: str
) -> None:
    store = await Store.open(postgres_url)

    async def work(t: Transaction) -> None:
        await t.add_events([event("a")])
        raise asyncpg.ConnectionDoesNotExistError("cut")

    with pytest.raises(StoreUnavailable):
        await store.unit_of_work(work)
    assert (await store.counts())["events"] == 0
    await store.close()


async def test_calling_the_store_inside_its_own_transaction_says_so(store: Store) -> None:
    async def nested(t: Transaction) -> None:
        await store.ping()

    async with asyncio.timeout(10):
        with pytest.raises(StoreError, match="inside its own unit of work"):
            await store.unit_of_work(nested)
        await store.ping()


async def test_reports_do_not_wait_for_a_transaction_and_see_only_what_is_committed(
    store_url: str,
) -> None:
    store = await Store.open(store_url)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(t: Transaction) -> None:
        await t.add_events([event("a")])
        begun.set()
        await go_on.wait()

    writer = asyncio.create_task(store.unit_of_work(slow))
    await begun.wait()
    async with asyncio.timeout(10):
        assert (await store.counts())["events"] == 0
    go_on.set()
    await writer
    assert (await store.counts())["events"] == 1
    await store.close()
