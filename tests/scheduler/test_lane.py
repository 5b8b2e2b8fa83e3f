"""Lanes: what stops them and what does not, and how they stop and wake."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from channels.base import Receipt
from channels.sandbox import Sandbox
from scheduler import dispatch
from scheduler.outcomes import MAX_ATTEMPTS
from storage.store import Store, StoreError, StoreUnavailable
from surveys.due import Due, Outcome
from surveys.invitation import InvitationState
from surveys.message import Message
from tests.banks import BANKS
from tests.scheduler.spine import (
    CHAT,
    MAIL,
    PAGE,
    START,
    Spine,
    a_spine,
    make_rules,
    pass_time,
    state,
)

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
