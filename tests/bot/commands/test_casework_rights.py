"""Who may do what with a case: by button, by word in its thread and by command, over a real store.

The table is written out here and made from nothing of ours.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.case_posts import CasePosts
from bot.commands import Commands, StaffConfig
from channels.sandbox import CAPABILITIES
from scheduler.case_office import CaseOffice
from surveys.alert import AlertRule
from surveys.case import CasePlan
from surveys.condition import parse
from surveys.inbound import Replied
from surveys.staff import Role, StaffMember
from tests.scheduler.spine import CHAT, MAIL, PAGE, Spine, a_spine, make_rules

TG = "telegram"


def member(name: str, role: Role, address: str, *teams: str) -> StaffMember:
    return StaffMember(name=name, role=role, teams=teams, addresses={TG: address})


LEAD = member("Maija", Role.TEAM_LEAD, "701", "support")
FORMER = member("Former", Role.TEAM_LEAD, "707", "support")
STAFF = (
    LEAD,
    member("Sari", Role.TEAM_LEAD, "702", "sales"),
    member("Ville", Role.VIEWER, "703", "support"),
    member("Otto", Role.MANAGER, "704"),
    member("Ada", Role.ADMIN, "705"),
    member("Teamless", Role.TEAM_LEAD, "706"),
    member("Kaisa", Role.TEAM_LEAD, "708", "support"),
    # A room of theirs is listed, so that alerts go there: that makes nobody in it anything.
    member("the room", Role.ADMIN, "-55"),
    FORMER,
)


@dataclass(frozen=True)
class Actor:
    """Where something is pressed or written, and by whom where that is a group's."""

    address: str
    by: str = ""
    channel: str = TG


MAY = {
    "their own team's lead": Actor("701"),
    "a manager": Actor("704"),
    "an admin": Actor("705"),
    "the lead, in the room": Actor("-55", by="701"),
}
MAY_NOT = {
    "another team's lead": Actor("702"),
    "a viewer of the team": Actor("703"),
    "a lead without a team": Actor("706"),
    "a former colleague": Actor("707"),
    "a stranger": Actor("666"),
    "the customer": Actor("1001"),
    "the lead's number on another channel": Actor("701", channel="other"),
    "a bot, which the provider does not name": Actor(""),
    "a stranger, in the room": Actor("-55", by="666"),
    "the viewer, in the room": Actor("-55", by="703"),
    "the lead's number with a blank": Actor(" 701"),
}
BUTTONS = (
    "claim", "step:listen", "contacted", "solved:too-slow", "reopen", "unreachable:too-slow",
)  # fmt: skip
COMMANDS = (
    "claim", "listen", "note she prefers mail", "contacted", "say We are sorry.", "give Kaisa",
    "solved too slow", "reopen", "unreachable too slow", "cause other", "reopen", "release",
)  # fmt: skip


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    rule = AlertRule(condition=parse("nps <= 6"), to=("team_lead",), case=CasePlan())
    rules = make_rules(staff=STAFF, alerts=(rule,), via=(TG,), causes=("too slow", "other"))
    can = {TG: CHAT, "email": MAIL, "web": PAGE, "other": CAPABILITIES}
    async with a_spine(tmp_path, rules=rules, capabilities=can) as made:
        await made.invite(1)
        await made.dispatch()
        await made.hear(made.press("1001", "2"))
        await made.dispatch()
        made.rules = replace(made.rules, staff=tuple(m for m in STAFF if m is not FORMER))
        yield made


async def story(spine: Spine) -> tuple[object, ...]:
    """Everything that can change about the case, and what the customer was told."""
    view = await spine.store.find_case(1, None)
    assert view is not None
    said = [line.text for line in spine.lines(TG, "1001")]
    return (view.case.state, view.case.owner, view.case.steps, view.story, said)


async def press(spine: Spine, actor: Actor, name: str) -> None:
    posted = spine.lines(TG, "701")[0]
    given = spine.source(actor.address, actor.channel)
    item = Replied(**given, payloads=(f"case.1.{name}",), external_id=posted.id, by=actor.by)
    await spine.hear(item)
    await spine.dispatch()


async def write(spine: Spine, actor: Actor, text: str) -> None:
    """Answer the message about the case."""
    posted = spine.lines(TG, "701")[0]
    given = spine.source(actor.address, actor.channel)
    shared = actor.address.startswith("-")
    item = Replied(**given, text=text, external_id=posted.id, by=actor.by, shared=shared)
    await spine.hear(item)
    await spine.dispatch()


async def command(spine: Spine, actor: Actor, line: str) -> str:
    office = CaseOffice(
        spine.store,
        lambda: spine.rules,
        channels=spine.capabilities,
        words=CasePosts(),
        clock=lambda: spine.now,
        wake=spine.woken.append,
    )
    config = StaffConfig(
        surveys=spine.rules.surveys, staff=spine.rules.staff, causes=spine.rules.causes
    )
    commands = Commands(
        store=spine.store,
        config=lambda: config,
        clock=lambda: spine.now,
        act=office.act,
        say=office.say,
    )
    answer = await commands.answer(actor.channel, actor.by or actor.address, line)
    await spine.dispatch()
    return answer.text if answer else ""


@pytest.mark.parametrize("who", MAY)
async def test_who_may_does_all_of_it(spine: Spine, who: str) -> None:
    for name in BUTTONS:
        before = await story(spine)
        await press(spine, MAY[who], name)
        assert await story(spine) != before, name
    for line in ("reopen", "release", *COMMANDS):
        before = await story(spine)
        said = await command(spine, MAY[who], f"/case 1 {line}")
        assert await story(spine) != before, (line, said)


async def test_who_may_writes_in_the_thread(spine: Spine) -> None:
    await write(spine, MAY["their own team's lead"], "note: she prefers mail")
    await write(spine, MAY["their own team's lead"], "We are sorry.")
    view = await spine.store.find_case(1, None)
    assert view and {"she prefers mail", "We are sorry."} <= {e.text for e in view.story}
    assert "We are sorry." in spine.lines(TG, "1001")[-1].text


@pytest.mark.parametrize("taker", ["Ville", "Sari", "Teamless", "Former"])
async def test_nobody_is_given_what_they_may_not_work_on(spine: Spine, taker: str) -> None:
    before = await story(spine)
    said = await command(spine, MAY["a manager"], f"/case 1 give {taker}")
    assert await story(spine) == before, said


async def test_who_may_be_given_it_instead_is_said(spine: Spine) -> None:
    said = await command(spine, MAY["a manager"], "/case 1 give Ville")
    assert said == (
        "Ville looks on only: give case 1 to a team lead of support, a manager or an admin."
    )
    said = await command(spine, MAY["a manager"], "/case 1 give Sari")
    assert said.startswith("Sari does not see it: give case 1 to")


@pytest.mark.parametrize("line", ["claim 1", "claim #1", "give 1 Kaisa", "say 1 We are sorry."])
async def test_the_number_may_stand_behind_the_deed(spine: Spine, line: str) -> None:
    await command(spine, MAY["a manager"], f"/case {line}")
    view = await spine.store.find_case(1, None)
    assert view and view.case.owner == ("Kaisa" if "Kaisa" in line else "Otto")
    if "sorry" in line:
        assert spine.lines(TG, "1001")[-1].text.endswith("\nWe are sorry.")


async def test_a_cause_that_is_nearly_one_is_guessed(spine: Spine) -> None:
    said = await command(spine, MAY["a manager"], "/case 1 solved tooslow")
    assert said.startswith("Did you mean too slow? The causes are too slow and other.")


@pytest.mark.parametrize("who", MAY_NOT)
async def test_nobody_else_changes_anything(spine: Spine, who: str) -> None:
    actor = MAY_NOT[who]
    for step in range(2):
        before = await story(spine)
        for name in (*BUTTONS, "note", "assign", "show", "nonsense"):
            await press(spine, actor, name)
        for line in COMMANDS:
            said = await command(spine, actor, f"/case 1 {line}")
            assert "Anna1" not in said, line
        if who != "the customer":  # who may well write, to the survey
            await write(spine, actor, "note: let me in")
            await write(spine, actor, "Pay me.")
        assert await story(spine) == before
        if step == 0:  # the same where it is closed: nobody opens it again
            await press(spine, MAY["a manager"], "unreachable:too-slow")


@pytest.mark.parametrize("who", MAY_NOT)
async def test_nobody_else_is_shown_the_case(spine: Spine, who: str) -> None:
    said = await command(spine, MAY_NOT[who], "/case 1")
    listed = await command(spine, MAY_NOT[who], "/cases")
    viewer = who in ("a viewer of the team", "the viewer, in the room")
    assert ("NPS 2 of 10" in said) is viewer
    assert ("1 · a customer" in listed) is viewer
    assert "Anna1" not in said + listed


@pytest.mark.parametrize("who", MAY)
async def test_who_may_reads_whose_it_is(spine: Spine, who: str) -> None:
    assert "Anna1" in await command(spine, MAY[who], "/case 1")
    assert "Anna1" in await command(spine, MAY[who], "/cases")


async def test_who_is_removed_between_two_presses_does_no_more(spine: Spine) -> None:
    await press(spine, MAY["their own team's lead"], "claim")
    spine.rules = replace(spine.rules, staff=tuple(m for m in spine.rules.staff if m is not LEAD))
    before = await story(spine)
    await press(spine, MAY["their own team's lead"], "contacted")
    await write(spine, MAY["their own team's lead"], "We are sorry.")
    assert await command(spine, MAY["their own team's lead"], "/case 1 contacted") == ""
    assert await story(spine) == before


async def test_a_demoted_lead_looks_on(spine: Spine) -> None:
    lower = replace(LEAD, role=Role.VIEWER)
    spine.rules = replace(spine.rules, staff=(lower,))
    before = await story(spine)
    await press(spine, MAY["their own team's lead"], "claim")
    assert await story(spine) == before
    assert "Anna1" not in spine.lines(TG, "701")[-1].text
