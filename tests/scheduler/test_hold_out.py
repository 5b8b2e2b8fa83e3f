"""Who is held out of a campaign stays so: after a restart, on another machine, after an edit."""

from dataclasses import replace
from datetime import time, timedelta

from scheduler.campaigns import Campaign, is_held_out
from scheduler.schedule import Schedule

YEARLY = Campaign(
    name="yearly",
    schedule=Schedule(times=(time(9),), source="monday at 09:00"),
    survey="nps",
    via=("email",),
    hold_out=10.0,
)


PINNED = [1, 7, 11, 15, 19, 23, 24, 28, 41, 54, 56, 57, 69, 73, 74, 79, 80, 88, 92]


def held_out(campaign: Campaign, people: int = 100) -> list[int]:
    return [number for number in range(1, people + 1) if is_held_out(campaign, number)]


def test_the_same_people_for_ever() -> None:
    """Written out: another way to draw them would ask those who were never to be asked."""
    assert held_out(YEARLY) == PINNED


def test_an_edit_moves_nobody() -> None:
    other = Schedule(times=(time(10),), source="tuesday at 10:00")
    edited = replace(
        YEARLY,
        schedule=other,
        survey="csat",
        via=("sms",),
        spread=timedelta(days=1),
        max_age=timedelta(days=3),
    )
    assert held_out(edited) == held_out(YEARLY)
    assert set(held_out(YEARLY)) <= set(held_out(replace(YEARLY, hold_out=20.0))), "more join them"
    assert held_out(replace(YEARLY, hold_out=0.0)) == []


def test_it_is_about_that_share_and_other_people_elsewhere() -> None:
    assert 900 <= len(held_out(YEARLY, 10_000)) <= 1100
    both = set(held_out(YEARLY, 10_000)) & set(held_out(replace(YEARLY, name="spring"), 10_000))
    assert 50 <= len(both) <= 150, "nobody is left out of everything"
