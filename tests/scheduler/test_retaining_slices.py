"""Nobody waits long for retention: what one transaction takes away is bounded, and all goes."""

from datetime import timedelta

from storage.retention import _FORGOTTEN
from storage.store import Store, Transaction
from tests.storage.make import NOW, add_contacts, add_invitations, contact, invitation

LATER = NOW + timedelta(days=800)
PEOPLE = 12


async def test_a_few_people_are_forgotten_at_a_time_and_all_in_the_end(store: Store) -> None:
    found = await add_contacts(store, *(contact(f"user:{n}") for n in range(PEOPLE)))
    await add_invitations(store, *(invitation(one.id) for one in found))
    left, behind, sizes = PEOPLE, -1, list[int]()

    async def forget(transaction: Transaction) -> tuple[int, int]:
        return await transaction.forget_idle(LATER, behind, 100)

    while behind:
        count, behind = await store.unit_of_work(forget)
        sizes.append(count)
        left -= count
        assert (await store.counts())["contacts"] == left
    assert left == 0
    assert max(sizes) == _FORGOTTEN, "two dozen milliseconds of work, not half a second"
