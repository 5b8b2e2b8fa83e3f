"""Fates in the store: what happened in a stretch of time, by team and survey."""

from dataclasses import replace
from datetime import datetime, timedelta

from storage.store import Store, Transaction
from surveys.case import CaseState
from surveys.casework import CaseList
from surveys.invitation import InvitationState
from surveys.recovery import sum_up
from tests.storage.make import HOUR, NOW, add_invitations, answer, claim, invitation, reply
from tests.storage.test_cases import a_case

DAY = timedelta(days=1)
WEEK = (NOW - 7 * DAY, NOW)


async def test_what_happened_in_a_week_is_found_whenever_it_began(store: Store) -> None:
    late = NOW - 20 * DAY
    await a_case(store, "north", opened_at=late, cause="old", state=CaseState.SOLVED,
                 closed_at=late + DAY)  # fmt: skip
    await a_case(store, "south", opened_at=late, contacted_at=NOW - DAY,
                 state=CaseState.CONTACTED)  # fmt: skip
    await a_case(store, "east", opened_at=late, respond_by=NOW - HOUR)
    await a_case(store, "west", opened_at=NOW - HOUR)
    await a_case(store, "next", opened_at=NOW)
    found = await store.read_fates(CaseList(), *WEEK)
    assert len(found) == 3
    figures = sum_up(found, *WEEK)
    assert (figures.opened, figures.contacted, figures.promised) == (1, 1, 1)
    assert [f.contacted_at for f in await store.read_fates(CaseList(team="south"), *WEEK)] == [
        NOW - DAY
    ]
    assert await store.read_fates(CaseList(teams=("north",)), *WEEK) == []
    assert await store.read_fates(CaseList(surveys=("other",)), *WEEK) == []
    assert len(await store.read_fates(CaseList(surveys=("phone",)), *WEEK)) == 3


async def test_what_is_open_and_since_when(store: Store) -> None:
    await a_case(store, "north", opened_at=NOW - 3 * DAY, respond_by=NOW - HOUR)
    await a_case(store, "south", opened_at=NOW - DAY)
    await a_case(store, "east", opened_at=NOW - 9 * DAY, state=CaseState.SOLVED, closed_at=NOW)
    counts = await store.sum_cases(CaseList(), NOW)
    assert (counts.open, counts.late, counts.oldest) == (2, 1, NOW - 3 * DAY)
    south = await store.sum_cases(CaseList(teams=("south",)), NOW)
    assert (south.open, south.oldest) == (1, NOW - DAY)
    nothing = await store.sum_cases(CaseList(surveys=("other",)), NOW)
    assert (nothing.open, nothing.oldest) == (0, None)


async def test_who_was_contacted_is_not_late_when_a_case_is_opened_again(store: Store) -> None:
    await a_case(store, "north", respond_by=NOW - HOUR, contacted_at=NOW - 2 * HOUR, owner="x",
                 state=CaseState.CLAIMED)  # fmt: skip
    assert (await store.sum_cases(CaseList(), NOW)).late == 0
    assert await store.list_cases(CaseList(late=True), NOW, 10, 0) == []


async def test_the_answer_afterwards_is_found_by_its_case(store: Store) -> None:
    case, person = await a_case(
        store, opened_at=NOW - 20 * DAY, state=CaseState.SOLVED, closed_at=NOW - 19 * DAY
    )
    [asked] = await add_invitations(store, invitation(person.id, survey="helpful"))

    async def recover(transaction: Transaction) -> None:
        await transaction.save_cases([replace(case, recovery_id=asked.id)])

    await store.unit_of_work(recover)
    assert await store.read_fates(CaseList(), *WEEK) == []
    await _answer(store, asked.id, NOW - HOUR)
    [fate] = await store.read_fates(CaseList(), *WEEK)
    assert (fate.recovered, fate.answered_at) == (True, NOW - HOUR)
    assert await store.read_fates(CaseList(), NOW - HOUR / 2, NOW) == []


async def test_the_first_answer_counts_whenever_it_came(store: Store) -> None:
    case, person = await a_case(
        store, opened_at=NOW - 20 * DAY, state=CaseState.SOLVED, closed_at=NOW - 19 * DAY
    )
    [asked] = await add_invitations(store, invitation(person.id, survey="helpful"))
    case = replace(case, recovery_id=asked.id)
    await store.unit_of_work(lambda t: t.save_cases([case]))
    await _answer(store, asked.id, NOW - 10 * DAY)
    await reply(store, asked.id, answer("csat", value=1, at=NOW - HOUR))
    assert await store.read_fates(CaseList(), *WEEK) == []
    await store.unit_of_work(lambda t: t.save_cases([replace(case, closed_at=NOW - DAY)]))
    [fate] = await store.read_fates(CaseList(), *WEEK)
    assert (fate.recovered, fate.answered_at) == (True, NOW - 10 * DAY)


async def _answer(store: Store, number: int, at: datetime) -> None:
    await claim(store)
    up = answer("nps", value=9, at=at)
    await reply(store, number, up, state=InvitationState.COMPLETED, completed_at=at)
