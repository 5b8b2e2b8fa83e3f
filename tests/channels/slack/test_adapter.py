"""Sending, over the wire."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web

from channels import errors
from channels.slack.adapter import Slack
from channels.slack.socket_mode import Pace
from surveys.message import Button, Image, Message
from tests.channels.slack.conftest import ADA, MakeApp
from tests.channels.slack.rig import refused
from tests.channels.trouble import PIXEL
from tests.providers.slack import Fault, SlackServer
from tests.providers.slack_workspace import dm

NPS = Message(
    address=ADA,
    text="How likely?",
    question_id="nps",
    buttons=tuple(Button(label=str(n), payload=f"t.nps.{n}", value=n) for n in range(11)),
)
PICTURE = Message(
    address=ADA, text="NPS is <b>42</b> & <!channel>", image=Image(png=PIXEL, alt="NPS by week")
)


async def test_a_question_is_asked_and_edited_in_place(app: Slack, server: SlackServer) -> None:
    receipt = await app.send(NPS)
    assert receipt.external_id.startswith(f"{dm(ADA)}:")
    assert receipt.address == ""
    chosen = replace(NPS.buttons[9], chosen=True)
    buttons = (*NPS.buttons[:9], chosen, NPS.buttons[10])
    edit = replace(NPS, replaces=receipt.external_id, notice="Thank you: 9", buttons=buttons)
    assert (await app.send(edit)).external_id == receipt.external_id
    asked, edited = server.sent(ADA)
    assert asked.labels == [str(n) for n in range(11)]
    assert edited.method == "chat.update"
    assert edited.labels[9] == "✓ 9"
    assert edited.text.startswith("Thank you: 9")
    assert server.calls == ["chat.postMessage", "chat.update"], "one call each"


async def test_a_person_is_found_by_mail_once(app: Slack, server: SlackServer) -> None:
    server.enrol("ada@acme.example", ADA)
    for _ in range(3):
        receipt = await app.send(replace(NPS, address="ada@acme.example"))
        assert receipt.address == ADA
        assert receipt.external_id.startswith(f"{dm(ADA)}:")
    assert server.calls.count("users.lookupByEmail") == 1


async def test_nobody_is_found(app: Slack, server: SlackServer) -> None:
    for address in ("nobody@acme.example", "maija", "", "U0 ADA", "@", "a\ud800@b"):
        with pytest.raises(errors.Unreachable) as caught:
            await app.send(replace(NPS, address=address))
        assert not address or address not in str(caught.value)
    assert "chat.postMessage" not in server.calls


async def test_a_channel_is_written_to_by_name_and_by_id(app: Slack, server: SlackServer) -> None:
    for address in ("#customer-experience", "C0CX"):
        await app.send(Message(address=address, text="Weekly"))
    assert [accepted.channel for accepted in server.ledger] == ["C0CX", "C0CX"]
    with pytest.raises(errors.Unreachable, match="channel_not_found"):
        await app.send(Message(address="#nowhere", text="Weekly"))


async def test_a_picture_takes_three_steps(app: Slack, server: SlackServer) -> None:
    first, second = await app.send(PICTURE), await app.send(PICTURE)
    assert first.external_id != second.external_id
    for accepted in server.ledger:
        assert (accepted.channel, accepted.png) == (dm(ADA), PIXEL)
        assert accepted.text == PICTURE.text
        assert "<" not in accepted.params["initial_comment"]
        assert accepted.params["files"][0]["title"] == "NPS by week"
    assert server.calls.count("conversations.open") == 1


async def test_a_picture_finds_its_channel_by_name_once(app: Slack, server: SlackServer) -> None:
    for _ in range(2):
        await app.send(replace(PICTURE, address="#customer-experience"))
    assert server.calls.count("conversations.list") == 2, "two pages"
    with pytest.raises(errors.Unreachable):
        await app.send(replace(PICTURE, address="#nowhere"))
    await app.send(Message(address="#general", text="Words first"))
    before = server.calls.count("conversations.list")
    await app.send(replace(PICTURE, address="#general"))
    assert server.calls.count("conversations.list") == before, "known from the words"


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("conversations.open", errors.Unavailable),
        ("files.getUploadURLExternal", errors.Unavailable),
        ("files.completeUploadExternal", errors.Uncertain),
    ],
)
async def test_a_picture_that_breaks_off_is_uncertain_only_once_it_may_show(
    app: Slack, server: SlackServer, method: str, kind: type[errors.ChannelError]
) -> None:
    server.fail(
        method, Fault(cut=True), times=2
    )  # aiohttp repeats a GET on a connection gone stale
    with pytest.raises(errors.ChannelError) as caught:
        await app.send(PICTURE)
    assert type(caught.value) is kind


async def test_a_throttled_method_says_how_long(app: Slack, server: SlackServer) -> None:
    server.throttle("chat.postMessage", 12)
    before = asyncio.get_running_loop().time()
    with pytest.raises(errors.Throttled) as caught:
        await app.send(NPS)
    assert (caught.value.retry_after, caught.value.account) == (12.0, True)
    assert asyncio.get_running_loop().time() - before < 2, "nobody waited"
    assert server.calls == ["chat.postMessage"], "nobody tried again"


async def test_a_deactivated_person_is_unreachable(app: Slack, server: SlackServer) -> None:
    receipt = await app.send(NPS)
    server.deactivate(ADA)
    with pytest.raises(errors.Unreachable, match="user_disabled"):
        await app.send(NPS)
    with pytest.raises(errors.Unreachable, match="is_archived"):
        await app.send(replace(NPS, replaces=receipt.external_id))


async def test_an_edit_that_broke_off_may_be_repeated(app: Slack, server: SlackServer) -> None:
    receipt = await app.send(NPS)
    server.fail("chat.update", Fault(cut=True, after=True))
    with pytest.raises(errors.Unavailable):
        await app.send(replace(NPS, replaces=receipt.external_id))


async def test_a_late_answer_is_uncertain(make_app: MakeApp, server: SlackServer) -> None:
    app = make_app(pace=Pace(call=0.3))
    server.fail("chat.postMessage", Fault(hang=1.0, after=True))
    with pytest.raises(errors.Uncertain):
        await app.send(NPS)
    assert len(server.ledger) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"<html>", b'{"ok": true}'])
async def test_a_success_that_cannot_be_read_is_uncertain(
    app: Slack, server: SlackServer, body: bytes
) -> None:
    server.fail("chat.postMessage", Fault(status=200, body=body, after=True))
    with pytest.raises(errors.Uncertain):
        await app.send(NPS)


async def test_a_redirect_gets_no_token(app: Slack, server: SlackServer) -> None:
    async def steal(request: web.Request) -> web.Response:
        stolen.append(request.headers.get("authorization", ""))
        return web.json_response({"ok": True, "channel": "D1", "ts": "1.1"})

    stolen: list[str] = []
    thief = web.Application()
    thief.router.add_route("*", "/{rest:.*}", steal)
    runner = web.AppRunner(thief, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    elsewhere = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    server.fail("chat.postMessage", Fault(status=307, headers={"Location": elsewhere}))
    with pytest.raises(errors.Misconfigured):
        await app.send(NPS)
    await runner.cleanup()
    assert stolen == []


async def test_start_says_what_is_wrong(make_app: MakeApp, server: SlackServer) -> None:
    await make_app().start()
    with pytest.raises(errors.Misconfigured, match="not_allowed_token_type"):
        await make_app(bot_token="xoxb-somebody-elses").start()
    server.fail("auth.test", refused("never_heard_of"))
    with pytest.raises(errors.Misconfigured, match="never_heard_of"):
        await make_app().start()
    server.fail("auth.test", Fault(status=502))
    with pytest.raises(errors.Unavailable):
        await make_app().start()


async def test_a_revoked_token_stops_the_workspace_until_it_is_good_again(
    app: Slack, server: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    listening = asyncio.create_task(anext(app.listen(), None))
    await server.until(lambda: server.lines)
    server.revoke()
    await server.until(lambda: not server.unconfirmed)
    assert "removed from the workspace" in caplog.text
    with pytest.raises(errors.Misconfigured, match="token_revoked"):
        await app.send(NPS)
    assert "chat.postMessage" not in server.calls, "it is not even tried"
    server.install_again()
    await app.send(NPS)
    await app.close()
    await listening
