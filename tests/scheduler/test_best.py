"""The best channel: the draw against known quantiles, that it learns, and that it goes on trying."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from math import comb, isclose, sqrt
from pathlib import Path

import pytest

from scheduler.best import (
    EXPLORE,
    MEMORY,
    RIPE,
    choose,
    days_counted,
    draw_rate,
    random_numbers,
)
from scheduler.limits import Limit, OnLimit, Scope
from scheduler.patience import Throttle
from scheduler.triggers import Trigger
from surveys.channel_standing import ChannelStanding
from surveys.follow_up import FollowUp
from surveys.inbound import StatusChanged
from surveys.invitation import DeliveryState, InvitationState
from tests.scheduler.spine import IN_A_ROW, START, Spine, a_spine, call, make_rules

DAY = timedelta(days=1)
KNOWN = {"telegram": ChannelStanding(80, 41), "email": ChannelStanding(90, 12)}
BOTH = ("telegram", "email")


def below(rate: float, answered: int, asked: int) -> float:
    """How much of Beta(answered + 1, asked - answered + 1) lies below a rate, by the binomial sum:
    P(at least answered + 1 of asked + 1 tries succeed). Exact, and worked out quite differently.
    """
    n = asked + 1
    return sum(comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(answered + 1, n + 1))


@pytest.mark.parametrize("number", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_with_nothing_known_any_rate_is_as_likely(number: float) -> None:
    assert isclose(draw_rate(0, 0, number), number, abs_tol=1e-4)


@pytest.mark.parametrize("number", [0.05, 0.5, 0.95])
def test_one_of_one_and_none_of_one_by_hand(number: float) -> None:
    assert isclose(draw_rate(1, 1, number), sqrt(number), abs_tol=1e-4)  # Beta(2, 1): x²
    assert isclose(draw_rate(0, 1, number), 1 - sqrt(1 - number), abs_tol=1e-4)


@pytest.mark.parametrize(("answered", "asked"), [(41, 80), (12, 90), (0, 40), (40, 40), (3, 900)])
@pytest.mark.parametrize("number", [0.02, 0.3, 0.5, 0.8, 0.98])
def test_the_draw_is_the_quantile(answered: int, asked: int, number: float) -> None:
    assert isclose(below(draw_rate(answered, asked, number), answered, asked), number, abs_tol=2e-4)


def test_the_draw_rises_with_its_number_and_stays_a_rate() -> None:
    for answered, asked in ((0, 0), (0, 10**6), (10**6, 10**6), (500_000, 10**6), (7, 3)):
        drawn = [draw_rate(answered, asked, n / 200) for n in range(200)]
        assert drawn == sorted(drawn)
        assert drawn[0] >= 0 and drawn[-1] <= 1


def test_the_higher_draw_wins_and_it_says_so() -> None:
    choice = choose(BOTH, KNOWN, (0.5, 0.0, 0.5, 0.5))
    assert choice.order == BOTH and not choice.explores
    assert choice.rule == (
        "best: telegram; telegram 41 of 80, email 12 of 90; drawn 0.51 against 0.14"
    )
    assert choose(BOTH, {}, (0.5, 0.0, 0.2, 0.7)).order == ("email", "telegram")


def test_one_in_ten_goes_anywhere_and_says_so() -> None:
    choice = choose(BOTH, KNOWN, (EXPLORE - 0.001, 0.9, 0.5, 0.5))
    assert choice.order == ("email", "telegram") and choice.explores
    assert choice.rule.startswith("best: email, to go on learning (one in ten); telegram 41 of 80")
    assert not choose(BOTH, KNOWN, (EXPLORE, 0.9, 0.5, 0.5)).explores


def test_where_one_channel_is_open_there_is_nothing_to_draw() -> None:
    choice = choose(("sms",), KNOWN, (0.0, 0.0, 0.3))
    assert (choice.order, choice.rule) == (("sms",), "best: only sms reaches them")
    with pytest.raises(ValueError, match="no channel"):
        choose((), KNOWN, (0.0, 0.0))


def test_the_numbers_are_the_invitations_own() -> None:
    assert random_numbers("a" * 32, BOTH) == random_numbers("a" * 32, BOTH)
    assert random_numbers("a" * 32, BOTH) != random_numbers("b" * 32, BOTH)
    # A channel's number is its own whatever else is open.
    assert random_numbers("a", BOTH)[3] == random_numbers("a", ("email",))[2]
    many = [random_numbers(f"{n}", BOTH) for n in range(2000)]
    for place in range(4):
        assert isclose(sum(one[place] for one in many) / 2000, 0.5, abs_tol=0.03)


def test_it_finds_the_better_channel_and_goes_on_trying_the_others() -> None:
    """Sixty days with three channels: rates 0.10, 0.14 and 0.30; what was asked counts two days
    later. The best one soon gets most, each other one never less than its share of the floor.
    """
    real = {"email": 0.10, "sms": 0.14, "telegram": 0.30}
    dice = random.Random(7)
    days: list[dict[str, list[int]]] = []
    for day in range(60):
        ripe = days[: max(0, day - 2)]
        known = {
            c: ChannelStanding(sum(d[c][0] for d in ripe), sum(d[c][1] for d in ripe)) for c in real
        }
        today = {channel: [0, 0] for channel in real}
        for number in range(100):
            numbers = random_numbers(f"{day}-{number}", tuple(real))
            first = choose(tuple(real), known, numbers).order[0]
            today[first][0] += 1
            today[first][1] += dice.random() < real[first]
        days.append(today)
    late = {channel: sum(day[channel][0] for day in days[40:]) for channel in real}
    assert late["telegram"] > 0.85 * 2000
    floor = EXPLORE / 3 * 2000
    assert min(late["email"], late["sms"]) > 0.7 * floor
    answered = sum(day[c][1] for day in days for c in real)
    assert answered > 0.25 * 6000  # asking evenly would bring 0.18


def test_it_comes_back_when_habits_change() -> None:
    """A channel that was the worst and is now the best is found again, because it is never given
    up and what is old is forgotten.
    """
    dice, rates = random.Random(3), [{"a": 0.4, "b": 0.1}, {"a": 0.1, "b": 0.4}]
    days: list[dict[str, list[int]]] = []
    for day in range(330):
        counted = days[max(0, day - MEMORY.days) : max(0, day - 2)]
        known = {
            c: ChannelStanding(sum(d[c][0] for d in counted), sum(d[c][1] for d in counted))
            for c in ("a", "b")
        }
        today = {"a": [0, 0], "b": [0, 0]}
        for number in range(30):
            first = choose(("a", "b"), known, random_numbers(f"{day}/{number}", ("a", "b"))).order[
                0
            ]
            today[first][0] += 1
            today[first][1] += dice.random() < rates[day >= 165][first]
        days.append(today)
    assert sum(day["a"][0] for day in days[100:165]) > 0.85 * 65 * 30
    assert sum(day["b"][0] for day in days[-65:]) > 0.85 * 65 * 30


# On the spine


@pytest.fixture
async def spine(tmp_path: Path, store_url: str) -> AsyncIterator[Spine]:
    rules = make_rules(via=BOTH)
    best = replace(rules.triggers[0], best=True)
    rules = replace(rules, triggers=(best,), timezone="UTC")
    async with a_spine(tmp_path, rules=rules, url=store_url) as made:
        yield made


async def standings(spine: Spine) -> dict[str, tuple[int, int]]:
    audience = ("call", "after_call")
    days = days_counted(spine.now.date())
    found = (await spine.store.load_standings({audience}, *days)).get(audience, {})
    return {channel: (one.asked, one.answered) for channel, one in found.items()}


async def learn(spine: Spine, channel: str, asked: int, answered: int) -> None:
    """Ask people who can be reached on one channel only, and have some of them answer it all."""
    for number in range(asked):
        who = 100 * (1 + BOTH.index(channel)) + number
        gone = {"telegram_id": ""} if channel == "email" else {"email": ""}
        made = await spine.invite(who, **gone)
        await spine.dispatch()
        if number < answered:
            token = spine.token(made.invitation.id)
            for payload in ("nps.9", "csat.5"):
                source = spine.source("", "web")
                await spine.hear(
                    replace(
                        spine.said("", channel="web", payloads=(f"{token}.{payload}",)), **source
                    )
                )
            await spine.hear(spine.said("", channel="web", payloads=(f"{token}.comment.-",)))


async def test_who_had_time_to_answer_counts_and_nobody_else(spine: Spine) -> None:
    await learn(spine, "telegram", 4, 3)
    await learn(spine, "email", 4, 0)
    assert await standings(spine) == {}
    spine.now += RIPE
    assert await standings(spine) == {}
    spine.now += DAY
    assert await standings(spine) == {"telegram": (4, 3), "email": (4, 0)}
    spine.now += MEMORY
    assert await standings(spine) == {}


async def test_it_goes_over_the_channel_people_answer_on(spine: Spine) -> None:
    await learn(spine, "telegram", 4, 0)
    await learn(spine, "email", 4, 4)
    spine.now += RIPE + DAY
    over = {"telegram": 0, "email": 0}
    for who in range(1, 31):
        made = await spine.invite(who)
        await spine.dispatch()
        invitation = (await spine.conversation(made.invitation.id)).invitation
        assert invitation.state is InvitationState.ASKED and not invitation.best
        assert set(invitation.via) == set(BOTH) and invitation.via[0] == invitation.channel
        over[invitation.channel] += 1
        why = [d for d in await spine.store.decisions(invitation.id) if d.rule.startswith("best: ")]
        assert len(why) == 1
        assert "telegram 0 of 4, email 4 of 4" in why[0].rule
        assert set(why[0].inputs["drawn"]) == set(BOTH)
    assert over["email"] >= 22
    assert over["telegram"] >= 1


async def test_only_among_channels_that_reach_the_person(spine: Spine) -> None:
    for who in range(1, 6):
        made = await spine.invite(who, telegram_id="")
        await spine.dispatch()
        assert (await spine.conversation(made.invitation.id)).invitation.channel == "email"
        decisions = await spine.store.decisions(made.invitation.id)
        said = [(d.verdict, d.rule) for d in decisions]
        assert said == [("move", "best: only email reaches them"), ("send", "reachable by email")]
    made = await spine.invite(9, telegram_id="", email="")
    await spine.dispatch()
    assert (await spine.conversation(made.invitation.id)).invitation.state == "skipped"


async def test_after_silence_it_turns_to_the_channel_that_was_not_drawn(spine: Spine) -> None:
    follow = FollowUp(fallback_after=DAY)
    spine.rules = replace(spine.rules, follow_ups={"after_call": follow})
    firsts = set()
    for who in range(1, 9):
        made = await spine.invite(who)
        await spine.dispatch()
        firsts.add((await spine.conversation(made.invitation.id)).invitation.channel)
    spine.now += DAY
    await spine.dispatch()
    assert firsts == set(BOTH)
    for who in range(1, 9):
        assert len(spine.lines("telegram", str(1000 + who))) == 1
        assert len(spine.lines("email", f"u{who}@x.example")) == 1


async def test_a_limit_of_the_channel_drawn_moves_on_and_it_is_not_drawn_again(
    spine: Spine,
) -> None:
    own = Scope(channel="telegram")
    limit = Limit(rule="telegram: daily_max 1", on=own, counts=own, most=1)
    throttle = Throttle(limits=(limit,), on_limit=OnLimit.MOVE, manners=IN_A_ROW)
    spine.rules = replace(spine.rules, throttle=throttle)
    for number in range(1, 7):
        await spine.invite(1)
        await spine.dispatch()
        assert (await spine.conversation(number)).invitation.state is InvitationState.ASKED
    assert len(spine.lines("telegram", "1001")) == 1
    assert len(spine.lines("email", "u1@x.example")) == 5


async def test_what_came_back_unread_says_nothing_of_its_channel(spine: Spine) -> None:

    made = await spine.invite(1, telegram_id="")
    await spine.dispatch()
    mail = spine.lines("email", "u1@x.example")[-1]
    await spine.hear(
        StatusChanged(
            **spine.source("u1@x.example", "email"),
            external_id=mail.id,
            status=DeliveryState.BOUNCED,
        )
    )
    assert (await spine.conversation(made.invitation.id)).invitation.state == "failed"
    spine.now += RIPE + DAY
    assert await standings(spine) == {"email": (0, 0)}


async def test_each_rule_learns_for_itself(spine: Spine) -> None:
    other = Trigger(name="other", event="Visit Ended", survey="call", via=BOTH, best=True)
    spine.rules = replace(spine.rules, triggers=(*spine.rules.triggers, other))
    await learn(spine, "telegram", 3, 2)
    await spine.report(replace(call(99, 1, START), name="Visit Ended", message_id="v"))
    spine.now += RIPE + DAY
    days = days_counted(spine.now.date())
    wanted = {("call", "after_call"), ("call", "other")}
    assert set(await spine.store.load_standings(wanted, *days)) == {("call", "after_call")}
