"""Visits: an invitation by no lane, found again by who, what and where from."""

from datetime import datetime

from storage.store import Store
from tests.storage.make import HOUR, NOW, add_contacts, add_invitations, contact, invitation


async def find(store: Store, who: int, trigger: str = "public:door", at: datetime = NOW) -> int:
    return await store.unit_of_work(lambda t: t.find_visit(who, "visit", trigger, at))


async def test_the_newest_that_has_not_run_out(store: Store) -> None:
    one, two = await add_contacts(store, contact("anon:1"), contact("anon:2"))
    given = {"survey": "visit", "trigger": "public:door", "via": ()}
    added = await add_invitations(
        store,
        invitation(one.id, expires_at=NOW + HOUR, **given),
        invitation(one.id, expires_at=NOW + HOUR, **given),
        invitation(two.id, **given),
        invitation(one.id, **{**given, "survey": "other"}),
        invitation(one.id, **{**given, "trigger": "public:receipt"}),
    )
    mine = [i.id for i in added if (i.contact_id, i.survey) == (one.id, "visit")]
    doors = [i.id for i in added if i.id in mine and i.trigger == "public:door"]
    assert await find(store, one.id) == max(doors)
    assert await find(store, one.id, at=NOW + HOUR) == 0
    assert await find(store, one.id, "public:qr") == 0
    assert await find(store, 0) == 0


async def test_nothing_is_due_for_a_visit(store: Store) -> None:
    (person,) = await add_contacts(store, contact("anon:1"))
    await add_invitations(store, invitation(person.id, via=()))
    assert await store.count_due() == {}
