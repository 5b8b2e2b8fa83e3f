"""Updates by polling, and starting: confirmed to Telegram only once consumed."""

import asyncio
import logging

import pytest

from channels import errors
from channels.telegram.adapter import Pace, Telegram
from channels.telegram.menu import CUSTOMER_COMMANDS
from surveys.card import read_opening
from surveys.inbound import CommandGiven, Inbound, Linked, Replied, StatusChanged, Unblocked
from surveys.message import Button, Message
from surveys.reading import also_understanding
from surveys.request import read_request
from tests.banks import BANKS
from tests.channels.listening import running, take
from tests.channels.telegram.conftest import NOW, MakeBot
from tests.providers.telegram import Fault, TelegramServer

SECRET = "a-secret_of-OUR-choice"
ASK = Message(
    address="777001",
    text="Helpful?",
    buttons=(Button(label="👍", payload="tok.thumbs.1", value=1),),
)

STAFF_MENU = [
    {"command": "results", "description": "How it went"},
    {"command": "help", "description": "What I understand"},
]


# Polling


async def test_everything_comes_in_order(bot: Telegram, server: TelegramServer) -> None:
    receipt = await bot.send(ASK)
    server.start(777001, "opt-in_token")
    server.press(777001, int(receipt.external_id), "👍")
    server.say(777001, "Quick and kind", reply_to=int(receipt.external_id))
    server.say(777, "/results nps")
    server.block(777001)
    server.unblock(777001)
    kinds = [Linked, Replied, Replied, CommandGiven, StatusChanged, Unblocked]
    taken = await take(bot, len(kinds))
    assert [type(inbound) for inbound in taken] == kinds
    pressed, written = taken[1], taken[2]
    assert isinstance(pressed, Replied)
    assert isinstance(written, Replied)
    assert (pressed.payloads, pressed.at) == (("tok.thumbs.1",), NOW)
    assert pressed.external_id == written.external_id == receipt.external_id


async def test_what_was_not_consumed_comes_again(make_bot: MakeBot, server: TelegramServer) -> None:
    for text in ("one", "two", "three"):
        server.say(777001, text)
    first = await take(make_bot(), 2)  # the process dies with "two" in its hands
    again = await take(make_bot(), 3)
    assert [i.event_id for i in again[:2]] == [i.event_id for i in first]
    assert server.confirmed == 0


async def test_what_was_consumed_is_confirmed(bot: Telegram, server: TelegramServer) -> None:
    taken: list[Inbound] = []
    last = 0
    async with running(bot, taken.append):
        for number in range(250):  # more than the hundred that fit one batch
            last = server.say(777001, str(number))
        await server.until(lambda: server.confirmed > last)
    assert [i.text for i in taken if isinstance(i, Replied)] == [str(n) for n in range(250)]


async def test_nothing_is_confirmed_while_it_is_being_stored(
    bot: Telegram, server: TelegramServer
) -> None:
    server.say(777001, "hello")
    listening = bot.listen()
    await anext(listening)
    await asyncio.sleep(0.1)
    assert server.confirmed == 0
    await listening.aclose()


async def test_an_update_of_no_use_does_not_block_the_queue(
    bot: Telegram, server: TelegramServer
) -> None:
    server.feed({"message": {"voice": {}, "chat": {"id": 5, "type": "private"}}})
    server.feed({"message": "nonsense"})
    server.say(777001, "hello")
    [inbound] = await take(bot, 1)
    assert isinstance(inbound, Replied)
    assert inbound.text == "hello"


async def test_a_press_ends_its_spinner_after_it_was_stored(
    bot: Telegram, server: TelegramServer
) -> None:
    receipt = await bot.send(ASK)
    answered_before_stored: list[int] = []
    async with running(bot, lambda _: answered_before_stored.append(len(server.answered))):
        server.press(777001, int(receipt.external_id), "👍")
        await server.until(lambda: server.answered)
    assert answered_before_stored == [0]


async def test_a_press_that_is_too_old_is_no_harm(bot: Telegram, server: TelegramServer) -> None:
    taken: list[Inbound] = []
    message = {"message_id": 1, "date": 0, "chat": {"id": 7}}
    async with running(bot, taken.append):
        server.feed({"callback_query": {"id": "forgotten", "data": "x", "message": message}})
        last = server.say(7, "still here")
        await server.until(lambda: server.confirmed > last)
    assert server.answered == []
    assert len(taken) == 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=502, body=b"<html>"),
        Fault(cut=True),
        Fault(status=200, body=b"{{"),
        Fault(status=200, body=b'{"ok":true,"result":{}}'),
        Fault(status=200, body=b'{"ok":true,"result":[{"update_id":"x"}]}'),
        Fault(status=400, body=b'{"ok":false,"description":"Bad Request"}'),
    ],
    ids=["502", "cut", "garbage", "not a list", "no number", "400"],
)
async def test_a_broken_poll_is_mended(bot: Telegram, server: TelegramServer, fault: Fault) -> None:
    server.fail("getUpdates", fault, times=3)
    if fault.status != 400:  # a set-up that is refused is not mended by waiting
        server.fail("getMe", fault, times=2)
    server.say(777001, "hello")
    assert len(await take(bot, 1)) == 1


async def test_a_throttled_poll_waits_as_long_as_asked(
    bot: Telegram, server: TelegramServer
) -> None:
    server.throttle("getUpdates", 1)
    server.say(777001, "hello")
    before = asyncio.get_running_loop().time()
    await take(bot, 1)
    assert asyncio.get_running_loop().time() - before >= 1.0


async def test_two_pollers_take_turns_and_say_so_once(
    make_bot: MakeBot, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    taken: list[Inbound] = []
    one, other = make_bot(), make_bot()
    async with running(one, taken.append), running(other, taken.append):
        await server.until(lambda: server.calls.count("getUpdates") > 20)
        last = server.say(777001, "hello")
        await server.until(lambda: server.confirmed > last)
    assert {inbound.event_id for inbound in taken} == {str(last)}
    told = [r for r in caplog.records if "another program" in r.getMessage()]
    assert 1 <= len(told) <= 2, "once for each"


async def test_a_webhook_left_behind_is_removed(bot: Telegram, server: TelegramServer) -> None:
    setter = {"url": "http://127.0.0.1:9/telegram", "secret_token": SECRET}
    await server._carry_out("setWebhook", setter)
    server.say(777001, "hello")
    assert len(await take(bot, 1)) == 1
    assert server.hook is None


async def test_a_cancelled_listener_leaves_nothing_behind(
    bot: Telegram, server: TelegramServer
) -> None:
    async with running(bot, lambda _: None):
        await server.until(lambda: "getUpdates" in server.calls)
    server.say(777001, "hello")
    assert len(await take(bot, 1)) == 1, "and can listen again"


async def test_closing_ends_the_listening(make_bot: MakeBot, server: TelegramServer) -> None:
    bot = make_bot(pace=Pace(call=30, poll=50))
    listening = asyncio.create_task(anext(bot.listen(), None))
    await server.until(lambda: "getUpdates" in server.calls)
    await bot.close()
    async with asyncio.timeout(2):
        assert await listening is None


async def test_a_wrong_token_ends_the_listening(make_bot: MakeBot) -> None:
    with pytest.raises(errors.Misconfigured):
        await take(make_bot(token="42:somebody-elses"), 1)


async def test_neither_token_nor_people_are_logged(
    bot: Telegram, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.fail("getUpdates", Fault(cut=True), times=2)
    server.say(777001, "My secret")
    await take(bot, 1)
    assert "trying again" in caplog.text
    for secret in (server.token.split(":")[1], "777001", "My secret"):
        assert secret not in caplog.text


# Start


async def test_start_fills_the_menu_and_learns_the_name(
    bot: Telegram, server: TelegramServer
) -> None:
    assert bot.deep_link("x") == ""
    await bot.start()
    assert bot.deep_link("t_-1") == f"https://t.me/{server.username}?start=t_-1"
    assert server.menus["default", ""] == STAFF_MENU


@pytest.mark.parametrize("code", [*BANKS, ""])
async def test_a_customers_menu_is_what_we_understand_in_their_language(
    make_bot: MakeBot, server: TelegramServer, code: str
) -> None:
    await make_bot(languages=BANKS, language="fi", company="Acme").start()
    bank = BANKS[code or "fi"]
    menu = {c["command"]: c["description"] for c in server.menus["all_private_chats", code]}
    assert list(menu) == list(CUSTOMER_COMMANDS)
    assert menu["stop"] == bank.texts["stop"].replace("{company}", "Acme")
    assert "30" in menu["pause"]
    assert not any("{" in says for says in menu.values())
    heard = also_understanding(bank, BANKS["en"])
    kinds = {name: read_request(f"/{name}", heard) for name in menu}
    card = read_opening("/feedback", heard)
    assert card is not None
    assert kinds.pop("feedback") is None
    for name, request in kinds.items():
        assert request is not None
        assert request.kind == {"mydata": "know"}.get(name, name)


async def test_colleagues_have_their_own_menu_where_they_have_written_before(
    make_bot: MakeBot, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.refuse(778, 400, "Bad Request: chat not found")
    with caplog.at_level("INFO"):
        await make_bot(languages=BANKS, colleagues=("777", "778")).start()
    assert server.menus["chat 777", ""] == STAFF_MENU
    assert ("chat 778", "") not in server.menus
    assert "1 of 9 menus could not be filled" in caplog.text
    assert "778" not in caplog.text


async def test_a_bot_starts_without_its_menus(make_bot: MakeBot, server: TelegramServer) -> None:
    server.throttle("setMyCommands", 60, times=7)
    bot = make_bot(languages=BANKS)
    await bot.start()
    assert server.menus == {}
    assert bot.deep_link("x")


async def test_start_says_what_is_wrong(make_bot: MakeBot, server: TelegramServer) -> None:
    webhook = {"mode": "webhook", "secret": SECRET}
    with pytest.raises(errors.Misconfigured, match="public_url"):
        await make_bot(**webhook).start()
    with pytest.raises(errors.Misconfigured, match="HTTPS URL"):
        await make_bot(**webhook, public_url="feedback.acme.example").start()
    server.fail("getMe", Fault(status=502))
    with pytest.raises(errors.Unavailable):
        await make_bot().start()
