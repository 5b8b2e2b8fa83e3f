"""Whose numbers a report shows: a team lead's has their own teams' rows in every part of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.commands.counting import Counting
from bot.config.model import ReportRule
from bot.config.themes import shipped_reader
from bot.reports.contents import Contents, Office
from storage.store import Store
from surveys.case import Case
from surveys.event import Interaction
from surveys.headway import Round
from surveys.invitation import InvitationState
from tests.storage.make import (
    NOW,
    add_contacts,
    add_invitations,
    answer,
    ask,
    contact,
    invitation,
    reply,
)
from tests.storage.test_anonymous import fetch

Gather = Callable[[Office, tuple[str, ...] | None], Awaitable[Contents]]

DAY = timedelta(days=1)
TODAY = NOW.date() + DAY
RULE = ReportRule(name="weekly", schedule=None, to=("team_lead",), by=("channel", "team", "agent"))
ROUND = Round(wall=datetime(2026, 11, 21, 12), begins=NOW - DAY, enlisted=16, done=True)  # noqa: DTZ001 - a wall


async def fill(store: Store, team: str, score: int, n: int) -> None:
    """So many of a team's customers waited too long; one more was not asked; one has a case."""
    people = await add_contacts(
        store,
        *(
            contact(f"user:{team}-{k}", addresses=[("telegram", f"{team}{k}")])
            for k in range(n + 1)
        ),
    )
    about = Interaction(id="c", team=team, agent=f"agent of {team}")
    made = await add_invitations(
        store, *(invitation(p.id, trigger="yearly", interaction=about) for p in people[:n])
    )
    await ask(store)
    done = {"state": InvitationState.COMPLETED, "completed_at": NOW}
    for one in made:
        await reply(store, one.id, answer(value=score))
        words = answer("comment", text=f"I waited too long in the {team}", language="en")
        await reply(store, one.id, words, **done)
    (spared,) = await add_invitations(
        store, invitation(people[n].id, trigger="yearly", interaction=about, due_at=NOW + DAY)
    )
    at = round(NOW.timestamp() * 1000)
    why = f"({spared.id}, {at}, 'skip', 'the person said stop', '{{}}')"
    columns = "invitation_id, at, verdict, rule, inputs"
    await fetch(store, f"INSERT INTO decision ({columns}) VALUES {why} RETURNING id")
    case = Case(
        contact_id=made[0].contact_id,
        invitation_id=made[0].id,
        survey="phone",
        interaction=about,
        opened_at=NOW,
    )
    await store.unit_of_work(lambda t: t.add_cases([case]))


@pytest.fixture
async def office(store: Store) -> Office:
    await fill(store, "north", 9, 7)
    await fill(store, "south", 2, 8)
    while await store.read_comments(shipped_reader(), 50):
        pass
    zone = ZoneInfo("Europe/Helsinki")
    counting = Counting(surveys={})
    return Office(store=store, counting=counting, company="Acme", zone=zone, cases=True)


async def weekly(office: Office, teams: tuple[str, ...] | None, day: date = TODAY) -> Contents:
    return await office.gather(RULE, day, teams, NOW + DAY)


async def at_the_end(office: Office, teams: tuple[str, ...] | None) -> Contents:
    before = replace(ROUND, begins=NOW - 9 * DAY)
    return await office.gather_round(
        RULE, "yearly", (ROUND, before), NOW + DAY, survey="phone", everybody=True, teams=teams
    )


def scored(contents: Contents) -> int:
    return sum(row.n for row in contents.totals.rows if row.metric == "nps")


def said(contents: Contents) -> set[str]:
    return {comment.team for comment in contents.comments}


def spoke(contents: Contents) -> int:
    return sum(row.people for row in contents.themes.rows) if contents.themes else 0


def opened(contents: Contents) -> tuple[int, int]:
    assert contents.cases
    return contents.cases.done.opened, contents.cases.waiting.open


async def test_a_leads_weekly_report_is_of_their_own_teams_throughout(office: Office) -> None:
    own = await weekly(office, ("north",))
    assert scored(own) == 7
    assert {flow.sent for flow in own.totals.flows} == {7}
    assert said(own) == {"north"}
    assert spoke(own) == 7
    assert opened(own) == (1, 1)
    assert own.reasons == {"stopped": 1}
    for by, report in own.groups.items():
        rows = [row for row in report.rows if row.metric == "nps"]
        assert [row.n for row in rows] == [7], by
    later = await weekly(office, ("north",), TODAY + 7 * DAY)
    assert [row.n for row in later.earlier.rows if row.metric == "nps"] == [7]


async def test_a_leads_report_of_a_campaigns_end_is_too(office: Office) -> None:
    own = await at_the_end(office, ("north",))
    assert scored(own) == 7
    assert {flow.sent for flow in own.totals.flows} == {7}
    assert said(own) == {"north"}
    assert spoke(own) == 7
    assert opened(own) == (1, 1)
    assert own.whole == 7


async def test_a_report_is_of_its_surveys_throughout(office: Office) -> None:
    of_others = await office.gather(replace(RULE, surveys=("delivery",)), TODAY, None, NOW + DAY)
    assert (scored(of_others), said(of_others), spoke(of_others)) == (0, set(), 0)
    assert opened(of_others) == (0, 0)
    assert not of_others.totals.flows
    assert not any(report.rows for report in of_others.groups.values())
    own = await office.gather(replace(RULE, surveys=("phone",)), TODAY, None, NOW + DAY)
    assert (scored(own), said(own), spoke(own)) == (15, {"north", "south"}, 15)


@pytest.mark.parametrize("gather", [weekly, at_the_end])
async def test_who_may_see_all_sees_all(office: Office, gather: Gather) -> None:
    every = await gather(office, None)
    assert scored(every) == 15
    assert said(every) == {"north", "south"}
    assert spoke(every) == 15
    assert opened(every) == (2, 2)
