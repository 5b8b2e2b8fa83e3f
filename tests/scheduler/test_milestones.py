"""Milestones: who has come how far, and what is to be asked of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from scheduler.milestones import (
    Change,
    Journey,
    Known,
    Milestone,
    Step,
    advance,
    read_moment,
    reconcile,
)
from surveys.condition import parse
from surveys.event import Event, EventKind
from surveys.progress import Progress

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONE = ZoneInfo("Europe/Helsinki")

WEEK = Milestone(name="week", survey="nps", via=("email",), offset=7 * DAY)
THIRD = Milestone(
    name="third", survey="nps", via=("email",), event="Order Delivered", count=3, wait=HOUR
)
RENEWAL = Milestone(
    name="renewal", survey="nps", via=("email",), attribute="contract_end", offset=-30 * DAY
)
ONBOARDING = Journey(
    name="onboarding",
    starts="Account Created",
    ends=("Account Closed",),
    milestones=(WEEK, THIRD, RENEWAL),
)
NEW = Progress(journey="onboarding", contact_id=1)


def event(name: str, at: datetime = START, **facts: Any) -> Event:
    return Event(
        message_id=f"{name} {at}",
        kind=EventKind.TRACK,
        name=name,
        occurred_at=at,
        received_at=at,
        properties=facts,
    )


def after(*events: Event, journey: Journey = ONBOARDING, start: Progress = NEW) -> Progress:
    progress = start
    for one in events:
        progress = advance(journey, progress, one, one.properties)
    return progress


def changes(progress: Progress, known: dict[str, Known] | None = None, **more: Any) -> list[Change]:
    journey = more.pop("journey", ONBOARDING)
    attributes = more.pop("attributes", {})
    now = more.pop("now", START)
    assert not more
    return list(reconcile(journey, progress, attributes, known or {}, ZONE, now))


def test_entering_plans_what_is_known_by_time() -> None:
    found = changes(after(event("Account Created")), attributes={"contract_end": "2026-12-31"})
    assert found == [
        Change(step=Step.PLAN, milestone="week", due_at=START + 7 * DAY),
        # Nine in the morning in Helsinki, thirty days before.
        Change(step=Step.PLAN, milestone="renewal", due_at=datetime(2026, 12, 1, 7, tzinfo=UTC)),
    ]


def test_entered_once() -> None:
    again = after(event("Account Created"), event("Account Created", START + 9 * DAY))
    assert again.entered_at == START


def test_the_third_order_counts_from_entering() -> None:
    orders = [event("Order Delivered", START + n * HOUR) for n in (-1, 1, 2, 3, 4)]
    progress = after(event("Account Created"), *orders)
    assert progress.reached == {"third": START + 3 * HOUR}
    assert progress.counts == {"third": 3}
    planned = {c.milestone: c.due_at for c in changes(progress)}
    assert planned["third"] == START + 4 * HOUR


def test_the_end_cancels_what_is_planned_and_nothing_else() -> None:
    progress = after(event("Account Created"), event("Account Closed", START + DAY))
    known = {
        "week": Known(due_at=START + 7 * DAY, is_planned=True),
        "third": Known(due_at=START, is_planned=False),
    }
    assert changes(progress, known) == [
        Change(step=Step.CANCEL, milestone="week", reason="the journey has ended")
    ]


def test_the_order_of_arrival_does_not_matter_to_start_and_end() -> None:
    events = [event("Account Created"), event("Account Closed", START + DAY)]
    for order in permutations([*events, events[0], events[1]]):
        assert not after(*order).is_under_way
    earlier = [event("Account Closed", START - DAY), event("Account Created")]
    for order in permutations(earlier):
        assert after(*order).is_under_way


def test_a_changed_date_moves_what_is_planned_and_not_what_was_asked() -> None:
    progress = after(event("Account Created"))
    was = datetime(2026, 12, 1, 7, tzinfo=UTC)
    attributes = {"contract_end": "2027-12-31"}
    planned = {"week": Known(due_at=START + 7 * DAY, is_planned=True)}
    (moved,) = changes(
        progress, {**planned, "renewal": Known(due_at=was, is_planned=True)}, attributes=attributes
    )
    assert moved.step is Step.MOVE
    assert moved.due_at == datetime(2027, 12, 1, 7, tzinfo=UTC)
    asked = {**planned, "renewal": Known(due_at=was, is_planned=False)}
    assert changes(progress, asked, attributes=attributes) == []


def test_a_removed_date_cancels() -> None:
    planned = {"renewal": Known(due_at=START, is_planned=True)}
    (first, _) = changes(after(event("Account Created")), planned)
    assert (first.step, first.milestone) == (Step.CANCEL, "renewal")


def test_an_edited_file_applies_forward_only() -> None:
    progress = replace(after(event("Account Created")), first=frozenset({"week"}))
    month = replace(WEEK, name="month", offset=30 * DAY)
    early = replace(WEEK, name="early", offset=DAY)
    edited = replace(ONBOARDING, milestones=(early, month))
    known = {"week": Known(due_at=START + 7 * DAY, is_planned=True)}
    found = changes(progress, known, journey=edited, now=START + 3 * DAY)
    assert [(c.step, c.milestone) for c in found] == [(Step.CANCEL, "week"), (Step.PLAN, "month")]


def test_a_late_event_is_still_asked_about_and_a_very_late_one_is_not() -> None:
    progress = after(event("Account Created"))
    assert [c.milestone for c in changes(progress, now=START + 13 * DAY)] == ["week"]
    assert changes(progress, now=START + 15 * DAY) == []


def test_comparing_again_changes_nothing() -> None:
    progress = after(event("Account Created"), *[event("Order Delivered", START)] * 3)
    found = changes(progress, attributes={"contract_end": "2026-12-31"})
    known = {c.milestone: Known(due_at=c.due_at or START, is_planned=True) for c in found}
    assert len(known) == 3
    assert changes(progress, known, attributes={"contract_end": "2026-12-31"}) == []


def test_a_condition_on_entering_and_on_a_milestone() -> None:
    journey = replace(
        ONBOARDING,
        condition=parse("plan = pro"),
        milestones=(replace(THIRD, count=1, condition=parse("total > 10")),),
    )
    assert after(event("Account Created", plan="free"), journey=journey).entered_at is None
    entered = after(event("Account Created", plan="pro"), journey=journey)
    small = after(event("Order Delivered", START, total=5), journey=journey, start=entered)
    assert small.reached == {}
    big = after(event("Order Delivered", START, total=50), journey=journey, start=small)
    assert big.reached == {"third": START}


def test_which_journey_of_a_person_an_event_is_about() -> None:
    keyed = replace(ONBOARDING, key="contract")
    assert keyed.key_of(event("Account Created", contract=17)) == "17"
    assert keyed.key_of(event("Account Created", contract="")) is None
    assert keyed.key_of(event("Account Created")) is None
    assert ONBOARDING.key_of(event("Account Created")) == ""
    assert keyed.listens_to("Order Delivered")
    assert not keyed.listens_to("Order Lost")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("2026-03-29", datetime(2026, 3, 29, 6, tzinfo=UTC)),
        ("2026-12-31T08:00:00Z", datetime(2026, 12, 31, 8, tzinfo=UTC)),
        ("2026-12-31T08:00:00", datetime(2026, 12, 31, 6, tzinfo=UTC)),
        ("2026-03-29T03:30:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),  # skipped on the clocks
        ("soon", None),
        ("2026-02-30", None),
        (20261231, None),
        (None, None),
    ],
)
def test_what_an_attribute_holds(value: object, wanted: datetime | None) -> None:
    assert read_moment(value, ZONE) == wanted
