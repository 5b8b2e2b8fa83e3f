"""Nobody is interrupted; and nobody waits for ever."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scheduler.manners import RULES, Manners, has_rival, let_finish
from scheduler.patience import Throttle
from scheduler.triggers import Trigger
from storage.store import Store
from surveys.due import Decision
from surveys.engagement import Engagement, EngagementKind
from surveys.follow_up import FollowUp
from surveys.invitation import InvitationState
from tests.scheduler.spine import START, Spine, a_spine, call, identify, make_rules

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MANNERS = Manners()
ASKED, STARTED = InvitationState.ASKED, InvitationState.STARTED
PLANNED, DONE = InvitationState.PLANNED, InvitationState.COMPLETED


def engaged(kind: str, minutes: float, number: int = 7) -> Engagement:
    at = NOW - minutes * MINUTE
    return Engagement(kind=EngagementKind(kind), at=at, name="quick", invitation_id=number)


def test_who_is_in_the_middle_of_another_survey_is_let_finish() -> None:
    wait = let_finish(MANNERS, [engaged("survey", 4)], 8, NOW)
    assert wait and wait.until == NOW + 11 * MINUTE
    assert wait.rule == "let_finish 15m: in the middle of the survey quick"


def test_the_survey_itself_is_in_nobodys_way() -> None:
    assert let_finish(MANNERS, [engaged("survey", 4)], 7, NOW) is None


def test_what_rested_long_enough_is_over() -> None:
    assert let_finish(MANNERS, [engaged("survey", 15)], 8, NOW) is None
    assert let_finish(MANNERS, [engaged("survey", 14.99)], 8, NOW)


def test_the_longest_of_several_counts() -> None:
    several = [engaged("survey", 4), engaged("talk", 60, 0), engaged("words", 1, 0)]
    wait = let_finish(MANNERS, several, 8, NOW)
    assert wait and wait.until == NOW + timedelta(hours=23)
    assert wait.rule == "let_talk 1d: they wait for a colleague or talk to one"


def test_nothing_is_waited_for_where_it_is_switched_off() -> None:
    off = Manners(finish=timedelta(0), talk=timedelta(0))
    every = [engaged(kind, 0) for kind in EngagementKind]
    assert let_finish(off, every, 8, NOW) is None


def test_each_kind_is_waited_for_or_only_decided_in_turn() -> None:
    assert set(EngagementKind) - set(RULES) == {EngagementKind.NEXT}
    assert has_rival([engaged("next", 0)], 8)
    assert not has_rival([engaged("next", 0)], 7)
    assert let_finish(MANNERS, [engaged("next", 0)], 8, NOW) is None


@pytest.mark.parametrize("seed", range(20))
def test_whoever_falls_silent_is_asked_at_last(seed: int) -> None:
    """Whatever somebody is in the middle of: a stretch after the last word nothing is in the way,
    and following each wait leads there in a few steps.
    """
    dice = random.Random(seed)
    several = [
        engaged(dice.choice(list(EngagementKind)), dice.uniform(0, 3000), number)
        for number in range(dice.randint(1, 30))
    ]
    last = max(one.at for one in several)
    now, steps = NOW, 0
    while wait := let_finish(MANNERS, several, 99, now):
        assert now < wait.until <= wait.engagement.at + MANNERS.memory
        now, steps = wait.until, steps + 1
    assert now <= max(NOW, last + MANNERS.memory)
    assert steps <= 1  # the longest is waited for at once


# On the spine


@pytest.fixture
async def spine(tmp_path: Path, store_url: str) -> AsyncIterator[Spine]:
    rules = make_rules(throttle=Throttle())
    async with a_spine(tmp_path, rules=rules, url=store_url) as made:
        yield made


async def states(spine: Spine, *numbers: int) -> list[InvitationState]:
    return [(await spine.conversation(n)).invitation.state for n in numbers]


async def last_word(store: Store, number: int) -> Decision:
    return (await store.decisions(number))[-1]


async def test_two_at_the_same_moment_are_one_after_the_other(spine: Spine) -> None:
    await spine.invite(1)
    await spine.invite(1)
    await spine.dispatch()
    assert await states(spine, 1, 2) == [ASKED, PLANNED]
    held = await last_word(spine.store, 2)
    assert (held.verdict, held.rule) == (
        "hold",
        "let_finish 15m: in the middle of the survey call",
    )
    assert held.inputs["waits_for"] == "survey"
    assert held.inputs["waits_until"] == (START + 15 * MINUTE).isoformat()
    spine.now += 15 * MINUTE
    await spine.dispatch()
    assert await states(spine, 1, 2) == [ASKED, ASKED]


async def test_two_lanes_at_once_ask_one_question(spine: Spine) -> None:
    """Each lane looks before the other has asked; what they hold under lock settles it."""
    chat, mail = (trigger(name, via) for name, via in (("a", "telegram"), ("b", "email")))
    spine.rules = replace(spine.rules, triggers=(chat, mail))
    await spine.report(identify(1, "i", {"telegram_id": "1001", "email": "u1@x.example"}))
    await spine.report(call(1, 1))
    prepared = {}
    for name in ("telegram", "email"):
        dues = await spine.store.claim_due(name, spine.now, timedelta(seconds=40), 10)
        prepared[name] = await spine.lanes[name]._prepare(dues, spine.now)
    granted = []
    for name in ("email", "telegram"):
        jobs, _ = await spine.lanes[name]._allowance.grant(prepared[name][0], spine.now)
        granted.append([job.due.lane for job in jobs])
    assert granted == [["email"], []]


async def test_each_answer_keeps_the_other_one_waiting_and_the_last_lets_it_go(
    spine: Spine,
) -> None:
    await spine.invite(1)
    await spine.dispatch()
    await spine.invite(1)
    for label in ("9", "5"):
        spine.now += 14 * MINUTE
        await spine.dispatch()
        await spine.hear(spine.press("1001", label))
        await spine.dispatch()
        assert (await states(spine, 2)) == [PLANNED]
    await spine.hear(spine.said("1001", text="fine"))
    assert await states(spine, 1) == [DONE]
    spine.now += MINUTE
    await spine.dispatch()
    assert await states(spine, 2) == [ASKED]


async def test_the_others_wait_while_a_colleague_is_called(spine: Spine) -> None:
    await spine.invite(1)
    await spine.hear(spine.said("1001", text="I want to talk to a person"))
    await spine.dispatch()
    assert await states(spine, 1) == [PLANNED]
    assert "they wait for a colleague" in (await last_word(spine.store, 1)).rule
    who = (await spine.conversation(1)).contact.id
    await spine.store.unit_of_work(lambda t: t.end_talks({who}))
    at = spine.now
    await spine.store.unit_of_work(lambda t: t.release_waiting({who}, at))
    spine.now += MINUTE
    await spine.dispatch()
    assert await states(spine, 1) == [ASKED]


async def test_a_reminder_waits_too(spine: Spine) -> None:
    rule = FollowUp(remind_after=timedelta(hours=1), times=1)
    spine.rules = replace(spine.rules, follow_ups={"after_call": rule})
    await spine.invite(1)
    await spine.dispatch()
    spine.now += 50 * MINUTE
    await spine.invite(1)
    await spine.dispatch()
    spine.now += 10 * MINUTE
    await spine.dispatch()
    held = await last_word(spine.store, 1)
    assert (held.verdict, held.inputs["waits_for"]) == ("hold", "survey")
    before = len(spine.lines("telegram", "1001"))
    spine.now += 5 * MINUTE
    await spine.dispatch()
    assert len(spine.lines("telegram", "1001")) == before + 1
    assert await states(spine, 1) == [ASKED]


@pytest.mark.parametrize("seed", range(4))
async def test_everybody_who_never_answers_is_asked_everything(spine: Spine, seed: int) -> None:
    """Several surveys abandoned over several channels never block one another."""
    dice = random.Random(seed)
    names = ("telegram", "email")
    spine.rules = replace(
        spine.rules, triggers=tuple(trigger(f"t{n}", dice.choice(names)) for n in range(5))
    )
    await spine.report(identify(1, "i", {"telegram_id": "1001", "email": "u1@x.example"}))
    for number in range(2):
        await spine.report(call(number, 1, spine.now))
        spine.now += dice.randint(0, 20) * MINUTE
        await spine.dispatch()
        if dice.random() < 0.5 and spine.lines("telegram", "1001"):
            await spine.hear(spine.said("1001", text="9"))
    for _ in range(12 * 15):
        spine.now += MINUTE
        await spine.dispatch()
    assert PLANNED not in await states(spine, *range(1, 11))


def trigger(name: str, via: str) -> Trigger:
    return Trigger(name=name, event="Call Ended", survey="call", via=(via,))
