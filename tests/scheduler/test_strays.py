"""Rows on lanes of channels that are not in the file: moved, skipped or let go, never for ever."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.strays import Strays
from surveys.due import Due, DueKind
from surveys.invitation import Delivery, InvitationState
from surveys.message import Message
from tests.scheduler.spine import MAIL, PAGE, Spine, a_spine, make_rules

RUNNING = {"email": MAIL, "web": PAGE}
"""Telegram, which the trigger names first, was taken out of the file."""


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    async with a_spine(tmp_path, capabilities=RUNNING) as made:
        yield made


async def sweep(spine: Spine) -> None:
    strays = Strays(
        spine.store,
        lambda: spine.rules,
        channels=spine.capabilities,
        clock=lambda: spine.now,
        wake=spine.woken.append,
    )
    await strays.sweep()


async def state(spine: Spine) -> InvitationState:
    return (await spine.conversation(1)).invitation.state


def say(spine: Spine, number: int, invitation: int = 0) -> Due:
    return Due(
        lane="telegram",
        at=spine.now,
        id=f"say:{number}",
        kind=DueKind.SAY,
        invitation_id=invitation,
        message=Message(address="1001", text="Thank you"),
    )


async def put(spine: Spine, *dues: Due) -> None:
    await spine.store.unit_of_work(lambda t: t.add_dues(dues))


async def test_a_question_moves_to_the_next_channel_of_via(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    assert spine.lines("email", "u1@x.example") == []
    spine.woken.clear()
    await sweep(spine)
    assert spine.woken == ["email"]
    await spine.dispatch()
    assert len(spine.lines("email", "u1@x.example")) == 1
    decisions = [(d.verdict, d.rule) for d in await spine.store.decisions(1)]
    assert decisions == [("move", "telegram does not run"), ("send", "reachable by email")]
    assert await spine.store.count_due() == {}


async def test_a_question_with_no_other_way_is_skipped_with_the_reason(spine: Spine) -> None:
    await spine.invite(email="")
    await sweep(spine)
    assert await state(spine) is InvitationState.SKIPPED
    [decision] = await spine.store.decisions(1)
    assert (decision.verdict, decision.rule) == (
        "skip",
        "not reachable by telegram, email: telegram does not run",
    )
    assert await spine.store.count_due() == {}


async def test_asked_on_all_channels_the_others_go_on(tmp_path: Path) -> None:
    rules = make_rules(all_channels=True)
    async with a_spine(tmp_path, rules=rules, capabilities=RUNNING) as spine:
        await spine.invite()
        await spine.dispatch()
        await sweep(spine)
        assert await state(spine) is InvitationState.ASKED
        assert len(spine.lines("email", "u1@x.example")) == 1
        assert await spine.store.count_due() == {}


async def test_what_was_to_be_said_is_let_go_logged_and_counted(
    spine: Spine, caplog: pytest.LogCaptureFixture
) -> None:
    await put(spine, *[say(spine, n) for n in range(600)])
    with caplog.at_level(logging.WARNING, "afterword.strays"):
        await sweep(spine)
    assert await spine.store.count_due() == {}
    assert (await spine.store.counts())["let_go.telegram"] == 600
    assert "telegram is not in the file: 0 questions moved, 0 not asked, 500 mes" in caplog.text
    assert "1001" not in caplog.text
    await put(spine, say(spine, 1000))
    await sweep(spine)
    assert (await spine.store.counts())["let_go.telegram"] == 601


async def test_what_is_due_later_waits_for_the_channel_to_come_back(spine: Spine) -> None:
    await spine.invite()
    spine.now -= timedelta(minutes=1)
    await sweep(spine)
    assert await spine.store.count_due() == {"telegram": 1}


async def test_rows_of_channels_that_run_are_left_to_them(spine: Spine) -> None:
    spine.rules = make_rules(via=("email",))
    await spine.invite()
    await sweep(spine)
    assert await spine.store.count_due() == {"email": 1}
    await spine.dispatch()
    assert len(spine.lines("email", "u1@x.example")) == 1


async def test_what_may_have_gone_out_is_not_asked_again_elsewhere(spine: Spine) -> None:
    await spine.invite()
    dues = await spine.store.claim_due("telegram", spine.now, timedelta(seconds=40), 5)
    attempt = Delivery(invitation_id=1, channel="telegram", address="1001", started_at=spine.now)
    await spine.store.begin_deliveries([(due, attempt) for due in dues])
    spine.now += timedelta(minutes=1)
    await sweep(spine)
    await spine.dispatch()
    assert spine.lines("email", "u1@x.example") == []
    assert await state(spine) is InvitationState.ASKED
    assert (await spine.store.counts())["deliveries.uncertain"] == 1
    assert await spine.store.count_due() == {}
