"""Whose rows an export has: those of the bearer's teams as they are when the button is pressed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import orjson
import pytest
from aiohttp import web

from bot.commands.context import StaffConfig
from bot.exporting.link import ExportDoor
from bot.exporting.ticket import Ticket, seal_ticket
from storage.store import Store
from surveys.card import Card
from surveys.event import Interaction
from surveys.staff import Role, StaffMember
from tests.bot.test_export_jobs import Slow
from tests.bot.tickets import ticket
from tests.storage.make import (
    NOW,
    add_contacts,
    add_invitations,
    answer,
    contact,
    invitation,
    reply,
)
from tests.storage.test_cases import a_case

LEAD = StaffMember(name="Maija", role=Role.TEAM_LEAD, teams=("north",))


async def fill(store: Store) -> None:
    """One of each kind for each of two teams."""
    for team in ("north", "south"):
        (who,) = await add_contacts(store, contact(f"user:{team}"))
        about = Interaction(id="c", team=team)
        (made,) = await add_invitations(store, invitation(who.id, interaction=about))
        await reply(store, made.id, answer(value=9))
        card = Card(channel="web", text="Hm", at=NOW, team=team)
        await store.unit_of_work(lambda t, card=card: t.save_cards([card]))  # type: ignore[misc]
        await a_case(store, team)


@dataclass(slots=True)
class House:
    """A door with one colleague, who changes."""

    store: Store
    url: str
    browser: aiohttp.ClientSession
    staff: list[StaffMember]

    async def fetch(self, asked: Ticket) -> tuple[int, str]:
        link = f"{self.url}/export/{seal_ticket(self.store.key, asked)}"
        async with self.browser.post(link) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def house(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    store = await Store.open(f"sqlite://{tmp_path}/here.db")
    await fill(store)
    staff, app = [LEAD], web.Application()
    write = getattr(request, "param", None)
    config = lambda: StaffConfig(staff=tuple(staff))  # noqa: E731 - a name for one value
    ExportDoor(store, config, lambda: NOW, write, patience=0.02 if write else 20).add_routes(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as browser:
        yield House(store, f"http://{host}:{port}", browser, staff)
    await runner.cleanup()
    await store.close()


def wanted(kind: str, team: str = "") -> Ticket:
    return ticket(kind=kind, form="jsonl", member="Maija", team=team)


def teams(text: str) -> set[str]:
    return {orjson.loads(line)["team"] for line in text.splitlines()}


@pytest.mark.parametrize("kind", ["responses", "comments", "invitations", "cases"])
async def test_a_lead_gets_their_own_teams_rows_of_every_kind(house: House, kind: str) -> None:
    status, text = await house.fetch(wanted(kind))
    assert (status, teams(text)) == (200, {"north"})
    house.staff[:] = [replace(LEAD, role=Role.MANAGER, teams=())]
    status, text = await house.fetch(wanted(kind))
    assert (status, teams(text)) == (200, {"north", "south"})
    status, text = await house.fetch(wanted(kind, team="south"))
    assert (status, teams(text)) == (200, {"south"})


async def test_a_team_that_was_theirs_is_not_given_any_more(house: House) -> None:
    assert (await house.fetch(wanted("responses", team="north")))[0] == 200
    house.staff[:] = [replace(LEAD, teams=("south",))]
    status, text = await house.fetch(wanted("responses", team="north"))
    assert status == 404
    assert "north" not in text
    house.staff[:] = [replace(LEAD, teams=())]
    status, text = await house.fetch(wanted("responses"))
    assert text == "", "whoever has no team is given no row"


@pytest.mark.parametrize("kind", ["contacts", "audit"])
async def test_what_is_for_admins_is_not_given_to_others(house: House, kind: str) -> None:
    for role in (Role.VIEWER, Role.TEAM_LEAD, Role.MANAGER):
        house.staff[:] = [replace(LEAD, role=role)]
        assert (await house.fetch(wanted(kind)))[0] == 404
    house.staff[:] = [replace(LEAD, role=Role.ADMIN)]
    assert (await house.fetch(wanted(kind)))[0] == 200


SLOW = Slow()


@pytest.mark.parametrize("house", [SLOW], indirect=True)
async def test_a_file_begun_with_other_rights_is_not_theirs(house: House) -> None:
    """What is under way for the teams of this morning is begun anew for those of now."""
    before = SLOW.begun
    asked = wanted("responses")
    assert (await house.fetch(asked))[0] == 202
    assert (await house.fetch(asked))[0] == 202
    assert SLOW.begun == before + 1
    house.staff[:] = [replace(LEAD, teams=("south",))]
    assert (await house.fetch(asked))[0] == 202
    assert SLOW.begun == before + 2
