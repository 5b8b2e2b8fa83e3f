"""/cases page by page: every case once, no page that is empty, and the same cases on each."""

import re
from datetime import timedelta

from bot.commands import Commands, StaffConfig
from bot.commands.cases import PAGE
from storage.store import Store
from surveys.case import Case
from surveys.event import Interaction
from surveys.message import Message
from surveys.staff import Role, StaffMember
from tests.storage.make import NOW, add_contacts, add_invitations, contact, invitation

OTTO = StaffMember(name="Otto", role=Role.MANAGER, addresses={"telegram": "1"})
MAIJA = StaffMember(
    name="Maija", role=Role.TEAM_LEAD, teams=("north",), addresses={"telegram": "2"}
)
HOUR = timedelta(hours=1)


async def fill(store: Store, n: int, team: str = "north", *, late: bool = False) -> None:
    """Cases of a team, the first to be seen to in front."""
    people = await add_contacts(store, *(contact(f"user:{team}-{late}-{k}") for k in range(n)))
    about = Interaction(id="c", team=team)
    made = await add_invitations(
        store, *(invitation(p.id, interaction=about, due_at=NOW + HOUR) for p in people)
    )
    cases = [
        Case(
            contact_id=one.contact_id,
            invitation_id=one.id,
            survey="phone",
            interaction=about,
            opened_at=NOW,
            respond_by=NOW + (-1 if late else 1) * timedelta(minutes=k + 1),
        )
        for k, one in enumerate(made)
    ]
    await store.unit_of_work(lambda t: t.add_cases(cases))


async def ask(store: Store, line: str, who: str = "1") -> Message:
    config = StaffConfig(staff=(OTTO, MAIJA))
    commands = Commands(store=store, config=lambda: config, clock=lambda: NOW)
    said = await commands.answer("telegram", who, line)
    assert said is not None
    return said


def listed(said: Message) -> list[int]:
    return [int(n) for n in re.findall(r"^(\d+) · ", said.text, re.MULTILINE)]


def more(said: Message) -> list[str]:
    return [button.payload for button in said.buttons if "More" in button.label]


async def test_a_page_that_is_just_full_is_the_last(store: Store) -> None:
    await fill(store, PAGE)
    said = await ask(store, "/cases")
    assert len(listed(said)) == PAGE
    assert more(said) == []
    assert "More:" not in said.text


async def test_every_case_stands_on_one_page(store: Store) -> None:
    await fill(store, 2 * PAGE + 1)
    seen, line = [], "/cases"
    for _ in range(3):
        said = await ask(store, line)
        seen += listed(said)
        line = (more(said) or [""])[0]
    assert line == ""
    assert len(seen) == 2 * PAGE + 1
    assert len(set(seen)) == len(seen)


async def test_the_next_page_lists_what_the_first_did(store: Store) -> None:
    await fill(store, PAGE + 2, late=True)
    await fill(store, PAGE + 2)
    await fill(store, PAGE + 2, team="south", late=True)
    first = await ask(store, "/cases late team north")
    assert f"More: {more(first)[0]}".replace('"', "") in first.text.replace('"', "")
    second = await ask(store, more(first)[0])
    found = listed(first) + listed(second)
    assert found == list(range(PAGE + 2, 0, -1)), "who should have heard first stands first"
    assert more(second) == []


async def test_a_lead_pages_through_their_own_teams_only(store: Store) -> None:
    await fill(store, PAGE, team="south")
    await fill(store, PAGE + 1)
    first = await ask(store, "/cases", "2")
    second = await ask(store, more(first)[0], "2")
    assert listed(first) + listed(second) == list(range(PAGE + 1, 2 * PAGE + 2))
    assert "south" not in first.text + second.text
    for number in (1, PAGE):
        said = await ask(store, f"/case {number}", "2")
        assert "There is no case" in said.text
