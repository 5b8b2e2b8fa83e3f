"""A Graph API server, and pages that speak to it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.config.languages import load_languages
from channels.messenger import House
from channels.messenger.adapter import Messenger
from tests.channels.messenger.rig import settings_for
from tests.providers.graph import GraphServer

ANNA, BEN = "7210987654321098", "7210987654321777"
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
HOUSE = House(
    company="Acme", privacy_url="https://acme.example/privacy", languages=load_languages()
)
MakePage = Callable[..., Messenger]


class Clock:
    """The time on both sides of the wire, moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def graph(clock: Clock) -> AsyncIterator[GraphServer]:
    async with GraphServer(clock=clock) as running:
        yield running


@pytest.fixture
async def make_page(graph: GraphServer, clock: Clock) -> AsyncIterator[MakePage]:
    """Make adapters for the server's page; they are closed in the end."""
    made: list[Messenger] = []

    def make(*, house: House = HOUSE, seconds: float = 20.0, **block: Any) -> Messenger:
        settings = settings_for(graph, **block)
        made.append(Messenger(settings, house=house, clock=clock, seconds=seconds))
        return made[-1]

    yield make
    for page in made:
        await page.close()


@pytest.fixture
def page(make_page: MakePage) -> Messenger:
    return make_page()
