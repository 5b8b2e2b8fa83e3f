"""What comes back by mail: replies from anywhere, bounces, complaints, and programs that write."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.case_posts import CasePosts
from channels.base import Receipt
from channels.sandbox import Sandbox
from scheduler.replies import ReplyIntake
from scheduler.sparing import UNREAD
from scheduler.statuses import HOLD, REFUSALS
from surveys.contact import AddressStatus
from surveys.inbound import Fault, OptedOut, Replied, StatusChanged
from surveys.invitation import DeliveryState, InvitationState
from surveys.link import Purpose
from surveys.message import Message
from surveys.report import Filter
from tests.scheduler.spine import CHAT, MAIL, PAGE, Spine, a_spine, make_rules

ANNA, WORK = "u1@x.example", "anna@work.example"
POST = replace(MAIL, replies=True, subject=True)
BOUNCED, FAILED = DeliveryState.BOUNCED, DeliveryState.FAILED


@asynccontextmanager
async def mail_spine(folder: Path, *via: str) -> AsyncIterator[Spine]:
    rules = make_rules(via=via or ("email", "telegram"))
    capabilities = {"telegram": CHAT, "email": POST, "web": PAGE}
    async with a_spine(folder, rules=rules, capabilities=capabilities) as spine:
        yield spine


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    async with mail_spine(tmp_path) as made:
        yield made


async def asked(spine: Spine, who: int = 1, **traits: str) -> str:
    """Ask somebody by mail; gives the mail's id."""
    await spine.invite(who, **traits)
    await spine.dispatch()
    return spine.lines("email", f"u{who}@x.example")[-1].id


def mails(spine: Spine, address: str = ANNA) -> list[Message]:
    return [line.message for line in spine.lines("email", address) if line.message]


def wrote(spine: Spine, text: str, sender: str = ANNA, **given: Any) -> Replied:
    return spine.said(sender, channel="email", text=text, **given)


def report(spine: Spine, mail: str, status: DeliveryState = BOUNCED, **given: Any) -> StatusChanged:
    source = spine.source("mailer-daemon@mx.example", "email")
    return StatusChanged(**source, external_id=mail, status=status, **given)


async def answers(spine: Spine, number: int = 1) -> dict[str, object]:
    response = (await spine.conversation(number)).response
    return {a.question_id: a.value or a.text for a in response.answers} if response else {}


async def status_of(spine: Spine, channel: str, address: str) -> AddressStatus:
    contact = await spine.store.find_contact(channel, address)
    assert contact
    return next(a.status for a in contact.addresses if a.value == address)


async def flows(spine: Spine) -> dict[str, int]:
    wanted = Filter(survey="call", since=date(2026, 11, 1), until=date(2026, 12, 31), by="channel")
    found = (await spine.store.tally(wanted)).flows
    return {f"{flow.stage} {flow.group}": flow.n for flow in found}


# Replies


async def test_a_reply_with_its_tag_counts_wherever_it_was_written(spine: Spine) -> None:
    await asked(spine)
    await spine.hear(wrote(spine, "9, great", WORK, token=spine.token(1), question_id="nps"))
    await spine.dispatch()
    assert await answers(spine) == {"nps": 9, "comment": "great"}
    assert mails(spine)[-1].question_id == "csat", "what follows goes to the contact's own address"
    assert mails(spine, WORK) == []


async def test_a_stop_with_its_tag_counts_wherever_it_was_written(spine: Spine) -> None:
    await asked(spine)
    await spine.hear(wrote(spine, "STOP", WORK, token=spine.token(1)))
    await spine.dispatch()
    contact = await spine.store.find_contact("email", ANNA)
    assert contact and contact.opted_out_at
    assert "will not ask you" in mails(spine)[-1].text
    assert mails(spine, WORK) == []


@pytest.mark.parametrize("kind", ["forged", "another purpose", "too old"])
async def test_a_bad_tag_is_none(spine: Spine, kind: str) -> None:
    await asked(spine)
    token = spine.token(1, Purpose.STOP if kind == "another purpose" else Purpose.ANSWER)
    if kind == "forged":
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    elif kind == "too old":
        spine.now += timedelta(days=40)
    await spine.hear(wrote(spine, "1", WORK, token=token, question_id="nps"))
    await spine.dispatch()
    assert await answers(spine) == {}
    assert len(mails(spine)) == 1 and mails(spine, WORK) == []


async def test_a_forged_tag_does_not_point_a_known_person_elsewhere(spine: Spine) -> None:
    await asked(spine, 1)
    await asked(spine, 2)
    forged = spine.token(1)[:-2] + "zz"
    await spine.hear(wrote(spine, "7", "u2@x.example", token=forged, question_id="nps"))
    assert await answers(spine, 1) == {}
    assert await answers(spine, 2) == {"nps": 7}


async def test_words_belong_to_the_mail_they_answer_where_they_can(spine: Spine) -> None:
    await asked(spine)
    first = {"token": spine.token(1), "question_id": "nps"}
    await spine.hear(wrote(spine, "9", **first))
    await spine.hear(wrote(spine, "4", token=spine.token(1), question_id="csat"))
    await spine.hear(wrote(spine, "8", **first))
    assert await answers(spine) == {"nps": 8, "csat": 4}
    await spine.hear(wrote(spine, "Quick and kind", **first))
    assert (await answers(spine))["comment"] == "Quick and kind", "the open question took them"
    assert await spine.store.recount() == []


async def test_mail_addresses_have_no_case(spine: Spine) -> None:
    await spine.invite(1, email="Anna.V@X.Example")
    await spine.dispatch()
    assert len(mails(spine, "anna.v@x.example")) == 1
    await spine.hear(wrote(spine, "9", "anna.v@x.example"))
    assert await answers(spine) == {"nps": 9}
    assert await spine.store.find_contact("email", "ANNA.V@x.example")
    await spine.invite(1, email="anna.v@x.example")
    contact = await spine.store.find_contact("email", "anna.v@x.example")
    assert contact and [a.value for a in contact.addresses if a.channel == "email"] == [
        "anna.v@x.example"
    ]


async def test_what_follows_stands_in_the_same_thread(spine: Spine) -> None:
    mail = await asked(spine)
    said = wrote(spine, "9", external_id=mail)
    await spine.hear(said)
    await spine.dispatch()
    following = mails(spine)[-1]
    assert following.subject == f"Re: {mails(spine)[0].subject}"
    assert following.replies_to == (mail, said.event_id)
    stop = wrote(spine, "stop")
    await spine.hear(stop)
    await spine.dispatch()
    assert mails(spine)[-1].subject == following.subject
    assert mails(spine)[-1].replies_to == (stop.event_id,)


# Bounces


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


# Complaints


async def test_a_complaint_stops_whom_the_mail_went_to_and_writes_nothing(spine: Spine) -> None:
    mail = await asked(spine)
    await asked(spine, 2)
    source = spine.source("u2@x.example", "email")
    await spine.hear(OptedOut(**source, external_id=mail, silent=True))
    await spine.dispatch()
    anna = await spine.store.find_contact("email", ANNA)
    ben = await spine.store.find_contact("email", "u2@x.example")
    assert anna and anna.opted_out_at
    assert ben and not ben.opted_out_at
    assert len(mails(spine)) == 1


# Programs that write


async def test_what_cannot_be_read_is_said_twice_and_then_kept_in_silence(spine: Spine) -> None:
    await asked(spine)
    for n in range(UNREAD + 3):
        await spine.hear(wrote(spine, f"I am at the seaside {n} times"))
        await spine.dispatch()
    assert len(mails(spine)) == 1 + UNREAD
    assert (await spine.store.counts())["cards"] == UNREAD + 3
    await spine.hear(wrote(spine, "9"))
    await spine.dispatch()
    assert mails(spine)[-1].question_id == "csat", "an answer is still one"


@pytest.mark.parametrize("words", ["Thank you for your mail!", "9", "Thank you. 10 of 10", "stop!"])
async def test_a_program_that_answers_every_mail_is_not_answered_for_ever(
    spine: Spine, words: str
) -> None:
    await asked(spine)
    heard = 0
    for _ in range(40):
        await spine.dispatch()
        new = len(mails(spine)) - heard
        heard += new
        if not new:
            break
        for n in range(new):
            await spine.hear(wrote(spine, words, external_id=f"{heard}.{n}"))
    else:
        raise AssertionError("two programs write to each other for ever")
    assert heard <= 8


async def test_who_was_not_asked_is_thanked_twice_a_day(spine: Spine) -> None:
    await spine.report()
    await spine.invite(1)  # known, and not asked yet
    for _ in range(5):
        await spine.hear(wrote(spine, "Your shop is lovely"))
    await spine.dispatch()
    notes = [m for m in mails(spine) if not m.question_id]
    assert len(notes) == 2
    assert (await spine.store.counts())["cards"] == 5
