"""Somebody with the whole database tries to say whose an anonymous answer is."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.config.themes import shipped_reader
from storage.sql import Backend, statement
from storage.store import Store, Transaction
from surveys.conversation import Conversation
from surveys.invitation import InvitationState
from surveys.report import Filter
from tests.storage.make import (
    HOUR,
    NOW,
    add_contacts,
    answer,
    ask,
    contact,
    invitation,
    turn,
)

CROWD = 60
LATER = NOW + timedelta(hours=3)

_TABLES = {
    Backend.SQLITE: "SELECT name FROM sqlite_master WHERE type = 'table'",
    Backend.POSTGRES: "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
}


async def crowd(store: Store, size: int = CROWD) -> list[int]:
    """People who are asked; gives their invitations' numbers."""
    people = await add_contacts(store, *(contact(f"user:{n}") for n in range(size)))
    wanted = [invitation(p.id, due_at=NOW, language="fi") for p in people]
    made = await store.unit_of_work(lambda t: t.add_invitations(wanted))
    await ask(store, limit=size)
    return [one.id for one in made]


async def say(
    store: Store, number: int, words: str, at: Any = NOW, *, done: bool = True, score: int = -1
) -> None:
    """One person answers anonymously."""

    async def work(t: Transaction) -> None:
        locked: Conversation = (await t.lock_conversations([number]))[number]
        made = turn(
            locked,
            answer("comment", text=words, at=at),
            state=InvitationState.COMPLETED,
            completed_at=at if done else None,
        )
        after = replace(made.after, anonymous=True, started_at=at)
        if score >= 0:
            after = after.with_answer(answer("nps", value=score, at=at))
        await t.save_turns([replace(made, after=after, ready_at=at + timedelta(minutes=15))])

    await store.unit_of_work(work)


async def part(store: Store, now: Any = LATER) -> int:
    return int(await store.unit_of_work(lambda t: t.part_replies(now)))


async def fetch(store: Store, text: str) -> list[dict[str, Any]]:
    return await store._database.run(lambda session: session.fetch(statement(text)))


async def dump(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    database = store._database

    async def read(session: Any) -> dict[str, list[dict[str, Any]]]:
        names = await session.client.execute_query_dict(_TABLES[session.backend])
        return {
            row["name"]: await session.fetch(statement(f"SELECT * FROM {row['name']}"))
            for row in names
            if not row["name"].startswith("sqlite_")
        }

    return await database.run(read)


async def test_no_row_holds_both_a_person_and_what_they_said(store: Store) -> None:
    numbers = await crowd(store, 8)
    for n, number in enumerate(numbers):
        await say(store, number, f"planted-{n}", NOW + timedelta(minutes=n))
    assert await part(store) == 8
    holding = {
        name: [row for row in rows if "planted-" in repr(row)]
        for name, rows in (await dump(store)).items()
    }
    assert {name for name, rows in holding.items() if rows} == {"answer"}
    ids = {row["invitation_id"] for row in holding["answer"]}
    assert len(ids) == 8 and not ids & set(numbers)
    everything = await dump(store)
    parted = [row for row in everything["response"] if row["invitation_id"] in ids]
    same = {k: v for k, v in parted[0].items() if k != "invitation_id"}
    assert all({k: v for k, v in row.items() if k != "invitation_id"} == same for row in parted)
    assert same["started_at"] % 86_400_000 == 0  # the day, and no time of it
    assert same["contact_id"] == 0 and same["agent"] == "" and same["interaction_id"] == ""
    assert len({row["at"] for row in holding["answer"]}) == 1
    # That they answered is known, and the same of all of them.
    marks = everything["anonymous_reply"]
    assert {row["body"] for row in marks} == {""}
    times = {row[name] for row in marks for name in ("started_at", "completed_at")}
    assert times == {same["started_at"]}, "the day they parted, and neither hour nor minute"
    assert await store.recount() == []


async def test_no_order_of_rows_is_the_order_of_people(store: Store) -> None:
    """Guess the n-th person for the n-th row, by number, by place, and by what is indexed: right
    about once, however many there are.
    """
    numbers = await crowd(store)
    order = random.sample(numbers, CROWD)
    for n, number in enumerate(order):
        await say(store, number, f"{number}", NOW + timedelta(minutes=n))
    assert await part(store) == CROWD
    place = "ctid" if store._database.backend is Backend.POSTGRES else "rowid"
    for by in ("id", place, "invitation_id"):
        rows = await fetch(store, f"SELECT text FROM answer ORDER BY {by}")
        found = [int(row["text"]) for row in rows]
        for guess in (numbers, order):
            right = sum(a == b for a, b in zip(found, guess, strict=True))
            assert right <= 9, (by, right)  # chance gives 1; 10 comes once in nine million


async def test_a_batch_is_one_transaction(store: Store) -> None:
    """PostgreSQL keeps with each row which transaction wrote it."""
    if store._database.backend is not Backend.POSTGRES:
        return
    for n, number in enumerate(await crowd(store, 6)):
        await say(store, number, f"planted-{n}")
    await part(store)
    for table in ("answer", "response", "anonymous_reply"):
        rows = await fetch(store, f"SELECT xmin::text AS x FROM {table}")
        assert len({row["x"] for row in rows}) == 1, table


async def test_fewer_than_five_wait_and_are_counted_nowhere(store: Store) -> None:
    numbers = await crowd(store, 4)
    for number in numbers:
        await say(store, number, "planted")
    assert await part(store) == 0
    found = await dump(store)
    assert not found["answer"] and not found["response"] and not found["rollup"]
    assert await store.recount() == []
    late = LATER + timedelta(days=31)
    assert await store.unit_of_work(lambda t: t.give_up_replies(late)) == 4
    assert "planted" not in repr(await dump(store))
    assert await store.recount() == []


async def test_a_press_that_was_held_back_goes_as_they_part(store: Store) -> None:
    numbers = await crowd(store, 5)
    columns = "invitation_id, question_id, metric_id, channel, chosen, text, reason, hints, presses"
    for number in numbers:
        await say(store, number, "words")
        press = f"{number}, 'nps', 'nps', 'web', '[\"2\"]', 'planted', '', '{{}}', 1, 1"
        await fetch(store, f"INSERT INTO held_press ({columns}, at) VALUES ({press}) RETURNING id")
    await part(store)
    assert "planted" not in repr(await dump(store))


async def test_nobody_parts_who_may_change_their_mind(store: Store) -> None:
    numbers = await crowd(store, 6)
    for number in numbers:
        await say(store, number, "planted", NOW)
    assert await part(store, NOW + timedelta(minutes=14)) == 0
    assert await part(store, NOW + timedelta(minutes=15)) == 6
    assert await part(store, NOW + HOUR) == 0


async def test_a_conversation_forgets_what_was_said(store: Store) -> None:
    numbers = await crowd(store, 5)
    for number in numbers:
        await say(store, number, "planted")
    before = (await store.load_conversations({numbers[0]}))[numbers[0]].response
    assert before and before.anonymous and before.answers[0].text == "planted"
    await part(store)
    after = (await store.load_conversations({numbers[0]}))[numbers[0]].response
    assert after and after.parted and after.completed_at and not after.answers


async def test_who_is_erased_before_is_not_among_the_answers(store: Store) -> None:
    numbers = await crowd(store, 6)
    for n, number in enumerate(numbers):
        await say(store, number, f"planted-{n}")
    gone = (await store.load_conversations({numbers[2]}))[numbers[2]].contact
    await store.erase(gone.id, NOW)
    assert await part(store) == 5
    assert "planted-2" not in repr(await dump(store))
    assert await store.recount() == []


async def test_who_is_erased_afterwards_leaves_the_answers_that_nobody_knows_are_theirs(
    store: Store,
) -> None:
    numbers = await crowd(store, 6)
    for n, number in enumerate(numbers):
        await say(store, number, f"planted-{n}")
    await part(store)
    gone = (await store.load_conversations({numbers[2]}))[numbers[2]].contact
    await store.erase(gone.id, NOW)
    assert len((await dump(store))["answer"]) == 6
    assert await store.recount() == []


async def test_a_campaigns_round_counts_what_has_parted(store: Store) -> None:
    numbers = await crowd(store, 6)
    for number in numbers:
        await say(store, number, "planted", score=9)
    assert (await store.campaign_tally("after_call", NOW, LATER)).values == ()
    await part(store)
    (count,) = (await store.campaign_tally("after_call", NOW, LATER)).values
    assert (count.question, count.value, count.n) == ("nps", "9", 6)
    later = LATER + timedelta(days=60)
    assert (await store.campaign_tally("after_call", LATER + timedelta(days=2), later)).values == ()
    assert (await store.campaign_tally("another", NOW, LATER)).values == ()


async def test_what_parted_is_read_for_what_it_speaks_of_as_nobodys(store: Store) -> None:
    numbers = await crowd(store, 6)
    for number in numbers:
        await say(store, number, "Jonotin liian kauan")
    assert await store.read_comments(shipped_reader(), 50) == 0, "nothing before it parts"
    assert await part(store) == 6
    assert await store.read_comments(shipped_reader(), 50) == 6
    always = Filter(since=(NOW - timedelta(days=9)).date(), until=(NOW + timedelta(days=9)).date())
    [heard] = await store.hear(always, (), 50)
    assert (heard.themes, heard.n, len(heard.people)) == (("waiting",), 6, 6)
    assert all(who < 0 for who in heard.people)
    kept = await fetch(store, "SELECT invitation_id, contact_id FROM comment_gist")
    assert not {row["invitation_id"] for row in kept} & set(numbers)
    assert {row["contact_id"] for row in kept} == {0}
