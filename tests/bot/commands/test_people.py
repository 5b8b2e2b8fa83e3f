"""Names, addresses and numbers of customers: who reads them, in answers and in what is sent."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands import Commands, StaffConfig
from surveys.alert import AlertRule
from surveys.case import CasePlan, Entry, EntryKind
from surveys.condition import parse
from surveys.staff import Role, StaffMember
from tests.scheduler.spine import Spine, a_spine, make_rules

PLANTED = ("Plantedname", "planted@mail.example", "555 0199")
WORDS = "Waited. Write to planted@mail.example or call +358 40 555 0199"
LINES = (
    "/responses", "/comments", "/comments waited", "/cases", "/case 1", "/why u1",
    "/why Plantedname", "/why planted@mail.example", "/responses held", "/results", "/trend",
    "/campaigns", "/journeys", "/who", "/help",
)  # fmt: skip


def staff(role: Role, address: str, *teams: str) -> StaffMember:
    return StaffMember(
        name=f"the {role} {address}", role=role, teams=teams, addresses={"telegram": address}
    )


STAFF = (
    staff(Role.VIEWER, "701", "support"),
    staff(Role.TEAM_LEAD, "702", "support"),
    staff(Role.TEAM_LEAD, "703", "sales"),
    staff(Role.MANAGER, "704"),
    staff(Role.ADMIN, "705"),
)


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    to = ("the viewer 701", "team_lead", "email:cx@acme.example")
    rules = (
        AlertRule(condition=parse("nps <= 2"), to=to, case=CasePlan()),
        AlertRule(condition=parse("nps <= 6"), to=to),
    )
    made_rules = make_rules(staff=STAFF, alerts=rules, via=("telegram",), cards_to="the viewer 701")
    async with a_spine(tmp_path, rules=made_rules) as made:
        for who, score in ((1, "2"), (2, "5")):
            await made.invite(who, first_name="Plantedname", email=f"planted@mail.example{who}")
            await made.dispatch()
            for label in (score, "5"):
                await made.hear(made.press(f"{1000 + who}", label))
                await made.dispatch()
            await made.hear(made.said(f"{1000 + who}", text="Done"))
            await made.hear(made.said(f"{1000 + who}", text=WORDS))
            await made.dispatch()
            await made.hear(made.said(f"{1000 + who}", text=f"feedback {WORDS}"))
            await made.dispatch()
        yield made


def found(text: str) -> set[str]:
    return {word for word in PLANTED if word in text.replace("\u200b", "")}


@pytest.mark.parametrize(
    ("who", "reads"), [("701", False), ("702", True), ("703", False), ("704", True), ("705", True)]
)
async def test_in_answers(spine: Spine, who: str, reads: bool) -> None:
    config = StaffConfig(surveys=spine.rules.surveys, staff=spine.rules.staff)
    commands = Commands(store=spine.store, config=lambda: config, clock=lambda: spine.now)
    read: set[str] = set()
    for line in LINES:
        answer = await commands.answer("telegram", who, line)
        assert answer is not None
        echoed = found(line)  # "I know nobody called ..."
        read |= found(answer.text) - echoed
        if not reads:
            assert not found(answer.text) - echoed, (line, answer.text)
    assert ("Plantedname" in read) is reads
    assert (PLANTED[1] in read) is reads


@pytest.mark.parametrize(
    ("channel", "address", "reads"),
    [("telegram", "701", False), ("telegram", "702", True), ("email", "cx@acme.example", False)],
)
async def test_in_what_is_sent(spine: Spine, channel: str, address: str, reads: bool) -> None:
    """A mailbox or a channel of Slack is a place: nobody knows who reads along."""
    texts = [line.text for line in spine.lines(channel, address)]
    assert len(texts) >= 2
    told = "\n".join(texts)
    assert "Bad feedback from" in told
    assert (bool(found(told))) is reads, told
    if not reads:
        assert "a customer" in told and "0199" not in told.replace(" ", "")


async def test_what_colleagues_wrote_of_a_case_is_read_by_those_who_read_names(
    spine: Spine,
) -> None:
    view = await spine.store.find_case(1, None)
    assert view
    note = Entry(at=spine.now, kind=EntryKind.NOTE, who="the lead", text=f"Plantedname: {WORDS}")
    await spine.store.unit_of_work(lambda t: t.add_entries([(view.case.id, note)]))
    config = StaffConfig(surveys=spine.rules.surveys, staff=spine.rules.staff)
    commands = Commands(store=spine.store, config=lambda: config, clock=lambda: spine.now)
    lead = await commands.answer("telegram", "702", "/case 1")
    viewer = await commands.answer("telegram", "701", "/case 1")
    assert lead
    assert viewer
    assert "Plantedname: Waited. Write to planted" in lead.text.replace("\u200b", "")
    assert "noted: …: Waited. Write to … or call …" in viewer.text
    assert not found(viewer.text)


async def test_a_viewer_finds_somebody_by_your_own_id_alone(spine: Spine) -> None:
    config = StaffConfig(surveys=spine.rules.surveys, staff=spine.rules.staff)
    commands = Commands(store=spine.store, config=lambda: config, clock=lambda: spine.now)
    known = await commands.answer("telegram", "701", "/why u1")
    unknown = await commands.answer("telegram", "701", "/why Plantedname")
    nobody = await commands.answer("telegram", "701", "/why Nobodyatall")
    assert known and known.text.startswith("Why · a customer (")
    assert unknown and nobody
    assert unknown.text.replace("Plantedname", "") == nobody.text.replace("Nobodyatall", "")
