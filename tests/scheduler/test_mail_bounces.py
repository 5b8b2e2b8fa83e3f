"""Mails that come back, and what is made of it."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.case_posts import CasePosts
from channels.base import Receipt
from channels.sandbox import Sandbox
from scheduler.replies import ReplyIntake
from scheduler.statuses import HOLD, REFUSALS
from surveys.contact import AddressStatus
from surveys.inbound import Fault
from surveys.invitation import DeliveryState, InvitationState
from surveys.message import Message
from tests.scheduler.mailing import (
    ANNA,
    FAILED,
    POST,
    asked,
    flows,
    mail_spine,
    mails,
    report,
    status_of,
    wrote,
)
from tests.scheduler.spine import Spine, answers


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    async with mail_spine(tmp_path) as made:
        yield made


async def test_a_bounce_gives_up_the_address_and_asks_over_the_next_channel(spine: Spine) -> None:
    mail = await asked(spine)
    await asked(spine, 2)
    assert (await flows(spine))["delivered email"] == 2
    bounce = report(spine, mail, reason="550 5.1.1 User unknown")
    await spine.hear(replace(bounce, address="u2@x.example"))
    assert await status_of(spine, "email", ANNA) is AddressStatus.BOUNCED
    assert await status_of(spine, "email", "u2@x.example") is AddressStatus.OK
    assert "telegram" in spine.woken
    await spine.dispatch()
    assert "How likely" in spine.lines("telegram", "1001")[0].text
    assert spine.lines("telegram", "1002") == []
    assert await flows(spine) == {
        "sent email": 1, "delivered email": 1, "sent telegram": 1, "delivered telegram": 1
    }  # fmt: skip
    await spine.hear(spine.said("1001", text="3"))
    assert await answers(spine) == {"nps": 3}
    assert [d.verdict for d in await spine.store.decisions(1)] == ["send", "move", "send"]
    assert "5.1.1" in (await spine.store.decisions(1))[1].rule
    assert await spine.store.recount() == []


async def test_without_a_next_channel_a_bounced_question_has_failed(tmp_path: Path) -> None:
    async with mail_spine(tmp_path, "email") as spine:
        mail = await asked(spine)
        await spine.hear(report(spine, mail))
        await spine.dispatch()
        assert (await spine.conversation(1)).invitation.state is InvitationState.FAILED
        assert await flows(spine) == {"sent email": 1}
        assert (await spine.store.counts())["deliveries.bounced"] == 1
        number = (await spine.conversation(1)).contact.id
        ledgers = await spine.store.unit_of_work(
            lambda t: t.lock_ledgers({number}, spine.now, timedelta(days=30))
        )
        assert ledgers[number].asked == (), "what nobody saw limits nothing"
        assert await spine.store.recount() == []
        await asked_in_vain(spine)


async def asked_in_vain(spine: Spine) -> None:
    """Nothing more is sent to somebody without a working address."""
    before = len(mails(spine))
    await spine.invite()
    await spine.dispatch()
    assert len(mails(spine)) == before


async def test_who_has_answered_is_not_asked_again_elsewhere(spine: Spine) -> None:
    mail = await asked(spine)
    await spine.hear(wrote(spine, "9", token=spine.token(1)))
    await spine.dispatch()
    await spine.hear(report(spine, mail), report(spine, mails(spine)[-1].subject))
    await spine.dispatch()
    assert spine.lines("telegram", "1001") == []
    assert (await spine.conversation(1)).invitation.state is InvitationState.STARTED
    assert await spine.store.recount() == []


async def test_the_same_bounce_twice_asks_once(spine: Spine) -> None:
    mail = await asked(spine)
    bounce = report(spine, mail)
    await spine.hear(bounce, bounce)
    await spine.hear(report(spine, mail))
    await spine.dispatch()
    await spine.hear(report(spine, mail, FAILED))
    await spine.dispatch()
    assert len(spine.lines("telegram", "1001")) == 1


async def test_a_bounce_of_a_mail_we_never_sent_changes_nothing(spine: Spine) -> None:
    await asked(spine)
    await spine.hear(replace(report(spine, "<no@such>"), address=ANNA))
    await spine.dispatch()
    assert await status_of(spine, "email", ANNA) is AddressStatus.OK
    assert spine.lines("telegram", "1001") == []


async def test_a_bounce_that_overtakes_the_note_of_its_sending_is_heeded(spine: Spine) -> None:
    await spine.invite()
    sandbox = spine.channels["email"]

    class Hasty(Sandbox):
        """Says that a message came back before anybody could note its id."""

        async def send(self, message: Message) -> Receipt:
            receipt = await sandbox.send(message)
            await spine.hear(report(spine, receipt.external_id))
            return receipt

    spine.lane("email", Hasty(name="email", capabilities=POST, clock=lambda: spine.now))
    await spine.dispatch()
    assert len(mails(spine)) == 1
    assert await status_of(spine, "email", ANNA) is AddressStatus.BOUNCED
    assert spine.lines("telegram", "1001")
    assert await flows(spine) == {"sent telegram": 1, "delivered telegram": 1}
    assert await spine.store.recount() == []


async def test_the_third_full_mailbox_within_a_month_is_given_up(tmp_path: Path) -> None:
    async with mail_spine(tmp_path, "email") as spine:
        for days in (0, 31, 10, 10):
            assert await status_or_none(spine) in (None, AddressStatus.OK)
            spine.now += timedelta(days=days)
            mail = await asked(spine)
            full = report(spine, mail, FAILED, fault=Fault.PASSING, reason="552 5.2.2 full")
            await spine.hear(full, replace(full, event_id=f"again {mail}"))
        assert await status_of(spine, "email", ANNA) is AddressStatus.BOUNCED
        await asked_in_vain(spine)


async def status_or_none(spine: Spine) -> AddressStatus | None:
    found = await spine.store.find_contact("email", ANNA)
    return await status_of(spine, "email", ANNA) if found else None


async def test_what_is_only_late_is_not_counted(tmp_path: Path) -> None:
    async with mail_spine(tmp_path, "email") as spine:
        for _ in range(4):
            mail = await asked(spine)
            await spine.hear(report(spine, mail, DeliveryState.DEFERRED, reason="450 4.4.1"))
        assert await status_of(spine, "email", ANNA) is AddressStatus.OK
        assert (await spine.conversation(4)).invitation.state is InvitationState.ASKED


async def test_refusals_for_our_standing_strike_nobody_off_but_hold_the_channel(
    spine: Spine, caplog: pytest.LogCaptureFixture
) -> None:
    sent = [await asked(spine, who) for who in range(1, REFUSALS + 2)]
    held: list[tuple[str, timedelta]] = []
    intake = ReplyIntake(
        spine.store,
        lambda: spine.rules,
        channels=spine.capabilities,
        compose_alert=lambda *_: Message(address="", text=""),
        compose_card=lambda *_: Message(address="", text=""),
        case_words=CasePosts(),
        compose_call=lambda *_: Message(address="", text=""),
        clock=lambda: spine.now,
        wake=spine.woken.append,
        hold=lambda lane, wait: held.append((lane, wait)),
    )
    for number, mail in enumerate(sent[:REFUSALS], 1):
        refused = report(spine, mail, FAILED, fault=Fault.OURS, reason="our reputation: 550 5.7.26")
        await intake.handle_inbound([refused])
        assert held == ([("email", HOLD)] if number == REFUSALS else [])
    assert await status_of(spine, "email", ANNA) is AddressStatus.OK
    told = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert len(told) == 2 and "5.7.26" in told[0] and "waits" in told[1]
    assert await spine.store.count_refusals() == {"email": REFUSALS}
    await spine.dispatch()
    assert spine.lines("telegram", "1001") == [], "a campaign is not moved to a dearer channel"
    spine.now += timedelta(hours=1)
    await intake.handle_inbound(
        [report(spine, sent[-1], FAILED, fault=Fault.OURS, reason="our reputation: 550 5.7.26")]
    )
    assert len(held) == 1, "they have to come close together"


async def test_a_lane_that_is_held_waits_and_goes_on(spine: Spine) -> None:
    lane = spine.lanes["email"]
    lane.hold(HOLD)
    lane.hold(timedelta(seconds=1))
    await spine.invite()
    spine.now += HOLD - timedelta(seconds=1)
    await spine.dispatch()
    assert mails(spine) == []
    spine.now += timedelta(seconds=2)
    await spine.dispatch()
    assert len(mails(spine)) == 1
