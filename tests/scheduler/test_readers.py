"""Who is told: each place once, on a colleague's first channel that runs, and nobody of no team."""

from dataclasses import replace

from scheduler.readers import Reader, readers_of
from scheduler.rules import Rules
from surveys.staff import Role, StaffMember
from tests.scheduler.spine import CHAT, MAIL, make_rules

MAIJA = StaffMember(
    name="Maija",
    role=Role.TEAM_LEAD,
    teams=("support",),
    addresses={"slack": "U1", "telegram": "701", "email": "maija@acme.example"},
)
NOBODYS = StaffMember(name="Nobody's", role=Role.TEAM_LEAD, addresses={"telegram": "702"})
OTTO = StaffMember(name="Otto", role=Role.MANAGER, addresses={"telegram": "703"})
CHANNELS = {"telegram": CHAT, "email": MAIL}


def rules(*staff: StaffMember) -> Rules:
    return replace(make_rules(), staff=staff)


def told(team: str, *to: str, staff: tuple[StaffMember, ...] = (MAIJA, NOBODYS, OTTO)) -> list[str]:
    found = readers_of(rules(*staff), to, team, CHANNELS)
    return [f"{reader.lane}:{reader.address}" for reader in found]


def test_whoever_is_meant_twice_is_told_once() -> None:
    assert told("support", "team_lead", "Maija", "team_lead") == ["telegram:701"]
    place = "email:cx@acme.example"
    assert told("support", place, place) == ["email:cx@acme.example"]
    assert told("support", "manager", "team_lead", "Otto") == ["telegram:703", "telegram:701"]


def test_a_lead_is_told_of_their_own_teams_only() -> None:
    assert told("sales", "team_lead") == ["telegram:703"], "nobody leads sales: it goes up"
    assert told("", "team_lead") == ["telegram:703"]
    assert told("support", "team_lead", staff=(NOBODYS, OTTO)) == ["telegram:703"]


def test_a_colleague_is_told_on_the_first_channel_that_runs() -> None:
    (reader,) = readers_of(rules(MAIJA), ["Maija"], "support", CHANNELS)
    assert reader == Reader(name="Maija", lane="telegram", address="701")
    assert readers_of(rules(MAIJA), ["slack:#room"], "support", CHANNELS) == []
