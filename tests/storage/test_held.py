"""Held presses and what was seen at links, on both databases."""

from datetime import timedelta
from typing import Any

from storage.store import Store
from surveys.event import Interaction
from surveys.inbound import Replied
from surveys.report import Filter
from surveys.scanner import FORGET, HeldPress, Reason, Signals
from tests.storage.make import NOW, PHONE, plan

SECOND = timedelta(seconds=1)
TODAY = Filter(since=NOW.date(), until=NOW.date())


def held(invitation_id: int, **given: Any) -> HeldPress:
    return HeldPress(
        **{
            "invitation_id": invitation_id,
            "question_id": "nps",
            "metric_id": "nps",
            "channel": "web",
            "values": ("9",),
            "reason": Reason.TOO_FAST,
            "hints": ("robot",),
            "at": NOW,
            **given,
        }
    )


async def hold(store: Store, *presses: HeldPress) -> None:
    await store.unit_of_work(lambda t: t.hold_presses(presses))


async def listed(store: Store, **more: Any) -> list[HeldPress]:
    wanted = Filter(since=NOW.date(), until=NOW.date(), **more)
    found = [press for press, _ in await store.list_held(wanted, 10, 0)]
    assert len(found) == await store.count_held(wanted)
    return found


async def test_one_press_a_question_is_held_and_counted(store: Store) -> None:
    (asked,) = await plan(store)
    await hold(store, held(asked.id), held(asked.id, question_id="comment", values=("=",)))
    later = held(asked.id, values=("2",), text="Späm\0", reason=Reason.CANARY, at=NOW + SECOND)
    await hold(store, later)
    first, second = await listed(store)
    assert (first.values, first.text, first.presses) == (("2",), "Späm", 2)
    assert (first.reason, first.hints, first.at) == (Reason.CANARY, ("robot",), NOW + SECOND)
    assert (second.question_id, second.presses) == ("comment", 1)
    found = await store.find_held(first.id)
    assert found is not None
    assert found[0] == first
    assert found[1].invitation.id == asked.id
    await store.unit_of_work(lambda t: t.drop_held({(asked.id, "nps"), (asked.id, "other")}))
    assert [press.question_id for press in await listed(store)] == ["comment"]
    assert await store.find_held(first.id) is None
    assert (await store.counts()).get("responses", 0) == 0


async def test_every_field_of_the_filter_limits(store: Store) -> None:
    other = Interaction(agent="bo", team="south")
    (mine,) = await plan(store)
    (theirs,) = await plan(store, survey="shop", interaction=other, language="lv")
    await hold(store, held(mine.id), held(theirs.id, question_id="csat", metric_id="", channel="x"))
    pairs = {
        "survey": ("phone", "shop"),
        "question": ("nps", "csat"),
        "channel": ("web", "x"),
        "team": (PHONE.team, "south"),
        "agent": (PHONE.agent, "bo"),
        "language": ("fi", "lv"),
        "teams": ((PHONE.team,), ("south",)),
    }
    for name, (first, second) in pairs.items():
        for value, wanted in ((first, mine.id), (second, theirs.id)):
            assert [p.invitation_id for p in await listed(store, **{name: value})] == [wanted], name
    assert [p.invitation_id for p in await listed(store, metric="nps")] == [mine.id]
    assert await listed(store, teams=()) == []
    yesterday = Filter(since=NOW.date() - timedelta(days=1), until=NOW.date() - timedelta(days=1))
    assert await store.count_held(yesterday) == 0
    assert await store.count_held(TODAY) == 2


async def test_what_was_seen_is_kept_for_a_day(store: Store) -> None:
    seen = Signals(opened=(("nps.9", NOW), ("nps.2", NOW + SECOND)))
    machine = Signals(opened=seen.opened, machine_at=NOW, reason=Reason.ALL_LINKS)

    async def load(*ids: int) -> dict[int, Signals]:
        return await store.unit_of_work(lambda t: t.load_signals(ids))

    await store.unit_of_work(lambda t: t.save_signals({1: seen, 2: Signals()}, NOW))
    assert await load(1, 2, 3) == {1: seen, 2: Signals()}
    await store.unit_of_work(lambda t: t.save_signals({1: machine}, NOW + SECOND))
    assert await load(1) == {1: machine}
    await store.unit_of_work(lambda t: t.expire(NOW + FORGET + SECOND / 2))
    assert await load(1, 2) == {1: machine}
    await store.unit_of_work(lambda t: t.expire(NOW + FORGET + 2 * SECOND))
    assert await load(1, 2) == {}


async def test_a_forgotten_event_is_new_again(store: Store) -> None:
    item = Replied(event_id="e1", channel="web", at=NOW, address="")
    key = {("web", "e1")}
    assert await store.unit_of_work(lambda t: t.add_inbound([item])) == key
    assert await store.unit_of_work(lambda t: t.add_inbound([item])) == set()
    await store.unit_of_work(lambda t: t.forget_inbound({("web", "other"), ("mail", "e1")}))
    assert await store.unit_of_work(lambda t: t.add_inbound([item])) == set()
    await store.unit_of_work(lambda t: t.forget_inbound(key))
    assert await store.unit_of_work(lambda t: t.add_inbound([item])) == key
