"""Sweeping: what is old goes, in batches; what is new, or counts for ever, stays."""

from datetime import timedelta

import pytest

from scheduler import sweeping
from scheduler.sweeping import IDLE, Sweeping
from storage.store import Store
from surveys.due import Decision, Outcome
from tests.storage.make import NOW, add_contacts, add_invitations, claim, contact, invitation

DAY = timedelta(days=1)


async def test_old_decisions_go_batch_by_batch(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 3)
    monkeypatch.setattr(sweeping, "PAUSE", 0)
    (person,) = await add_contacts(store, contact("user:u"))
    (asked,) = await add_invitations(store, invitation(person.id))
    for days in (90, 80, 70, 60, 50, 40, 1):
        (due,) = await claim(store)
        why = Decision(invitation_id=asked.id, at=NOW - days * DAY, verdict="hold", rule=str(days))
        await store.end_deliveries([Outcome(due=due, retry_at=NOW, decision=why)], NOW)
    await Sweeping(store, lambda: 40 * DAY, lambda: NOW).tick()
    assert [decision.rule for decision in await store.decisions(asked.id)] == ["40", "1"]
    await Sweeping(store, lambda: 40 * DAY, lambda: NOW).tick()
    assert len(await store.decisions(asked.id)) == 2


async def test_idle_counters_of_a_while_go_and_those_for_ever_stay(store: Store) -> None:
    now = NOW
    swept = Sweeping(store, lambda: 40 * DAY, lambda: now)
    passing, lasting = "unread:email:7", "nth:after_call::"
    used = {passing: 2, "day:after_call:2026-11-21": 9, lasting: 123}
    await store.unit_of_work(lambda t: t.take_counters(set(used)))
    await store.unit_of_work(lambda t: t.save_counters(used))
    await swept.tick()
    now += IDLE - DAY
    await store.unit_of_work(lambda t: t.save_counters({passing: 3}))  # counted on again
    now += 2 * DAY
    await swept.tick()
    found = await store.unit_of_work(lambda t: t.take_counters(set(used)))
    assert found == {passing: 3, "day:after_call:2026-11-21": 0, lasting: 123}
    now += IDLE + DAY
    await swept.tick()
    found = await store.unit_of_work(lambda t: t.take_counters(set(used)))
    assert found == {passing: 0, "day:after_call:2026-11-21": 0, lasting: 123}
