"""Reminders and the turn to another channel: only where nobody answers."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.errors import Blocked
from scheduler.calendar import Hours
from scheduler.patience import Throttle
from scheduler.triggers import Trigger
from surveys.condition import parse
from surveys.follow_up import FollowUp
from surveys.invitation import InvitationState
from tests.scheduler.spine import CHAT, MAIL, PAGE, Spine, a_spine, call, identify, make_rules

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REMIND = FollowUp(remind_after=2 * DAY, times=2)
TURN = FollowUp(fallback_after=DAY)
ANNA = "u1@x.example"
Stand = Callable[..., AbstractAsyncContextManager[Spine]]


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    can = {"telegram": CHAT, "email": replace(MAIL, subject=True), "web": PAGE}

    def make(plan: FollowUp, **rules: Any) -> AbstractAsyncContextManager[Spine]:
        given = make_rules(follow_ups={"after_call": plan}, **rules)
        return a_spine(tmp_path, rules=given, capabilities=can)

    return make


async def later(spine: Spine, by: timedelta) -> None:
    spine.now += by
    await spine.dispatch()


def said(spine: Spine, channel: str = "telegram", address: str = "1001") -> list[str]:
    return [line.text for line in spine.lines(channel, address)]


async def test_silence_is_reminded_of_as_often_as_said(stand: Stand) -> None:
    async with stand(REMIND) as spine:
        await spine.invite(1)
        await spine.dispatch()
        await later(spine, 2 * DAY - HOUR)
        assert len(said(spine)) == 1
        await later(spine, HOUR)
        assert len(said(spine)) == 2
        assert "A short reminder" in said(spine)[-1]
        assert "recommend" in said(spine)[-1]
        await later(spine, 2 * DAY)
        assert len(said(spine)) == 3
        await later(spine, 2 * DAY + HOUR)
        assert len(said(spine)) == 3
        await spine.hear(spine.press("1001", "9"))
        assert (await spine.conversation(1)).response


async def test_an_answer_ends_it(stand: Stand) -> None:
    async with stand(REMIND) as spine:
        await spine.invite(1)
        await spine.dispatch()
        await spine.hear(spine.press("1001", "9"))
        await spine.dispatch()
        count = len(said(spine))
        await later(spine, 3 * DAY)
        assert len(said(spine)) == count
        assert (await spine.store.decisions(1))[-1].rule == "already started"


async def test_a_stop_ends_it_and_the_invitation_stays_as_it_is(stand: Stand) -> None:
    async with stand(REMIND) as spine:
        await spine.invite(1)
        await spine.dispatch()
        await spine.hear(spine.stop("1001"))
        await spine.dispatch()
        count = len(said(spine))
        await later(spine, 3 * DAY)
        assert len(said(spine)) == count
        assert (await spine.conversation(1)).invitation.state is InvitationState.ASKED


async def test_none_that_would_come_after_it_has_closed(stand: Stand) -> None:
    async with stand(FollowUp(remind_after=8 * DAY)) as spine:
        await spine.invite(1)
        await spine.dispatch()
        assert await spine.store.count_due() == {}


async def test_the_marketers_own_words_and_another_channel(stand: Stand) -> None:
    own = FollowUp(
        remind_after=DAY, remind_via="email", text={"en": "Still curious, {first_name}."}
    )
    async with stand(own) as spine:
        await spine.invite(1)
        await spine.dispatch()
        await later(spine, DAY)
        (line,) = spine.lines("email", ANNA)
        assert line.message
        assert line.message.notice == "Still curious, Anna1."
        assert line.message.subject.startswith("Reminder: ")


async def test_a_reminder_waits_for_the_morning(stand: Stand) -> None:
    busy = Throttle(hours=Hours(weekdays=frozenset({5, 1})))  # Saturday, Tuesday
    async with stand(FollowUp(remind_after=DAY), throttle=busy) as spine:
        await spine.invite(1)
        await spine.dispatch()
        await later(spine, DAY)
        assert len(said(spine)) == 1
        await later(spine, 2 * DAY)
        assert len(said(spine)) == 2


async def test_silence_turns_to_the_next_channel_and_both_may_be_answered(stand: Stand) -> None:
    async with stand(TURN) as spine:
        await spine.invite(1)
        await spine.dispatch()
        assert not said(spine, "email", ANNA)
        await later(spine, DAY)
        assert len(said(spine, "email", ANNA)) == 1
        assert len(said(spine)) == 1
        await spine.hear(spine.said("1001", text="9"))  # in the first one after all
        response = (await spine.conversation(1)).response
        assert response
        assert response.channel == "telegram"


async def test_an_answer_ends_the_turn_too(stand: Stand) -> None:
    async with stand(TURN) as spine:
        await spine.invite(1)
        await spine.dispatch()
        await spine.hear(spine.press("1001", "9"))
        await later(spine, 2 * DAY)
        assert not said(spine, "email", ANNA)


async def test_a_turn_passes_over_channels_that_do_not_reach(stand: Stand) -> None:
    async with stand(TURN, via=("web", "telegram", "email")) as spine:
        spine.channels["telegram"].fail_with("1001", Blocked("blocked by the user"))
        await spine.invite(1)
        await spine.dispatch()
        await later(spine, DAY)
        assert len(said(spine, "email", ANNA)) == 1
        assert (await spine.conversation(1)).invitation.state is InvitationState.ASKED


async def test_where_nobody_can_be_reached_silence_stays_silence(stand: Stand) -> None:
    async with stand(TURN, via=("web", "email")) as spine:
        await spine.invite(1, email="")
        await spine.dispatch()
        await later(spine, DAY)
        assert (await spine.conversation(1)).invitation.state is InvitationState.ASKED
        assert await spine.store.count_due() == {}


async def test_both_together(stand: Stand) -> None:
    both = replace(REMIND, fallback_after=DAY, times=1)
    async with stand(both) as spine:
        await spine.invite(1)
        await spine.dispatch()
        await later(spine, DAY)
        await later(spine, DAY)
        assert len(said(spine, "email", ANNA)) == 1
        assert len(said(spine)) == 2


CLOSED = FollowUp(only_if=parse("ticket_status = closed"), remind_after=DAY)


async def report(spine: Spine, status: str, **more: Any) -> None:
    number = next(spine.calls)
    event = call(number, 1, spine.now, interaction_id="t-1", ticket_status=status)
    await spine.report(replace(event, **more))


async def test_what_is_not_true_any_more_is_not_asked(stand: Stand) -> None:
    later_on = Trigger(
        name="after_call", event="Call Ended", survey="call", via=("telegram",), wait=2 * HOUR
    )
    async with stand(CLOSED, triggers=(later_on,)) as spine:
        await spine.report(identify(1, "who", {"telegram_id": "1001"}))
        await report(spine, "closed")
        await report(spine, "open", name="Ticket Reopened")
        await later(spine, 2 * HOUR)
        assert said(spine) == []
        assert (await spine.store.decisions(1))[-1].rule == (
            "only_if: ticket_status = closed does not hold any more"
        )
        assert (await spine.conversation(1)).invitation.state is InvitationState.SKIPPED


async def test_what_is_true_again_is_asked_and_a_reminder_looks_too(stand: Stand) -> None:
    wait = Trigger(
        name="after_call", event="Call Ended", survey="call", via=("telegram",), wait=HOUR
    )
    async with stand(CLOSED, triggers=(wait,)) as spine:
        await spine.report(identify(1, "who", {"telegram_id": "1001"}))
        await report(spine, "closed")
        await report(spine, "open", name="Ticket Reopened")
        await report(spine, "closed", name="Ticket Closed")
        await later(spine, HOUR)
        assert len(said(spine)) == 1
        await report(spine, "open", name="Ticket Reopened")
        await later(spine, DAY)
        assert len(said(spine)) == 1
        assert (await spine.conversation(1)).invitation.state is InvitationState.ASKED


async def test_another_persons_interaction_of_that_name_means_nothing(stand: Stand) -> None:
    wait = Trigger(
        name="after_call", event="Call Ended", survey="call", via=("telegram",), wait=HOUR
    )
    async with stand(CLOSED, triggers=(wait,)) as spine:
        await spine.report(identify(1, "who", {"telegram_id": "1001"}))
        await report(spine, "closed")
        await report(spine, "open", name="Ticket Reopened", user_id="u2")
        await later(spine, HOUR)
        assert len(said(spine)) == 1
