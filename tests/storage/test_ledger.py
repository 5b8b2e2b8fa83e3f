"""The ledger of asks, on both databases."""

import asyncio
from datetime import timedelta

from storage.ledger import HOLD_LASTS
from storage.sql import statement
from storage.store import Store, Transaction
from surveys.ask import Ask, Ledger
from surveys.due import Due, DueKind, Outcome
from surveys.event import Interaction
from surveys.invitation import InvitationState
from tests.storage.make import HOUR, LEASE, NOW, add_contacts, answer, contact, invitation, reply

MONTH = timedelta(days=30)


async def ledger(store: Store, contact_id: int, **given: timedelta) -> Ledger:
    now = NOW + given.get("later", timedelta(0))
    found = await store.unit_of_work(
        lambda t: t.lock_ledgers({contact_id}, now, given.get("memory", MONTH))
    )
    return found[contact_id]


async def settle(store: Store, due: Due, state: InvitationState) -> None:
    await store.end_deliveries([Outcome(due=due, state=state)], NOW)


async def invite(store: Store, contact_id: int, **given: object) -> tuple[int, Due]:
    """Plan an invitation and claim its row."""
    (planned,) = await store.unit_of_work(
        lambda t: t.add_invitations([invitation(contact_id, **given)])
    )
    claimed = await store.claim_due("telegram", NOW, LEASE, 10)
    return planned.id, next(
        (d for d in claimed if d.invitation_id == planned.id), _none(planned.id)
    )


def _none(invitation_id: int) -> Due:
    return Due(lane="telegram", at=NOW, id="", kind=DueKind.ASK, invitation_id=invitation_id)


async def test_what_was_asked_and_what_is_planned(store: Store) -> None:
    anna = (await add_contacts(store, contact("user:1")))[0].id
    first, due = await invite(store, anna)
    later, _ = await invite(store, anna, survey="year", due_at=NOW + HOUR)
    far, _ = await invite(store, anna, survey="far", due_at=NOW + 2 * MONTH)
    await settle(store, due, InvitationState.ASKED)
    found = await ledger(store, anna)
    assert found.asked == ((first, Ask(at=NOW, survey="phone", channel="telegram")),)
    assert [number for number, _ in found.planned] == [later]
    assert far not in dict(found.planned)
    assert (await ledger(store, anna, later=2 * MONTH)).asked == ()


async def test_who_came_by_themselves_was_not_asked(store: Store) -> None:
    anna = (await add_contacts(store, contact("user:1")))[0].id
    number, _ = await invite(store, anna, via=(), interaction=Interaction(population="visitor"))
    await reply(store, number, answer(value=9))
    assert (await ledger(store, anna)).asked == ()


async def test_a_hold_is_seen_until_it_is_settled_or_old(store: Store) -> None:
    anna = (await add_contacts(store, contact("user:1")))[0].id
    number, due = await invite(store, anna)
    ask = Ask(at=NOW, survey="phone", channel="telegram")
    await store.unit_of_work(lambda t: t.hold_asks([(anna, number, ask)]))
    await store.unit_of_work(lambda t: t.hold_asks([(anna, number, ask)]))  # taken up again
    assert (await ledger(store, anna)).asked == ((number, ask),)
    assert (await ledger(store, anna, later=2 * HOLD_LASTS)).asked == ()
    await settle(store, due, InvitationState.FAILED)
    assert (await ledger(store, anna)).asked == ()


async def test_two_at_once_see_each_other(store: Store) -> None:
    anna = (await add_contacts(store, contact("user:1")))[0].id
    numbers = [(await invite(store, anna))[0] for _ in range(8)]

    async def take(number: int) -> bool:
        async def work(transaction: Transaction) -> bool:
            known = (await transaction.lock_ledgers({anna}, NOW, MONTH))[anna]
            if known.asked:
                return False
            ask = Ask(at=NOW, survey="phone", channel="telegram")
            await transaction.hold_asks([(anna, number, ask)])
            return True

        return await store.unit_of_work(work)

    assert sum(await asyncio.gather(*[take(number) for number in numbers])) == 1


async def test_what_could_not_be_asked_does_not_count(store: Store) -> None:
    """A question that was on its way and failed for good leaves the person's patience as it was."""
    anna = (await add_contacts(store, contact("user:1")))[0].id
    number, due = await invite(store, anna)
    await settle(store, due, InvitationState.ASKED)
    assert [invited for invited, _ in (await ledger(store, anna)).asked] == [number]
    text = statement(f"UPDATE invitation SET state = 'failed' WHERE id = {number}")
    await store._database.run(lambda session: session.run(text))
    assert (await ledger(store, anna)).asked == ()
