"""A Slack server and apps that speak to it."""

import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.slack import Settings
from channels.slack.adapter import Slack
from channels.slack.socket_mode import Pace
from tests.channels.rig import AROUND
from tests.providers.slack import SlackServer

ADA = "U0ADA7CUSTOMER"
QUICK = Pace(call=5.0, heartbeat=5.0, first_wait=0.01, longest_wait=0.05)
MakeApp = Callable[..., Slack]


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as running:
        yield running


@pytest.fixture
async def make_app(server: SlackServer) -> AsyncIterator[MakeApp]:
    """Make apps of the server's workspace; they are closed in the end."""
    made: list[Slack] = []

    def make(*, pace: Pace = QUICK, **block: Any) -> Slack:
        given = {"bot_token": server.bot_token, "app_token": server.app_token, **block}
        app = Slack(
            Settings(**{"api_base": server.url, **given}),
            company="Acme Customer Experience and more",
            languages=AROUND.languages,
            commands=["results", "help"],
            clock=lambda: datetime.fromtimestamp(time.time(), UTC),
            pace=pace,
        )
        made.append(app)
        return app

    yield make
    for app in made:
        await app.close()


@pytest.fixture
def app(make_app: MakeApp) -> Slack:
    return make_app()
