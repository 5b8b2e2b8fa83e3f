"""A spine whose colleagues hear of comment cards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from storage.cards import read_card
from storage.sql import statement
from surveys.card import Card
from surveys.staff import Role, StaffMember
from tests.scheduler.spine import LEADER, MINUTE, Spine, a_spine, make_rules

MANAGER = StaffMember(name="Otto", role=Role.MANAGER, addresses={"telegram": "778"})


KEPT = "Thank you. We have passed your message on to our team."


STRANGER = "4242"


ALL = statement("SELECT * FROM comment_card ORDER BY id")


@asynccontextmanager
async def card_spine(folder: Path) -> AsyncIterator[Spine]:
    rules = make_rules(staff=(LEADER, MANAGER), privacy_url="https://acme.example/privacy")
    async with a_spine(folder, rules=rules) as made:
        yield made


async def say(spine: Spine, address: str, *texts: str, pause: timedelta = MINUTE) -> None:
    for text in texts:
        await spine.hear(spine.said(address, text=text))
        await spine.dispatch()
        spine.now += pause


def heard(spine: Spine, address: str) -> list[str]:
    return [line.text for line in spine.lines("telegram", address)]


async def cards(spine: Spine) -> list[Card]:
    return [card for card in await all_cards(spine) if card.text and not card.quiet]


async def all_cards(spine: Spine) -> list[Card]:
    rows = await spine.store._database.read(lambda session: session.fetch(ALL))
    return [read_card(row) for row in rows]
