"""Conflicts in the store: noted with how often, told once, settled by staff."""

import asyncio
from datetime import datetime, timedelta

import pytest

from storage.store import Store
from surveys.conflict import Conflict, Settled, Verdict
from surveys.consent import Consent
from surveys.contact import AddressStatus, Contact
from tests.storage.make import HOUR, NOW, add_contacts, contact

PLACE = ("email", "shared@x.example")


async def claim(store: Store, key: str, at: datetime = NOW) -> Contact:
    claiming = contact(key, addresses=[PLACE])
    return (await store.unit_of_work(lambda t: t.save_contacts([claiming], at)))[0]


async def settle(store: Store, verdict: Verdict, number: int) -> Settled:
    return await store.settle_conflict(number, verdict, "Mia", NOW)


async def a_conflict(store: Store) -> Conflict:
    await claim(store, "user:owner")
    await claim(store, "user:claimant")
    (found,) = await store.list_conflicts(10, 0)
    return found


async def owner(store: Store) -> str:
    found = await store.find_contact(*PLACE)
    assert found
    return found.keys[0]


async def test_a_claim_is_noted_with_who_since_when_and_how_often(store: Store) -> None:
    await claim(store, "user:owner")
    for hours in range(3):
        await claim(store, "user:claimant", NOW + hours * HOUR)
    await claim(store, "user:third")
    first, second = await store.list_conflicts(10, 0)
    assert (first.channel, first.value) == PLACE
    assert (first.owner.keys, first.claimant.keys) == (("user:owner",), ("user:claimant",))
    assert (first.times, first.since, first.last) == (3, NOW, NOW + 2 * HOUR)
    assert second.claimant.keys == ("user:third",)
    assert await store.list_conflicts(1, 1) == [second]
    assert await store.load_conflicts({second.id, 999}) == [second]


async def test_staff_are_told_once_and_not_more_often_than_every_hour(store: Store) -> None:
    async def tell(at: datetime) -> list[int]:
        return await store.unit_of_work(lambda t: t.take_untold_conflicts(at, HOUR))

    first = await a_conflict(store)
    assert await tell(NOW) == [first.id]
    await claim(store, "user:third")
    await claim(store, "user:claimant")  # once more is no news
    assert await tell(NOW + HOUR / 2) == []
    told = await tell(NOW + HOUR)
    assert len(told) == 1 and told != [first.id]
    assert await tell(NOW + 9 * HOUR) == []


async def test_two_processes_tell_it_once(store: Store) -> None:
    await a_conflict(store)
    told = await asyncio.gather(
        *(store.unit_of_work(lambda t: t.take_untold_conflicts(NOW, HOUR)) for _ in range(4))
    )
    assert sorted(len(numbers) for numbers in told) == [0, 0, 0, 1]


async def test_keep_leaves_it_and_the_same_claim_stays_settled(store: Store) -> None:
    found = await a_conflict(store)
    assert await settle(store, Verdict.KEEP, found.id) is Settled.DONE
    await claim(store, "user:claimant")
    assert await owner(store) == "user:owner" and await store.list_conflicts(10, 0) == []
    (kept,) = await store.load_conflicts({found.id})
    assert not kept.is_open and kept.times == 2
    assert await settle(store, Verdict.GIVE, found.id) is Settled.UNKNOWN


async def test_give_moves_it_and_the_other_way_is_a_new_conflict(store: Store) -> None:
    found = await a_conflict(store)
    await claim(store, "user:third")
    assert await settle(store, Verdict.GIVE, found.id) is Settled.DONE
    assert await owner(store) == "user:claimant"
    (third,) = await store.list_conflicts(10, 0)
    assert third.owner.keys == ("user:claimant",)
    await claim(store, "user:owner")  # the system goes on saying so
    assert len(await store.list_conflicts(10, 0)) == 2
    back = next(c for c in await store.list_conflicts(10, 0) if c.claimant.keys == ("user:owner",))
    assert await settle(store, Verdict.GIVE, back.id) is Settled.DONE
    await claim(store, "user:claimant")  # settled once, and open again: the owner is another
    assert found.id in {c.id for c in await store.list_conflicts(10, 0)}


async def test_what_was_given_is_the_newest_and_keeps_its_status(store: Store) -> None:
    found = await a_conflict(store)
    await add_contacts(store, contact("user:claimant", addresses=[("email", "own@x.example")]))
    await store.unit_of_work(lambda t: t.set_address(*PLACE, AddressStatus.BOUNCED))
    await settle(store, Verdict.GIVE, found.id)
    person = await store.find_contact(*PLACE)
    assert person and [(a.value, a.status) for a in person.addresses] == [
        ("own@x.example", AddressStatus.OK),
        (PLACE[1], AddressStatus.BOUNCED),
    ]


async def test_merge_makes_one_person(store: Store) -> None:
    found = await a_conflict(store)
    assert await settle(store, Verdict.MERGE, found.id) is Settled.DONE
    person = await store.find_contact(*PLACE)
    assert person and set(person.keys) == {"user:owner", "user:claimant"}
    assert await store.list_conflicts(10, 0) == []
    assert await settle(store, Verdict.MERGE, found.id) is Settled.UNKNOWN


@pytest.mark.parametrize("how", ["stop", "refusal"])
async def test_where_somebody_refused_the_address_is_not_given_away(store: Store, how: str) -> None:
    found = await a_conflict(store)
    if how == "stop":
        await store.unit_of_work(lambda t: t.opt_out([found.owner.id], NOW, "email"))
    else:
        no = Consent(channel="email", granted=False, source="email", at=NOW)
        await store.unit_of_work(lambda t: t.record_consents([(found.owner.id, no)]))
    assert await settle(store, Verdict.GIVE, found.id) is Settled.STOPPED
    assert await owner(store) == "user:owner"
    assert await settle(store, Verdict.KEEP, found.id) is Settled.DONE


async def test_two_colleagues_settle_it_once(store: Store) -> None:
    found = await a_conflict(store)
    done = await asyncio.gather(
        *(
            settle(store, verdict, found.id)
            for verdict in (Verdict.GIVE, Verdict.KEEP, Verdict.GIVE)
        )
    )
    assert sorted(done) == [Settled.DONE, Settled.UNKNOWN, Settled.UNKNOWN]


async def test_a_claim_by_somebody_merged_since_is_settled_for_who_they_are(store: Store) -> None:
    found = await a_conflict(store)
    (other,) = await add_contacts(store, contact("user:other"))
    await store.unit_of_work(
        lambda t: t.merge_contacts(other.id, found.claimant.id, NOW + timedelta(hours=1))
    )
    assert await settle(store, Verdict.GIVE, found.id) is Settled.DONE
    person = await store.find_contact(*PLACE)
    assert person and person.id == other.id
