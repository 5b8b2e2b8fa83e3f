"""Contacts, keys and addresses; merging; stops."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from storage.store import Card, Store, Transaction
from surveys.contact import Address, AddressStatus, Contact
from tests.storage.make import NOW, add_contacts, answer, ask, contact, invitation, plan, reply


async def known(store: Store, *keys: str) -> dict[str, Contact]:
    return await store.unit_of_work(lambda t: t.lock_contacts(keys))


async def conflicts(store: Store) -> list[tuple[Any, ...]]:
    async def work(t: Transaction) -> Any:
        found = await t._session.client.execute_query_dict(
            "SELECT channel, value, owner_id, claimant_id FROM address_conflict ORDER BY id"
        )
        return [tuple(row.values()) for row in found]

    return await store.unit_of_work(work)


async def test_a_contact_comes_back_as_it_was_saved(store: Store) -> None:
    given = contact(
        "user:1",
        "anon:x",
        addresses=[("email", "a@x.example"), ("telegram", "7")],
        language="fi",
        timezone="Europe/Helsinki",
        attributes={"first_name": "Aino", "vip": True, "n": [1, {"a": None}]},
        opted_out_at=NOW,
    )
    (saved,) = await add_contacts(store, given)
    assert saved == replace(given, id=saved.id)
    assert await known(store, "anon:x", "user:none") == {"anon:x": saved}
    assert await store.find_contact("telegram", "7") == saved
    assert await store.find_contact("telegram", "8") is None


async def test_contacts_come_back_in_the_order_they_were_given(store: Store) -> None:
    given = [contact(f"user:{i}", attributes={"n": i}) for i in (5, 3, 9, 1)]
    saved = await add_contacts(store, *given)
    assert [c.attributes["n"] for c in saved] == [5, 3, 9, 1]
    assert len({c.id for c in saved}) == 4


async def test_two_new_contacts_with_one_key_are_one(store: Store) -> None:
    first = contact("user:1", "anon:a", language="fi", attributes={"a": 1, "b": 1})
    second = contact("anon:a", attributes={"b": 2}, addresses=[("email", "a@x.example")])
    one, other, two = await add_contacts(store, first, contact("user:2"), second)
    assert one == two
    assert other.id != one.id
    assert one.attributes == {"a": 1, "b": 2}
    assert one.language == "fi"
    assert (await store.counts())["contacts"] == 2


async def test_a_new_contact_whose_key_is_known_is_that_contact(store: Store) -> None:
    (old,) = await add_contacts(store, contact("user:1", language="fi", attributes={"a": 1}))
    (again,) = await add_contacts(store, contact("user:1", "anon:z"))
    assert again.id == old.id
    found = (await known(store, "anon:z"))["anon:z"]
    assert (found.language, found.attributes) == ("fi", {"a": 1})


async def test_the_same_person_from_many_sides_is_one(store: Store) -> None:
    async def identify(n: int) -> None:
        async def work(t: Transaction) -> Any:
            found = await t.lock_contacts(["user:1", f"anon:{n}"])
            base = found.get("user:1") or contact("user:1")
            keys = (*base.keys, f"anon:{n}")
            await t.save_contacts(
                [replace(base, keys=keys, attributes={**base.attributes, str(n): n})]
            )

        await store.unit_of_work(work)

    await asyncio.gather(*(identify(n) for n in range(12)))
    (person,) = (await known(store, "user:1")).values()
    assert len(person.attributes) == 12
    assert (await store.counts())["contacts"] == 1


async def test_saving_again_updates_and_adds(store: Store) -> None:
    (saved,) = await add_contacts(store, contact("user:1", addresses=[("email", "a@x.example")]))
    new = Address(channel="email", value="b@x.example")
    changed = replace(saved, language="lv", attributes={"x": 1}, addresses=(*saved.addresses, new))
    (again,) = await add_contacts(store, changed)
    assert again == changed
    found = (await known(store, "user:1"))["user:1"]
    assert found == changed
    assert found.address("email") == new  # the newest is written to


async def test_an_address_is_never_moved_silently(store: Store) -> None:
    place = ("email", "shared@x.example")
    (first,) = await add_contacts(store, contact("user:1", addresses=[place]))
    (second,) = await add_contacts(store, contact("user:2", addresses=[place, ("telegram", "5")]))
    assert second.addresses == (Address(channel="telegram", value="5"),)
    assert (await store.find_contact(*place)) == first
    await add_contacts(
        store, replace(second, addresses=(Address(channel="email", value=place[1]),))
    )
    assert await conflicts(store) == [(*place, first.id, second.id)]


async def test_in_one_batch_too_the_first_owner_keeps_the_address(store: Store) -> None:
    place = ("email", "shared@x.example")
    one, two = await add_contacts(
        store, contact("user:1", addresses=[place]), contact("user:2", addresses=[place])
    )
    assert [len(c.addresses) for c in (one, two)] == [1, 0]
    assert await conflicts(store) == [(*place, one.id, two.id)]


async def test_a_refused_claim_does_not_reorder_the_owners_addresses(store: Store) -> None:
    old, new = ("email", "old@x.example"), ("email", "new@x.example")
    (owner,) = await add_contacts(store, contact("user:1", addresses=[old, new]))
    await add_contacts(store, contact("user:2", addresses=[new, ("telegram", "5"), old]))
    found = (await known(store, "user:1"))["user:1"]
    assert found == owner
    assert found.address("email") == Address(channel="email", value="new@x.example")


async def test_saving_a_contact_does_not_revive_a_bounced_address(store: Store) -> None:
    (saved,) = await add_contacts(store, contact("user:1", addresses=[("email", "a@x.example")]))
    await store.unit_of_work(lambda t: t.set_address("email", "a@x.example", AddressStatus.BOUNCED))
    (again,) = await add_contacts(store, saved)
    assert again.addresses[0].status is AddressStatus.BOUNCED
    assert again.address("email") is None


async def test_addresses_move_and_the_old_name_dies(store: Store) -> None:
    place = [("telegram", "1"), ("telegram", "2")]
    one, _ = await add_contacts(
        store, contact("user:1", addresses=place[:1]), contact("user:2", addresses=place[1:])
    )
    await store.unit_of_work(lambda t: t.move_address("telegram", "1", "-100"))
    moved = await store.find_contact("telegram", "-100")
    assert moved is not None
    assert moved.id == one.id
    assert await store.find_contact("telegram", "1") is None
    await store.unit_of_work(lambda t: t.move_address("telegram", "-100", "2"))
    dead = await store.find_contact("telegram", "-100")
    assert dead is not None
    assert dead.addresses[0].status is AddressStatus.BOUNCED


async def test_linking_makes_an_address_usable_unless_it_is_somebody_elses(store: Store) -> None:
    one, two = await add_contacts(store, contact("user:1"), contact("user:2"))

    async def link(contact_id: int) -> bool:
        return await store.unit_of_work(lambda t: t.link_address(contact_id, "telegram", "9"))

    assert await link(one.id)
    assert not await link(two.id)
    await store.unit_of_work(lambda t: t.set_address("telegram", "9", AddressStatus.BLOCKED))
    assert await link(one.id)
    found = await store.find_contact("telegram", "9")
    assert found is not None
    assert found.id == one.id
    assert found.address("telegram") is not None


async def test_contacts_by_address_and_id(store: Store) -> None:
    one, two = await add_contacts(
        store,
        contact("user:1", addresses=[("email", "a@x.example")]),
        contact("user:2", addresses=[("telegram", "5")]),
    )

    async def work(t: Transaction) -> Any:
        places = [("email", "a@x.example"), ("telegram", "5"), ("telegram", "6")]
        return await t.contacts_by_address(places), await t.contacts_by_id([one.id, 999_999])

    by_address, by_id = await store.unit_of_work(work)
    assert by_address == {("email", "a@x.example"): one, ("telegram", "5"): two}
    assert by_id == {one.id: one}


async def test_a_stop_is_kept_with_its_first_time_and_can_be_taken_back(store: Store) -> None:
    (person,) = await add_contacts(store, contact("user:1"))

    async def read() -> datetime | None:
        return (await known(store, "user:1"))["user:1"].opted_out_at

    await store.unit_of_work(lambda t: t.opt_out([person.id], NOW, "telegram"))
    await store.unit_of_work(lambda t: t.opt_out([person.id], NOW + timedelta(days=1), "link"))
    assert await read() == NOW
    await add_contacts(store, replace(person, language="de"))  # an event does not lift a stop
    assert await read() == NOW
    await store.unit_of_work(lambda t: t.opt_in([person.id], NOW, "link"))
    assert await read() is None


async def test_merging_moves_everything_and_a_stop_stays(store: Store) -> None:
    (asked_one,) = await plan(store)
    await ask(store)
    await reply(store, asked_one.id, answer(value=3))
    gone = asked_one.contact_id
    (keep,) = await add_contacts(store, contact("user:keep", language="lv", attributes={"a": 1}))

    async def work(t: Transaction) -> Any:
        attributes = {"a": 2, "city": "Oulu"}
        await t.save_contacts([Contact(id=gone, keys=("user:u-0",), attributes=attributes)])
        await t.save_cards([Card(contact_id=gone, channel="telegram", text="hi", at=NOW)])
        await t.opt_out([gone], NOW, "telegram")
        await t.merge_contacts(keep.id, gone, NOW)
        await t.merge_contacts(keep.id, gone, NOW)  # again: nothing left to do
        return await t.lock_conversations([asked_one.id])

    conversation = (await store.unit_of_work(work))[asked_one.id]
    person = conversation.contact
    assert person.id == keep.id
    assert conversation.response is not None
    assert conversation.response.contact_id == keep.id
    assert set(person.keys) == {"user:keep", "user:u-0"}
    assert {a.channel for a in person.addresses} == {"telegram", "email"}
    assert (person.language, person.opted_out_at) == ("lv", NOW)
    assert person.attributes == {"a": 1, "city": "Oulu"}
    assert (await store.counts())["contacts"] == 1


async def test_ids_are_never_given_twice(store: Store) -> None:
    one, two = await add_contacts(store, contact("user:1"), contact("user:2"))
    await store.unit_of_work(lambda t: t.merge_contacts(one.id, two.id, NOW))
    (three,) = await add_contacts(store, contact("user:3"))
    assert three.id > two.id


async def test_nothing_given_does_nothing(store: Store) -> None:
    async def work(t: Transaction) -> Any:
        return [
            await t.lock_contacts([]),
            await t.save_contacts([]),
            await t.add_events([]),
            await t.add_inbound([]),
            await t.add_invitations([]),
            await t.lock_conversations([]),
            await t.find_open([]),
            await t.find_by_message([]),
            await t.contacts_by_address([]),
            await t.contacts_by_id([]),
            await t.take_counters([]),
        ]

    assert not any(await store.unit_of_work(work))
    assert invitation(1).key != invitation(1).key


async def test_when_a_person_was_last_heard_and_what_they_wish_is_kept(store: Store) -> None:
    address = Address(channel="telegram", value="777")

    async def work(transaction: Transaction) -> Contact:
        (saved,) = await transaction.save_contacts(
            [Contact(keys=("user:9",), addresses=(address,))]
        )
        await transaction.hear({("telegram", "777"): NOW, ("telegram", "nobody"): NOW})
        await transaction.hear({("telegram", "777"): NOW - timedelta(hours=1)})
        wishes = replace(saved, paused_until=NOW, only_channel="email", language="fi")
        await transaction.set_wishes(wishes)
        return (await transaction.contacts_by_id([saved.id]))[saved.id]

    contact = await store.unit_of_work(work)
    assert contact.addresses[0].heard_at == NOW
    assert (contact.paused_until, contact.only_channel, contact.language) == (NOW, "email", "fi")
