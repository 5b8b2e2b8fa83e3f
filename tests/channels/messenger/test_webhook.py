"""Being called, over real sockets: Meta's server on one side, our webhook on the other."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from channels.base import Request
from channels.errors import Untrusted
from channels.messenger.adapter import Messenger
from surveys.inbound import Inbound, Linked, Replied, StatusChanged
from surveys.invitation import DeliveryState
from tests.channels.messenger.conftest import ANNA, BEN, Clock
from tests.channels.messenger.rig import recorded
from tests.channels.messenger.test_adapter import FIRST, LATER, TOKEN
from tests.providers.graph import GraphServer
from tests.providers.graph_api import escaped, sign


class Hook:
    """Our side of the webhook, as the gateway works it: read, keep, then acknowledge."""

    def __init__(self, page: Messenger) -> None:
        self.page, self.url, self.away = page, "", 0
        self.kept: dict[str, Inbound] = {}
        self.repeats = 0

    async def answer(self, request: web.Request) -> web.Response:
        call = Request(
            method=request.method,
            path="",
            headers={name.lower(): value for name, value in request.headers.items()},
            query=dict(request.query),
            body=await request.read(),
        )
        try:
            found = await self.page.receive(call)
        except Untrusted:
            return web.Response(status=403)
        for value in found:
            self.repeats += value.event_id in self.kept
            self.kept[value.event_id] = value
        if self.away:  # everything was stored, and the answer is lost
            self.away -= 1
            return web.Response(status=503)
        ack = self.page.ack(call, ())
        return web.Response(status=ack.status, headers=dict(ack.headers), body=ack.body)

    def told(self, kind: type[Inbound]) -> list[Inbound]:
        return [value for value in self.kept.values() if type(value) is kind]


@pytest.fixture
async def hook(page: Messenger, graph: GraphServer) -> AsyncIterator[Hook]:
    await page.start()
    made = Hook(page)
    app = web.Application()
    app.router.add_route("*", "/messenger", made.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/messenger"
    yield made
    await runner.cleanup()


async def test_the_webhook_is_set_up_by_its_challenge(hook: Hook, graph: GraphServer) -> None:
    graph.verify_token = "guessed"
    assert not await graph.set_up(hook.url)
    graph.verify_token = "a-word-of-our-own-choice"
    assert await graph.set_up(hook.url)


async def test_a_challenge_is_only_text(page: Messenger, graph: GraphServer) -> None:
    query = {
        "hub.mode": "subscribe",
        "hub.verify_token": graph.verify_token,
        "hub.challenge": "<script>ä",
    }
    call = Request(method="GET", path="", query=query)
    assert await page.receive(call) == ()
    ack = page.ack(call, ())
    assert ack.headers["content-type"].startswith("text/plain")
    assert ack.body == "<script>ä".encode()


async def test_a_conversation(hook: Hook, graph: GraphServer, clock: Clock) -> None:
    """A link, a score on the sheet, then words: each comes in once, with what ties it to us."""
    assert await graph.set_up(hook.url)
    graph.begin(ANNA, TOKEN)
    await graph.until(lambda: hook.told(Linked))
    [linked] = hook.told(Linked)
    assert isinstance(linked, Linked)
    assert (linked.address, linked.token) == (ANNA, TOKEN)
    clock.now += timedelta(days=2)
    sheet = await hook.page.send(replace(FIRST, heard_at=linked.at))
    graph.rate(ANNA, sheet.external_id, 9)
    await graph.until(lambda: hook.told(Replied))
    [rated] = hook.told(Replied)
    assert isinstance(rated, Replied)
    assert rated.payloads == (f"{TOKEN}.nps.9",)
    second = await hook.page.send(replace(LATER, heard_at=rated.at))  # the answer opened it again
    graph.tap(ANNA, second.external_id, "10")
    graph.say(ANNA, "čekao sam 1/2 sata", reply_to=second.external_id)
    graph.thumb(ANNA)
    await graph.until(lambda: len(hook.told(Replied)) == 4)
    _, tapped, said, thumb = hook.told(Replied)
    assert isinstance(tapped, Replied)
    assert (tapped.payloads, tapped.text) == ((f"{TOKEN}.nps.10",), "")
    assert isinstance(said, Replied)
    assert (said.text, said.external_id) == ("čekao sam 1/2 sata", second.external_id)
    assert isinstance(thumb, Replied)
    assert thumb.text == "👍"


async def test_receipts_come_in(hook: Hook, graph: GraphServer, clock: Clock) -> None:
    assert await graph.set_up(hook.url)
    graph.say(ANNA, "Hello")
    receipt = await hook.page.send(LATER)
    clock.now += timedelta(minutes=5)
    graph.read(ANNA)
    await graph.until(lambda: len(hook.told(StatusChanged)) == 2)
    delivered, read = hook.told(StatusChanged)
    assert isinstance(delivered, StatusChanged)
    assert isinstance(read, StatusChanged)
    assert (delivered.status, delivered.external_id) == (
        DeliveryState.DELIVERED,
        receipt.external_id,
    )
    assert (read.status, read.external_id, read.at) == (DeliveryState.READ, "", clock())


async def test_a_link_into_a_conversation_there_is(hook: Hook, graph: GraphServer) -> None:
    assert await graph.set_up(hook.url)
    graph.follow(BEN, TOKEN)
    graph.tell(BEN, {"referral": {"source": "ADS", "type": "OPEN_THREAD", "ad_id": "6"}})
    graph.say(BEN, "last")
    await graph.until(lambda: hook.told(Replied))
    [linked] = hook.told(Linked)
    assert isinstance(linked, Linked)
    assert (linked.address, linked.token) == (BEN, TOKEN)


async def test_the_same_bytes_three_times_are_the_same_events(
    hook: Hook, graph: GraphServer
) -> None:
    for number in range(5):
        graph.say(ANNA, f"number {number}")
    graph.follow(BEN, TOKEN)
    assert await graph.set_up(hook.url)
    hook.away = 2
    await graph.until(lambda: [status for *_, status in graph.hook_calls][-1:] == [200])
    assert [status for *_, status in graph.hook_calls] == [503, 503, 200]
    assert len({body for _, body, _ in graph.hook_calls}) == 1
    assert (len(hook.kept), hook.repeats) == (6, 12)
    replied = [v.text for v in hook.told(Replied) if isinstance(v, Replied)]
    assert replied == [f"number {number}" for number in range(5)]


async def test_a_signature_is_over_the_bytes_as_they_came(
    page: Messenger, graph: GraphServer
) -> None:
    body = recorded("in_text")["body"]
    as_sent, as_parsed = escaped(body), escaped(body).replace(b"\\/", b"/")
    assert as_sent != as_parsed
    headers = sign(graph.secret, as_sent)
    assert await page.receive(Request(method="POST", path="", headers=headers, body=as_sent))
    with pytest.raises(Untrusted):
        await page.receive(Request(method="POST", path="", headers=headers, body=as_parsed))


async def test_a_forged_call_over_the_wire(hook: Hook, graph: GraphServer) -> None:
    assert await graph.set_up(hook.url)
    graph.secret, ours = "f" * 32, graph.secret
    graph.say(ANNA, "I am Anna, honestly")
    await graph.until(lambda: graph.hook_calls)
    assert graph.hook_calls[0][2] == 403
    assert hook.kept == {}
    graph.secret = ours
    await graph.until(lambda: hook.kept)


async def test_only_calls_about_a_page_are_welcome(page: Messenger, graph: GraphServer) -> None:
    for body, status in (
        (b'{"object":"page","entry":[]}', 200),
        (b'{"object":"instagram","entry":[]}', 404),
        (b"not json", 404),
        (b"[]", 404),
    ):
        call = Request(method="POST", path="", headers=sign(graph.secret, body), body=body)
        assert await page.receive(call) == []
        assert page.ack(call, ()).status == status


async def test_the_operator_is_told_what_meta_does_to_the_page(
    page: Messenger, graph: GraphServer, caplog: pytest.LogCaptureFixture
) -> None:
    body = recorded("in_policy")["body"]
    body["entry"][0]["messaging"][0]["policy_enforcement"]["action"] = "block\nforged: line"
    raw = escaped(body)
    call = Request(method="POST", path="", headers=sign(graph.secret, raw), body=raw)
    assert await page.receive(call) == []
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "(block forged: line)" in record.getMessage()
