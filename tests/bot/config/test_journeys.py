"""The journeys block: what it becomes, and what is wrong with it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.config import Config, ConfigError
from scheduler.milestones import Journey, Milestone

HEAD = """\
service: { name: Acme, language: en }
channels: { telegram: { token: "1:a" }, email: { sandbox: true } }
surveys: { calls: { questions: [nps] } }
journeys: { onboarding: { starts: Account Created,
"""
DAY = timedelta(days=1)
Load = Callable[[str], Config]


def test_all_of_it(load: Load) -> None:
    (journey,) = load("""\
    ends: [Account Closed, Contract Ended], key: contract, if: plan = pro, milestones: [
      { name: first week, after: 7d, survey: calls, via: email, max_age: 2d, expires: 3d },
      { name: third order, event: Order Delivered, count: 3, wait: 1h, if: total >= 100, survey: calls },
      { name: renewal, before: contract_end, by: 30d, survey: calls, via: { all: [email] } },
      { name: afterwards, after: contract_end, survey: calls },
    ] } }""").journeys
    assert journey.condition
    assert journey.milestones[1].condition
    both = ("telegram", "email")
    assert journey == Journey(
        name="onboarding",
        starts="Account Created",
        ends=("Account Closed", "Contract Ended"),
        key="contract",
        condition=journey.condition,
        milestones=(
            Milestone(
                name="first week",
                survey="calls",
                via=("email",),
                offset=7 * DAY,
                max_age=2 * DAY,
                expires=3 * DAY,
            ),
            Milestone(
                name="third order",
                survey="calls",
                via=both,
                event="Order Delivered",
                count=3,
                wait=timedelta(hours=1),
                condition=journey.milestones[1].condition,
            ),
            Milestone(
                name="renewal",
                survey="calls",
                via=("email",),
                all_channels=True,
                attribute="contract_end",
                offset=-30 * DAY,
            ),
            Milestone(name="afterwards", survey="calls", via=both, attribute="contract_end"),
        ),
    )


@pytest.mark.parametrize(
    ("milestone", "message", "hint"),
    [
        ("survey: calls, after: 7d", "'name' is missing", ""),
        ("name: x, survey: calls", "this has no time", "before: contract_end"),
        ("name: x, survey: calls, after: 7", "a time or the name of an attribute", "7d"),
        ("name: x, survey: calls, after: 7 days", "a time or the name of an attribute", "7d"),
        ("name: x, survey: calls, after: 1d, before: a", "after and before cannot", "keep one"),
        (
            "name: x, survey: calls, after: 2 weeks",
            "a time or the name of an attribute",
            "write 2w",
        ),
        (
            "name: x, survey: calls, after: 7d, by: 1d",
            "by goes with an attribute",
            "contract_end, by: 1d",
        ),
        ("name: x, survey: calls, before: contract end", "an attribute", "before: contract_end"),
        ("name: x, survey: calls, before: 14d", "an attribute", "contract_end, by: 14d"),
        ("name: x, survey: call, after: 1d", "unknown survey 'call'", "calls"),
        ("name: x, survey: calls, after: 1d, count: 3", "count goes with event", "remove it"),
        ("name: x, survey: calls, after: 1d, wait: 3h", "wait goes with event", "remove it"),
        ("name: x, survey: calls, event: E, by: 3h", "by goes with after or before", "wait: 1h"),
        ("name: x, survey: calls, event: E, via: fax", "unknown channel 'fax'", ""),
        ("name: x, survey: calls, event: E, cuont: 3", "unknown key 'cuont'", "count"),
        ("name: x, survey: calls, event: E, best: 3", "a list of channels is expected", "example"),
    ],
)
def test_what_is_wrong_says_where(load: Load, milestone: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(f"milestones: [{{ {milestone} }}] }} }}")
    (fault,) = caught.value.faults
    assert message in fault.message
    assert hint in fault.render()
    assert fault.line == 5


def test_faults_of_the_journey_itself(load: Load) -> None:
    one = "{ name: x, survey: calls, after: 1d }"
    for text, message in {
        f"ends: Account Created, milestones: [{one}] }} }}": "cannot start and end it",
        f"milestones: [{one}, {one}] }} }}": "the milestone 'x' is already on line 5",
        "milestones: [] } }": "",
        "milestones: [first] } }": "keys with values are expected here",
        f"milestons: [{one}] }} }}": "unknown key 'milestons'",
    }.items():
        with pytest.raises(ConfigError) as caught:
            load(text)
        assert any(message in fault.message for fault in caught.value.faults), text
