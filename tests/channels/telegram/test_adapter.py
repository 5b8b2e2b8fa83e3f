"""Sending, over real sockets: what arrives, and what each failure is called."""

import asyncio
import logging
import socket
from dataclasses import replace
from typing import Any

import orjson
import pytest

from channels import errors
from channels.telegram.adapter import Pace, Telegram
from surveys.message import Button, Entry, Image, Message
from tests.channels.telegram.conftest import MakeBot
from tests.providers.telegram import Fault, TelegramServer

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
NPS = tuple(Button(label=str(v), payload=f"{'t' * 32}.nps.{v}", value=v) for v in range(11))
ASK = Message(address="777001", text="How likely?", buttons=NPS)


async def test_a_question_arrives_with_its_buttons(bot: Telegram, server: TelegramServer) -> None:
    receipt = await bot.send(ASK)
    [sent] = server.ledger
    assert receipt.external_id == str(sent.message_id)
    assert (sent.chat_id, sent.text) == ("777001", "How likely?")
    assert sent.labels == [list("012345"), ["6", "7", "8", "9", "10"]]
    assert sent.params["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in sent.params


async def test_an_edit_replaces_in_place(bot: Telegram, server: TelegramServer) -> None:
    first = await bot.send(ASK)
    edited = replace(ASK, text="Thanks & <bye>", replaces=first.external_id, buttons=())
    assert await bot.send(edited) == first
    assert server.ledger[-1].method == "editMessageText"
    assert server.ledger[-1].labels == []
    assert await bot.send(edited) == first, "the same edit again is no failure"
    assert len(server.ledger) == 2


async def test_a_question_for_words_can_be_edited(bot: Telegram) -> None:
    asked = Message(address="777001", text="And why?", entry=Entry.TEXT, question_id="why")
    first = await bot.send(asked)
    edited = replace(asked, notice="Recorded: slow", replaces=first.external_id)
    assert await bot.send(edited) == first


async def test_a_picture_arrives_byte_for_byte(bot: Telegram, server: TelegramServer) -> None:
    message = Message(address="777", text="NPS +40", image=Image(png=PNG, alt="Chart"))
    receipt = await bot.send(message)
    [sent] = server.ledger
    assert (sent.photo, sent.text) == (PNG, "NPS +40")
    assert receipt.external_id == str(sent.message_id)


async def test_longest_text_and_payload_pass(bot: Telegram, server: TelegramServer) -> None:
    longest = (Button(label="ä" * 64, payload="p" * 64, value=1),)
    await bot.send(Message(address="7", text="x" * 4096, buttons=longest))
    assert len(server.ledger[0].text) == 4096


def refusal(status: int, description: str, **parameters: int) -> Fault:
    body = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return Fault(status=status, body=orjson.dumps(body))


FAILURES: list[tuple[str, Fault, type[errors.ChannelError]]] = [
    ("blocked", refusal(403, "Forbidden: bot was blocked by the user"), errors.Blocked),
    ("deactivated", refusal(403, "Forbidden: user is deactivated"), errors.Unreachable),
    (
        "never started",
        refusal(403, "Forbidden: bot can't initiate conversation with a user"),
        errors.Unreachable,
    ),
    (
        "kicked",
        refusal(403, "Forbidden: bot was kicked from the supergroup chat"),
        errors.Unreachable,
    ),
    ("chat not found", refusal(400, "Bad Request: chat not found"), errors.Unreachable),
    ("peer", refusal(400, "Bad Request: PEER_ID_INVALID"), errors.Unreachable),
    ("too long", refusal(400, "Bad Request: message is too long"), errors.Rejected),
    ("edit gone", refusal(400, "Bad Request: message to edit not found"), errors.Rejected),
    ("no words", Fault(status=400, body=b'{"ok":false,"error_code":400}'), errors.Rejected),
    ("too large", refusal(413, "Request Entity Too Large"), errors.Rejected),
    ("token", refusal(401, "Unauthorized"), errors.Misconfigured),
    ("path", refusal(404, "Not Found"), errors.Misconfigured),
    ("slow down", refusal(429, "Too Many Requests", retry_after=7), errors.Throttled),
    ("proxy 429", Fault(status=429, body=b"<h1>slow down</h1>"), errors.Throttled),
    ("429 without when", refusal(429, "Too Many Requests"), errors.Throttled),
    ("moved", refusal(400, "Bad Request: x", migrate_to_chat_id=-1009), errors.Relocated),
    ("internal", refusal(500, "Internal Server Error"), errors.Unavailable),
    ("internal, no words", Fault(status=500, body=b'{"ok":false}'), errors.Unavailable),
    ("bad gateway", Fault(status=502, body=b"<html>nginx</html>"), errors.Unavailable),
    ("refusal unreadable", Fault(status=400, body=b"<html>"), errors.BadResponse),
    ("teapot", refusal(418, "short and stout"), errors.BadResponse),
    ("success unreadable", Fault(status=200, body=b"{{"), errors.Uncertain),
    ("success not text", Fault(status=200, body=b"\xff\xfe\x00"), errors.Uncertain),
    ("success of odd shape", Fault(status=200, body=b'{"ok":true,"result":[]}'), errors.Uncertain),
    ("cut before", Fault(cut=True), errors.Uncertain),
    ("cut after", Fault(cut=True, after=True), errors.Uncertain),
    ("no verdict in time", Fault(hang=3.0), errors.Uncertain),
]


@pytest.mark.parametrize(("fault", "kind"), [f[1:] for f in FAILURES], ids=[f[0] for f in FAILURES])
async def test_failures_have_names(
    server: TelegramServer,
    make_bot: MakeBot,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    kind: type[errors.ChannelError],
) -> None:
    caplog.set_level(logging.DEBUG)
    bot = make_bot(pace=Pace(call=1.0 if fault.hang else 20.0))
    server.fail("sendMessage", fault)
    with pytest.raises(errors.ChannelError) as caught:
        await bot.send(ASK)
    assert type(caught.value) is kind
    assert_discreet(caught.value, caplog, server)
    assert server.calls.count("sendMessage") == 1, "an adapter never retries"
    await bot.send(ASK)  # and the next message goes through


def assert_discreet(
    error: BaseException, caplog: pytest.LogCaptureFixture, server: TelegramServer
) -> None:
    assert error.__cause__ is None
    assert error.__context__ is None
    told = f"{error!r} {caplog.text}"
    for secret in (server.token, server.token.split(":")[1], "777001", "How likely"):
        assert secret not in told


async def test_numbers_of_failures_are_carried(bot: Telegram, server: TelegramServer) -> None:
    server.throttle("sendMessage", 7)
    with pytest.raises(errors.Throttled) as slow:
        await bot.send(ASK)
    assert (slow.value.retry_after, slow.value.account) == (7.0, True)
    server.migrate(777001, -100777)
    with pytest.raises(errors.Relocated) as moved:
        await bot.send(ASK)
    assert moved.value.new_address == "-100777"


async def test_a_reason_is_kept_and_numbers_are_not(bot: Telegram, server: TelegramServer) -> None:
    server.refuse(777001, 400, f"Bad Request: TOPIC_CLOSED for 777001\nby {server.token}")
    with pytest.raises(errors.Rejected) as caught:
        await bot.send(ASK)
    assert str(caught.value) == "Telegram refuses this: Bad Request: TOPIC_CLOSED for … by …"


async def test_the_servers_own_limits(bot: Telegram, server: TelegramServer) -> None:
    too_much: list[dict[str, Any]] = [
        {"text": "x" * 4097},
        {"text": ""},
        {"buttons": (Button(label="a", payload="p" * 65),)},
        {"buttons": tuple(Button(label="a", payload="p") for _ in range(101))},
        {"text": "x" * 1025, "image": Image(png=PNG, alt="Chart")},
        {"image": Image(png=b"GIF89a", alt="Chart")},
        {"replaces": "4711"},
        {"replaces": "not a number"},
    ]
    for change in too_much:
        with pytest.raises(errors.Rejected):
            await bot.send(replace(ASK, **change))
    with pytest.raises(errors.Unreachable):
        await bot.send(replace(ASK, address="@aino"))
    assert server.ledger == []


async def test_only_those_who_started_can_be_written_to(make_bot: MakeBot) -> None:
    async with TelegramServer(everyone_started=False) as strict:
        bot = make_bot(api_base=strict.url)
        with pytest.raises(errors.Unreachable):
            await bot.send(ASK)
        strict.start(777001)
        await bot.send(ASK)


async def test_nobody_listens_there(
    make_bot: MakeBot, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and never listening
        bot = make_bot(api_base=f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(errors.Unavailable) as caught:
            await bot.send(ASK)
    assert_discreet(caught.value, caplog, server)


async def test_a_connection_that_is_never_made(
    make_bot: MakeBot, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):  # the queue of one is full: later ones wait unanswered
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        port = full.getsockname()[1]
        bot = make_bot(api_base=f"http://127.0.0.1:{port}", pace=Pace(call=0.6))
        with pytest.raises(errors.Unavailable) as caught:
            await bot.send(ASK)
    assert_discreet(caught.value, caplog, server)


async def test_closing_twice_and_sending_after(bot: Telegram, server: TelegramServer) -> None:
    await bot.send(ASK)
    await bot.close()
    await bot.close()
    with pytest.raises(errors.Unavailable):
        await bot.send(ASK)
    assert len(server.ledger) == 1


async def test_closing_under_a_send(bot: Telegram, server: TelegramServer) -> None:
    server.fail("sendMessage", Fault(hang=3.0))
    sending = asyncio.create_task(bot.send(ASK))
    await server.until(lambda: server.calls)
    await bot.close()
    with pytest.raises(errors.ChannelError):
        await sending


async def test_a_wrong_token_stops_the_channel(make_bot: MakeBot, server: TelegramServer) -> None:
    stranger = make_bot(token="42:somebody-elses")
    with pytest.raises(errors.Misconfigured) as caught:
        await stranger.send(ASK)
    assert "somebody" not in str(caught.value)


async def test_many_at_once(bot: Telegram, server: TelegramServer) -> None:
    asks = [replace(ASK, address=str(chat)) for chat in range(1, 101)]
    receipts = await asyncio.gather(*map(bot.send, asks))
    assert len({receipt.external_id for receipt in receipts}) == 100
    by_id = {str(sent.message_id): sent.chat_id for sent in server.ledger}
    assert [by_id[receipt.external_id] for receipt in receipts] == [ask.address for ask in asks]


def test_settings_narrow_the_rate(make_bot: MakeBot) -> None:
    assert make_bot(rate="5/s").capabilities.rate == 5.0
