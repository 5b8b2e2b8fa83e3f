"""Answers: revisions kept, one the latest, and counts that always equal a full recount."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.store import Store, Transaction
from surveys.invitation import DeliveryState, InvitationState
from surveys.report import Filter
from tests.postgres import Server
from tests.storage.make import HOUR, NOW, answer, ask, plan, reply, turn

ALWAYS = Filter(since=date(2000, 1, 1), until=date(2100, 1, 1))


async def values(store: Store, wanted: Filter = ALWAYS) -> dict[tuple[str, str], float]:
    return {(v.question, v.value): v.n for v in (await store.tally(wanted)).values}


async def stages(store: Store) -> dict[str, int]:
    return {flow.stage: flow.n for flow in (await store.tally(ALWAYS)).flows}


async def revisions(store: Store) -> list[tuple[Any, ...]]:
    async def work(t: Transaction) -> list[tuple[Any, ...]]:
        found = await t._session.client.execute_query_dict(
            "SELECT question_id, revision, value, is_latest FROM answer ORDER BY question_id, revision"
        )
        return [(*list(row.values())[:3], bool(row["is_latest"])) for row in found]

    return await store.unit_of_work(work)


async def test_a_response_comes_back_as_it_was_saved(store: Store) -> None:
    (one,) = await plan(store)
    await ask(store)
    rich = answer(
        "why",
        choices=("price", "speed"),
        text="слова 👍",
        wording="why.low",
        satisfied=4,
        metric_id="driver",
        metric_version="driver-1",
        scale_id="1-5",
    )
    await reply(store, one.id, answer(value=9), weight=10.0)
    await reply(store, one.id, rich)
    await reply(store, one.id, answer("comment", skipped=True), completed_at=NOW + HOUR)
    found = (await store.load_conversations([one.id]))[one.id].response
    assert found is not None
    assert found.answers == (answer(value=9), rich, answer("comment", skipped=True))
    assert (found.started_at, found.completed_at) == (NOW, NOW + HOUR)
    assert (found.weight, found.interaction) == (10.0, one.interaction)
    assert (found.survey, found.survey_version, found.trigger) == ("phone", "v1", "after_call")


async def test_a_change_of_mind_replaces_the_count_and_keeps_the_revision(store: Store) -> None:
    (one,) = await plan(store)
    await ask(store)
    await reply(store, one.id, answer(value=3))
    await reply(store, one.id, answer(value=9, revision=2, at=NOW + timedelta(days=1)))
    assert await revisions(store) == [("nps", 1, 3, False), ("nps", 2, 9, True)]
    assert await values(store) == {("nps", "9"): 1}
    assert await stages(store) == {"sent": 1, "delivered": 1, "started": 1}
    found = (await store.load_conversations([one.id]))[one.id].response
    assert found is not None
    assert [a.value for a in found.answers] == [9]
    assert await store.recount() == []


async def test_ticked_choices_count_only_once_they_are_final(store: Store) -> None:
    (one,) = await plan(store)
    await ask(store)
    await reply(store, one.id, answer("why", choices=("price",), draft=True))
    await reply(store, one.id, answer("why", choices=("price", "speed"), draft=True))
    assert await values(store) == {}
    await reply(store, one.id, answer("why", choices=("price", "speed")))
    assert await values(store) == {("why", "price"): 1, ("why", "speed"): 1, ("why", ""): 1}
    assert await store.recount() == []


async def test_words_are_counted_without_the_words_and_skips_are_not(store: Store) -> None:
    (one,) = await plan(store)
    await ask(store)
    await reply(store, one.id, answer("comment", text="Lovely"))
    await reply(store, one.id, answer("hours", value=4.5, metric_id="", scale_id=""))
    await reply(store, one.id, answer("price", skipped=True))
    assert await values(store) == {("comment", ""): 1, ("hours", "4.5"): 1}


async def test_several_turns_of_one_conversation_in_one_batch(store: Store) -> None:
    (one,) = await plan(store)
    await ask(store)

    async def work(t: Transaction) -> None:
        conversation = (await t.lock_conversations([one.id]))[one.id]
        turns = []
        for said in (answer(value=2), answer(value=8, revision=2), answer("comment", text="ok")):
            turns.append(turn(conversation, said))
            conversation = replace(conversation, response=turns[-1].after)
        last = turn(conversation, None, state=InvitationState.COMPLETED, completed_at=NOW)
        await t.save_turns([*turns, last])

    await store.unit_of_work(work)
    assert await revisions(store) == [
        ("comment", 1, None, True),
        ("nps", 1, 2, False),
        ("nps", 2, 8, True),
    ]
    assert await values(store) == {("nps", "8"): 1, ("comment", ""): 1}
    assert await stages(store) == {"sent": 1, "delivered": 1, "started": 1, "completed": 1}
    assert await store.recount() == []


async def test_replies_at_once_each_see_the_one_before(store: Store) -> None:
    (one,) = await plan(store)
    await ask(store)

    async def change(n: int) -> None:
        async def work(t: Transaction) -> None:
            conversation = (await t.lock_conversations([one.id]))[one.id]
            before = conversation.response and conversation.response.answer("nps")
            revision = before.revision + 1 if before else 1
            await t.save_turns([turn(conversation, answer(value=n, revision=revision))])

        await store.unit_of_work(work)

    await asyncio.gather(*(change(n) for n in range(8)))
    assert [(row[1], row[3]) for row in await revisions(store)] == [
        (n, n == 8) for n in range(1, 9)
    ]
    assert sum((await values(store)).values()) == 1
    assert await store.recount() == []


async def test_weights_and_their_squares_add_up(store: Store) -> None:
    one, two = await plan(store, 2)
    await ask(store)
    await reply(store, one.id, answer(value=9), weight=10.0)
    await reply(store, two.id, answer(value=9), weight=2.5)
    (found,) = (await store.tally(ALWAYS)).values
    assert (found.n, found.weight, found.weight_squared) == (2, 12.5, 106.25)
    assert (found.metric, found.metric_version, found.scale) == ("nps", "nps-2003", "0-10")
    assert found.population == "customer"


async def test_a_day_is_a_day_in_the_services_zone(store_url: str) -> None:
    store = await Store.open(store_url, "Pacific/Kiritimati")  # UTC+14
    try:
        (one,) = await plan(store)
        evening = datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("UTC"))  # 22nd, 02:00 there
        await ask(store, NOW)
        await reply(store, one.id, answer(value=9, at=evening))
        there = Filter(since=date(2026, 11, 22), until=date(2026, 11, 22))
        here = Filter(since=date(2026, 11, 21), until=date(2026, 11, 21))
        assert await values(store, there) == {("nps", "9"): 1}
        assert await values(store, here) == {}
        assert len(await store.list_responses(there, 10, 0)) == 1
        assert await store.list_responses(here, 10, 0) == []
        assert await store.recount() == []
    finally:
        await store.close()


async def test_a_recount_finds_what_is_wrong(store: Store) -> None:
    (one,) = await plan(store)
    await ask(store)
    await reply(store, one.id, answer(value=9))
    assert await store.recount() == []

    async def spoil(t: Transaction) -> None:
        await t._session.client.execute_query("UPDATE rollup SET n = n + 1")
        await t._session.client.execute_query("UPDATE flow SET n = 5 WHERE stage = 'sent'")

    await store.unit_of_work(spoil)
    assert len(await store.recount()) == 2


async def test_only_one_answer_can_be_the_latest(store: Store) -> None:
    (one,) = await plan(store)
    await ask(store)
    await reply(store, one.id, answer(value=3))
    await reply(store, one.id, answer(value=9, revision=2))

    async def spoil(t: Transaction) -> None:
        await t._session.client.execute_query("UPDATE answer SET is_latest = true")

    with pytest.raises(Exception, match="refused a row"):
        await store.unit_of_work(spoil)


# Whatever people do, the counts equal a full recount.

_QUESTIONS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "nps": st.builds(dict, value=st.integers(0, 10)),
    "why": st.builds(
        dict,
        choices=st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(tuple),
        draft=st.booleans(),
    ),
    "comment": st.builds(dict, text=st.sampled_from(["", "well", "\0"])),
}
_ANSWERS = st.one_of(
    *(
        st.tuples(st.just(name), st.one_of(fields, st.just({"skipped": True})))
        for name, fields in _QUESTIONS.items()
    )
)
_STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("reply"),
            st.integers(0, 2),
            _ANSWERS,
            st.sampled_from(["telegram", "web"]),
            st.integers(0, 60),
            st.booleans(),
        ),
        st.tuples(st.just("ask")),
        st.tuples(st.just("report"), st.integers(1, 3)),
        st.tuples(st.just("expire"), st.integers(0, 10)),
    ),
    min_size=1,
    max_size=12,
)


async def play(url: str, steps: list[Any]) -> None:
    store = await Store.open(url, "Europe/Helsinki")
    try:
        invitations = await plan(store, 3)
        for step in steps:
            await take(store, [i.id for i in invitations], step)
        assert await store.recount() == []
        tally = await store.tally(ALWAYS)
        assert all(v.n > 0 for v in tally.values)
        reached = {f.stage: f.n for f in tally.flows}
        assert reached.get("completed", 0) <= reached.get("started", 0)
        assert reached.get("started", 0) <= reached.get("delivered", 0) <= reached.get("sent", 0)
    finally:
        await store.close()


async def take(store: Store, ids: list[int], step: tuple[Any, ...]) -> None:
    match step:
        case ("reply", who, (question, fields), channel, hours, complete):
            found = (await store.load_conversations([ids[who]]))[ids[who]].response
            before = found.answer(question) if found else None
            given = answer(
                question,
                channel=channel,
                at=NOW + hours * HOUR,
                revision=before.revision + (not before.draft) if before else 1,
                **fields,
            )
            done = NOW if complete else None
            state = InvitationState.COMPLETED if complete else InvitationState.STARTED
            await reply(store, ids[who], given, state=state, completed_at=done, weight=1.5 + who)
        case ("ask",):
            await ask(store, delivered=False, limit=1)
        case ("report", number):
            await store.unit_of_work(
                lambda t: t.change_delivery(
                    "telegram", f"ext-{number}", DeliveryState.DELIVERED, ""
                )
            )
        case ("expire", days):
            await store.unit_of_work(lambda t: t.expire(NOW + timedelta(days=days)))


@given(_STEPS)
@settings(max_examples=60, deadline=None)
def test_counts_equal_a_recount_on_sqlite(steps: list[Any]) -> None:
    asyncio.run(play("sqlite://:memory:", steps))


def test_counts_equal_a_recount_on_postgres(postgres: Server) -> None:
    @given(_STEPS)
    @settings(max_examples=15, deadline=None)
    def check(steps: list[Any]) -> None:
        postgres.psql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        asyncio.run(play(postgres.url(), steps))

    check()
