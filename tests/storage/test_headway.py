"""How far campaigns and milestones came, on both databases."""

from datetime import timedelta
from functools import partial

from storage.campaigns import Run
from storage.store import Store, Transaction
from surveys.event import Interaction
from surveys.headway import Headway, Round
from surveys.invitation import InvitationState
from tests.storage.make import NOW, add_invitations, answer, ask, invitation, plan, reply

DAY = timedelta(days=1)


async def fill(store: Store) -> None:
    """Two people asked by a campaign, one of whom finished; one to be asked in two days."""
    one, *_ = await plan(
        store, 1, trigger="quarterly", interaction=Interaction(team="east"), due_at=NOW
    )
    await add_invitations(
        store,
        invitation(one.contact_id, trigger="quarterly", due_at=NOW),
        invitation(one.contact_id, trigger="quarterly", due_at=NOW + 2 * DAY),
        invitation(one.contact_id, trigger="other", due_at=NOW),
    )
    await ask(store)
    await reply(store, one.id, answer(value=9), state=InvitationState.COMPLETED, completed_at=NOW)


async def test_invitations_are_counted_by_rule(store: Store) -> None:
    await fill(store)
    found = await store.headway(["quarterly", "none"], NOW - DAY, NOW + 9 * DAY, None)
    assert found == {
        "quarterly": Headway(planned=1, next_at=NOW + 2 * DAY, asked=2, delivered=2, completed=1)
    }


async def test_days_and_teams_limit(store: Store) -> None:
    await fill(store)
    found = await store.headway(["quarterly"], NOW - DAY, NOW + DAY, None)
    assert (found["quarterly"].planned, found["quarterly"].asked) == (0, 2)
    found = await store.headway(["quarterly"], NOW - DAY, NOW + 9 * DAY, ("east",))
    assert (found["quarterly"].planned, found["quarterly"].asked) == (0, 1)
    assert await store.headway(["quarterly"], NOW - DAY, NOW + 9 * DAY, ()) == {}


async def _take(run: Run, transaction: Transaction) -> None:
    await transaction.take_occurrence(run)


async def test_rounds_come_newest_first(store: Store) -> None:
    for day in (1, 2):
        run = Run(campaign="q", wall=(NOW + day * DAY).replace(tzinfo=None), begins=NOW + day * DAY)
        await store.unit_of_work(partial(_take, run))
    assert [(one.begins, one.enlisted, one.done) for one in await store.rounds("q", 5)] == [
        (NOW + 2 * DAY, 0, False),
        (NOW + DAY, 0, False),
    ]
    assert isinstance((await store.rounds("q", 1))[0], Round)
    assert await store.travellers() == {}
