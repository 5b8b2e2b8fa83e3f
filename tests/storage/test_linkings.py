"""Linkings in the store: one chat at a time, codes counted, links bound, all forgotten in time."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from storage.store import Store, Transaction
from surveys.linking import Linking
from tests.storage.make import HOUR, NOW

FIRST = Linking(
    chat="c1",
    until=NOW + HOUR,
    language="fi",
    wanted_id=3,
    known_id=7,
    code="m",
    expires_at=NOW + HOUR / 6,
    tries=2,
)


async def under_way(store: Store, at: object = NOW) -> dict[str, Linking]:
    return await store.unit_of_work(lambda t: t.linkings.lock(["c1", "c2"], at))  # type: ignore[arg-type]


async def test_how_far_a_chat_is_comes_back_as_it_was_kept(store: Store) -> None:
    await store.unit_of_work(lambda t: t.linkings.save(FIRST))
    assert await under_way(store) == {"c1": FIRST}
    later = replace(FIRST, code="", expires_at=None, tries=0, language="de")
    await store.unit_of_work(lambda t: t.linkings.save(later))
    assert await under_way(store) == {"c1": later}
    assert await under_way(store, NOW + HOUR) == {}
    await store.unit_of_work(lambda t: t.linkings.end("c1"))
    assert await under_way(store) == {}


async def test_codes_are_counted_by_chat_and_by_address(store: Store) -> None:
    async def work(t: Transaction) -> tuple[int, int, int]:
        for chat, place, hours in (("a", "x", 0), ("a", "y", 0), ("b", "x", 2), ("b", "x", 25)):
            await t.linkings.note_code(chat, place, NOW - hours * HOUR)
        found = await t.linkings.count_codes("a", "x", NOW)
        return found.chat_hour, found.place_hour, found.place_day

    assert await store.unit_of_work(work) == (2, 1, 2)


async def test_of_two_chats_at_once_one_gets_the_link(store: Store) -> None:
    got = await asyncio.gather(
        *(
            store.unit_of_work(lambda t, chat=chat: t.linkings.open("link", chat, NOW))  # type: ignore[misc]
            for chat in ("a", "b", "c")
        )
    )
    assert sorted(got) == [False, False, True]
    first = "abc"[got.index(True)]
    assert await store.unit_of_work(lambda t: t.linkings.open("link", first, NOW))


async def test_two_tries_at_once_are_two_tries(store: Store) -> None:
    await store.unit_of_work(lambda t: t.linkings.save(replace(FIRST, tries=0)))

    async def attempt(t: Transaction) -> None:
        (found,) = (await t.linkings.lock(["c1"], NOW)).values()
        await t.linkings.save(replace(found, tries=found.tries + 1))

    await asyncio.gather(*(store.unit_of_work(attempt) for _ in range(5)))
    assert (await under_way(store))["c1"].tries == 5


async def test_all_of_it_is_forgotten(store: Store) -> None:
    async def work(t: Transaction) -> list[int]:
        await t.linkings.save(FIRST)
        await t.linkings.note_code("c1", "p", NOW)
        await t.linkings.open("link", "c1", NOW)
        sizes = []
        for after in (timedelta(0), HOUR, timedelta(days=1), timedelta(days=33)):
            await t.linkings.forget(NOW + after)
            client = t._session.client
            tables = ("chat_linking", "link_code", "opened_link")
            sizes.append(
                sum([len(await client.execute_query_dict(f"SELECT * FROM {n}")) for n in tables])
            )
        return sizes

    assert await store.unit_of_work(work) == [3, 2, 1, 0]
