"""Large batches take another way into SQLite: what is kept and given back must be the same."""

from dataclasses import replace

import pytest

from storage.sql import MANY
from storage.store import Store
from surveys.due import Due, DueKind
from tests.storage.make import NOW, add_contacts, add_invitations, claim, contact, event, invitation
from tests.storage.make import message as make_message


@pytest.mark.parametrize("count", [MANY - 1, MANY, 3 * MANY])
async def test_only_new_events_are_given_back(store: Store, count: int) -> None:
    events = [event(f"m-{n:04}", properties={"n": n, "list": [1, "two"]}) for n in range(count)]
    half = events[: count // 2]
    assert len(await store.unit_of_work(lambda t: t.add_events(half))) == count // 2
    new = await store.unit_of_work(lambda t: t.add_events([*events, *events]))
    assert new == {e.message_id for e in events[count // 2 :]}
    assert (await store.counts())["events"] == count


async def test_what_no_database_can_hold_is_cleaned_in_a_large_batch_too(store: Store) -> None:
    odd = event("odd\0id", name="half \ud800 pair", properties={"big": 2**70, "nul": "a\0b"})
    events = [odd, *(event(f"m-{n}") for n in range(2 * MANY))]
    new = await store.unit_of_work(lambda t: t.add_events(events))
    assert "odd\0id" in new and len(new) == len(events)
    assert await store.unit_of_work(lambda t: t.add_events(events)) == set()


async def test_only_new_invitations_get_ids_and_dues(store: Store) -> None:
    (person,) = await add_contacts(store, contact("user:u"))
    made = [invitation(person.id, key=f"k{n:04}") for n in range(2 * MANY)]
    first = await add_invitations(store, *made[:MANY])
    again = await add_invitations(store, *made)
    assert {i.key for i in again} == {i.key for i in made[MANY:]}
    assert not {i.id for i in first} & {i.id for i in again}
    dues = await claim(store)
    assert {due.invitation_id for due in dues} == {i.id for i in (*first, *again)}


async def test_a_large_batch_of_dues_keeps_messages_whole(store: Store) -> None:
    said = replace(make_message("Zürich “quoted” \0 text"), ends=("low", "high"), step=2)
    dues = [
        Due(lane="telegram", at=NOW, id=f"say:{n:04}", kind=DueKind.SAY, message=said)
        for n in range(2 * MANY)
    ]
    await store.unit_of_work(lambda t: t.add_dues([*dues, *dues]))
    found = await claim(store)
    assert len(found) == 2 * MANY
    assert {due.message for due in found} == {replace(said, text="Zürich “quoted”  text")}
