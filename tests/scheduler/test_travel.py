"""Journeys over a real store: entering, going on, ending, and an edited file."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.milestones import Journey, Milestone
from scheduler.travel import compare_all
from surveys.event import Event, EventKind
from surveys.invitation import InvitationState
from tests.scheduler.spine import START, Spine, a_spine, call, identify, make_rules

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
VIA = ("telegram",)
WEEK = Milestone(name="first week", survey="call", via=VIA, offset=7 * DAY)
THIRD = Milestone(
    name="third order", survey="call", via=VIA, event="Order Delivered", count=3, wait=HOUR
)
RENEWAL = Milestone(
    name="renewal", survey="call", via=VIA, attribute="contract_end", offset=-30 * DAY
)
ONBOARDING = Journey(
    name="onboarding",
    starts="Account Created",
    ends=("Account Closed",),
    milestones=(WEEK, THIRD, RENEWAL),
)


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    async with a_spine(tmp_path, rules=make_rules(journeys=(ONBOARDING,), triggers=())) as standing:
        await standing.report(identify(1, "who", {"telegram_id": "1001"}))
        yield standing


async def happen(spine: Spine, name: str, at: timedelta = timedelta(0), **facts: Any) -> None:
    number = next(spine.calls)
    event = replace(call(number, 1, START + at, **facts), name=name, message_id=f"{name}-{number}")
    spine.now = max(spine.now, START + at)
    await spine.report(event)


async def states(spine: Spine) -> dict[str, tuple[str, timedelta]]:
    """trigger -> state and when it is due, from the start on."""
    found = await spine.store.load_conversations(range(1, 50))
    return {
        c.invitation.trigger: (c.invitation.state.value, c.invitation.due_at - START)
        for c in found.values()
    }


def asked(spine: Spine) -> int:
    return sum("recommend" in line.text for line in spine.lines("telegram", "1001"))


async def test_a_week_after_entering_and_after_the_third_order(spine: Spine) -> None:
    await happen(spine, "Account Created")
    assert await states(spine) == {"onboarding/first week": ("planned", 7 * DAY)}
    for day in (1, 2, 3):
        await happen(spine, "Order Delivered", day * DAY)
    assert (await states(spine))["onboarding/third order"] == ("planned", 3 * DAY + HOUR)
    await spine.dispatch()
    assert asked(spine) == 0
    spine.now = START + 3 * DAY + HOUR
    await spine.dispatch()
    assert asked(spine) == 1
    spine.now = START + 7 * DAY
    await spine.dispatch()
    assert asked(spine) == 2


async def test_the_facts_of_what_reached_it_are_kept(spine: Spine) -> None:
    await happen(spine, "Account Created")
    for day in (1, 2, 3):
        await happen(spine, "Order Delivered", day * DAY, team="north", order=f"o{day}")
    found = await spine.store.load_conversations(range(1, 9))
    third = next(c.invitation for c in found.values() if c.invitation.trigger.endswith("order"))
    assert (third.facts["order"], third.interaction.team) == ("o3", "north")


async def test_closing_the_account_ends_it(spine: Spine) -> None:
    await happen(spine, "Account Created")
    await happen(spine, "Account Closed", DAY)
    await happen(spine, "Account Created", 2 * DAY)  # entered once
    spine.now = START + 8 * DAY
    await spine.dispatch()
    assert asked(spine) == 0
    assert (await states(spine))["onboarding/first week"][0] == "cancelled"
    assert (await spine.store.decisions(1))[0].rule == "the journey has ended"


async def test_events_in_the_wrong_order_and_twice(spine: Spine) -> None:
    await happen(spine, "Account Closed", DAY)
    await happen(spine, "Account Created")
    assert await states(spine) == {}


async def test_a_changed_date_moves_it_both_ways(spine: Spine) -> None:
    async def told(number: int, end: str) -> None:
        await spine.report(identify(1, f"told-{number}", {"contract_end": end}))

    await happen(spine, "Account Created")
    await told(1, "2027-03-01T12:00:00Z")
    assert (await states(spine))["onboarding/renewal"] == ("planned", 70 * DAY)
    await told(2, "2027-01-01T12:00:00Z")
    assert (await states(spine))["onboarding/renewal"] == ("planned", 11 * DAY)
    spine.now = START + 11 * DAY - HOUR
    await spine.dispatch()  # the week
    assert asked(spine) == 1
    await told(3, "2027-02-01T12:00:00Z")
    spine.now = START + 11 * DAY + HOUR
    await spine.dispatch()
    assert asked(spine) == 1
    spine.now = START + 42 * DAY
    await spine.dispatch()
    assert asked(spine) == 2
    await told(4, "2028-01-01")  # it was asked
    assert (await states(spine))["onboarding/renewal"] == ("asked", 42 * DAY)
    spine.now = START + 100 * DAY
    await spine.dispatch()
    assert asked(spine) == 2


async def test_two_journeys_of_one_person(tmp_path: Path) -> None:
    keyed = replace(ONBOARDING, key="contract", milestones=(WEEK,))
    async with a_spine(tmp_path, rules=make_rules(journeys=(keyed,), triggers=())) as spine:
        await spine.report(identify(1, "who", {"telegram_id": "1001"}))
        await happen(spine, "Account Created", contract="a")
        await happen(spine, "Account Created", contract="b")
        await happen(spine, "Account Created", contract="a")
        await happen(spine, "Account Created")  # about none of them
        await happen(spine, "Account Closed", DAY, contract="b")
        counts = await spine.store.counts()
        assert (counts["invitations.planned"], counts["invitations.cancelled"]) == (1, 1)


async def test_an_edited_file(spine: Spine) -> None:
    await happen(spine, "Account Created")
    month = replace(WEEK, name="month", offset=30 * DAY)
    early = replace(WEEK, name="first day", offset=DAY)
    spine.now = START + 3 * DAY
    edited = replace(ONBOARDING, milestones=(early, month))
    spine.rules = replace(spine.rules, journeys=(edited,))
    for _ in range(2):  # the second time changes nothing
        assert await compare_all(spine.store, spine.rules, spine.now) == 1
        assert await states(spine) == {
            "onboarding/first week": ("cancelled", 7 * DAY),
            "onboarding/month": ("planned", 30 * DAY),
        }
    spine.rules = replace(spine.rules, journeys=())
    await compare_all(spine.store, spine.rules, spine.now)
    assert (await states(spine))["onboarding/month"][0] == "cancelled"


async def test_many_people_are_compared_page_by_page(spine: Spine) -> None:
    events = []
    for who in range(2, 1300):
        events.append(identify(who, f"w{who}", {"telegram_id": str(1000 + who)}))
        events.append(replace(call(who, who), name="Account Created", message_id=f"a{who}"))
    await spine.report(*events)
    later = replace(WEEK, offset=9 * DAY)
    spine.rules = replace(spine.rules, journeys=(replace(ONBOARDING, milestones=(later,)),))
    seen: list[int] = []
    assert await compare_all(spine.store, spine.rules, spine.now, told=seen.append) == 1298
    assert seen == [500, 1000, 1298]
    found = await spine.store.load_conversations(range(1, 1299))
    assert {c.invitation.due_at for c in found.values()} == {START + 9 * DAY}


async def test_an_alias_joins_two_ways(spine: Spine) -> None:
    await happen(spine, "Account Created")
    other = replace(call(700, 2), name="Account Created", message_id="other")
    await spine.report(identify(2, "two", {"telegram_id": "1002"}), other)
    alias = Event(
        message_id="alias",
        kind=EventKind.ALIAS,
        user_id="u1",
        previous_id="u2",
        occurred_at=START,
        received_at=START,
    )
    await spine.report(alias)
    await happen(spine, "Account Closed", DAY)
    first = (await spine.conversation(1)).invitation
    assert first.state is InvitationState.CANCELLED
