import asyncio
from collections.abc import Sequence

import pytest

from scheduler.batch import Batch
from storage.store import StoreUnavailable


async def test_concurrent_callers_share_a_batch_and_each_gets_its_own_result() -> None:
    sizes: list[int] = []

    async def process(items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        await asyncio.sleep(0.01)
        return [i * 2 for i in items]

    batch = Batch(process)
    results = await asyncio.gather(*[batch.put(n) for n in range(100)])
    assert results == [n * 2 for n in range(100)]
    assert len(sizes) <= 2


async def test_a_batch_is_never_larger_than_its_limit() -> None:
    sizes: list[int] = []

    async def process(items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        return list(items)

    await Batch(process, limit=7).put_all(range(50))
    assert max(sizes) == 7 and sum(sizes) == 50


async def test_one_bad_item_fails_alone() -> None:
    async def process(items: Sequence[int]) -> list[int]:
        if 13 in items:
            raise ValueError("thirteen")
        return list(items)

    batch = Batch(process)
    results = await asyncio.gather(*[batch.put(n) for n in range(40)], return_exceptions=True)
    assert [n for n, r in enumerate(results) if isinstance(r, ValueError)] == [13]
    assert [r for r in results if isinstance(r, int)] == [n for n in range(40) if n != 13]


async def test_while_the_store_is_away_all_fail_at_once() -> None:
    tries = 0

    async def process(items: Sequence[int]) -> list[int]:
        nonlocal tries
        tries += 1
        raise StoreUnavailable("away")

    batch = Batch(process)
    results = await asyncio.gather(*[batch.put(n) for n in range(40)], return_exceptions=True)
    assert all(isinstance(r, StoreUnavailable) for r in results) and tries == 1


async def test_a_caller_that_goes_away_does_not_disturb_the_others() -> None:
    release = asyncio.Event()

    async def process(items: Sequence[int]) -> list[int]:
        await release.wait()
        return list(items)

    batch = Batch(process)
    gone = asyncio.create_task(batch.put(1))
    stays = asyncio.create_task(batch.put(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gone.cancel()
    release.set()
    assert await stays == 2
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_close_waits_for_what_was_taken_in() -> None:
    done: list[int] = []

    async def process(items: Sequence[int]) -> list[int]:
        await asyncio.sleep(0.01)
        done.extend(items)
        return list(items)

    batch = Batch(process, limit=1)
    tasks = [asyncio.create_task(batch.put(n)) for n in range(3)]
    await asyncio.sleep(0)
    await batch.close()
    assert done == [0, 1, 2] and len(batch) == 0
    await asyncio.gather(*tasks)


async def test_nobody_waits_for_ever_for_a_result_that_is_missing() -> None:
    async def process(items: Sequence[int]) -> list[int]:
        return [*items, 0]

    async with asyncio.timeout(5):
        with pytest.raises(ValueError):
            await Batch(process).put(1)
