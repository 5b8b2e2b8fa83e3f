"""News by signed calls: believed only with the signature, acknowledged only once stored."""

import time
from collections.abc import AsyncIterator

import pytest
from slack_sdk.signature import SignatureVerifier

from channels import errors
from channels.base import Request
from surveys.inbound import CommandGiven, Replied
from surveys.message import Button, Entry, Message
from tests.channels.called import Called, calling
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


@pytest.fixture
async def called(make_app: MakeApp, server: SlackServer) -> AsyncIterator[Called]:
    """Run an app that is called, and tell the server where."""
    async with calling("/slack") as called:
        server.hook = f"{called.url}/slack"
        app = make_app(app_token="", signing_secret=server.signing_secret)
        called.channel = app
        await app.start()
        yield called


async def test_every_kind_of_call_is_read(called: Called, server: SlackServer) -> None:
    assert called.channel
    asked = await called.channel.send(COMMENT)
    server.press(ADA, asked.external_id, "Skip")
    server.say(ADA, "The queue & the music")
    server.command(ADA, "results")
    await server.until(lambda: len(server.deliveries) == 3)
    assert {type(inbound) for inbound in called.stored} == {Replied, CommandGiven}
    assert {(d.status, d.answer) for d in server.deliveries} == {(200, b"")}


async def test_an_event_comes_again_until_stored(called: Called, server: SlackServer) -> None:
    called.failures = 2
    body = server.say(ADA, "hello")
    await server.until(lambda: called.stored)
    assert [inbound.event_id for inbound in called.stored] == [body["event_id"]]
    await server.until(lambda: len(server.deliveries) == 3)
    assert [d.headers.get("X-Slack-Retry-Num") for d in server.deliveries] == [None, "1", "2"]


async def test_the_same_bytes_three_times_are_one_event(
    called: Called, server: SlackServer
) -> None:
    assert called.channel
    asked = await called.channel.send(COMMENT)
    said, pressed = server.say(ADA, "hello"), server.press(ADA, asked.external_id, "Skip")
    for _ in range(2):
        server.feed("events_api", said)
        server.feed("interactive", pressed)
    await server.until(lambda: len(called.stored) == 6)
    assert len({inbound.event_id for inbound in called.stored}) == 2


async def test_a_comment_is_written_in_a_form(called: Called, server: SlackServer) -> None:
    assert called.channel
    asked = await called.channel.send(COMMENT)
    server.press(ADA, asked.external_id, "Write_here")
    await server.until(lambda: server.deliveries)
    assert len(server.views) == 1
    assert called.stored == [], "asking for the form is no answer"
    server.submit(ADA, "The queue")
    await server.until(lambda: called.stored)
    [said] = called.stored
    assert isinstance(said, Replied)
    assert (said.text, said.external_id) == ("The queue", asked.external_id)
    await server.until(lambda: len(server.deliveries) == 2)
    assert server.deliveries[-1].answer == b"", "an empty answer closes the form"


async def test_the_address_is_confirmed(called: Called, server: SlackServer) -> None:
    server.feed("events_api", {"type": "url_verification", "challenge": 'say "this"', "token": "x"})
    await server.until(lambda: server.deliveries)
    assert server.deliveries[0].answer == b'{"challenge":"say \\"this\\""}'


async def test_a_forged_call_is_refused_and_nothing_stored(
    called: Called, server: SlackServer
) -> None:
    server.signing_secret = "somebody-elses"
    server.say(ADA, "hello")
    server.feed("events_api", {"type": "url_verification", "challenge": "x"})
    await server.until(lambda: len(server.deliveries) == 8, seconds=10)
    assert called.stored == []
    assert called.refused == 8
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
