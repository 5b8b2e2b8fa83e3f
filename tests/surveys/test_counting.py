"""Counting events in a condition: what is understood, and what is said of the rest."""

from datetime import timedelta

import pytest

from surveys.condition import parse
from surveys.counting import EventCount
from surveys.errors import ConditionError

DELIVERED = "events(Order Delivered)"
DAYS_90 = f"{DELIVERED} in {90 * 86400}s"


@pytest.mark.parametrize(
    ("text", "facts", "holds"),
    [
        (f"{DELIVERED} >= 3 in 90d", {DAYS_90: 3}, True),
        (f"{DELIVERED} >= 3 in 90d", {DAYS_90: 2}, False),
        (f"{DELIVERED} in 90d", {DAYS_90: 1}, True),
        (f"not {DELIVERED} in 90d", {DAYS_90: 0}, True),
        (f"{DELIVERED} = 0", {DELIVERED: 0}, True),
        ("events( 'Order (web)' ) and plan = pro", {"events(Order (web))": 1, "plan": "pro"}, True),
        ("EVENTS(Login)", {"events(Login)": 2}, True),
        ("events >= 3", {"events": 3}, True),  # a fact of that name
    ],
)
def test_what_it_asks(text: str, facts: dict[str, object], holds: bool) -> None:
    assert parse(text, events=True).holds(facts) is holds


def test_what_is_to_be_counted() -> None:
    found = parse("events(Tilaus: toimitettu) > 1 in 4w or not events(Login) in 12h", events=True)
    assert found.counts == {
        EventCount(event="Tilaus: toimitettu", within=timedelta(weeks=4)),
        EventCount(event="Login", within=timedelta(hours=12)),
    }
    assert found.names == frozenset()


@pytest.mark.parametrize(
    ("text", "message", "column", "hint"),
    [
        ("events() >= 1", "the name of an event is missing", 8, "Order Delivered"),
        ("events(Order", "this bracket is never closed", 7, "quotes"),
        ("events(Order (web))", "'(' is not expected in the name", 14, "quotes"),
        ("events(Login) >= many", "a number is expected", 18, "90d"),
        ("events(Login) in [30d]", "a time is expected", 18, "90d"),
        ("events(Login) in 30", "a time is expected", 18, "90d"),
        ("events(Login) in 9000d", "a time is expected", 18, "90d"),
        ("event(Login) >= 1", "'(' is not expected here", 6, "events(Order Delivered)"),
    ],
)
def test_what_is_wrong_says_where(text: str, message: str, column: int, hint: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text, events=True)
    assert message in caught.value.message
    assert caught.value.column == column
    assert hint in caught.value.hint


def test_only_an_audience_counts() -> None:
    with pytest.raises(ConditionError, match="audience only") as caught:
        parse("plan = pro and events(Login)")
    assert caught.value.column == 16
