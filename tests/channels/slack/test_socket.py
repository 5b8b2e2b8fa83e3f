"""News by Socket Mode: confirmed only once stored, whatever happens to the connection."""

import asyncio
import logging
from functools import partial

import pytest

from channels import errors
from channels.slack.adapter import Slack
from channels.slack.socket_mode import Pace
from surveys.inbound import CommandGiven, Inbound, Replied, StatusChanged
from surveys.message import Button, Entry, Message
from tests.channels.listening import running, take
from tests.channels.slack.conftest import ADA, QUICK, MakeApp
from tests.channels.slack.rig import refused
from tests.providers.slack import Fault, SlackServer

ASK = Message(
    address=ADA,
    text="Helpful?",
    question_id="thumbs",
    buttons=(Button(label="👍", payload="tok.thumbs.1", value=1),),
)
COMMENT = Message(
    address=ADA,
    text="What went <wrong> & why?",
    question_id="why",
    entry=Entry.TEXT,
    buttons=(Button(label="Skip", payload="tok.why.-"),),
)


async def test_everything_comes_in_order(app: Slack, server: SlackServer) -> None:
    asked = await app.send(ASK)
    server.press(ADA, asked.external_id, "👍")
    server.say(ADA, "Quick & kind", thread=asked.external_id)
    server.say(ADA, "results")
    server.command("U0MAIJA", "results nps 30d")
    server.deactivate(ADA)
    kinds = [Replied, Replied, CommandGiven, CommandGiven, StatusChanged]
    pressed, written, word, command, left = await take(app, len(kinds))
    assert [type(i) for i in (pressed, written, word, command, left)] == kinds
    assert isinstance(pressed, Replied)
    assert isinstance(written, Replied)
    assert isinstance(command, CommandGiven)
    assert pressed.payloads == ("tok.thumbs.1",)
    assert written.text == "Quick & kind"
    assert pressed.external_id == written.external_id == asked.external_id
    assert (command.address, command.text) == ("U0MAIJA", "/results nps 30d")


async def test_nothing_is_confirmed_while_it_is_being_stored(
    app: Slack, server: SlackServer
) -> None:
    server.say(ADA, "hello")
    listening = app.listen()
    await anext(listening)
    await asyncio.sleep(0.1)
    assert len(server.unconfirmed) == 1
    resumed = asyncio.ensure_future(anext(listening))
    await server.until(lambda: not server.unconfirmed)
    resumed.cancel()
    await asyncio.gather(resumed, return_exceptions=True)
    await listening.aclose()


async def test_what_was_not_stored_comes_to_the_next_process(
    make_app: MakeApp, server: SlackServer
) -> None:
    for text in ("one", "two", "three"):
        server.say(ADA, text)
    dying = make_app()
    first = await take(dying, 2)  # the process dies with "two" in its hands
    await dying.close()
    again = await take(make_app(), 2)
    assert again[0].event_id == first[1].event_id
    assert [i.text for i in again if isinstance(i, Replied)] == ["two", "three"]


async def test_a_comment_is_written_in_a_form(app: Slack, server: SlackServer) -> None:
    asked = await app.send(COMMENT)
    taken: list[Inbound] = []
    async with running(app, taken.append):
        server.press(ADA, asked.external_id, "Write_here")
        await server.until(lambda: server.views)
        view = server.views[0]
        assert view["title"]["text"] == "Acme Customer Experience and more"[:24]
        assert view["blocks"][0]["text"]["text"] == COMMENT.text
        server.submit(ADA, "The queue")
        server.submit(ADA, "The queue")
        await server.until(lambda: len(taken) == 2 and not server.unconfirmed)
    [sent] = {(i.text, i.external_id, i.event_id) for i in taken if isinstance(i, Replied)}
    assert sent[:2] == ("The queue", asked.external_id)


async def test_a_form_opens_while_others_wait_to_be_stored(app: Slack, server: SlackServer) -> None:
    asked = await app.send(COMMENT)
    listening = app.listen()
    server.say(ADA, "stuck in the store")
    await anext(listening)
    server.press(ADA, asked.external_id, "Write_here")
    await server.until(lambda: server.views, seconds=2)
    await listening.aclose()


async def test_a_form_that_does_not_open_stops_nothing(
    app: Slack, server: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    asked = await app.send(COMMENT)
    server.fail("views.open", refused("expired_trigger_id"))
    server.press(ADA, asked.external_id, "Write_here")
    server.say(ADA, "The queue")
    [said] = await take(app, 1)
    assert isinstance(said, Replied)
    assert said.text == "The queue"
    await server.until(lambda: "expired_trigger_id" in caplog.text)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_planned_change_of_connection_loses_nothing(
    app: Slack, server: SlackServer, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    taken: list[Inbound] = []
    async with running(app, taken.append):
        for round_ in range(3):
            await server.until(lambda: server.lines)
            await server.drop(reason)
            server.say(ADA, f"said {round_}")
            await server.until(partial(lambda n: len({i.event_id for i in taken}) == n, round_ + 1))
        await server.until(lambda: not server.unconfirmed)
    assert not caplog.records, "a planned change is no trouble"


async def test_a_broken_connection_is_mended_and_said_once(
    app: Slack, server: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    taken: list[Inbound] = []
    async with running(app, taken.append):
        await server.until(lambda: server.lines)
        server.fail("apps.connections.open", Fault(status=502), times=3)
        await server.drop()
        server.say(ADA, "still here")
        await server.until(lambda: taken and not server.unconfirmed)
    told = [r for r in caplog.records if "HTTP 502" in r.getMessage() or "502" in r.getMessage()]
    assert len(told) == 1


async def test_a_dead_connection_is_noticed(make_app: MakeApp) -> None:
    async with SlackServer(pongs=False) as deaf:
        pace = Pace(call=5, heartbeat=0.1, first_wait=0.01, longest_wait=0.05)
        app = make_app(
            bot_token=deaf.bot_token, app_token=deaf.app_token, api_base=deaf.url, pace=pace
        )
        async with running(app, lambda _: None):
            await deaf.until(lambda: deaf.calls.count("apps.connections.open") >= 3)
        await app.close()


async def test_a_wrong_app_token_ends_the_listening(make_app: MakeApp) -> None:
    app = make_app(app_token="xapp-somebody-elses")
    for _ in range(2):
        with pytest.raises(errors.Misconfigured, match="not_allowed_token_type"):
            await take(app, 1)


async def test_socket_mode_switched_off_is_said(app: Slack, server: SlackServer) -> None:
    listening = asyncio.create_task(take(app, 1))
    await server.until(lambda: server.lines)
    await server.drop("link_disabled")
    with pytest.raises(errors.Misconfigured, match="Socket Mode"):
        await listening


async def test_a_throttled_connection_waits_as_long_as_asked(
    app: Slack, server: SlackServer
) -> None:
    server.throttle("apps.connections.open", 1)
    server.say(ADA, "hello")
    before = asyncio.get_running_loop().time()
    await take(app, 1)
    assert asyncio.get_running_loop().time() - before >= 1.0


async def test_closing_ends_the_listening(app: Slack, server: SlackServer) -> None:
    listening = asyncio.create_task(anext(app.listen(), None))
    await server.until(lambda: server.lines)
    await app.close()
    async with asyncio.timeout(2):
        assert await listening is None
    await server.until(lambda: not server.lines)


async def test_listening_without_an_app_token_ends_at_once(
    make_app: MakeApp, server: SlackServer
) -> None:
    app = make_app(app_token="", signing_secret=server.signing_secret)
    assert [inbound async for inbound in app.listen()] == []
    assert server.calls == []


async def test_neither_tickets_nor_people_are_logged(
    make_app: MakeApp, server: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    app = make_app(pace=QUICK)
    asked = await app.send(COMMENT)
    server.fail("apps.connections.open", Fault(cut=True), times=2)
    server.press(ADA, asked.external_id, "Write_here")
    server.say(ADA, "My secret")
    await take(app, 1)
    await server.drop()
    await server.until(lambda: "trying again" in caplog.text)
    for secret in (server.bot_token, server.app_token, "ticket", ADA, "My secret", "wrong"):
        assert secret not in caplog.text
