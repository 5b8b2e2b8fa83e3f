"""Due rows: claims with lease and fence, in order, by many at once."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from storage.store import Store, Transaction
from surveys.due import Due, DueKind, Outcome, name_due
from surveys.message import Button, Entry, Image, Message
from tests.storage.make import HOUR, LEASE, NOW, claim, delivery, message, plan


def say(n: int, at: datetime = NOW, lane: str = "telegram") -> Due:
    return Due(lane=lane, at=at, id=f"say:{n:04}", kind=DueKind.SAY, message=message(str(n)))


async def put(store: Store, *dues: Due) -> None:
    await store.unit_of_work(lambda t: t.add_dues(dues))


async def test_a_row_comes_back_whole(store: Store) -> None:
    rich = Message(
        address="1001",
        text="How was it? ääkköset 👍",
        language="fi",
        subject="s",
        ends=("low", "high"),
        buttons=(Button(label="9", payload="t.nps.9", value=9, chosen=True, spoken="9 of 10"),),
        entry=Entry.MANY,
        image=Image(png=b"\x89PNG\0\xff", alt="chart"),
        replaces="77",
        step=1,
        steps=3,
    )
    due = Due(lane="email", at=NOW, id="say:1", kind=DueKind.SAY, invitation_id=7, message=rich)
    await put(store, due, due)
    (claimed,) = await claim(store, "email")
    assert claimed == replace(due, at=NOW + LEASE, fence=1)


async def test_only_what_is_due_on_the_lane_is_claimed_in_order(store: Store) -> None:
    dues = [say(n, NOW - timedelta(seconds=n % 3)) for n in range(9)]
    await put(store, *dues, say(50, NOW + HOUR), say(60, lane="email"))
    claimed = await claim(store)
    ordered = sorted(dues, key=lambda due: (due.at, due.id))
    assert [due.id for due in claimed] == [due.id for due in ordered]
    assert await claim(store) == []


async def test_the_limit_takes_the_oldest(store: Store) -> None:
    await put(store, *(say(n, NOW - timedelta(minutes=n)) for n in range(5)))
    assert [due.id for due in await claim(store, limit=2)] == ["say:0004", "say:0003"]
    assert [due.id for due in await claim(store, limit=2)] == ["say:0002", "say:0001"]


async def test_next_due_tells_when_to_wake(store: Store) -> None:
    assert await store.next_due("telegram") is None
    await put(store, say(1, NOW + HOUR), say(2, NOW))
    assert await store.next_due("telegram") == NOW
    await claim(store)
    assert await store.next_due("telegram") == NOW + LEASE
    assert await store.count_due() == {"telegram": 2}


async def test_a_lost_claim_is_due_again_after_its_lease_and_in_its_old_place(store: Store) -> None:
    await put(store, say(1, NOW - HOUR))
    (first,) = await claim(store)
    later = NOW + LEASE
    await put(store, say(2, NOW))
    again = await claim(store, now=later)
    assert [(due.id, due.fence) for due in again] == [("say:0001", 2), ("say:0002", 1)]
    refused = await store.end_deliveries([Outcome(due=first)], later)
    assert refused == ["say:0001"]
    assert await store.end_deliveries([Outcome(due=due) for due in again], later) == []
    assert await store.count_due() == {}


async def test_the_fence_tells_two_claims_of_one_moment_apart(store: Store) -> None:
    await put(store, say(1), say(2))
    first = await claim(store)
    second = await store.claim_due("telegram", NOW + LEASE, timedelta(0), 10)
    assert [due.at for due in first] == [due.at for due in second]  # as after a clock set back
    attempts = [(due, delivery(due)) for due in first]
    assert await store.begin_deliveries(attempts) == [0, 0]
    again = Outcome(due=first[0], retry_at=NOW)
    gone = Outcome(due=first[1])
    assert await store.end_deliveries([again, gone], NOW) == ["say:0001", "say:0002"]
    assert await store.end_deliveries([Outcome(due=due) for due in second], NOW) == []


async def test_a_settled_row_is_gone_and_settling_twice_is_refused(store: Store) -> None:
    await put(store, say(1), say(2))
    one, two = await claim(store)
    assert await store.end_deliveries([Outcome(due=one)], NOW) == []
    assert await store.end_deliveries([Outcome(due=one), Outcome(due=two)], NOW) == ["say:0001"]


async def test_a_row_is_put_back_for_later_or_on_another_lane(store: Store) -> None:
    await put(store, say(1), say(2))
    one, two = await claim(store)
    held = Outcome(due=one, retry_at=NOW + HOUR, counts_as_attempt=False)
    moved = Outcome(due=two, retry_at=NOW, lane="email")
    assert await store.end_deliveries([held, moved], NOW) == []
    assert await claim(store, now=NOW + LEASE) == []
    (on_email,) = await claim(store, "email")
    assert (on_email.id, on_email.attempts, on_email.fence) == ("say:0002", 1, 2)
    (later,) = await claim(store, now=NOW + HOUR)
    assert (later.id, later.attempts, later.fence) == ("say:0001", 0, 2)
    assert later.message == message("1")


async def test_many_claimers_never_share_a_row(store: Store) -> None:
    await put(store, *(say(n) for n in range(300)))
    claims = await asyncio.gather(*(claim(store, limit=20) for _ in range(20)))
    ids = [due.id for claimed in claims for due in claimed]
    assert len(ids) == len(set(ids))
    ids += [due.id for due in await claim(store)]  # what was skipped while locked is not lost
    assert sorted(ids) == sorted(f"say:{n:04}" for n in range(300))


async def test_two_nodes_on_one_postgres_share_the_work(postgres_url: str) -> None:
    nodes = [await Store.open(postgres_url) for _ in range(2)]
    try:
        await put(nodes[0], *(say(n) for n in range(400)))

        async def work(store: Store) -> list[str]:
            done: list[str] = []
            while claimed := await claim(store, limit=25):
                assert await store.end_deliveries([Outcome(due=due) for due in claimed], NOW) == []
                done += [due.id for due in claimed]
            return done

        done = await asyncio.gather(*(work(node) for node in nodes for _ in range(3)))
        ids = sorted(name for names in done for name in names)
        assert ids == sorted(f"say:{n:04}" for n in range(400))
        assert await nodes[0].count_due() == {}
    finally:
        for node in nodes:
            await node.close()


async def test_a_claimed_row_locked_by_another_node_is_skipped_not_waited_for(
    postgres_url: str,
) -> None:
    one, two = await Store.open(postgres_url), await Store.open(postgres_url)
    try:
        await put(one, say(1), say(2))

        async def hold_one_and_claim_elsewhere(t: Transaction) -> list[Due]:
            await t._session.client.execute_query(
                "SELECT * FROM due WHERE id='say:0001' FOR UPDATE"
            )
            return await asyncio.wait_for(claim(two), 5)

        claimed = await one.unit_of_work(hold_one_and_claim_elsewhere)
        assert [due.id for due in claimed] == ["say:0002"]
    finally:
        await one.close()
        await two.close()


async def test_invitations_make_rows_on_their_lanes(store: Store) -> None:
    first, *_ = await plan(store, 1)
    (due,) = await claim(store)
    assert (due.id, due.kind, due.invitation_id) == (
        name_due(DueKind.ASK, first.due_at, first.key),
        DueKind.ASK,
        first.id,
    )
    both, *_ = await plan(store, 1, all_channels=True)
    (telegram,) = await claim(store)
    (email,) = await claim(store, "email")
    assert telegram.id == name_due(DueKind.ASK, both.due_at, both.key, "telegram")
    assert email.id == name_due(DueKind.ASK, both.due_at, both.key, "email")
