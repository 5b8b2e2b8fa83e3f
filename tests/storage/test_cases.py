"""Cases in the store: one owner, rows by team, stories, and nothing left of who is erased."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.store import Store, Transaction
from surveys.case import Case, CaseState, Entry, EntryKind, Recovery
from surveys.casework import CaseList
from surveys.contact import Contact
from surveys.deed import Deed, DeedKind, Refused, act
from surveys.due import Due, DueKind
from surveys.event import Interaction
from surveys.message import Message
from surveys.post import Post, PostKind, Todo
from tests.storage.make import HOUR, NOW, add_contacts, contact, invitation

SOON = NOW.replace(microsecond=250_000)


async def a_case(store: Store, team: str = "north", **given: object) -> tuple[Case, Contact]:
    key = f"user:{team}{given.get('owner', '')}{len(given)}"
    [person] = await add_contacts(store, contact(key, addresses=[("telegram", key)]))
    about = Interaction(id="c-1", agent="ann", team=team)

    async def work(transaction: Transaction) -> Case:
        [asked] = await transaction.add_invitations(
            [invitation(person.id, interaction=about, key=f"case-{key}")]
        )
        case = Case(
            contact_id=person.id,
            invitation_id=asked.id,
            survey="phone",
            interaction=about,
            opened_at=NOW,
            recovery=Recovery(survey="helpful", after=timedelta(days=1), via=("telegram",)),
        )
        [kept] = await transaction.add_cases([replace(case, **given)])  # type: ignore[arg-type]
        await transaction.add_entries([(kept.id, Entry(at=NOW, kind=EntryKind.OPENED))])
        return kept

    return await store.unit_of_work(work), person


async def test_a_case_is_read_as_it_was_written(store: Store) -> None:
    case, person = await a_case(store, respond_by=NOW + HOUR, escalate_to="manager")
    view = await store.find_case(case.id, None)
    assert view
    assert replace(view.case, opened_at=case.opened_at, respond_by=case.respond_by) == case
    assert view.conversation.contact.id == person.id
    assert [entry.kind for entry in view.story] == [EntryKind.OPENED]


async def test_two_who_claim_at_once_are_one_owner(store: Store) -> None:
    case, _ = await a_case(store)

    async def claim(who: str) -> str:
        async def work(transaction: Transaction) -> str:
            locked = (await transaction.lock_cases({case.id}))[case.id]
            try:
                changed, entries = act(locked, Deed(kind=DeedKind.CLAIM), who, NOW)
            except Refused:
                return ""
            await transaction.save_cases([changed])
            await transaction.add_entries([(case.id, entry) for entry in entries])
            return who

        return await store.unit_of_work(work)

    won = [who for who in await asyncio.gather(*map(claim, ("a", "b", "c", "d"))) if who]
    view = await store.find_case(case.id, None)
    assert view
    assert won == [view.case.owner]
    assert [e.kind for e in view.story] == [EntryKind.OPENED, EntryKind.CLAIMED]


async def test_rows_of_other_teams_are_not_given(store: Store) -> None:
    north, _ = await a_case(store, "north")
    south, _ = await a_case(store, "south")
    assert await store.find_case(north.id, ("south",)) is None
    assert await store.find_case(north.id, ()) is None
    listed = await store.list_cases(CaseList(teams=("south",)), NOW, 10, 0)
    assert [one.case.id for one in listed] == [south.id]
    assert await store.list_cases(CaseList(teams=()), NOW, 10, 0) == []
    assert len(await store.list_cases(CaseList(), NOW, 10, 0)) == 2
    assert (await store.sum_cases(CaseList(teams=("south",)), NOW)).open == 1
    assert (await store.sum_cases(CaseList(team="north"), NOW)).free == 1


async def test_lists_are_by_owner_and_lateness_and_whether_closed(store: Store) -> None:
    late, _ = await a_case(store, respond_by=NOW - HOUR)
    mine, _ = await a_case(store, owner="Maija", state=CaseState.CLAIMED, respond_by=NOW + HOUR)
    done, _ = await a_case(
        store, owner="Otto", state=CaseState.SOLVED, closed_at=NOW, respond_by=NOW - HOUR
    )

    async def ids(wanted: CaseList) -> list[int]:
        return [one.case.id for one in await store.list_cases(wanted, NOW, 10, 0)]

    assert await ids(CaseList()) == [late.id, mine.id]
    assert await ids(CaseList(newest=True)) == [mine.id, late.id]
    assert await ids(CaseList(owner="Maija")) == [mine.id]
    assert await ids(CaseList(late=True)) == [late.id]
    assert await ids(CaseList(closed=True)) == [done.id]
    counts = await store.sum_cases(CaseList(), NOW)
    assert (counts.open, counts.late, counts.free) == (2, 1, 1)
    assert await store.count_cases() == {"open": 1, "claimed": 1, "solved": 1}


async def test_late_cases_are_taken_by_one(store: Store) -> None:
    case, _ = await a_case(store, escalate_at=NOW, respond_by=NOW)
    assert await store.next_late() == NOW.replace(microsecond=250_000)
    taken = await store.unit_of_work(lambda t: t.take_late_cases(NOW, 10))
    assert [one.id for one in taken] == [case.id]
    told = replace(taken[0], escalate_at=None)
    await store.unit_of_work(lambda t: t.save_cases([told]))
    assert await store.unit_of_work(lambda t: t.take_late_cases(NOW, 10)) == []


async def test_whoever_has_an_open_case_is_left_in_peace(store: Store) -> None:
    case, person = await a_case(store)

    async def kinds() -> list[tuple[str, str]]:
        day = timedelta(days=1)
        found = await store.unit_of_work(lambda t: t.load_engagements({person.id}, NOW, day))
        return [(one.kind.value, one.name) for one in found.get(person.id, ())]

    assert ("case", str(case.id)) in await kinds()
    closed = replace(case, state=CaseState.SOLVED, closed_at=NOW)
    await store.unit_of_work(lambda t: t.save_cases([closed]))
    assert "case" not in dict(await kinds())


@pytest.mark.parametrize(
    ("changes", "talks"),
    [
        ({"talk_at": SOON}, True),
        ({"talk_at": NOW - timedelta(days=15)}, False),
        ({}, False),
        ({"talk_at": SOON, "state": CaseState.SOLVED, "closed_at": NOW - HOUR}, True),
        ({"talk_at": SOON, "state": CaseState.SOLVED, "closed_at": NOW - 13 * HOUR}, False),
    ],
)
async def test_a_conversation_is_found_by_the_customers_address(
    store: Store, changes: dict[str, object], talks: bool
) -> None:
    case, person = await a_case(store)
    await store.unit_of_work(lambda t: t.save_cases([replace(case, **changes)]))  # type: ignore[arg-type]
    place = ("telegram", person.addresses[0].value)
    found = await store.unit_of_work(lambda t: t.find_talking({place, ("sms", "1")}, NOW))
    assert found == ({place: (case.id, changes["talk_at"])} if talks else {})


async def test_an_erased_customer_leaves_no_case_story_or_message(store: Store) -> None:
    case, person = await a_case(store)
    due_id = f"case:{case.id}:000001:01"
    message = Message(address="777", text="Bad feedback from Anna")

    async def work(transaction: Transaction) -> None:
        await transaction.add_dues(
            [Due(lane="telegram", at=NOW, id=due_id, kind=DueKind.SAY, message=message)]
        )
        await transaction.add_posts(
            [
                Post(
                    case_id=case.id, due_id=due_id, kind=PostKind.CASE, lane="telegram",
                    address="777", at=NOW,
                )
            ]
        )  # fmt: skip

    await store.unit_of_work(work)
    assert await store.erase(person.id, NOW)
    assert await store.find_case(case.id, None) is None
    assert await store.count_due() == {}
    assert await store.unit_of_work(lambda t: t.posts_of({case.id})) == []
    assert await store.unit_of_work(lambda t: t.read_story(case.id)) == []


async def test_a_merged_customer_keeps_their_case(store: Store) -> None:
    case, person = await a_case(store)
    [other] = await add_contacts(store, contact("user:other"))
    await store.unit_of_work(lambda t: t.merge_contacts(other.id, person.id, NOW))
    open_ones = await store.unit_of_work(lambda t: t.lock_open_cases({person.id}))
    assert open_ones[person.id].contact_id == other.id
    assert open_ones[person.id].id == case.id


async def test_messages_to_be_mended_are_taken_once(store: Store) -> None:
    def post(number: int, todo: Todo) -> Post:
        return Post(
            due_id=f"alert:t:{number}:00", kind=PostKind.ALERT, lane="telegram", address="777",
            at=NOW, todo=todo,
        )  # fmt: skip

    waiting = [post(n, todo) for n, todo in enumerate((Todo.WAIT, Todo.ALARM, Todo.NOTHING))]
    await store.unit_of_work(lambda t: t.add_posts(waiting))
    soon = await store.unit_of_work(lambda t: t.take_todo(NOW - HOUR, 10))
    assert [p.todo for p in soon] == [Todo.ALARM]
    later = await store.unit_of_work(lambda t: t.take_todo(NOW + HOUR, 10))
    assert [p.todo for p in later] == [Todo.WAIT, Todo.ALARM]
    await store.unit_of_work(lambda t: t.mark_posts([p.id for p in later], Todo.LATE))
    assert await store.unit_of_work(lambda t: t.take_todo(NOW + HOUR, 10)) == []
