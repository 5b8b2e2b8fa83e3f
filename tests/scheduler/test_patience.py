"""Patience: hours where the person is, and limits over everything they were asked."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.errors import Blocked
from scheduler.calendar import Hours
from scheduler.limits import Limit, OnLimit, Period, Scope
from scheduler.patience import Throttle
from scheduler.triggers import Trigger
from scheduler.whereabouts import Whereabouts
from surveys.contact import Address, Contact
from surveys.due import Decision
from surveys.invitation import InvitationState
from tests.scheduler.spine import IN_A_ROW, SURVEY, Spine, a_spine, call, identify, make_rules

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NIGHT = Hours(quiet=(time(20), time(9)))
RECONTACT = Limit(rule="recontact 30d", apart=30 * DAY)
Stand = Callable[..., AbstractAsyncContextManager[Spine]]


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """A spine with a throttle."""

    def make(throttle: Throttle, **rules: Any) -> AbstractAsyncContextManager[Spine]:
        return a_spine(tmp_path, rules=make_rules(throttle=throttle, **rules))

    return make


def asked(spine: Spine, who: int = 1, channel: str = "telegram") -> int:
    address = str(1000 + who) if channel == "telegram" else f"u{who}@x.example"
    return sum("recommend" in line.text for line in spine.lines(channel, address))


async def why(spine: Spine, invitation_id: int) -> Decision:
    return (await spine.store.decisions(invitation_id))[-1]


async def test_at_night_it_waits_for_the_morning_where_the_person_is(stand: Stand) -> None:
    async with stand(Throttle(hours=NIGHT)) as spine:
        spine.now = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)  # half past ten in Helsinki
        await spine.invite(1)
        await spine.invite(2, timezone="America/New_York")
        await spine.dispatch()
        assert (asked(spine, 1), asked(spine, 2)) == (0, 1)
        held = await why(spine, 1)
        assert (held.verdict, held.rule) == ("hold", "quiet hours (Europe/Helsinki)")
        spine.now = datetime(2026, 11, 22, 6, 59, 59, tzinfo=UTC)
        await spine.dispatch()
        assert asked(spine, 1) == 0
        spine.now = datetime(2026, 11, 22, 7, tzinfo=UTC)
        await spine.dispatch()
        assert asked(spine, 1) == 1


async def test_waiting_for_the_morning_is_not_being_late_and_leaves_time_to_answer(
    stand: Stand,
) -> None:
    async with stand(Throttle(hours=Hours(weekdays=frozenset(range(5))))) as spine:
        before = (await spine.invite(1)).invitation  # on a Saturday; max_age is a day
        await spine.dispatch()
        spine.now = datetime(2026, 11, 22, 22, tzinfo=UTC)  # midnight, and Monday
        await spine.dispatch()
        assert asked(spine) == 1
        after = (await spine.conversation(before.id)).invitation
        assert after.expires_at - spine.now == before.expires_at - before.due_at


async def test_what_was_held_and_then_forgotten_is_still_too_late(stand: Stand) -> None:
    async with stand(Throttle(hours=NIGHT)) as spine:
        spine.now = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
        await spine.invite(1)
        await spine.dispatch()
        spine.now = datetime(2026, 11, 24, 12, tzinfo=UTC)  # an outage of two days
        await spine.dispatch()
        assert asked(spine) == 0
        assert (await spine.conversation(1)).invitation.state is InvitationState.EXPIRED


async def test_a_receipt_does_not_wait(stand: Stand) -> None:
    async with stand(Throttle(hours=NIGHT)) as spine:
        await spine.invite(1)
        await spine.dispatch()
        spine.now = datetime(2026, 11, 21, 22, tzinfo=UTC)
        await spine.hear(spine.press("1001", "9"))
        await spine.dispatch()
        assert "satisfied" in spine.lines("telegram", "1001")[-1].text


async def test_one_person_is_asked_once_a_month_whatever_the_channel(stand: Stand) -> None:
    throttle = Throttle(limits=(RECONTACT,), on_limit=OnLimit.SKIP)
    async with stand(throttle) as spine:
        await spine.invite(1)
        await spine.dispatch()
        spine.now += 20 * DAY
        await spine.invite(1)
        await spine.invite(2)
        await spine.dispatch()
        assert (asked(spine, 1), asked(spine, 2)) == (1, 1)
        assert (await why(spine, 2)).rule == "recontact 30d"
        assert (await spine.conversation(2)).invitation.state is InvitationState.SKIPPED
        spine.now += 10 * DAY
        await spine.invite(1)
        await spine.dispatch()
        assert asked(spine, 1) == 2


async def test_held_until_it_is_allowed_or_not_at_all_where_it_would_expire(stand: Stand) -> None:
    weekly = Limit(rule="weekly_max 1", most=1, period=Period.WEEK)
    async with stand(Throttle(limits=(weekly,), manners=IN_A_ROW)) as spine:
        await spine.invite(1)
        await spine.dispatch()
        await spine.invite(1)
        await spine.dispatch()
        assert (await why(spine, 2)).verdict == "hold"
        spine.now = datetime(2026, 11, 22, 22, tzinfo=UTC)  # Monday in Helsinki
        await spine.dispatch()
        assert asked(spine) == 2
        spine.rules = replace(spine.rules, throttle=Throttle(limits=(RECONTACT,), manners=IN_A_ROW))
        await spine.invite(1)
        await spine.dispatch()
        assert (await why(spine, 3)).rule == "recontact 30d, until after it expires"
        assert (await spine.conversation(3)).invitation.state is InvitationState.EXPIRED


async def test_two_lanes_at_the_same_moment_ask_one_person_once(stand: Stand) -> None:
    throttle = Throttle(limits=(RECONTACT,), on_limit=OnLimit.SKIP)
    mail = Trigger(name="mail", event="Mail Sent", survey="call", via=("email",))
    async with stand(throttle) as spine:
        spine.rules = replace(spine.rules, triggers=(*spine.rules.triggers, mail))
        for who in range(1, 30):
            await spine.invite(who)
            await spine.report(
                replace(call(1000 + who, who), name="Mail Sent", message_id=f"m{who}")
            )
        await asyncio.gather(*[lane.dispatch_due() for lane in spine.lanes.values()])
        await spine.dispatch()
        for who in range(1, 30):
            assert asked(spine, who) + asked(spine, who, "email") == 1


async def test_two_in_one_batch_ask_one_person_once(stand: Stand) -> None:
    async with stand(Throttle(limits=(RECONTACT,), on_limit=OnLimit.SKIP)) as spine:
        await spine.invite(1)
        await spine.invite(1)
        await spine.dispatch()
        assert asked(spine) == 1


async def test_an_ask_that_did_not_go_out_does_not_count(stand: Stand) -> None:
    throttle = Throttle(limits=(RECONTACT,), on_limit=OnLimit.SKIP)
    async with stand(throttle, via=("telegram",)) as spine:
        spine.channels["telegram"].fail_with("1001", Blocked("blocked by the user"))
        await spine.invite(1)
        await spine.dispatch()
        await spine.report(identify(1, "back", {"telegram_id": "2001"}), call(99, 1, spine.now))
        await spine.dispatch()
        assert len(spine.lines("telegram", "2001")) == 1


async def test_a_limit_of_one_channel_moves_on_to_the_next(stand: Stand) -> None:
    own = Scope(channel="telegram")
    limit = Limit(rule="telegram: recontact 30d", on=own, counts=own, apart=30 * DAY)
    async with stand(Throttle(limits=(limit,), on_limit=OnLimit.MOVE, manners=IN_A_ROW)) as spine:
        await spine.invite(1)
        await spine.invite(1)
        await spine.dispatch()
        assert (asked(spine), asked(spine, 1, "email")) == (1, 1)
        moved = [d for d in await spine.store.decisions(2) if d.verdict == "move"]
        assert [d.rule for d in moved] == ["telegram: recontact 30d"]


async def test_a_limit_says_of_its_own_what_becomes_of_what_it_is_in_the_way_of(
    stand: Stand,
) -> None:
    weekly = Limit(rule="weekly_max 1", most=1, period=Period.WEEK, on_limit=OnLimit.SKIP)
    limits = (replace(RECONTACT, apart=9 * DAY), weekly)  # the longer one would only hold
    throttle = Throttle(limits=limits, on_limit=OnLimit.HOLD, manners=IN_A_ROW)
    async with stand(throttle) as spine:
        await spine.invite(1)
        await spine.dispatch()
        await spine.invite(1)
        await spine.dispatch()
        assert (await why(spine, 2)).verdict == "skip"
        assert (await why(spine, 2)).rule == "weekly_max 1"
        spine.now += 7 * DAY
        await spine.invite(1)
        await spine.dispatch()
        assert (await why(spine, 3)).verdict == "hold"


async def test_room_is_kept_for_the_survey_that_matters_more(stand: Stand) -> None:
    year = replace(SURVEY, id="year", priority=5)
    later = Trigger(name="year", event="Year", survey="year", via=("telegram",), wait=2 * DAY)
    throttle = Throttle(limits=(RECONTACT,), on_limit=OnLimit.SKIP)
    async with stand(throttle, surveys={"call": SURVEY, "year": year}) as spine:
        spine.rules = replace(spine.rules, triggers=(*spine.rules.triggers, later))
        await spine.report(identify(1, "who", {"telegram_id": "1001"}))
        await spine.report(replace(call(500, 1), name="Year", message_id="year"))
        await spine.report(call(501, 1))
        await spine.dispatch()
        assert asked(spine) == 0
        assert (await why(spine, 2)).rule == "room is kept for year"
        spine.now += 2 * DAY
        await spine.dispatch()
        assert asked(spine) == 1


def test_where_somebody_is() -> None:
    places = Whereabouts(
        zones={"DE": "Europe/Berlin", "LV": "Europe/Riga"},
        country_of=lambda number: "LV" if number.startswith("+371") else "",
        is_holiday=lambda country, day: (country, day) == ("LV", date(2026, 11, 18)),
    )

    def zone(contact: Contact) -> str:
        return places.zone(contact, "Europe/Helsinki").key

    riga = Contact(addresses=(Address(channel="sms", value="+37120000000"),))
    assert (places.country(riga), zone(riga)) == ("LV", "Europe/Riga")
    moved = replace(riga, attributes={"country": "de"})
    assert (places.country(moved), zone(moved)) == ("DE", "Europe/Berlin")
    named = replace(moved, timezone="Asia/Tokyo")
    assert zone(named) == "Asia/Tokyo"
    for wrong in ("Mars/Olympus", "../etc/passwd", "", None):
        assert zone(replace(riga, timezone=wrong)) == "Europe/Riga"
    assert zone(Contact()) == "Europe/Helsinki"
    assert places.country(Contact(attributes={"country": 7})) == ""
