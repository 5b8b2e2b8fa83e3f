"""Updates by webhook: believed only with the secret, acknowledged only once stored."""

import json
from collections.abc import AsyncIterator

import pytest

from channels import errors
from channels.base import Request
from surveys.inbound import Replied, StatusChanged
from surveys.message import Button, Message
from tests.channels.called import Called, calling
from tests.channels.telegram.conftest import MakeBot
from tests.providers.telegram import Fault, TelegramServer

SECRET = "a-secret_of-OUR-choice"
ASK = Message(
    address="777001",
    text="Helpful?",
    buttons=(Button(label="👍", payload="tok.thumbs.1", value=1),),
)


@pytest.fixture
async def called(make_bot: MakeBot) -> AsyncIterator[Called]:
    """Run a bot in webhook mode, set up at the server."""
    async with calling("/telegram") as called:
        bot = make_bot(mode="webhook", secret=SECRET, public_url=f"{called.url}/")
        called.channel = bot
        await bot.start()
        yield called


async def test_a_webhook_brings_updates(called: Called, server: TelegramServer) -> None:
    assert server.hook
    assert server.hook.allowed == ("message", "callback_query", "my_chat_member")
    server.say(777001, "hello")
    server.block(777001)
    await server.until(lambda: len(called.stored) == 2)
    assert {type(inbound) for inbound in called.stored} == {Replied, StatusChanged}


async def test_a_webhook_call_comes_again_until_stored(
    called: Called, server: TelegramServer
) -> None:
    called.failures = 3
    number = server.say(777001, "hello")
    await server.until(lambda: called.stored)
    assert [inbound.event_id for inbound in called.stored] == [str(number)]
    assert called.failures == 0


async def test_a_repeated_update_keeps_its_id(called: Called, server: TelegramServer) -> None:
    update = {"update_id": 7, "message": {"text": "9", "chat": {"id": 5, "type": "private"}}}
    for _ in range(3):
        server.feed(update)
    await server.until(lambda: len(called.stored) == 3)
    assert {inbound.event_id for inbound in called.stored} == {"7"}


async def test_a_press_is_answered_in_the_acknowledgement(
    called: Called, server: TelegramServer
) -> None:
    assert called.channel
    receipt = await called.channel.send(ASK)
    server.press(777001, int(receipt.external_id), "👍")
    await server.until(lambda: server.answered)
    assert len(called.stored) == 1
    assert "answerCallbackQuery" not in server.calls, "no call of its own"


async def test_listening_to_a_webhook_bot_ends_once_set_up(
    make_bot: MakeBot, server: TelegramServer
) -> None:
    bot = make_bot(mode="webhook", secret=SECRET, public_url="http://127.0.0.1:9")
    server.fail("getMe", Fault(status=502), times=2)
    assert [inbound async for inbound in bot.listen()] == []
    assert server.hook


GOOD = json.dumps(
    {"update_id": 7, "message": {"text": "9", "chat": {"id": 5, "type": "private"}}}
).encode()
HEADER = "x-telegram-bot-api-secret-token"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {HEADER: ""},
        {HEADER: SECRET[:-1]},
        {HEADER: SECRET + "x"},
        {HEADER: SECRET.upper()},
        {HEADER: "päss\ud83d"},
        {"x-secret": SECRET},
    ],
)
async def test_a_call_without_the_secret_is_not_trusted(
    make_bot: MakeBot, headers: dict[str, str]
) -> None:
    bot = make_bot(mode="webhook", secret=SECRET)
    with pytest.raises(errors.Untrusted) as caught:
        await bot.receive(Request(method="POST", path="", headers=headers, body=GOOD))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("secret", ["", SECRET])
async def test_a_polling_bot_trusts_no_call(make_bot: MakeBot, secret: str) -> None:
    bot = make_bot(secret=secret)
    call = Request(method="POST", path="", headers={HEADER: secret}, body=GOOD)
    with pytest.raises(errors.Untrusted):
        await bot.receive(call)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"null", b"[]", b"7", b'"x"', b"{}", b"[" * 100_000,
     b'{"update_id":1}', b'{"update_id":1,"callback_query":{"id":7,"data":[]}}'],
)  # fmt: skip
async def test_a_body_of_no_use_is_let_go(make_bot: MakeBot, body: bytes) -> None:
    bot = make_bot(mode="webhook", secret=SECRET)
    call = Request(method="POST", path="", headers={HEADER: SECRET}, body=body)
    assert list(await bot.receive(call)) == []
    ack = bot.ack(call, ())
    assert (ack.status, ack.body) == (200, b"")
