"""A Bot API server and bots that speak to it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.telegram import Settings
from channels.telegram.adapter import Pace, Telegram
from tests.providers.telegram import TelegramServer

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUICK = Pace(call=20.0, poll=1, first_wait=0.01, longest_wait=0.05)
_OURS = ("languages", "language", "company", "colleagues")
MakeBot = Callable[..., Telegram]


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as running:
        yield running


@pytest.fixture
async def make_bot(server: TelegramServer) -> AsyncIterator[MakeBot]:
    """Make bots of the server's; they are closed in the end."""
    made: list[Telegram] = []

    def make(*, pace: Pace = QUICK, public_url: str = "", **block: Any) -> Telegram:
        ours = {key: block.pop(key) for key in _OURS if key in block}
        settings = Settings(**{"token": server.token, "api_base": server.url, **block})
        commands = (("results", "How it went"), ("help", "What I understand"))
        bot = Telegram(
            settings,
            public_url=public_url,
            commands=commands,
            clock=lambda: NOW,
            pace=pace,
            **ours,
        )
        made.append(bot)
        return bot

    yield make
    for bot in made:
        await bot.close()


@pytest.fixture
def bot(make_bot: MakeBot) -> Telegram:
    return make_bot()
