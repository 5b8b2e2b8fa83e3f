"""Cancellation at any point: nothing wedged, nothing leaked, nothing half written."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from storage.store import Store, StoreError, Transaction
from tests.storage.make import NOW, ask, claim, contact, delivery, event, invitation, plan


async def work(t: Transaction) -> int:
    """A transaction of several statements, all or none of which must stay."""
    await t.add_events([event("a")])
    await t.take_counters(["n"])
    (person,) = await t.save_contacts([contact("user:1")])
    await t.save_counters({"n": 1})
    await t.add_invitations([invitation(person.id, key="k")])
    return person.id


async def cancel_after(steps: int, task: "asyncio.Task[object]") -> None:
    """Cancel a task once the loop has turned that many times."""
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def is_whole(counts: dict[str, int]) -> bool:
    parts = (counts["events"], counts["contacts"], counts.get("invitations.planned", 0))
    return parts in ((0, 0, 0), (1, 1, 1))


async def test_a_transaction_may_be_cancelled_at_any_point(store: Store) -> None:
    for steps in range(60):
        await cancel_after(steps, asyncio.create_task(store.unit_of_work(work)))
    async with asyncio.timeout(20):
        assert is_whole(await store.counts())
        await store.unit_of_work(work)
        assert is_whole(await store.counts())


async def test_a_deadline_inside_a_busy_store_wedges_nothing(store: Store) -> None:
    async def hurried(seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await store.unit_of_work(work)

    await asyncio.gather(*(hurried(n / 4000) for n in range(80)))
    async with asyncio.timeout(20):
        await store.unit_of_work(work)
        assert is_whole(await store.counts())


async def test_each_other_method_may_be_cancelled_too(store: Store) -> None:
    await plan(store, 40)
    for steps in range(40):
        await cancel_after(steps, asyncio.create_task(claim(store, limit=1)))
        await cancel_after(steps, asyncio.create_task(store.counts()))
    async with asyncio.timeout(20):
        left = await claim(store, now=NOW)
        for steps, due in enumerate(left):
            begin = store.begin_deliveries([(due, delivery(due))])
            await cancel_after(steps, asyncio.create_task(begin))
        await ask(store, NOW + 2 * (left[0].at - NOW) if left else NOW)
        assert await store.recount() == []


async def test_closing_waits_for_what_was_left_running(store_url: str) -> None:
    store = await Store.open(store_url)
    task = asyncio.create_task(store.unit_of_work(work))
    await cancel_after(3, task)
    await store.close()
    again = await Store.open(store_url)
    counts = await again.counts()
    assert is_whole(counts)
    assert counts["events"] == 1  # begun is finished
    await again.close()


async def test_cancelling_the_opening_leaves_the_file_free(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/a.db"
    for steps in range(25):
        await cancel_after(steps, asyncio.create_task(Store.open(url)))
    store = await Store.open(url)
    await store.ping()
    await store.close()


async def test_an_error_inside_undoes_everything(store: Store) -> None:
    async def fail(t: Transaction) -> None:
        await work(t)
        raise ZeroDivisionError

    for _ in range(12):  # more often than the pool has connections
        with pytest.raises(ZeroDivisionError):
            await store.unit_of_work(fail)
    counts = await store.counts()
    assert (counts["events"], counts["contacts"]) == (0, 0)


async def test_a_commit_that_fails_undoes_everything(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite://{tmp_path}/a.db")

    async def orphan(t: Transaction) -> None:
        run = t._session.client.execute_query
        await run("PRAGMA defer_foreign_keys = ON")
        await t.add_events([event("a")])
        await run("INSERT INTO contact_key VALUES ('user:x', 999)")  # found out at COMMIT only

    with pytest.raises(StoreError, match="FOREIGN KEY"):
        await store.unit_of_work(orphan)
    async with asyncio.timeout(10):
        assert (await store.counts())["events"] == 0
        assert await store.unit_of_work(work) > 0
    await store.close()


async def test_a_deadlock_is_run_again(postgres_url: str) -> None:
    store = await Store.open(postgres_url)
    both = asyncio.Barrier(2)
    runs = 0

    async def crossed(first: str, second: str) -> None:
        async def body(t: Transaction) -> None:
            nonlocal runs
            runs += 1
            await t.take_counters([first])
            if runs <= 2:
                await both.wait()
            taken = await t.take_counters([second])
            await t.save_counters({second: taken[second] + 1})

        await store.unit_of_work(body)

    await store.unit_of_work(lambda t: t.take_counters(["a", "b"]))
    async with asyncio.timeout(20):
        await asyncio.gather(crossed("a", "b"), crossed("b", "a"))
    assert runs == 3
    assert await store.unit_of_work(lambda t: t.take_counters(["a", "b"])) == {"a": 1, "b": 1}
    await store.close()
