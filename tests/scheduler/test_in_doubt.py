"""In doubt: attempts that ended without a verdict, or with the process."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels.errors import Uncertain
from scheduler import dispatch
from scheduler.in_doubt import MAX_CRASHES
from surveys.invitation import Delivery, InvitationState
from tests.scheduler.spine import CHAT, MAIL, PAGE, Spine, a_spine, pass_time, state


async def begin_and_crash(spine: Spine, lane: str = "telegram") -> None:
    """Claim and begin like a lane that dies before it settles."""
    dues = await spine.store.claim_due(lane, spine.now, dispatch.LEASE, 500)
    attempts = [
        (
            due,
            Delivery(
                invitation_id=due.invitation_id,
                channel=lane,
                address=f"{1000 + due.invitation_id}",
                started_at=spine.now,
            ),
        )
        for due in dues
    ]
    await spine.store.begin_deliveries(attempts)
    spine.now += dispatch.LEASE + timedelta(seconds=1)


async def test_what_ended_uncertain_is_sent_again_under_the_same_id(spine: Spine) -> None:
    spine.channels["telegram"].fail_with("1001", Uncertain("no answer"))
    await spine.invite()
    await spine.dispatch()
    await pass_time(spine, 1)
    assert len(spine.lines("telegram", "1001")) == 1  # the provider knew the repeat by its id
    assert len({sent.delivery_id for sent in spine.channels["telegram"].ledger}) == 1
    counts = await spine.store.counts()
    assert counts["deliveries.sent"] == 1 and "deliveries.uncertain" not in counts


async def test_uncertain_twice_is_parked_and_shows(spine: Spine) -> None:
    spine.channels["telegram"].fail_with("1001", Uncertain("no answer"), times=2)
    await spine.invite()
    await spine.dispatch()
    await pass_time(spine, 5)
    counts = await spine.store.counts()
    assert counts["deliveries.uncertain"] == 1 and counts["dues"] == 0
    assert await state(spine) is InvitationState.ASKED


async def test_where_nothing_may_be_repeated_it_is_parked_at_once(tmp_path: Path) -> None:
    careful = replace(CHAT, resend=False, concurrency=3)
    known = {"telegram": careful, "email": MAIL, "web": PAGE}
    async with a_spine(tmp_path, capabilities=known) as spine:
        for who in range(1, 9):
            await spine.invite(who)
        spine.channels["telegram"].fail_with("1002", Uncertain("no answer"))
        await spine.dispatch()
        counts = await spine.store.counts()
        assert counts["deliveries.uncertain"] == 1 and counts["deliveries.sent"] == 7


async def test_after_a_crash_an_attempt_is_repeated_under_its_id(spine: Spine) -> None:
    await spine.invite()
    await begin_and_crash(spine)
    await spine.dispatch()
    assert [sent.delivery_id for sent in spine.channels["telegram"].ledger] == [1]
    assert (await spine.store.counts())["deliveries.sent"] == 1


async def test_a_row_that_brings_the_process_down_is_parked(spine: Spine) -> None:
    await spine.invite()
    for _ in range(MAX_CRASHES):
        await begin_and_crash(spine)
    await spine.dispatch()
    assert spine.lines("telegram", "1001") == []
    assert (await spine.store.counts())["deliveries.uncertain"] == MAX_CRASHES


@pytest.mark.parametrize("meanwhile", ["answered", "survey gone", "stopped"])
async def test_after_a_crash_no_attempt_stays_open_for_ever(spine: Spine, meanwhile: str) -> None:
    conversation = await spine.invite()
    await begin_and_crash(spine)
    if meanwhile == "answered":
        await spine.hear(spine.said("1001", payloads=(f"{spine.token(1)}.nps.9",)))
    elif meanwhile == "stopped":
        await spine.hear(spine.stop("1001"))
    else:
        spine.rules = replace(spine.rules, surveys={})
    await spine.dispatch()
    counts = await spine.store.counts()
    assert "deliveries.sending" not in counts and counts["deliveries.uncertain"] == 1
    assert not [line for line in spine.lines("telegram", "1001") if line.text.startswith("How lik")]
    assert conversation.invitation.state is InvitationState.PLANNED
