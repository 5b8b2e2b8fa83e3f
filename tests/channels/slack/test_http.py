"""News by signed calls: believed only with the signature, acknowledged only once stored."""

import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from channels import errors
from channels.base import Request
from channels.slack.adapter import Slack
from surveys.inbound import CommandGiven, Inbound, Replied
from surveys.message import Button, Entry, Message
from tests.channels.slack.conftest import ADA, MakeApp
from tests.providers.slack import SlackServer
from tests.providers.slack_api import sign

COMMENT = Message(
    address=ADA,
    text="What went wrong?",
    question_id="why",
    entry=Entry.TEXT,
    buttons=(Button(label="Skip", payload="tok.why.-"),),
)


class Gateway:
    """Serves ``/slack`` as the product does: verify, store, and only then acknowledge."""

    def __init__(self) -> None:
        self.app: Slack | None = None
        self.stored: list[Inbound] = []
        self.failures = 0
        self.refused = 0

    async def serve(self, request: web.Request) -> web.Response:
        call = Request(
            method=request.method,
            path="",
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
        )
        assert self.app
        try:
            found = await self.app.receive(call)
        except errors.Untrusted:
            self.refused += 1
            return web.Response(status=403)
        if self.failures:
            self.failures -= 1
            return web.Response(status=503)
        self.stored.extend(found)
        ack = self.app.ack(call, ())
        return web.Response(status=ack.status, headers=dict(ack.headers), body=ack.body)


@pytest.fixture
async def gateway(make_app: MakeApp, server: SlackServer) -> AsyncIterator[Gateway]:
    """Run a gateway with an app that is called, and tell the server where."""
    serving = Gateway()
    site = web.Application()
    site.router.add_post("/slack", serving.serve)
    runner = web.AppRunner(site, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.hook = f"http://127.0.0.1:{runner.addresses[0][1]}/slack"
    serving.app = make_app(app_token="", signing_secret=server.signing_secret)
    await serving.app.start()
    yield serving
    await runner.cleanup()


async def test_every_kind_of_call_is_read(gateway: Gateway, server: SlackServer) -> None:
    assert gateway.app
    asked = await gateway.app.send(COMMENT)
    server.press(ADA, asked.external_id, "Skip")
    server.say(ADA, "The queue & the music")
    server.command(ADA, "results")
    await server.until(lambda: len(server.deliveries) == 3)
    assert {type(inbound) for inbound in gateway.stored} == {Replied, CommandGiven}
    assert {(d.status, d.answer) for d in server.deliveries} == {(200, b"")}


async def test_an_event_comes_again_until_stored(gateway: Gateway, server: SlackServer) -> None:
    gateway.failures = 2
    body = server.say(ADA, "hello")
    await server.until(lambda: gateway.stored)
    assert [inbound.event_id for inbound in gateway.stored] == [body["event_id"]]
    await server.until(lambda: len(server.deliveries) == 3)
    assert [d.headers.get("X-Slack-Retry-Num") for d in server.deliveries] == [None, "1", "2"]


async def test_the_same_bytes_three_times_are_one_event(
    gateway: Gateway, server: SlackServer
) -> None:
    assert gateway.app
    asked = await gateway.app.send(COMMENT)
    said, pressed = server.say(ADA, "hello"), server.press(ADA, asked.external_id, "Skip")
    for _ in range(2):
        server.feed("events_api", said)
        server.feed("interactive", pressed)
    await server.until(lambda: len(gateway.stored) == 6)
    assert len({inbound.event_id for inbound in gateway.stored}) == 2


async def test_a_comment_is_written_in_a_form(gateway: Gateway, server: SlackServer) -> None:
    assert gateway.app
    asked = await gateway.app.send(COMMENT)
    server.press(ADA, asked.external_id, "Write_here")
    await server.until(lambda: server.deliveries)
    assert len(server.views) == 1
    assert gateway.stored == [], "asking for the form is no answer"
    server.submit(ADA, "The queue")
    await server.until(lambda: gateway.stored)
    [said] = gateway.stored
    assert isinstance(said, Replied)
    assert (said.text, said.external_id) == ("The queue", asked.external_id)
    await server.until(lambda: len(server.deliveries) == 2)
    assert server.deliveries[-1].answer == b"", "an empty answer closes the form"


async def test_the_address_is_confirmed(gateway: Gateway, server: SlackServer) -> None:
    server.feed("events_api", {"type": "url_verification", "challenge": 'say "this"', "token": "x"})
    await server.until(lambda: server.deliveries)
    assert server.deliveries[0].answer == b'{"challenge":"say \\"this\\""}'


async def test_a_forged_call_is_refused_and_nothing_stored(
    gateway: Gateway, server: SlackServer
) -> None:
    server.signing_secret = "somebody-elses"
    server.say(ADA, "hello")
    server.feed("events_api", {"type": "url_verification", "challenge": "x"})
    await server.until(lambda: len(server.deliveries) == 8, seconds=10)
    assert gateway.stored == []
    assert gateway.refused == 8
    assert {(d.status, d.answer) for d in server.deliveries} == {(403, b"")}


@pytest.mark.parametrize("age", [-299, 0, 299])
async def test_a_call_as_slack_signs_it_is_trusted(
    make_app: MakeApp, server: SlackServer, age: int
) -> None:
    app = make_app(app_token="", signing_secret=server.signing_secret)
    body = '{"type":"x","text":"äö \\u010d"}'.encode()
    headers = sign(server.signing_secret, body, time.time() - age)
    oracle = SignatureVerifier(server.signing_secret)
    assert oracle.is_valid_request(body, headers), "the server signs as Slack does"
    lower = {name.lower(): value for name, value in headers.items()}
    assert await app.receive(Request(method="POST", path="", headers=lower, body=body)) == []


async def test_in_socket_mode_no_call_is_trusted(make_app: MakeApp, server: SlackServer) -> None:
    body = b"{}"
    for secret in ("", server.signing_secret):
        app = make_app(signing_secret=secret)
        signed = sign(secret, body)
        headers = {name.lower(): value for name, value in signed.items()}
        with pytest.raises(errors.Untrusted):
            await app.receive(Request(method="POST", path="", headers=headers, body=body))
