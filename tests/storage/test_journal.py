"""Events, inbound values and counters: once each, for ever."""

import asyncio
from typing import Any

from storage.store import Card, Store, Transaction
from surveys.event import Event
from surveys.inbound import Inbound, OptedOut, Replied
from tests.storage.make import NOW, add_contacts, contact, event


def replied(event_id: str, channel: str = "telegram") -> Replied:
    return Replied(
        event_id=event_id, channel=channel, at=NOW, address="1001", text="9", raw={"a": 1}
    )


async def add(store: Store, *events: Event) -> set[str]:
    return await store.unit_of_work(lambda t: t.add_events(events))


async def test_an_event_is_new_once(store: Store) -> None:
    assert await add(store, event("a"), event("b"), event("a")) == {"a", "b"}
    assert await add(store, event("b"), event("c")) == {"c"}
    assert (await store.counts())["events"] == 3


async def test_a_thousand_events_in_one_batch_need_one_statement_text(store: Store) -> None:
    many = [event(f"m-{i}", properties={"n": i}) for i in range(1000)]
    assert len(await add(store, *many)) == 1000


async def test_an_event_keeps_whatever_json_allows(store: Store) -> None:
    odd = {
        "nul": "a\0b",
        "surrogate": "\ud800",
        "big": 10**30,
        "deep": [{"x": None}, True, 1.5],
        "nan": float("nan"),
        "emoji": "👍",
        "": "empty name",
    }
    assert await add(store, event("a", properties=odd, traits=odd, user_id="u\0")) == {"a"}


async def test_an_id_that_cannot_be_stored_as_it_is_still_counts_as_new_once(store: Store) -> None:
    assert await add(store, event("a\0")) == {"a\0"}
    assert await add(store, event("a\0")) == set()


async def test_a_rolled_back_event_is_new_again(store: Store) -> None:
    async def fail(t: Transaction) -> Any:
        await t.add_events([event("a")])
        raise ZeroDivisionError

    try:
        await store.unit_of_work(fail)
    except ZeroDivisionError:
        pass
    else:
        raise AssertionError("the error was swallowed")
    assert await add(store, event("a")) == {"a"}


async def test_the_same_events_from_many_sides_are_new_on_one(store: Store) -> None:
    batches = [[event(f"m-{(i * 7 + shift) % 40}") for i in range(40)] for shift in range(8)]
    found = await asyncio.gather(*(add(store, *batch) for batch in batches))
    assert sorted(name for new in found for name in new) == sorted(f"m-{i}" for i in range(40))


async def test_notes_are_kept(store: Store) -> None:
    async def work(t: Transaction) -> Any:
        await t.add_events([event("a"), event("b")])
        await t.note_events({"a": "no trigger for event X", "b": "trigger after_call: 3 of 10"})
        await t.note_events({})
        found = await t._session.client.execute_query_dict(
            "SELECT message_id, verdict FROM event ORDER BY message_id"
        )
        return [tuple(row.values()) for row in found]

    assert await store.unit_of_work(work) == [
        ("a", "no trigger for event X"),
        ("b", "trigger after_call: 3 of 10"),
    ]


async def test_an_inbound_value_is_new_once_per_channel(store: Store) -> None:
    async def take(*items: Inbound) -> set[tuple[str, str]]:
        return await store.unit_of_work(lambda t: t.add_inbound(items))

    assert await take(replied("1"), replied("1"), replied("1", "sms")) == {
        ("telegram", "1"),
        ("sms", "1"),
    }
    stop = OptedOut(event_id="2", channel="telegram", at=NOW, address="1001")
    assert await take(replied("1"), stop) == {("telegram", "2")}


async def test_counters_start_at_nought_and_last(store: Store) -> None:
    async def step(t: Transaction) -> Any:
        taken = await t.take_counters(["line:sales", "line:care"])
        await t.save_counters({"line:sales": taken["line:sales"] + 1})
        return taken

    assert await store.unit_of_work(step) == {"line:sales": 0, "line:care": 0}
    assert await store.unit_of_work(step) == {"line:sales": 1, "line:care": 0}


async def test_counters_are_not_lost_between_many_at_once(store: Store) -> None:
    async def step(t: Transaction) -> Any:
        taken = await t.take_counters(["b", "a"])
        await t.save_counters({key: value + 1 for key, value in taken.items()})

    await asyncio.gather(*(store.unit_of_work(step) for _ in range(20)))
    assert await store.unit_of_work(lambda t: t.take_counters(["a", "b"])) == {"a": 20, "b": 20}


async def test_cards_are_kept(store: Store) -> None:
    (person,) = await add_contacts(store, contact("user:1"))
    card = Card(contact_id=person.id, channel="telegram", text="Great\0 people", at=NOW)
    await store.unit_of_work(lambda t: t.save_cards([card, card]))
    assert (await store.counts())["cards"] == 2
