"""/campaigns and /journeys: the next date, and how far the last rounds came."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.commands import Commands, StaffConfig
from scheduler.campaigns import Campaign
from scheduler.milestones import Journey, Milestone
from scheduler.schedule import Schedule
from surveys.headway import Headway, Round, Travellers
from surveys.pausing import ALL, Pause
from tests.bot.commands.memory_store import MemoryStore
from tests.bot.commands.office import CHANNEL, CONFIG, NOW

FIRST, SECOND = datetime(2026, 7, 6, 7, tzinfo=UTC), datetime(2026, 10, 5, 7, tzinfo=UTC)
QUARTERLY = Campaign(
    name="quarterly_nps",
    schedule=Schedule(
        times=(time(10),),
        months=frozenset({1, 4, 7, 10}),
        weekdays=frozenset({0}),
        nth=frozenset({1}),
        source="first monday of jan, apr, jul, oct at 10:00",
    ),
    survey="after_call",
    via=("slack", "email"),
    hold_out=10,
    spread=timedelta(hours=4),
)
ONBOARDING = Journey(
    name="onboarding",
    starts="Account Created",
    milestones=(
        Milestone(name="first week", survey="helpful", via=("web",)),
        Milestone(name="renewal", survey="after_call", via=("email",)),
    ),
)
OFFICE = replace(CONFIG, campaigns=(QUARTERLY,), journeys=(ONBOARDING,))


async def ask(line: str, *, who: str = "2", office: StaffConfig = OFFICE, paused: str = "") -> str:
    store = MemoryStore(
        paused=[Pause(name=paused, person="Otto", at=NOW)] if paused else [],
        came=[
            ("quarterly_nps", Round(wall=SECOND, begins=SECOND, enlisted=812, done=True)),
            ("quarterly_nps", Round(wall=FIRST, begins=FIRST, enlisted=700, done=True)),
        ],
        went={
            ("quarterly_nps", SECOND): Headway(
                planned=12, asked=780, delivered=760, completed=301, ended=20
            ),
            ("quarterly_nps", FIRST): Headway(asked=690, delivered=650, completed=200),
            ("onboarding/first week", FIRST): Headway(
                planned=1, next_at=NOW + timedelta(days=1), asked=4, delivered=4, completed=3
            ),
        },
        people={"onboarding": Travellers(under_way=7, left=2)},
    )  # fmt: skip
    commands = Commands(store=store, config=lambda: office, clock=lambda: NOW)
    answer = await commands.answer(CHANNEL, who, line)
    assert answer is not None
    return answer.text


async def test_a_campaign_shows_its_next_date_and_last_round() -> None:
    assert (await ask("/campaigns")).split("\n\n") == [
        "Campaigns",
        (
            "quarterly_nps: after_call by slack, email\n"
            "Next: 4 Jan 2027, 10:00 (first monday of jan, apr, jul, oct at 10:00)\n"
            "5 Oct 2026, 10:00: 812 people enlisted; 12 people still to be asked, 780 asked, "
            "301 answered, 40 %, 20 not asked after all"
        ),
        "/campaigns quarterly_nps shows its rounds.",
    ]


async def test_a_named_campaign_shows_more_rounds() -> None:
    text = await ask("/campaigns Quarterly_NPS")
    assert "10 % are never asked, to compare with; spread over 4 hours" in text
    assert "6 Jul 2026, 10:00: 700 people enlisted; 690 asked, 200 answered, 31 %" in text


async def test_a_pace_is_told_by_the_hour() -> None:
    paced = replace(QUARTERLY, spread=timedelta(0), apart=timedelta(seconds=7.2))
    text = await ask("/campaigns quarterly_nps", office=replace(CONFIG, campaigns=(paced,)))
    assert "never asked, to compare with; 500 people an hour" in text


async def test_a_journey_shows_its_milestones() -> None:
    assert (await ask("/journeys")).splitlines() == [
        "Journeys",
        "",
        "onboarding: from Account Created",
        "7 people under way, 2 left",
        (
            "  first week (helpful): 1 person still to be asked, 4 asked, 3 answered, 75 %; "
            "next 22 Nov 2026, 14:00"
        ),
        "  renewal (after_call): 0 asked",
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/campaigns quartely", "Did you mean quarterly_nps?"),
        ("/journeys xyz", "I know no journey 'xyz'. There is onboarding."),
    ],
)
async def test_a_wrong_name_is_answered_by_the_right_one(line: str, says: str) -> None:
    assert says in await ask(line)


async def test_without_any_it_says_where_to_read_on() -> None:
    assert "There are no campaigns" in await ask("/campaigns", office=CONFIG)
    assert "There are no journeys" in await ask("/journeys", office=CONFIG)


async def test_a_team_lead_sees_dates_and_no_other_teams_numbers() -> None:
    text = await ask("/campaigns", who="3")
    assert "Next: 4 Jan 2027" in text
    assert "812" not in text
    assert "780" not in text
    assert "under way" not in await ask("/journeys", who="3")


@pytest.mark.parametrize("paused", ["quarterly_nps", ALL])
async def test_a_campaign_on_hold_says_so(paused: str) -> None:
    line = (await ask("/campaigns", paused=paused)).splitlines()[3]
    assert line.startswith("ON HOLD: ")
    assert line.endswith("by Otto")
    assert ("everything" if paused == ALL else paused) in line
    assert "ON HOLD" not in await ask("/campaigns", paused="onboarding")


async def test_a_journey_on_hold_says_so_and_one_milestone_by_itself() -> None:
    whole = (await ask("/journeys", paused="onboarding")).splitlines()
    assert whole[3].startswith("ON HOLD: onboarding · on hold since")
    assert sum("ON HOLD" in line for line in whole) == 1
    part = (await ask("/journeys", paused="onboarding/renewal")).splitlines()
    [at] = [n for n, line in enumerate(part) if "ON HOLD" in line]
    assert part[at - 1].startswith("  renewal")
    assert "ON HOLD" not in await ask("/journeys", paused="quarterly_nps")
