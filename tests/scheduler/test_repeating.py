"""Alerts that wait for more: against a model that looks at every moment, and how two at once are
told as one.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.outbox import Outbox
from scheduler.repeating import Repeating, Sifted
from storage.store import SavedTurn, Store, Transaction
from surveys.alert import AlertRule, Repeated
from surveys.condition import parse
from surveys.invitation import Invitation, InvitationState
from surveys.response import Response
from tests.storage.make import NOW, add_contacts, add_invitations, answer, contact, invitation

HOUR = timedelta(hours=1)
WITHIN = 10 * HOUR


def a_rule(times: int = 2, within: timedelta = WITHIN) -> AlertRule:
    often = Repeated(times=times, within=within, written=f"{times} in {within}")
    return AlertRule(condition=parse("nps <= 6"), to=("manager",), repeated=often)


async def some_invitations(store: Store, people: int, each: int) -> list[list[Invitation]]:
    found = await add_contacts(store, *(contact(f"user:{n}") for n in range(people)))
    made = [invitation(one.id, due_at=NOW) for one in found for _ in range(each)]
    kept = await add_invitations(store, *made)
    return [[one for one in kept if one.contact_id == person.id] for person in found]


def a_response(about: Invitation, value: int, at: datetime) -> Response:
    return Response(
        invitation_id=about.id,
        contact_id=about.contact_id,
        survey="phone",
        survey_version="v1",
        started_at=at,
        channel="telegram",
        language="fi",
        trigger="after_call",
        interaction=about.interaction,
    ).with_answer(answer(value=value, at=at))


async def keep(transaction: Transaction, about: Invitation, response: Response) -> None:
    await transaction.lock_conversations([about.id])
    recorded = response.answers[-1]
    state = InvitationState.STARTED
    turn = SavedTurn(before=None, after=response, recorded=recorded, state=state, invitation=about)
    await transaction.save_turns([turn])


async def give(
    store: Store, rules: Sequence[AlertRule], about: Invitation, value: int, at: datetime
) -> Sifted:
    """Take an answer as the intake does: sifted and kept in one transaction."""
    response = a_response(about, value, at)

    async def work(transaction: Transaction) -> Sifted:
        repeating = Repeating(transaction=transaction, outbox=Outbox({}, at), now=at)
        held = [rule for rule in rules if rule.holds(response)]
        sifted = await repeating.sift(held, response, added=False)
        await keep(transaction, about, response)
        return sifted

    return await store.unit_of_work(work)


@pytest.mark.parametrize("seed", range(6))
async def test_it_is_told_when_the_model_tells_it(store: Store, seed: int) -> None:
    rng = random.Random(seed)
    times = rng.choice([2, 2, 3])
    rule, people, each = a_rule(times), 3, 12
    asked = await some_invitations(store, people, each)
    lows: dict[int, list[datetime]] = defaultdict(list)
    told: dict[int, datetime] = {}
    now = NOW
    for turn in range(people * each):
        now += rng.randrange(1, 5) * HOUR
        who, value = turn % people, rng.choice([1, 3, 6, 7, 10])
        sifted = await give(store, [rule], asked[who][turn // people], value, now)
        if value <= 6:
            lows[who].append(now)
        fresh = [
            at for at in lows[who] if now - WITHIN < at <= now and at > told.get(who, NOW - WITHIN)
        ]
        expected = value <= 6 and len(fresh) >= times
        assert bool(sifted.rules) == expected, (turn, fresh)
        if expected:
            told[who] = now
            assert sifted.remark == f"{len(fresh)} answers like this from this customer"


async def test_what_was_taken_back_does_not_count(store: Store) -> None:
    [[first, second]] = await some_invitations(store, 1, 2)
    await give(store, [a_rule()], first, 2, NOW)
    changed = a_response(first, 2, NOW)
    better = answer(value=9, at=NOW + HOUR, revision=2)

    async def work(transaction: Transaction) -> None:
        await transaction.lock_conversations([first.id])
        after = changed.with_answer(better)
        state = InvitationState.STARTED
        turn = SavedTurn(before=changed, after=after, recorded=after.answers[-1], state=state,
                         invitation=first)  # fmt: skip
        await transaction.save_turns([turn])

    await store.unit_of_work(work)
    assert (await give(store, [a_rule()], second, 2, NOW + 2 * HOUR)).rules == ()


async def test_two_at_once_are_told_as_one(store: Store) -> None:
    [asked] = await some_invitations(store, 1, 5)
    await give(store, [a_rule(3)], asked[0], 2, NOW)
    at = NOW + HOUR
    both = await asyncio.gather(*(give(store, [a_rule(3)], one, 2, at) for one in asked[1:3]))
    assert [bool(sifted.rules) for sifted in both].count(True) == 1


@pytest.mark.parametrize("rest", [0, 700])
async def test_one_transaction_counts_what_it_has_taken_itself(store: Store, rest: int) -> None:
    [asked] = await some_invitations(store, 1, 3)
    now = NOW + timedelta(microseconds=rest)  # the store keeps milliseconds
    responses = [a_response(one, 2, now) for one in asked]

    async def work(transaction: Transaction) -> list[Sifted]:
        outbox = Outbox({}, now)
        for about, response in zip(asked, responses, strict=True):
            last, state = response.answers[-1], InvitationState.STARTED
            outbox.turns.append(
                SavedTurn(before=None, after=response, recorded=last, state=state, invitation=about)
            )
        repeating = Repeating(transaction=transaction, outbox=outbox, now=now)
        return [await repeating.sift([a_rule()], r, added=False) for r in responses]

    assert [bool(s.rules) for s in await store.unit_of_work(work)] == [True, False, False]


async def test_others_are_others(store: Store) -> None:
    [anna, ben] = await some_invitations(store, 2, 2)
    await give(store, [a_rule()], anna[0], 2, NOW)
    assert (await give(store, [a_rule()], ben[0], 2, NOW + HOUR)).rules == ()
    assert (await give(store, [a_rule()], anna[1], 2, NOW + HOUR)).rules != ()


async def test_rules_that_do_not_wait_pass_and_each_has_its_own_memory(store: Store) -> None:
    [asked] = await some_invitations(store, 1, 3)
    plain = replace(a_rule(), repeated=None)
    rules = [plain, a_rule(2), a_rule(3)]
    told = [await give(store, rules, one, 2, NOW + n * HOUR) for n, one in enumerate(asked)]
    assert [sifted.rules for sifted in told] == [(plain,), (plain, rules[1]), (plain, rules[2])]
