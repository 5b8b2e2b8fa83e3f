"""Whether a case was put right is asked once for each time it was solved, and not while it is open."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.case_posts import CasePosts
from scheduler.case_office import CaseOffice
from storage.sql import statement
from surveys.alert import AlertRule
from surveys.case import RECOVERY, CasePlan, Recovery
from surveys.condition import parse
from surveys.deed import Deed, DeedKind
from surveys.staff import Role, StaffMember
from tests.scheduler.spine import Spine, a_spine, make_rules

LEAD = StaffMember(
    name="Maija", role=Role.TEAM_LEAD, teams=("support",), addresses={"telegram": "701"}
)
DAY = timedelta(days=1)


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    plan = CasePlan(recovery=Recovery(survey="call", after=DAY, via=("telegram",)))
    rule = AlertRule(condition=parse("nps <= 6"), to=("team_lead",), case=plan)
    rules = make_rules(staff=(LEAD,), alerts=(rule,), via=("telegram",), causes=("too slow", "x"))
    async with a_spine(tmp_path, rules=rules) as made:
        await made.invite(1)
        await made.dispatch()
        await made.hear(made.press("1001", "2"))
        await made.dispatch()
        yield made


async def do(spine: Spine, kind: DeedKind, text: str = "") -> None:
    office = CaseOffice(
        spine.store,
        lambda: spine.rules,
        channels=spine.capabilities,
        words=CasePosts(),
        clock=lambda: spine.now,
        wake=spine.woken.append,
    )
    spine.now += timedelta(minutes=1)
    await office.act(1, Deed(kind=kind, text=text), LEAD)
    await spine.dispatch()


async def asked_after(spine: Spine) -> list[str]:
    """The states of the questions whether it was put right, in order."""
    text = statement(f"SELECT state FROM invitation WHERE trigger = '{RECOVERY}' ORDER BY id")
    found = await spine.store._database.run(lambda session: session.fetch(text))
    return [row["state"] for row in found]


async def test_what_is_done_with_a_solved_case_does_not_ask_again(spine: Spine) -> None:
    await do(spine, DeedKind.CLAIM)
    await do(spine, DeedKind.CONTACTED)
    assert await asked_after(spine) == []
    await do(spine, DeedKind.SOLVED, "too slow")
    await do(spine, DeedKind.NOTE, "she prefers mail")
    await do(spine, DeedKind.CAUSE, "x")
    await do(spine, DeedKind.SOLVED, "x")
    assert await asked_after(spine) == ["planned"]


async def test_who_could_not_be_reached_is_not_asked(spine: Spine) -> None:
    await do(spine, DeedKind.UNREACHABLE, "too slow")
    assert await asked_after(spine) == []


async def test_a_case_that_is_opened_again_is_asked_about_once_it_is_solved_again(
    spine: Spine,
) -> None:
    await do(spine, DeedKind.SOLVED, "too slow")
    await do(spine, DeedKind.REOPEN)
    assert await asked_after(spine) == ["cancelled"]
    await do(spine, DeedKind.SOLVED, "too slow")
    assert await asked_after(spine) == ["cancelled", "planned"]
    before = len(spine.lines("telegram", "1001"))
    spine.now += DAY + timedelta(hours=1)
    await spine.dispatch()
    assert len(spine.lines("telegram", "1001")) == before + 1
    assert await asked_after(spine) == ["cancelled", "asked"]
