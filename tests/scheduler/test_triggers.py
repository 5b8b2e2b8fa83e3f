from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scheduler.triggers import Match, NoMatch, Trigger, counter_keys, match, share
from surveys.condition import parse
from surveys.event import Event, EventKind

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = date(2026, 11, 21)
TRIGGER = Trigger(name="after_call", event="Call Ended", survey="call", via=("telegram",))


def call(number: int = 1, **properties: object) -> Event:
    return Event(
        message_id=f"m{number}",
        kind=EventKind.TRACK,
        name="Call Ended",
        user_id="42",
        occurred_at=NOW,
        received_at=NOW,
        properties={"interaction_id": f"c{number}", "duration_s": 60, **properties},
    )


def decide(trigger: Trigger, event: Event, counters: dict[str, int]) -> Match | NoMatch:
    return match(trigger, event, counters, contact_key="user:42", day=DAY, now=NOW)


def test_a_trigger_without_conditions_takes_every_event() -> None:
    assert decide(TRIGGER, call(), {}) == Match(trigger=TRIGGER, weight=1)


def test_every_tenth_takes_exactly_the_tenth_and_stands_for_ten() -> None:
    trigger = replace(TRIGGER, every=10)
    counters: dict[str, int] = {}
    verdicts = [decide(trigger, call(n), counters) for n in range(1, 1001)]
    taken = [n for n, v in enumerate(verdicts, 1) if isinstance(v, Match)]
    assert taken == list(range(10, 1001, 10))
    assert decide(trigger, call(), {"nth:after_call::": 9}) == Match(trigger=trigger, weight=10)


@pytest.mark.parametrize(
    ("per", "property_"), [("agent", "agent"), ("team", "team"), ("line", "queue")]
)
def test_every_nth_counts_each_scope_apart(per: str, property_: str) -> None:
    trigger = replace(TRIGGER, every=3, per=per)
    counters: dict[str, int] = {}
    taken = [
        isinstance(decide(trigger, call(n, **{property_: "AB"[n % 2]}), counters), Match)
        for n in range(6)
    ]
    assert taken == [False, False, False, False, True, True]


def test_every_nth_counts_only_what_the_condition_lets_through() -> None:
    trigger = replace(TRIGGER, every=2, condition=parse("duration_s >= 30 and not transferred"))
    counters: dict[str, int] = {}
    short = decide(trigger, call(1, duration_s=10), counters)
    assert isinstance(short, NoMatch) and "duration_s >= 30" in short.reason
    assert counters == {}
    assert isinstance(decide(trigger, call(2), counters), NoMatch)
    assert isinstance(decide(trigger, call(3), counters), Match)


def test_percent_takes_about_its_share_and_always_the_same_interactions() -> None:
    trigger = replace(TRIGGER, percent=20.0)
    taken = [isinstance(decide(trigger, call(n), {}), Match) for n in range(5000)]
    assert 900 < sum(taken) < 1100
    assert taken == [isinstance(decide(trigger, call(n), {}), Match) for n in range(5000)]
    assert decide(trigger, call(taken.index(True)), {}) == Match(trigger=trigger, weight=5)


def test_share_is_by_interaction_not_by_message() -> None:
    again = replace(call(1), message_id="another")
    assert share(TRIGGER, call(1)) == share(TRIGGER, again)
    assert share(TRIGGER, call(1)) != share(replace(TRIGGER, name="other"), call(1))


def test_daily_max_counts_the_services_local_day() -> None:
    trigger = replace(TRIGGER, daily_max=2)
    counters: dict[str, int] = {}
    verdicts = [decide(trigger, call(n), counters) for n in range(3)]
    assert [isinstance(v, Match) for v in verdicts] == [True, True, False]
    assert counters == {"day:after_call:2026-11-21": 2}
    tomorrow = match(
        trigger, call(4), counters, contact_key="", day=DAY + timedelta(days=1), now=NOW
    )
    assert isinstance(tomorrow, Match)


def test_an_old_event_asks_nobody_and_is_not_counted() -> None:
    trigger = replace(TRIGGER, every=2, max_age=timedelta(hours=2))
    counters: dict[str, int] = {}
    old = replace(call(), occurred_at=NOW - timedelta(hours=2, seconds=1))
    verdict = decide(trigger, old, counters)
    assert verdict == NoMatch(trigger=trigger, reason="older than max_age (2 hours)")
    assert counters == {}
    edge = replace(call(), occurred_at=NOW - timedelta(hours=2))
    assert "every 2" in getattr(decide(trigger, edge, counters), "reason", "")


def test_counter_keys_name_the_trigger_the_scope_and_the_day() -> None:
    trigger = replace(TRIGGER, every=3, per="customer", daily_max=5)
    keys = counter_keys(trigger, call(), "user:42", DAY)
    assert keys == ("nth:after_call:customer:user:42", "day:after_call:2026-11-21")


def test_a_condition_may_ask_what_is_known_of_the_person() -> None:
    trigger = replace(TRIGGER, condition=parse("traits.plan = pro"))
    known: dict[str, Any] = {"contact_key": "user:42", "day": DAY, "now": NOW}
    assert isinstance(match(trigger, call(), {}, **known, traits={"plan": "pro"}), Match)
    assert isinstance(match(trigger, call(), {}, **known, traits={"plan": "free"}), NoMatch)
