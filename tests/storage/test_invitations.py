"""Invitations: one a key; found again by address or message; closed in time."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from storage.store import Store
from surveys.invitation import InvitationState
from tests.storage.make import (
    HOUR,
    NOW,
    add_contacts,
    add_invitations,
    answer,
    ask,
    contact,
    invitation,
    plan,
    reply,
)

AINO = ("telegram", "1001")


async def find(store: Store, *places: tuple[str, str]) -> dict[tuple[str, str], int]:
    return await store.unit_of_work(lambda t: t.find_open(places, NOW + HOUR))


async def test_an_invitation_comes_back_as_it_was_added(store: Store) -> None:
    (person,) = await add_contacts(store, contact("user:1"))
    given = invitation(
        person.id,
        key="k",
        not_after=NOW + HOUR,
        weight=10.0,
        facts={"minutes": 4.5, "tags": ["a"], "nested": {"x": None}},
        channel="",
    )
    (added,) = await add_invitations(store, given)
    assert added == replace(given, id=added.id)
    (conversation,) = (await store.load_conversations([added.id, 9_999])).values()
    assert conversation.invitation == added
    assert conversation.contact == person
    assert conversation.response is None


async def test_one_key_is_one_invitation(store: Store) -> None:
    (person,) = await add_contacts(store, contact("user:1"))
    a, b = invitation(person.id, key="a"), invitation(person.id, key="b")
    first = await add_invitations(store, a, b, replace(a, survey="other"))
    assert [(i.key, i.survey) for i in sorted(first, key=lambda i: i.key)] == [
        ("a", "phone"),
        ("b", "phone"),
    ]
    assert await add_invitations(store, a, b) == []
    assert await store.count_due() == {"telegram": 2}


async def test_one_key_is_one_invitation_from_many_sides(store: Store) -> None:
    (person,) = await add_contacts(store, contact("user:1"))
    batches = [
        [invitation(person.id, key=f"k-{(n * 7 + shift) % 30}") for n in range(30)]
        for shift in range(6)
    ]
    found = await asyncio.gather(*(add_invitations(store, *batch) for batch in batches))
    assert sorted(i.key for new in found for i in new) == sorted(f"k-{n}" for n in range(30))
    assert await store.count_due() == {"telegram": 30}


async def test_a_thousand_invitations_in_one_batch(store: Store) -> None:
    added = await plan(store, 1000)
    assert len({i.id for i in added}) == 1000
    assert {i.facts["line"] for i in added} == {"sales"}


async def test_a_reply_finds_the_invitation_last_asked_there(store: Store) -> None:
    (old,) = await plan(store, key="old")
    await ask(store, NOW)
    assert await find(store, AINO, ("telegram", "stranger")) == {AINO: old.id}
    (new,) = await add_invitations(store, invitation(old.contact_id, key="new"))
    assert await find(store, AINO) == {AINO: old.id}  # planned is not asked
    await ask(store, NOW + timedelta(minutes=1))
    assert await find(store, AINO) == {AINO: new.id}
    assert await find(store, ("email", "u0@x.example")) == {}  # it was not asked there


async def test_a_reply_after_completion_finds_it_for_a_day_and_open_ones_first(
    store: Store,
) -> None:
    (first,) = await plan(store)
    await ask(store)
    await reply(store, first.id, answer(value=9), state=InvitationState.COMPLETED, completed_at=NOW)
    assert await find(store, AINO) == {AINO: first.id}
    late = await store.unit_of_work(lambda t: t.find_open([AINO], NOW + timedelta(days=2)))
    assert late == {}
    (second,) = await add_invitations(store, invitation(first.contact_id))
    await ask(store, NOW - HOUR)  # nothing due yet
    await ask(store, NOW)
    assert await find(store, AINO) == {AINO: second.id}


async def test_a_reply_finds_its_invitation_by_the_message_replied_to(store: Store) -> None:
    one, two = await plan(store, 2)
    outcomes = await ask(store)
    ids = {o.due.invitation_id: o.external_id for o in outcomes}
    wanted = [
        ("telegram", "1001", ids[one.id]),
        ("telegram", "1001", ids[two.id]),
        ("telegram", "1001", "unknown"),
        ("telegram", "1001", ""),
    ]
    found = await store.unit_of_work(lambda t: t.find_by_message(wanted))
    # The tests' dispatcher writes to one address; both messages are known there.
    assert found == {wanted[0]: one.id, wanted[1]: two.id}
    other = await store.unit_of_work(lambda t: t.find_by_message([("telegram", "2", ids[one.id])]))
    assert other == {}


async def test_open_invitations_expire_in_time(store: Store) -> None:
    asked_one, started, completed = await plan(store, 3, expires_at=NOW + HOUR)
    await ask(store)
    (planned,) = await plan(store, expires_at=NOW + HOUR)
    await reply(store, started.id, answer(value=2))
    await reply(
        store, completed.id, answer(value=2), state=InvitationState.COMPLETED, completed_at=NOW
    )
    assert await store.unit_of_work(lambda t: t.expire(NOW + HOUR - timedelta(seconds=1))) == 0
    assert await store.unit_of_work(lambda t: t.expire(NOW + HOUR)) == 3
    assert await store.unit_of_work(lambda t: t.expire(NOW + HOUR)) == 0
    found = await store.load_conversations([i.id for i in (asked_one, started, completed, planned)])
    assert [c.invitation.state.value for c in found.values()] == [
        "expired",
        "expired",
        "completed",
        "expired",
    ]
