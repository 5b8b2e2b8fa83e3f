import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

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
    Uncertain,
)
from channels.sandbox import Sandbox
from scheduler import dispatch
from scheduler.in_doubt import MAX_CRASHES
from scheduler.outcomes import MAX_ATTEMPTS
from storage.store import Store, StoreError, StoreUnavailable
from surveys.due import Due, Outcome
from surveys.invitation import Delivery, InvitationState
from surveys.message import Message
from tests.banks import BANKS
from tests.scheduler.spine import CHAT, MAIL, PAGE, START, Spine, a_spine, make_rules

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    async with a_spine(tmp_path) as made:
        yield made


async def state(spine: Spine, number: int = 1) -> InvitationState:
    return (await spine.conversation(number)).invitation.state


async def pass_time(spine: Spine, times: int, step: timedelta = MINUTE) -> None:
    for _ in range(times):
        spine.now += step
        await spine.dispatch()


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


# In doubt


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


# Our own faults


class Breaking(Sandbox):
    """An adapter with a bug for one address."""

    async def send(self, message: Message) -> Receipt:
        if message.address == "1001":
            raise KeyError("a secret of 1001")
        return await super().send(message)


async def test_a_bug_in_an_adapter_holds_up_nobody_else(
    spine: Spine, caplog: pytest.LogCaptureFixture
) -> None:
    spine.channels["telegram"] = Breaking(name="telegram", capabilities=CHAT)
    spine.lane("telegram")
    for who in (1, 2, 3):
        await spine.invite(who)
    await spine.dispatch()
    assert [len(spine.lines("telegram", str(1000 + n))) for n in (2, 3)] == [1, 1]
    await pass_time(spine, 2)
    counts = await spine.store.counts()
    assert counts["dues"] == 0 and counts["deliveries.uncertain"] == 1
    assert "the adapter broke" in caplog.text


async def test_a_row_our_code_breaks_on_waits_aside_and_goes_once_it_is_mended(
    spine: Spine, caplog: pytest.LogCaptureFixture
) -> None:
    finnish = BANKS["fi"]
    broken = {k: v for k, v in finnish.texts.items() if k != "greeting"}
    whole = spine.rules
    spine.rules = replace(whole, languages={**BANKS, "fi": replace(finnish, texts=broken)})
    await spine.invite(1, language="fi")
    await spine.invite(2)
    await spine.dispatch()
    assert len(spine.lines("telegram", "1002")) == 1 and spine.lines("telegram", "1001") == []
    assert "cannot decide on invitation 1" in caplog.text
    spine.rules = whole
    await pass_time(spine, 2)
    assert len(spine.lines("telegram", "1001")) == 1


async def test_a_row_that_is_never_mended_ends_where_one_can_see_it(spine: Spine) -> None:
    rules = make_rules()
    lasting = replace(rules.triggers[0], max_age=timedelta(days=90), expires=timedelta(days=90))
    english = replace(BANKS["en"], texts={})
    spine.rules = replace(rules, triggers=(lasting,), languages={**BANKS, "en": english})
    await spine.invite()
    await spine.dispatch()
    await pass_time(spine, MAX_ATTEMPTS + 2, timedelta(hours=2))
    assert await state(spine) is InvitationState.FAILED
    assert "a fault of this service" in (await spine.store.decisions(1))[-1].rule


# The store away


class Flaky:
    """A store that fails the first ``times`` calls of one method."""

    def __init__(self, store: Store, method: str, error: Exception, times: int) -> None:
        self._store, self._method, self._error, self.times = store, method, error, times

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._store, name)
        if name != self._method:
            return real

        async def flaky(*given: Any) -> Any:
            if self.times:
                self.times -= 1
                raise self._error
            return await real(*given)

        return flaky


async def test_what_was_sent_is_remembered_however_long_the_store_is_away(
    spine: Spine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(dispatch, "STORE_AGAIN", 0.001)
    flaky = Flaky(spine.store, "end_deliveries", StoreUnavailable("disk full"), 50)
    lane = spine.lane("telegram")
    lane._store = flaky  # type: ignore[assignment]
    for who in range(1, 21):
        await spine.invite(who)
    await lane.dispatch_due()
    assert flaky.times == 0 and len(spine.channels["telegram"].ledger) == 20
    counts = await spine.store.counts()
    assert counts["deliveries.sent"] == 20 and counts["dues"] == 0
    assert "results wait: disk full" in caplog.text


async def test_a_result_the_store_refuses_does_not_stop_the_lane(
    spine: Spine, caplog: pytest.LogCaptureFixture
) -> None:
    lane = spine.lane("telegram")
    lane._store = Flaky(spine.store, "end_deliveries", StoreError("a row"), 1)  # type: ignore[assignment]
    await spine.invite()
    await lane.dispatch_due()
    assert "a result could not be kept" in caplog.text
    spine.now += dispatch.LEASE + timedelta(seconds=1)
    await lane.dispatch_due()
    assert await state(spine) is InvitationState.ASKED
    assert len(spine.lines("telegram", "1001")) == 1  # repeated under the same id


# Stopping and waking


class Timed:
    """Real seconds on top of the spine's time."""

    def __init__(self) -> None:
        self._began = monotonic()

    def __call__(self) -> Any:
        return START + timedelta(seconds=monotonic() - self._began)


async def until(true: Callable[[], Any], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.002)


async def test_a_stop_holds_within_a_second_though_the_batch_is_claimed(tmp_path: Path) -> None:
    slow = replace(CHAT, rate=20.0)
    known = {"telegram": slow, "email": MAIL, "web": PAGE}
    async with a_spine(tmp_path, capabilities=known) as spine:
        for who in range(1, 61):
            await spine.invite(who)
        lane = spine.lanes["telegram"]
        lane._clock = Timed()
        under_way = asyncio.create_task(lane.dispatch_due())
        await until(lambda: len(spine.channels["telegram"].ledger) >= 20)
        await spine.hear(*[spine.stop(str(1000 + who)) for who in range(1, 61)])
        told = monotonic()
        await under_way
        sent_after = len(spine.channels["telegram"].ledger) - 20
        assert sent_after <= 20 * 0.75, "sends began later than half a second after the stop"
        assert monotonic() - told > 1
        counts = await spine.store.counts()
        assert counts["invitations.skipped"] == 60 - 20 - sent_after
        assert "deliveries.sending" not in counts


async def test_a_stopped_lane_gives_back_what_it_did_not_begin(tmp_path: Path) -> None:
    slow = replace(CHAT, rate=30.0)
    known = {"telegram": slow, "email": MAIL, "web": PAGE}
    async with a_spine(tmp_path, capabilities=known) as spine:
        for who in range(1, 81):
            await spine.invite(who)
        lane = spine.lanes["telegram"]
        serving = asyncio.create_task(lane.serve())
        await until(lambda: len(spine.channels["telegram"].ledger) >= 30)
        lane.stop()
        before = len(spine.channels["telegram"].ledger)
        await serving
        assert len(spine.channels["telegram"].ledger) - before <= 2
        counts = await spine.store.counts()
        sent = len(spine.channels["telegram"].ledger)
        assert counts["dues"] == 80 - sent > 0
        assert "deliveries.sending" not in counts


async def test_what_a_claim_has_no_time_left_for_is_given_back(tmp_path: Path) -> None:
    """On a machine so slow that a claim runs out, another process may take its rows meanwhile."""
    async with a_spine(tmp_path) as spine:
        for who in range(1, 61):
            await spine.invite(who)
        lane, began = spine.lanes["telegram"], spine.now
        looks = iter(range(100_000))
        lane._clock = lambda: began + next(looks) * timedelta(seconds=1)
        await lane.dispatch_due()
        ledger = spine.channels["telegram"].ledger
        assert 0 < len(ledger) <= (dispatch.LEASE - dispatch.SPARE).total_seconds()
        assert (await spine.store.counts())["dues"] == 60 - len(ledger)
        for _ in range(60):
            await lane.dispatch_due()
        assert sorted(sent.address for sent in ledger) == sorted(
            str(1000 + who) for who in range(1, 61)
        )
        assert "deliveries.sending" not in await spine.store.counts()


async def test_a_lane_looks_by_itself_where_nobody_wakes_it(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "PATIENCE", 0.01)
    lane = spine.lanes["telegram"]
    serving = asyncio.create_task(lane.serve())
    await asyncio.sleep(0.05)
    await spine.invite()
    await until(lambda: spine.lines("telegram", "1001"))
    lane.stop()
    await serving


async def test_a_lane_outlives_whatever_its_store_raises(
    spine: Spine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(dispatch, "PATIENCE", 0.01)
    lane = spine.lane("telegram")
    lane._store = Flaky(spine.store, "claim_due", StoreUnavailable("away"), 1)  # type: ignore[assignment]
    await spine.invite()
    with caplog.at_level(logging.CRITICAL):
        serving = asyncio.create_task(lane.serve())
        await until(lambda: spine.lines("telegram", "1001"))
    lane.stop()
    await serving


async def test_a_late_result_is_evidence_only(
    spine: Spine, caplog: pytest.LogCaptureFixture
) -> None:
    await spine.invite()
    first = await spine.store.claim_due("telegram", spine.now, dispatch.LEASE, 1)
    spine.now += dispatch.LEASE + timedelta(seconds=1)
    await spine.dispatch()
    late: list[Due] = list(first)
    await spine.lanes["telegram"]._settle([Outcome(due=due) for due in late])
    assert "1 results came after their lease" in caplog.text
    assert await state(spine) is InvitationState.ASKED


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
