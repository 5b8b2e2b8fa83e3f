from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels.base import Receipt
from channels.errors import (
    BadResponse,
    Blocked,
    ChannelError,
    Misconfigured,
    Rejected,
    Relocated,
    Throttled,
    Unavailable,
)
from channels.sandbox import Sandbox
from scheduler.outcomes import MAX_ATTEMPTS
from surveys.invitation import InvitationState
from surveys.message import Message
from tests.scheduler.spine import (
    CHAT,
    MAIL,
    MINUTE,
    PAGE,
    Spine,
    a_spine,
    make_rules,
    pass_time,
    state,
)

# Sent


async def test_what_is_due_is_sent_once_and_the_decision_is_kept(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    await spine.dispatch()
    assert len(spine.lines("telegram", "1001")) == 1 and spine.lines("email", "u1@x.example") == []
    assert await state(spine) is InvitationState.ASKED
    decisions = await spine.store.decisions(1)
    assert [(d.verdict, d.rule) for d in decisions] == [("send", "reachable by telegram")]
    assert (await spine.store.counts())["deliveries.sent"] == 1


async def test_nothing_goes_before_its_time(tmp_path: Path) -> None:
    rules = make_rules()
    late = replace(rules.triggers[0], wait=timedelta(hours=1))
    async with a_spine(tmp_path, rules=replace(rules, triggers=(late,))) as spine:
        await spine.invite()
        await pass_time(spine, 59)
        assert spine.lines("telegram", "1001") == []
        await pass_time(spine, 1)
        assert len(spine.lines("telegram", "1001")) == 1


async def test_messages_to_one_person_arrive_in_order(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    for n in range(1, 6):
        await spine.hear(spine.said("1001", text=f"Nobody answered, call number {n} in a row"))
        spine.now += 11 * MINUTE  # sooner, they would be one card with one receipt
    due = await spine.store.claim_due("telegram", spine.now, MINUTE, 50)
    sent = [row.id for row in due if row.id.startswith("say:")]
    spine.now += 2 * MINUTE
    await spine.dispatch()
    assert len(spine.lines("telegram", "1001")) == 1 + len(sent) == 6


async def test_an_opted_out_person_is_not_asked_and_hears_nothing_more(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    await spine.hear(spine.press("1001", "9"), spine.stop("1001"))
    await spine.dispatch()
    last = spine.lines("telegram", "1001")[-1].text
    assert len(spine.lines("telegram", "1001")) == 2 and "will not ask you" in last
    await spine.invite()
    await spine.dispatch()
    assert len(spine.lines("telegram", "1001")) == 2


# Failing, and what then


@pytest.mark.parametrize("error", [Blocked("x"), Rejected("x")])
async def test_a_refusal_for_good_turns_to_the_next_channel(
    spine: Spine, error: ChannelError
) -> None:
    spine.channels["telegram"].fail_with("1001", error)
    await spine.invite()
    await spine.dispatch()
    assert len(spine.lines("email", "u1@x.example")) == 1
    assert await state(spine) is InvitationState.ASKED
    assert "email" in spine.woken


async def test_without_a_next_channel_it_fails_and_shows(spine: Spine) -> None:
    spine.channels["telegram"].fail_with("1001", Rejected("x"))
    await spine.invite(email="")
    await spine.dispatch()
    assert await state(spine) is InvitationState.FAILED
    assert (await spine.store.counts())["deliveries.failed"] == 1


@pytest.mark.parametrize("trouble", ["no address", "blocked", "both blocked"])
async def test_on_all_channels_one_that_fails_leaves_the_others(
    tmp_path: Path, trouble: str
) -> None:
    async with a_spine(tmp_path, rules=make_rules(all_channels=True)) as spine:
        if "blocked" in trouble:
            spine.channels["telegram"].fail_with("1001", Blocked("x"))
        if trouble == "both blocked":
            spine.channels["email"].fail_with("u1@x.example", Blocked("x"))
        await spine.invite(1, telegram_id="" if trouble == "no address" else "1001")
        await spine.dispatch()
        asked = len(spine.lines("email", "u1@x.example"))
        assert asked == (0 if trouble == "both blocked" else 1)
        expected = InvitationState.ASKED if asked else InvitationState.FAILED
        assert await state(spine) is expected


async def test_a_provider_that_is_away_for_hours_loses_nothing(
    spine: Spine, caplog: pytest.LogCaptureFixture
) -> None:
    for address in ("1001", "777"):
        spine.channels["telegram"].fail_with(address, Unavailable("away"), times=9)
    await spine.invite()
    await pass_time(spine, 120)
    assert len(spine.lines("telegram", "1001")) == 1
    assert caplog.text.count("the provider is away") == 1
    assert caplog.text.count("the provider is back") == 1
    await spine.hear(spine.press("1001", "2"))
    await pass_time(spine, 120)
    assert len(spine.lines("telegram", "777")) == 1


async def test_a_question_that_waited_too_long_is_not_asked(spine: Spine) -> None:
    spine.channels["telegram"].fail_with("1001", Unavailable("away"), times=10_000)
    await spine.invite(email="")
    await pass_time(spine, 60, timedelta(minutes=30))
    assert await state(spine) is InvitationState.EXPIRED
    assert (await spine.store.counts())["dues"] == 0


async def test_a_note_is_let_go_in_the_end(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    spine.channels["telegram"].fail_with("777", BadResponse("?"), times=10_000)
    await spine.hear(spine.press("1001", "2"))
    await pass_time(spine, MAX_ATTEMPTS + 5, timedelta(hours=2))
    counts = await spine.store.counts()
    assert counts["dues"] == 0 and counts["deliveries.failed"] == 1


async def test_a_moved_group_gets_its_alert_at_its_new_address_at_once(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    spine.channels["telegram"].fail_with("777", Relocated("x", new_address="-100777"))
    await spine.hear(spine.press("1001", "2"))
    await spine.dispatch()
    assert len(spine.lines("telegram", "-100777")) == 1 and spine.lines("telegram", "777") == []


async def test_an_address_that_moves_for_ever_is_not_hammered(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    for address in ("777", "778"):
        moved = Relocated("x", new_address="778" if address == "777" else "777")
        spine.channels["telegram"].fail_with(address, moved, times=1000)
    await spine.hear(spine.press("1001", "2"))
    await spine.dispatch()
    assert (await spine.store.counts())["dues"] == 1  # it waits


async def test_a_moved_person_is_asked_and_keeps_the_new_address(spine: Spine) -> None:
    spine.channels["telegram"].fail_with("1001", Relocated("x", new_address="5005"))
    await spine.invite()
    await spine.dispatch()
    found = (await spine.conversation(1)).contact.address("telegram")
    assert found and found.value == "5005" and len(spine.lines("telegram", "5005")) == 1


async def test_throttled_for_the_account_everybody_waits_and_nobody_is_lost(spine: Spine) -> None:
    spine.channels["telegram"].fail_with("1001", Throttled("slow", retry_after=30, account=True))
    for who in range(1, 4):
        await spine.invite(who)
    await spine.dispatch()
    sent = sum(len(spine.lines("telegram", str(1000 + n))) for n in (1, 2, 3))
    spine.now += timedelta(seconds=29)
    await spine.dispatch()
    assert sum(len(spine.lines("telegram", str(1000 + n))) for n in (1, 2, 3)) == sent < 3
    spine.now += timedelta(seconds=5)
    await spine.dispatch()
    assert [len(spine.lines("telegram", str(1000 + n))) for n in (1, 2, 3)] == [1, 1, 1]


async def test_a_clock_set_back_does_not_lengthen_a_pause(spine: Spine) -> None:
    spine.channels["telegram"].fail_with("1001", Misconfigured("wrong token"))
    await spine.invite()
    await spine.dispatch()
    spine.now -= timedelta(days=1)
    await spine.invite(2)
    await spine.dispatch()
    assert len(spine.lines("telegram", "1002")) == 1


# Budgets and finding people


async def test_a_days_budget_is_kept_and_the_rest_goes_the_next_day(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    known = {"telegram": replace(CHAT, daily_max=3), "email": MAIL, "web": PAGE}
    rules = make_rules()
    patient = replace(rules.triggers[0], max_age=timedelta(days=3))
    rules = replace(rules, triggers=(patient,))
    async with a_spine(tmp_path, rules=rules, capabilities=known) as spine:
        for who in range(1, 6):
            await spine.invite(who)
        await pass_time(spine, 5)
        assert len(spine.channels["telegram"].ledger) == 3 and "daily_max 3" in caplog.text
        spine.now += timedelta(days=1)
        await spine.dispatch()
        assert len(spine.channels["telegram"].ledger) == 5
        held = [d for n in range(1, 6) for d in await spine.store.decisions(n) if "max" in d.rule]
        assert [d.verdict for d in held] == ["hold", "hold"]


class Finding(Sandbox):
    """A provider that finds people by their mail address."""

    async def send(self, message: Message) -> Receipt:
        receipt = await super().send(message)
        return replace(receipt, address="found-1") if "@" in message.address else receipt


async def test_what_a_provider_calls_a_person_it_found_is_kept(tmp_path: Path) -> None:
    known = {"telegram": replace(CHAT, finds_by="email"), "email": MAIL, "web": PAGE}
    async with a_spine(tmp_path, capabilities=known) as spine:
        spine.channels["telegram"] = Finding(
            name="telegram", capabilities=known["telegram"], clock=lambda: spine.now
        )
        spine.lane("telegram")
        await spine.invite(1, telegram_id="")
        await spine.dispatch()
        found = (await spine.conversation(1)).contact.address("telegram")
        assert found and found.value == "found-1"
        await spine.invite(1, telegram_id="")
        await spine.dispatch()
        assert len(spine.lines("telegram", "found-1")) == 1
