"""A picture that a provider will not take, over its own protocol: the words come all the same, and
whoever reads them is told.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from bot.gateway import Gateway
from channels.base import Channel
from channels.slack import Settings as SlackSettings
from channels.slack.adapter import Slack
from channels.telegram import Settings as TelegramSettings
from channels.telegram.adapter import Telegram
from scheduler.batch import Batch
from surveys.inbound import CommandGiven, Inbound
from surveys.message import Image, Message
from tests.bot.reports.test_sending import MONDAY, SUNDAY, reporter, running
from tests.bot.whole import until
from tests.channels.rig import AROUND
from tests.channels.trouble import PIXEL
from tests.providers.bot_api import Fault as TelegramFault
from tests.providers.slack import Fault as SlackFault
from tests.providers.slack import SlackServer
from tests.providers.telegram import TelegramServer

ADA = "U0ADA7STAFF"
PICTURE = Image(png=PIXEL, alt="NPS: 12 of 18 gave 9")
LINES = "\n".join(f"Line {n} of what was asked for." for n in range(80))
REFUSAL = b'{"ok":false,"error":"missing_scope"}'


async def nobody(items: Any) -> list[tuple[Message, ...]]:
    return [() for _ in items]


async def command(channel: Channel, address: str, text: str) -> None:
    """Have a colleague's command answered with a picture and a text."""

    async def answer(_channel: str, to: str, _text: str) -> Message:
        return Message(address=to, text=text, image=PICTURE)

    replies: Batch[Inbound, tuple[Message, ...]] = Batch(nobody)
    gateway = Gateway({channel.name: channel}, replies, answer, lambda *_: True)
    item = CommandGiven(
        event_id="e", channel=channel.name, at=SUNDAY, address=address, text="/results"
    )
    await gateway.take(item)
    for task in tuple(gateway._tasks):
        await task


@asynccontextmanager
async def telegram() -> AsyncIterator[tuple[Telegram, TelegramServer]]:
    async with TelegramServer() as server:
        settings = TelegramSettings(token=server.token, api_base=server.url)
        bot = Telegram(settings, clock=lambda: datetime.now(UTC))
        try:
            yield bot, server
        finally:
            await bot.close()


@asynccontextmanager
async def slack() -> AsyncIterator[tuple[Slack, SlackServer]]:
    async with SlackServer() as server:
        settings = SlackSettings(
            bot_token=server.bot_token, signing_secret="s", api_base=server.url
        )
        app = Slack(
            settings,
            company="Acme",
            languages=AROUND.languages,
            commands=["results"],
            clock=lambda: datetime.now(UTC),
        )
        try:
            yield app, server
        finally:
            await app.close()


def telegram_says(status: int, description: str) -> TelegramFault:
    said = {"ok": False, "error_code": status, "description": description}
    return TelegramFault(status=status, body=orjson.dumps(said))


async def test_a_caption_longer_than_telegram_takes_is_a_message_of_its_own() -> None:
    async with telegram() as (bot, server):
        await command(bot, "7", LINES)
        picture, words = server.sent(7)
        assert (picture.photo, picture.text) == (PIXEL, "Line 0 of what was asked for.")
        assert words.text == LINES and not words.photo
        long = Image(png=PIXEL, alt="x" * 3000)  # no words but those that stand for it
        await bot.send(Message(address="7", text="", image=long))
        assert len(server.sent(7)[-1].text) == 1024


@pytest.mark.parametrize(
    "fault",
    [
        telegram_says(400, "Bad Request: IMAGE_PROCESS_FAILED"),
        telegram_says(400, "Bad Request: not enough rights to send photos to the chat"),
        TelegramFault(status=413, body=b"<html>Request Entity Too Large</html>"),
        TelegramFault(status=502, body=b"<html>bad gateway</html>"),
        TelegramFault(cut=True),
    ],
    ids=["unreadable", "no-rights", "too-large", "broken", "cut"],
)
async def test_a_command_is_answered_though_telegram_takes_no_picture(fault: TelegramFault) -> None:
    async with telegram() as (bot, server):
        server.fail("sendPhoto", fault)
        await command(bot, "7", "NPS +33")
        (words,) = server.sent(7)
        assert words.text.startswith(f"NPS +33\n\n{PICTURE.alt}\n\n(The picture could not be sent:")
        server.fail("sendPhoto", fault)
        await command(bot, "7", LINES)
        assert server.sent(7)[-1].text == LINES


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_right_that_is_missing_in_slack_is_named(step: str) -> None:
    async with slack() as (app, server):
        server.fail(step, SlackFault(status=200, body=REFUSAL))
        await command(app, ADA, "NPS +33")
        (words,) = server.sent(ADA)
        assert words.text.startswith("NPS +33") and PICTURE.alt in words.text
        assert f"Slack refuses {step}: missing_scope; add the scope" in words.text


@pytest.mark.parametrize(
    "fault",
    [
        SlackFault(status=400, body=b"wrong length"),
        SlackFault(status=503, body=b"<html>later</html>"),
        SlackFault(cut=True),
    ],
    ids=["refused", "broken", "cut"],
)
async def test_an_upload_that_fails_midway_costs_no_words(fault: SlackFault) -> None:
    async with slack() as (app, server):
        server.fail("upload", fault, times=2)
        await command(app, ADA, "NPS +33")
        (words,) = server.sent(ADA)
        assert words.text.startswith("NPS +33") and "could not be sent" in words.text
        assert "upload" in server.calls and "files.completeUploadExternal" not in server.calls


async def test_a_stranger_to_the_chat_is_not_written_to_twice() -> None:
    async with telegram() as (bot, server):
        server.refuse(7, 403, "Forbidden: bot was blocked by the user")
        await command(bot, "7", "NPS +33")
        assert server.calls.count("sendPhoto") == 1 and "sendMessage" not in server.calls


async def test_a_report_comes_without_its_picture_and_says_so(tmp_path: Path) -> None:
    async with running(tmp_path, SUNDAY) as here:
        await reporter(here).tick()
        refusal = telegram_says(400, "Bad Request: IMAGE_PROCESS_FAILED")
        here.telegram.fail("sendPhoto", refusal, times=3)
        here.clock.now = MONDAY
        await reporter(here).tick()
        await until(lambda: all(len(here.telegram.sent(n)) >= 2 for n in (777, 778, 779)))
        first, *rest = here.telegram.sent(778)
        assert not any(message.photo for message in here.telegram.sent(778))
        assert first.text.startswith("Acme: weekly\n")
        assert "IMAGE_PROCESS_FAILED" in first.text
        assert "NPS +33; 95 %: " in "\n".join(message.text for message in rest)
        assert here.telegram.calls.count("sendPhoto") == 3  # what is refused is not tried again
