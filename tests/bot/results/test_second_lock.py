"""Should the store ever give rows of another team, the page shows none of them."""

from dataclasses import replace
from typing import cast

from bot.commands.context import Context, StaffConfig
from bot.commands.report_store import ReportStore
from bot.results.open_cases import list_open
from bot.results.said import list_said
from surveys.card import Card
from surveys.case import Case
from surveys.casework import Listed
from surveys.comment import Comment
from surveys.contact import Contact
from surveys.event import Interaction
from surveys.staff import Role, StaffMember
from tests.storage.make import NOW

LEAD = StaffMember(name="Maija", role=Role.TEAM_LEAD, teams=("north",))


def context(member: StaffMember) -> Context:
    return Context(member=member, config=StaffConfig(), store=cast(ReportStore, None), now=NOW)


def comment(team: str) -> Comment:
    card = Card(channel="web", text=f"words of {team}", at=NOW, team=team)
    return Comment(at=NOW, channel="web", text=card.text, card=card)


def case(team: str) -> Listed:
    about = Case(
        id=len(team),
        contact_id=1,
        invitation_id=1,
        survey="phone",
        interaction=Interaction(team=team),
        opened_at=NOW,
    )
    return Listed(case=about, contact=Contact(id=1, attributes={"name": f"of {team}"}))


TEAMS = ("north", "south", "")


def test_comments_of_other_teams_are_left_out() -> None:
    found = [comment(team) for team in TEAMS]
    assert [one.text for one in list_said(context(LEAD), found)] == ["words of north"]
    manager = replace(LEAD, role=Role.MANAGER, teams=())
    assert len(list_said(context(manager), found)) == len(TEAMS)


def test_cases_of_other_teams_are_left_out() -> None:
    found = [case(team) for team in TEAMS]
    assert [one.team for one in list_open(context(LEAD), found)] == ["north"]
    manager = replace(LEAD, role=Role.MANAGER, teams=())
    assert len(list_open(context(manager), found)) == len(TEAMS)
