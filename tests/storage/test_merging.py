"""Merging: everything of two contacts becomes one person's, at any order of things."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.merging import MOVED, MOVED_APART
from storage.repeats import REPEATED, find_repeats
from storage.store import Store, Transaction
from surveys.card import Card
from surveys.contact import AddressStatus, Contact
from surveys.invitation import InvitationState
from tests.storage.make import HOUR, NOW, add_contacts, add_invitations, contact, invitation


async def merge(store: Store, keep: int, gone: int) -> None:
    await store.unit_of_work(lambda t: t.merge_contacts(keep, gone, NOW))


async def by_id(store: Store, *ids: int) -> dict[int, Contact]:
    return await store.unit_of_work(lambda t: t.contacts_by_id(ids))


async def rows(store: Store, sql: str) -> list[dict[str, Any]]:
    async def work(t: Transaction) -> Any:
        return await t._session.client.execute_query_dict(sql)

    return [dict(row) for row in await store.unit_of_work(work)]


async def states(store: Store) -> list[str]:
    return [r["state"] for r in await rows(store, "SELECT state FROM invitation ORDER BY id")]


async def test_every_table_that_names_a_contact_is_moved(store: Store) -> None:
    sqlite = (
        "SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
        " WHERE m.type = 'table' AND c.name = 'contact_id'"
    )
    postgres = (
        "SELECT table_name AS name FROM information_schema.columns WHERE column_name = 'contact_id'"
    )
    is_server = (await rows(store, "SELECT version() AS v")) if _is_postgres(store) else []
    found = await rows(store, postgres if is_server else sqlite)
    assert {row["name"] for row in found} == {*MOVED, *MOVED_APART}


def _is_postgres(store: Store) -> bool:
    return store._database.backend == "postgres"


async def test_wishes_and_statuses_of_either_stay(store: Store) -> None:
    one, two = await add_contacts(
        store,
        contact("user:1", addresses=[("email", "a@x.example")]),
        contact("user:2", addresses=[("email", "b@x.example"), ("telegram", "7")]),
    )

    async def work(t: Transaction) -> None:
        await t.set_wishes(replace(one, paused_until=NOW + HOUR))
        await t.set_wishes(replace(two, paused_until=NOW + 9 * HOUR, only_channel="email"))
        await t.set_address("email", "b@x.example", AddressStatus.BOUNCED)

    await store.unit_of_work(work)
    await merge(store, one.id, two.id)
    person = (await by_id(store, one.id))[one.id]
    assert (person.paused_until, person.only_channel) == (NOW + 9 * HOUR, "email")
    assert {(a.value, a.status) for a in person.addresses} == {
        ("a@x.example", AddressStatus.OK),
        ("b@x.example", AddressStatus.BOUNCED),
        ("7", AddressStatus.OK),
    }


async def test_the_addresses_of_who_stays_are_the_newer_ones(store: Store) -> None:
    one, two = await add_contacts(
        store,
        contact("user:1", addresses=[("email", "keep@x.example")]),
        contact("user:2", addresses=[("email", f"{n}@x.example") for n in range(3)]),
    )
    await merge(store, one.id, two.id)
    person = (await by_id(store, one.id))[one.id]
    assert [a.value for a in person.addresses] == [
        *(f"{n}@x.example" for n in range(3)),
        "keep@x.example",
    ]


async def test_who_is_gone_stands_for_who_stays_however_often_merged(store: Store) -> None:
    people = await add_contacts(store, *(contact(f"user:{n}") for n in range(4)))
    a, b, c, d = (person.id for person in people)
    await merge(store, b, a)
    await merge(store, c, b)
    await merge(store, d, c)
    await merge(store, a, d)  # a stands for d already: a circle changes nothing
    found = await by_id(store, a, b, c, d, 999_999)
    assert {number: person.id for number, person in found.items()} == dict.fromkeys((a, b, c, d), d)
    assert len(found[a].keys) == 4
    assert await rows(store, "SELECT keep_id FROM contact_merged") == [{"keep_id": d}] * 3


async def test_what_is_asked_of_us_under_an_old_number_is_the_persons(store: Store) -> None:
    one, two = await add_contacts(store, contact("user:1"), contact("user:2"))
    await merge(store, one.id, two.id)

    async def work(t: Transaction) -> bool:
        await t.opt_out([two.id], NOW, "link")
        await t.set_wishes(replace(two, only_channel="email"))
        await t.save_cards([Card(contact_id=two.id, channel="telegram", text="hi", at=NOW)])
        return await t.link_address(two.id, "telegram", "9")

    assert await store.unit_of_work(work)
    person = (await by_id(store, one.id))[one.id]
    assert (person.opted_out_at, person.only_channel) == (NOW, "email")
    assert [a.value for a in person.addresses] == ["9"]
    assert await rows(store, "SELECT contact_id FROM comment_card") == [{"contact_id": one.id}]
    assert await rows(store, "SELECT contact_id FROM consent") == [{"contact_id": one.id}]


async def test_nobody_is_asked_the_same_twice(store: Store) -> None:
    one, two = await add_contacts(store, contact("user:1"), contact("user:2"))
    await add_invitations(
        store,
        invitation(one.id, key="a", survey="phone", due_at=NOW + HOUR),
        invitation(two.id, key="b", survey="phone", due_at=NOW),
        invitation(two.id, key="c", survey="shop", due_at=NOW),
    )
    await merge(store, one.id, two.id)
    assert await states(store) == ["skipped", "planned", "planned"]
    later, sooner, _ = await rows(store, "SELECT id, contact_id FROM invitation ORDER BY id")
    assert {later["contact_id"], sooner["contact_id"]} == {one.id}
    (decision,) = await store.decisions(later["id"])
    assert (decision.verdict, decision.rule) == ("skip", REPEATED)
    assert await store.decisions(sooner["id"]) == []


def open_one(number: int, who: int, *, survey: str = "s", state: str = "planned") -> dict[str, Any]:
    return {
        "id": number,
        "contact_id": who,
        "survey": survey,
        "state": InvitationState(state),
        "due_at": number,
    }


@pytest.mark.parametrize(
    ("given", "skipped"),
    [
        ([open_one(1, 1), open_one(2, 1)], []),  # of one contact: two calls, two surveys
        ([open_one(1, 1), open_one(2, 2)], [2]),
        ([open_one(1, 1), open_one(2, 2, state="asked")], [1]),
        ([open_one(1, 1, state="started"), open_one(2, 2, state="asked")], []),
        ([open_one(1, 1), open_one(2, 2, survey="other")], []),
        ([open_one(1, 1), open_one(2, 2), open_one(3, 1)], [2]),
    ],
)
def test_which_of_two_is_skipped(given: list[dict[str, Any]], skipped: list[int]) -> None:
    assert find_repeats(given) == skipped
    assert find_repeats(given[::-1]) == skipped


async def test_claims_between_the_two_are_settled(store: Store) -> None:
    place = ("email", "shared@x.example")
    one, two, three = await add_contacts(
        store,
        contact("user:1", addresses=[place]),
        contact("user:2", addresses=[place]),
        contact("user:3", addresses=[place]),
    )
    await merge(store, two.id, one.id)
    found = await rows(store, "SELECT owner_id, claimant_id FROM address_conflict")
    assert found == [{"owner_id": two.id, "claimant_id": three.id}]
    await merge(store, three.id, two.id)
    assert await rows(store, "SELECT id FROM address_conflict") == []


async def test_merging_both_ways_at_once_is_one_person(store: Store) -> None:
    people = await add_contacts(store, *(contact(f"user:{n}") for n in range(6)))
    ids = [person.id for person in people]
    pairs = [(a, b) for a in ids for b in ids if a != b]
    await asyncio.gather(*(merge(store, a, b) for a, b in pairs))
    found = await by_id(store, *ids)
    assert len({person.id for person in found.values()}) == 1
    assert set(found) == set(ids)
    assert len(found[ids[0]].keys) == 6


async def test_a_stop_that_comes_during_the_merge_is_not_lost(store: Store) -> None:
    for n in range(10):
        one, two = await add_contacts(store, contact(f"user:a{n}"), contact(f"user:b{n}"))
        await asyncio.gather(
            merge(store, one.id, two.id),
            store.unit_of_work(lambda t, two=two: t.opt_out([two.id], NOW, "telegram")),  # type: ignore[misc]
        )
        assert (await by_id(store, one.id))[one.id].opted_out_at == NOW


async def test_two_transactions_on_postgres_wait_for_each_other(postgres_url: str) -> None:
    """The second has read nothing yet of what the first has not committed, and still gets it right."""
    store = await Store.open(postgres_url)
    try:
        one, two, three = await add_contacts(store, *(contact(f"user:{n}") for n in range(3)))
        entered, stopped = asyncio.Event(), asyncio.Event()

        async def first(t: Transaction) -> None:
            await t.merge_contacts(one.id, two.id, NOW)
            entered.set()
            await asyncio.sleep(0.2)
            assert not stopped.is_set()

        async def second(t: Transaction) -> dict[str, Contact]:
            known = await t.lock_contacts(["user:1"])
            await t.save_contacts([replace(c, language="lv") for c in known.values()])
            await t.opt_out([two.id], NOW, "link")
            await t.merge_contacts(three.id, two.id, NOW)
            stopped.set()
            return known

        under_way = asyncio.create_task(store.unit_of_work(first))
        await entered.wait()
        known = await store.unit_of_work(second)
        await under_way
        assert known["user:1"].id == one.id  # though it was somebody else's when it began to wait
        person = (await by_id(store, two.id))[two.id]
        assert (person.id, person.opted_out_at, person.language) == (three.id, NOW, "lv")
        assert len(person.keys) == 3
    finally:
        await store.close()


async def test_a_merge_that_fails_leaves_both_as_they_were(store: Store) -> None:
    one, two = await add_contacts(store, contact("user:1"), contact("user:2"))

    async def work(t: Transaction) -> None:
        await t.merge_contacts(one.id, two.id, NOW)
        raise RuntimeError("after the merge")

    with pytest.raises(RuntimeError):
        await store.unit_of_work(work)
    assert {n: c.keys for n, c in (await by_id(store, one.id, two.id)).items()} == {
        one.id: ("user:1",),
        two.id: ("user:2",),
    }


async def test_the_first_stop_stays(store: Store) -> None:
    one, two = await add_contacts(store, contact("user:1"), contact("user:2"))
    later: datetime = NOW + timedelta(days=1)
    await store.unit_of_work(lambda t: t.opt_out([one.id], later, "x"))
    await store.unit_of_work(lambda t: t.opt_out([two.id], NOW, "x"))
    await merge(store, one.id, two.id)
    assert (await by_id(store, one.id))[one.id].opted_out_at == NOW
