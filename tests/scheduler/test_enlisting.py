"""Campaigns over a real store: each occurrence once, each person once, whatever happens between."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from scheduler import enlisting
from scheduler.campaigns import Campaign, enlist, is_in, occurrence_due
from scheduler.enlisting import Enlisting, page_audience
from scheduler.schedule import Schedule
from storage.store import Store, Transaction
from surveys.condition import parse
from surveys.contact import Address, Contact
from surveys.counting import EventCount
from surveys.due import DueKind, name_due
from surveys.invitation import Invitation
from surveys.roster import make_roster
from tests.scheduler.spine import SURVEY, Spine, a_spine, call, identify, make_rules
from tests.storage.make import contact, event

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAILY = Schedule(times=(time(10),), source="every day at 10:00")
CAMPAIGN = Campaign(name="quarterly", schedule=DAILY, survey="call", via=("telegram",))
BEGINS = datetime(2026, 11, 22, 8, tzinfo=UTC)  # ten in Helsinki


def stage(spine: Spine) -> Enlisting:
    return Enlisting(
        spine.store, lambda: spine.rules, clock=lambda: spine.now, wake=spine.woken.append
    )


def rules(campaign: Campaign = CAMPAIGN) -> Any:
    return make_rules(triggers=(), campaigns=(campaign,))


async def people(spine: Spine, count: int, **traits: Any) -> None:
    for who in range(1, count + 1):
        known = {"telegram_id": str(1000 + who), "plan": "pro" if who % 2 else "free", **traits}
        await spine.report(identify(who, f"who-{who}", known))


async def test_it_comes_round_once_and_everybody_is_asked_once(tmp_path: Path) -> None:
    async with a_spine(tmp_path, rules=rules()) as spine:
        await people(spine, 5)
        campaigns = stage(spine)
        await campaigns.tick()  # ten o'clock today is past
        await spine.dispatch()
        assert not spine.lines("telegram", "1001")
        spine.now = BEGINS
        for _ in range(3):
            await campaigns.tick()
            await spine.dispatch()
        assert [len(spine.lines("telegram", str(1000 + n))) for n in range(1, 6)] == [1] * 5
        spine.now += DAY
        await campaigns.tick()
        await spine.dispatch()
        assert len(spine.lines("telegram", "1001")) == 2


async def test_the_audience_is_what_is_known_and_what_was_answered(tmp_path: Path) -> None:
    pro = replace(CAMPAIGN, audience=parse("plan = pro"))
    async with a_spine(tmp_path, rules=rules(pro)) as spine:
        await people(spine, 4)
        await stage(spine).tick()
        spine.now = BEGINS
        await stage(spine).tick()
        await spine.dispatch()
        assert [len(spine.lines("telegram", str(1000 + n))) for n in range(1, 5)] == [1, 0, 1, 0]
        await spine.hear(spine.press("1001", "9"))
        await spine.hear(spine.press("1003", "2"))
        happy = replace(CAMPAIGN, name="happy", audience=parse("last.nps >= 9"))
        spine.rules = replace(spine.rules, campaigns=(happy,))
        await stage(spine).tick()
        spine.now += DAY
        await stage(spine).tick()
        runs = await spine.store.unit_of_work(lambda t: t.list_runs("happy", 5))
        assert [run.enlisted for run in runs] == [1]


async def test_after_an_outage_it_is_late_or_not_at_all(tmp_path: Path) -> None:
    async with a_spine(tmp_path, rules=rules()) as spine:
        await people(spine, 1)
        await stage(spine).tick()
        spine.now = BEGINS + 2 * DAY + 5 * HOUR  # two were missed; the last is five hours old
        await stage(spine).tick()
        runs = await spine.store.unit_of_work(lambda t: t.list_runs("quarterly", 9))
        assert [run.begins for run in runs] == [BEGINS + 2 * DAY]
        hasty = replace(CAMPAIGN, max_age=HOUR)
        spine.rules = rules(hasty)
        spine.now = BEGINS + 3 * DAY + 5 * HOUR
        await stage(spine).tick()
        assert len(await spine.store.unit_of_work(lambda t: t.list_runs("quarterly", 9))) == 1


async def test_one_taken_out_of_the_file_stops_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enlisting, "BATCH", 3)
    async with a_spine(tmp_path, rules=rules()) as spine:
        await people(spine, 10)
        campaigns = stage(spine)
        await campaigns.tick()
        spine.now = BEGINS
        await campaigns._take(CAMPAIGN)
        assert await campaigns.enlist_batch()
        spine.rules = replace(spine.rules, campaigns=())
        assert await campaigns.enlist_batch()
        assert not await campaigns.enlist_batch()
        assert (await spine.store.counts())["invitations.planned"] == 3


async def test_events_are_counted_up_to_the_beginning(tmp_path: Path) -> None:
    busy = "events(Order Delivered) >= 2 in 7d and not events(Contract Cancelled)"
    rare = replace(CAMPAIGN, name="rare", audience=parse("events(Login) = 0", events=True))
    often = replace(CAMPAIGN, audience=parse(busy, events=True))
    async with a_spine(tmp_path, rules=make_rules(triggers=(), campaigns=(often, rare))) as spine:
        await people(spine, 4)
        reported = (
            (1, 1, "Order Delivered"), (1, 6, "Order Delivered"),
            (2, 1, "Order Delivered"), (2, 8, "Order Delivered"),  # one is too long ago
            (3, 1, "Order Delivered"), (3, 2, "Order Delivered"), (3, 400, "Contract Cancelled"),
            (1, 2, "Login"), (4, 2, "Login"), (4, 1, "Order Delivered"),
            (4, -1, "Order Delivered"),  # and one is to come
        )  # fmt: skip
        for number, (who, days, name) in enumerate(reported):
            await spine.report(replace(call(number, who, at=BEGINS - days * DAY), name=name))
        await stage(spine).tick()
        spine.now = BEGINS
        await stage(spine).tick()
        rows = await spine.store.claim_due("telegram", BEGINS, HOUR, 99)
        found = await spine.store.load_conversations({row.invitation_id for row in rows})
        asked = sorted((c.invitation.trigger, c.contact.keys[0]) for c in found.values())
        assert asked == [("quarterly", "user:u1"), ("rare", "user:u2"), ("rare", "user:u3")]


async def test_a_visitors_events_count_under_both_their_names_once(store: Store) -> None:
    await store.unit_of_work(lambda t: t.save_contacts([contact("user:7", "anon:v")]))
    said = (("a", "7", None), ("b", "7", "v"), ("c", None, "v"), ("d", None, "somebody"))
    events = [
        replace(event(name, name="Login", occurred_at=BEGINS), user_id=user, anonymous_id=visitor)
        for name, user, visitor in said
    ]
    await store.unit_of_work(lambda t: t.add_events(events))
    count = EventCount(event="Login")
    found = await store.look_at(lambda t: t.count_events({1}, {count}, BEGINS))
    assert [each[count.name] for each in found.values()] == [3]


async def test_a_list_has_whom_it_names(store: Store) -> None:
    everybody = [
        contact(f"user:{n}", addresses=[("email", f"person{n}@acme.example")]) for n in range(1, 6)
    ]
    await store.unit_of_work(lambda t: t.save_contacts(everybody))
    rows = [[("", "user:1")], [("email", "person3@acme.example")], [("", "user:nobody")]]
    listed = replace(CAMPAIGN, listed=make_roster("some.csv", rows))
    page = await store.look_at(lambda t: page_audience(t, listed, BEGINS, 0, 100))
    assert [person.keys for person in page.inside] == [("user:1",), ("user:3",)]
    assert page.looked_at == 5
    names = {name for row in rows for name in row}
    known = await store.look_at(lambda t: t.known_names(names))
    assert known == {("", "user:1"), ("email", "person3@acme.example")}


async def test_strangers_are_nobodys_audience(tmp_path: Path) -> None:
    async with a_spine(tmp_path, rules=rules()) as spine:
        await people(spine, 2)
        who = Address(channel="telegram", value="7")  # wrote to us by themselves
        await spine.store.unit_of_work(lambda t: t.save_contacts([Contact(addresses=(who,))]))
        await stage(spine).tick()
        spine.now = BEGINS
        await stage(spine).tick()
        (run,) = await spine.store.unit_of_work(lambda t: t.list_runs("quarterly", 9))
        assert run.enlisted == 2


async def test_a_roll_is_kept_as_its_invitations_would_be(store: Store) -> None:
    """The short way into the store leaves what the long one does, and passes over what is there."""
    (one, two, three) = await store.unit_of_work(
        lambda t: t.save_contacts([contact(f"user:{n}", language="fi") for n in range(3)])
    )
    wall = datetime(2026, 11, 22, 10)  # noqa: DTZ001 - what the clock on the wall shows
    for campaign in (
        replace(CAMPAIGN, spread=HOUR, hold_out=1.0),
        replace(CAMPAIGN, name="all", via=("telegram", "email"), all_channels=True),
        replace(CAMPAIGN, name="best", via=("telegram", "email"), best=True),
    ):
        roll = enlist(campaign, wall, BEGINS, [one, two, three], SURVEY, language="en")
        first = replace(roll, people=roll.people[:1])
        given = [first, roll, roll]
        kept_each = [await store.unit_of_work(partial(Transaction.enlist, roll=r)) for r in given]
        assert kept_each == [1, 2, 0]
        dues = [
            due
            for lane in ("telegram", "email")
            for due in await store.claim_due(lane, BEGINS + HOUR, HOUR, 99)
        ]
        asked = await store.load_conversations({due.invitation_id for due in dues})
        kept = sorted((c.invitation for c in asked.values()), key=lambda i: i.key)
        wanted = sorted(roll.invitations(), key=lambda i: i.key)
        # Times are kept to the millisecond.
        assert [replace(i, id=0) for i in kept] == [_whole(i) for i in wanted]
        endings = ["telegram", "email"] if campaign.all_channels else [""]
        assert {due.id for due in dues} == {
            name_due(DueKind.ASK, i.due_at, i.key, e) for i in kept for e in endings
        }
        assert {due.kind for due in dues} == {DueKind.ASK}


def _whole(invitation: Invitation) -> Invitation:
    def cut(at: datetime | None) -> datetime | None:
        return at and at.replace(microsecond=at.microsecond // 1000 * 1000)

    return replace(
        invitation,
        due_at=cut(invitation.due_at) or invitation.due_at,
        expires_at=cut(invitation.expires_at) or invitation.expires_at,
        not_after=cut(invitation.not_after),
    )


async def test_four_nodes_enlist_everybody_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enlisting, "BATCH", 50)
    now = BEGINS - DAY
    everybody = [contact(f"user:{n}", attributes={"n": n}) for n in range(1200)]
    await store.unit_of_work(lambda t: t.save_contacts(everybody))
    given = rules(replace(CAMPAIGN, spread=4 * HOUR))
    nodes = [
        Enlisting(store, lambda: given, clock=lambda: now, wake=lambda _: None) for _ in range(4)
    ]
    for _ in range(2):
        await asyncio.gather(*[node.tick() for node in nodes])
        now = BEGINS + timedelta(seconds=1)
    (run,) = await store.unit_of_work(lambda t: t.list_runs("quarterly", 9))
    assert (run.enlisted, run.done) == (1200, True)
    assert (await store.counts())["invitations.planned"] == 1200


async def test_a_batch_that_fails_is_done_again(tmp_path: Path) -> None:
    """What a kill between two statements leaves is what a transaction undone leaves: nothing."""
    async with a_spine(tmp_path, rules=rules()) as spine:
        await people(spine, 5)
        campaigns = stage(spine)
        await campaigns.tick()
        spine.now = BEGINS
        await campaigns._take(CAMPAIGN)

        async def broken(transaction: Transaction) -> None:
            await enlisting._enlist(transaction, spine.rules)
            raise RuntimeError("killed")

        with pytest.raises(RuntimeError):
            await spine.store.unit_of_work(broken)
        assert "invitations.planned" not in await spine.store.counts()
        await campaigns.tick()
        assert (await spine.store.counts())["invitations.planned"] == 5


def test_spread_evenly_held_out_stably() -> None:
    crowd = [Contact(id=n) for n in range(1, 4001)]
    spread = replace(CAMPAIGN, spread=4 * HOUR, hold_out=10.0)
    wall = datetime(2026, 11, 22, 10)  # noqa: DTZ001 - what the clock on the wall shows
    roll = enlist(spread, wall, BEGINS, crowd, SURVEY, language="en")
    found = roll.invitations()
    assert 3500 < len(found) < 3700
    assert roll == enlist(spread, wall, BEGINS, crowd, SURVEY, language="en")
    hours = Counter((i.due_at - BEGINS) // HOUR for i in found)
    assert set(hours) == {0, 1, 2, 3}
    assert min(hours.values()) > 800
    later = enlist(spread, wall + DAY, BEGINS + DAY, crowd, SURVEY, language="en").invitations()
    assert {i.contact_id for i in later} == {i.contact_id for i in found}  # held out for good
    assert not {i.key for i in later} & {i.key for i in found}


async def test_a_pace_goes_on_from_batch_to_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enlisting, "BATCH", 2)
    paced = replace(CAMPAIGN, apart=timedelta(minutes=30), max_age=HOUR)
    async with a_spine(tmp_path, rules=rules(paced)) as spine:
        await people(spine, 5)
        campaigns = stage(spine)
        await campaigns.tick()
        spine.now = BEGINS
        await campaigns.tick()
        found = [(await spine.conversation(n)).invitation for n in range(1, 6)]
        assert [i.due_at - BEGINS for i in found] == [timedelta(minutes=30) * n for n in range(5)]
        assert {(i.not_after or i.due_at) - i.due_at for i in found} == {HOUR}
    assert paced.lasts(5) == timedelta(minutes=150)
    assert replace(CAMPAIGN, spread=HOUR).lasts(5) == HOUR


def test_who_is_in() -> None:
    campaign = replace(CAMPAIGN, audience=parse("plan = pro and country in [FI, LV]"))
    assert is_in(campaign, Contact(attributes={"plan": "pro", "country": "FI"}), {})
    assert not is_in(campaign, Contact(attributes={"plan": "pro"}), {})
    assert is_in(CAMPAIGN, Contact(), {})
    assert replace(CAMPAIGN, audience=parse("last.nps < 7 and last.csat > 1")).asks_for == {
        "nps",
        "csat",
    }


def test_the_end_of_a_campaign() -> None:
    ending = replace(CAMPAIGN, ends=BEGINS)
    zone = ZoneInfo("Europe/Helsinki")
    assert occurrence_due(ending, BEGINS - DAY, BEGINS, zone)
    assert occurrence_due(ending, BEGINS, BEGINS + DAY, zone) is None
    assert occurrence_due(CAMPAIGN, BEGINS, BEGINS, zone) is None
