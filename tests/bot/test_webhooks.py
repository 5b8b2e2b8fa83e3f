"""Webhooks: signed so that the specification's own library takes them, tried for days, guarded."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web

from bot.__main__ import main
from bot.config import read_config
from bot.webhooks.caller import LEASE
from storage.store import Store
from surveys.case import CasePlan
from surveys.webhook import WAITS
from tests.bot.webhook_receiver import SECRET, calling, endpoint, put, receiving
from tests.bot.whole import Whole, call, person, until, whole_service
from tests.storage.make import NOW


def more(whole: Whole, chat: int, wanted: int) -> bool:
    return len(whole.telegram.sent(chat)) >= wanted


async def answer_all(whole: Whole, number: int) -> None:
    """Have a customer answer the whole survey."""
    chat = 10_000 + number
    await whole.report(person(number), call(number, number))
    await until(lambda: whole.telegram.sent(chat))
    for label in ("9", "5"):
        seen = len(whole.telegram.sent(chat))
        asked = [m for m in whole.telegram.sent(chat) if m.method == "sendMessage"][-1]
        whole.telegram.press(chat, asked.message_id, label)
        await until(partial(more, whole, chat, seen + 2))
    whole.telegram.say(chat, "All fine")


async def test_a_completed_response_and_a_comment_are_told_and_verified(tmp_path: Path) -> None:
    async with receiving() as crm, whole_service(tmp_path) as whole:
        hooks = (endpoint(crm.url), endpoint(crm.url, name="other", events=("comment.received",)))
        await whole.service.apply(replace(whole.service.config, webhooks=hooks))
        await answer_all(whole, 1)
        await until(lambda: crm.taken)
        told = crm.taken[0]
        assert told["type"] == "response.completed"
        data = told["data"]
        assert (data["survey"], data["customer"]) == ("after_call", ["user:u1"])
        assert data["interaction"]["agent"] == "Pekka" and data["completed_at"]
        values = {a["question"]: a["value"] or a["text"] for a in data["answers"]}
        assert (
            values == {"nps.phone": 9.0, "csat.phone": 5.0, "comment": "All fine"}
            or len(values) == 3
        )
        whole.telegram.say(10_001, "feedback The lift is broken")
        await until(lambda: len(crm.taken) == 3)
        assert {t["type"] for t in crm.taken[1:]} == {"comment.received"}
        assert len(set(crm.ids)) == 2


async def test_a_case_is_told_when_it_is_opened_and_closed(tmp_path: Path) -> None:
    async with receiving() as crm, whole_service(tmp_path) as whole:
        hook = endpoint(crm.url, events=("case.opened", "case.closed"))
        config = whole.service.config
        alerts = tuple(replace(alert, case=CasePlan()) for alert in config.alerts)
        await whole.service.apply(replace(config, webhooks=(hook,), alerts=alerts))
        await whole.report(person(1), call(1, 1))
        await until(lambda: whole.telegram.sent(10_001))
        whole.telegram.press(10_001, whole.telegram.sent(10_001)[0].message_id, "3")
        await until(lambda: crm.taken)
        opened = crm.taken[0]
        assert opened["type"] == "case.opened" and opened["data"]["state"] == "open"
        assert opened["data"]["interaction"]["team"] == "support"


async def test_failures_are_tried_for_days_then_given_up_and_replayed(store: Store) -> None:
    async with receiving() as crm, calling(store, endpoint(crm.url)) as (caller, clock):
        await put(store)
        crm.answers += [web.Response(status=500) for _ in range(len(WAITS) + 1)]
        for wait in (*WAITS, timedelta(0)):
            await caller.tick()
            before = len(crm.taken)
            await caller.tick()
            assert len(crm.taken) == before, "it waits"
            clock.think(wait.total_seconds() + 1)
        assert len(crm.taken) == len(WAITS) + 1 and len(set(crm.ids)) == 1
        clock.think(10 * 86400)
        await caller.tick()
        assert len(crm.taken) == len(WAITS) + 1
        assert await store.replay_webhook_calls(NOW, "", clock(), every=False) == 1
        await caller.tick()
        assert len(crm.taken) == len(WAITS) + 2
        assert await store.replay_webhook_calls(NOW, "", clock(), every=False) == 0
        assert await store.replay_webhook_calls(NOW, "crm", clock(), every=True) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_no_redirect_is_followed(store: Store, status: int) -> None:
    async with receiving() as crm, calling(store, endpoint(crm.url)) as (caller, clock):
        await put(store)
        away = crm.url.replace("/hook", "/elsewhere")
        crm.answers.append(web.Response(status=status, headers={"Location": away}))
        await caller.tick()
        clock.think(10)
        await caller.tick()
        assert crm.elsewhere == 0 and len(crm.taken) == 2


async def test_the_receiver_may_ask_us_to_wait_or_to_stop(store: Store) -> None:
    async with receiving() as crm, calling(store, endpoint(crm.url)) as (caller, clock):
        await put(store)
        crm.answers += [
            web.Response(status=429, headers={"Retry-After": "3600"}),
            web.Response(status=410),
        ]
        await caller.tick()
        clock.think(60)
        await caller.tick()
        assert len(crm.taken) == 1
        clock.think(3600)
        await caller.tick()
        clock.think(30 * 86400)
        await caller.tick()
        assert len(crm.taken) == 2


async def test_a_kill_in_between_tells_it_again_by_the_same_id(store: Store) -> None:
    async with receiving() as crm, calling(store, endpoint(crm.url)) as (caller, clock):
        await put(store)
        lost = await store.claim_webhook_calls(clock(), LEASE, 10)
        await caller.tick()
        assert crm.taken == []
        clock.think(LEASE.total_seconds() + 1)
        await caller.tick()
        assert crm.ids == ["msg_0"]
        await store.settle_webhook_call(lost[0], clock(), "late")
        clock.think(60)
        await caller.tick()
        assert len(crm.taken) == 1, "what a lost claim says does not count"


async def test_two_nodes_take_each_call_once(store: Store) -> None:
    async with receiving() as crm, calling(store, endpoint(crm.url)) as (one, _):
        async with calling(store, endpoint(crm.url)) as (two, _):
            await put(store, 30)
            await asyncio.gather(one.tick(), two.tick())
            await asyncio.gather(one.tick(), two.tick())
        assert sorted(crm.ids) == sorted(f"msg_{i}" for i in range(30))


async def test_what_left_the_file_or_is_erased_is_not_told(store: Store) -> None:
    async with receiving() as crm, calling(store, endpoint(crm.url)) as (caller, clock):
        await put(store, to="gone")
        await caller.tick()
        assert crm.taken == []
        await put(store)
        assert await store.erase(1, clock())
        await caller.tick()
        assert crm.taken == []


# The file


CONFIG = """
service: {{ name: Acme, database: "sqlite://{folder}/a.db" }}
channels: {{ web: {{}} }}
surveys: {{ s: {{ questions: [nps] }} }}
webhooks:
  crm: {{ url: {url}, secret: "{secret}", events: {events} }}
"""


def faults(folder: Path, **given: str) -> str:
    path = folder / "config.yaml"
    usual = {
        "url": "https://crm.acme.example",
        "secret": "${HOOK}",
        "events": "[response.completed]",
    }
    path.write_text(CONFIG.format(**{"folder": folder, **usual, **given}))
    reading = read_config(path, {"HOOK": SECRET, "BAD": "whsec_short"})
    return "\n".join(fault.render() for fault in reading.faults)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, ""),
        ({"url": "http://crm.acme.example"}, "a webhook is called by https only"),
        ({"secret": SECRET}, "a secret comes from the environment"),
        ({"secret": "${BAD}"}, "a secret is whsec_ and 24 to 64 bytes"),
        ({"events": "[response.complete]"}, "response.completed"),
        ({"events": "[]"}, "no event is named"),
    ],
)
def test_what_check_says(tmp_path: Path, given: dict[str, str], said: str) -> None:
    found = faults(tmp_path, **given)
    assert said in found and bool(found) is bool(said)
    assert SECRET.removeprefix("whsec_") not in found and "whsec_short" not in found


async def test_replay_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert faults(tmp_path) == ""
    store = await Store.open(f"sqlite://{tmp_path}/a.db")
    await put(store, 2)
    (taken, other) = await store.claim_webhook_calls(NOW, LEASE, 10)
    await store.settle_webhook_call(taken, None, "gave up: HTTP 500")
    await store.settle_webhook_call(other, None, "delivered")
    words = ["webhooks", "replay", "--config", str(tmp_path / "config.yaml"), "--since"]

    def run(*more: str) -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOOK", SECRET)
            return main([*words, *more])

    assert await asyncio.to_thread(run, "2026-11-01", "--to", "nobody") == 1
    assert await asyncio.to_thread(run, "2026-11-01") == 0
    assert "1 call is due again" in capsys.readouterr().out
    assert await asyncio.to_thread(run, "2026-11-01", "--to", "crm", "--all") == 0
    assert "1 call is due again" in capsys.readouterr().out
    noted = (await store.list_audit("", "", 1, 0))[0].note
    assert noted.line == "export webhooks replay since 2026-11-01 crm"
    await store.close()
