"""Managers hear of conflicting claims: each once, together, and no more often than every hour."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.conflict_alert import compose_conflicts
from scheduler.conflicts import ConflictWatch
from surveys.conflict import Verdict
from surveys.event import Event
from surveys.staff import Role, StaffMember
from tests.scheduler.spine import LEADER, Spine, a_spine, identify

STAFF = (
    LEADER,
    StaffMember(name="Otto", role=Role.MANAGER, addresses={"slack": "U1", "telegram": "778"}),
    StaffMember(name="Ada", role=Role.ADMIN, addresses={"email": "ada@acme.example"}),
    StaffMember(name="Away", role=Role.ADMIN, addresses={"slack": "U2"}),
)


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    async with a_spine(tmp_path) as opened:
        opened.rules = replace(opened.rules, staff=STAFF)
        yield opened


def watch(spine: Spine) -> ConflictWatch:
    return ConflictWatch(
        spine.store,
        lambda: spine.rules,
        channels=spine.capabilities,
        compose=compose_conflicts,
        clock=lambda: spine.now,
        wake=spine.woken.append,
    )


def claims(who: int, message: str) -> Event:
    return identify(who, message, {"email": "shared@x.example", "telegram_id": str(1000 + who)})


async def test_managers_and_admins_are_told_and_nobody_else(spine: Spine) -> None:
    await spine.report(claims(1, "a"), claims(2, "b"))
    await watch(spine).sweep()
    await watch(spine).sweep()
    await spine.dispatch()
    (to_otto,) = spine.lines("telegram", "778")
    (to_ada,) = spine.lines("email", "ada@acme.example")
    assert "s…@\u200bx.example" in to_otto.text and "Anna2" in to_otto.text
    assert to_otto.text == to_ada.text
    assert spine.lines("telegram", "777") == []


async def test_a_flood_is_a_number_and_comes_once_an_hour(spine: Spine) -> None:
    await spine.report(*(claims(n, f"m{n}") for n in range(1, 10)))
    await watch(spine).sweep()
    spine.now += timedelta(minutes=30)
    await spine.report(claims(50, "late"), claims(2, "again"))
    await watch(spine).sweep()
    await spine.dispatch()
    (told,) = spine.lines("telegram", "778")
    assert told.text.startswith("8 addresses") and "and 3 more" in told.text
    spine.now += timedelta(minutes=30)
    await watch(spine).sweep()
    await spine.dispatch()
    assert len(spine.lines("telegram", "778")) == 2
    assert "Anna50" in spine.lines("telegram", "778")[1].text


async def test_the_second_person_on_a_kept_address_is_not_asked_there(spine: Spine) -> None:

    await spine.report(
        claims(1, "a"), replace(claims(2, "b"), traits={"email": "shared@x.example"})
    )
    (found,) = await spine.store.list_conflicts(9, 0)
    await spine.store.settle_conflict(found.id, Verdict.KEEP, "Otto", spine.now)
    conversation = await spine.invite(2, email="shared@x.example", telegram_id="")
    await spine.dispatch()
    assert spine.lines("email", "shared@x.example") == []
    (decision,) = await spine.store.decisions(conversation.invitation.id)
    assert decision.verdict == "skip"
