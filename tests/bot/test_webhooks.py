"""Webhooks: signed so that the specification's own library takes them, tried for days, guarded."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from standardwebhooks import Webhook

from bot.__main__ import main
from bot.config import read_config
from bot.webhooks.caller import LEASE, Caller
from bot.webhooks.guard import Forbidden, GuardedResolver, check_url, is_public
from storage.store import Store
from surveys.case import CasePlan
from surveys.webhook import WAITS, Call, Endpoint, next_try, read_secret, sign
from tests.bot.whole import Clock, Whole, call, person, until, whole_service
from tests.storage.make import NOW, add_contacts, contact

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BOTH = ("response.completed", "comment.received")


def verify(body: bytes, headers: dict[str, str]) -> Any:
    """Verify by the library; where our clock was put forward, by its signature alone."""
    hook = Webhook(SECRET)
    named = {name.lower(): value for name, value in headers.items()}
    at = datetime.fromtimestamp(int(named["webhook-timestamp"]), UTC)
    if abs(at - datetime.now(UTC)) < timedelta(minutes=4):
        return hook.verify(body, headers)
    signed = hook.sign(named["webhook-id"], at, body.decode())
    assert named["webhook-signature"] == signed
    return orjson.loads(body)


@dataclass
class Receiver:
    """Another system: verifies each call by the specification's library, and answers as told."""

    url: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    elsewhere: int = 0

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.taken.append(verify(body, dict(request.headers)))
        self.ids.append(request.headers["webhook-id"])
        return self.answers.pop(0) if self.answers else web.Response(text="x" * 100_000)

    async def wrong(self, _request: web.Request) -> web.Response:
        self.elsewhere += 1
        return web.Response()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/hook", receiver.take)
    app.router.add_route("*", "/elsewhere", receiver.wrong)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    receiver.url = f"http://127.0.0.1:{port}/hook"
    yield receiver
    await runner.cleanup()
    await asyncio.sleep(0.05)  # closed connections are let go of


def endpoint(url: str, **more: Any) -> Endpoint:
    given = {"name": "crm", "url": url, "secret": read_secret(SECRET), "events": BOTH}
    return Endpoint(**{**given, "allow_private": True, **more})


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


async def put(store: Store, n: int = 1, to: str = "crm") -> None:
    saved = await add_contacts(store, contact("user:1"))
    calls = [
        Call(
            endpoint=to,
            message_id=f"msg_{i}",
            kind="response.completed",
            contact_id=saved[0].id,
            body='{"type":"response.completed","data":{"text":"äö"}}',
            at=NOW,
        )
        for i in range(n)
    ]
    await store.unit_of_work(lambda t: t.add_webhook_calls([*calls, *calls], NOW))


@asynccontextmanager
async def calling(store: Store, *hooks: Endpoint) -> AsyncIterator[tuple[Caller, Clock]]:
    clock = Clock()
    caller = Caller(store, lambda: hooks, clock)
    yield caller, clock
    await caller.close()


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


# The guard


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1"),
        *("::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1", "nonsense"),
        *("fec0::1", "2001:db8::1"),
    ],
)
def test_addresses_off_the_open_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101"]
)
def test_addresses_on_it(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://acme.example/", "https://127.0.0.1/", "https://[::1]/", "https://0x7f.1/"),
        *("https://2130706433/", "https://127.1/", "https://169.254.169.254/latest", "https:///x"),
        *("https://0177.0.0.1/", "ftp://acme.example/"),
    ],
)
def test_urls_that_are_not_called(url: str) -> None:
    with pytest.raises(Forbidden):
        check_url(url)


class Rebinding(AbstractResolver):
    """A name server that says a public address first, and then our own."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        answer = self.answers[min(self.asked, len(self.answers)) - 1]
        return [
            ResolveResult(
                hostname=host, host=answer, port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        pass


async def test_a_name_that_leads_inside_is_refused_and_asked_for_once(store: Store) -> None:
    async with receiving() as crm:
        port = crm.url.split(":")[2].split("/")[0]
        hook = endpoint(f"https://rebind.example:{port}/hook", allow_private=False)
        async with calling(store, hook) as (caller, clock):
            names = Rebinding("127.0.0.1")
            session = caller._session(private=False)
            connector = session.connector
            assert isinstance(connector, aiohttp.TCPConnector)
            assert isinstance(connector._resolver, GuardedResolver)
            connector._resolver._inner = names
            await put(store)
            await caller.tick()
            assert names.asked == 1 and crm.taken == []
            clock.think(10)
            names.answers = ["93.184.216.34", "127.0.0.1"]
            names.asked = 0
            with pytest.raises(Forbidden):
                await GuardedResolver(Rebinding("10.0.0.1")).resolve("x")
            found = await GuardedResolver(names).resolve("rebind.example", 443)
            assert [f["host"] for f in found] == ["93.184.216.34"], "what was checked is called"


# Signing


def test_the_specifications_own_example() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    body = b'{"test": 2432232314}'
    found = sign(read_secret(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body)
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert found["webhook-timestamp"] == "1614265330"


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_ü"]
)
def test_weak_secrets_are_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        read_secret(secret)


def test_waits_grow_and_end() -> None:
    assert next_try(1, NOW, None) == NOW + WAITS[0]
    assert next_try(len(WAITS), NOW, None) == NOW + WAITS[-1]
    assert next_try(len(WAITS) + 1, NOW, None) is None
    assert next_try(1, NOW, timedelta(days=400)) == NOW + timedelta(days=1)
    assert sum(WAITS, timedelta()) > timedelta(days=3)


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
