"""Sums of whole months and days say what the counts say, whatever is asked and whatever changes."""

import random
from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest

from benchmarks.archive import (
    AGENTS_A_TEAM,
    CHANNELS,
    LANGUAGES,
    SURVEYS,
    TEAMS,
    UNTIL,
    Archive,
    load_archive,
)
from storage.reports import tally
from storage.sql import Session, statement
from storage.store import Store
from storage.sums import SETTLED
from surveys.invitation import InvitationState
from surveys.report import Filter, Tally
from tests.storage.make import answer, reply

TODAY = UNTIL.date()
NO_WAIT = timedelta(0)
_FORGET = statement("UPDATE period_sum SET built = -1")


def draw(dice: random.Random) -> Filter:
    """Give what somebody might ask."""
    long = dice.choice((20, 200, 800))
    since = TODAY - timedelta(days=dice.randrange(long))
    team = dice.choice(TEAMS)
    return Filter(
        since=since if dice.random() < 0.7 else since.replace(day=1),
        until=min(TODAY, since + timedelta(days=dice.randrange(long))),
        survey=dice.choice(("", "", *SURVEYS)),
        metric=dice.choice(("", "", "nps")),
        channel=dice.choice(("",) * 6 + CHANNELS),
        team=dice.choice(("", "", "", team)),
        agent=dice.choice(("",) * 5 + (f"{team}-{dice.randrange(AGENTS_A_TEAM)}",)),
        language=dice.choice(("",) * 6 + LANGUAGES),
        teams=dice.choice((None, None, ("sales", "billing"))),
        by=dice.choice(("", "", "channel", "team", "agent", "language", "month", "day")),
    )


async def ask(store: Store, wanted: list[Filter]) -> list[Tally]:
    return [await store.tally(one) for one in wanted]


class _UndoneError(Exception):
    """Ends a transaction that is not to be."""


async def count(store: Store, wanted: list[Filter]) -> list[Tally]:
    """Give the same from the counts alone; what is summed stays in use."""
    found = []

    async def work(session: Session) -> None:
        await session.run(_FORGET)
        found.extend([await tally(session, one) for one in wanted])
        raise _UndoneError

    with suppress(_UndoneError):
        await store._database.transact(work)
    return found


async def open_archive(url: str, answers: int) -> Store:
    """Give a store with two years of answers."""
    store = await Store.open(url, "Europe/Helsinki")
    await store.close()
    await load_archive(url, Archive(answers))
    return await Store.open(url, "Europe/Helsinki")


async def test_sums_say_what_the_counts_say(store_url: str) -> None:
    dice = random.Random(3)
    store = await open_archive(store_url, 6000)
    wanted = [draw(dice) for _ in range(150)]
    counted = await ask(store, wanted)
    assert sum(n.n for tally in counted for n in tally.values) > 1000
    await store.sum_periods(UNTIL, settled=NO_WAIT)
    assert await ask(store, wanted) == counted
    # somebody changes an answer of a year ago, and one of last week
    for late, number in ((365, 1000), (6, 1985)):
        at = UNTIL - timedelta(days=late)
        await reply(store, number, answer("nps", revision=2, value=0, at=at))
    changed = await ask(store, wanted)
    assert changed == await count(store, wanted) != counted
    await store.sum_periods(UNTIL, settled=NO_WAIT)
    assert await ask(store, wanted) == changed
    assert await store.recount() == []
    await store.close()


@pytest.mark.parametrize("seed", range(2))
async def test_they_do_so_after_whatever_happens(store_url: str, seed: int) -> None:
    """Answers come and change late, people are erased, days are summed and dropped meanwhile."""
    dice = random.Random(seed)
    store = await open_archive(store_url, 3000)
    now = UNTIL
    await store.sum_periods(now, settled=NO_WAIT)
    for _ in range(12):
        for _ in range(dice.randrange(4)):
            await _happen(store, now, dice)
        if dice.random() < 0.7:
            await store.sum_periods(now, settled=dice.choice((NO_WAIT, SETTLED)))
        wanted = [draw(dice) for _ in range(6)]
        assert await ask(store, wanted) == await count(store, wanted)
        now += dice.choice((timedelta(minutes=10), timedelta(days=1), timedelta(days=9)))
    assert await store.recount() == []
    await store.close()


async def _happen(store: Store, now: datetime, dice: random.Random) -> None:
    """Erase a person, or have them answer: of today, or of a day that may be summed."""
    number = dice.randrange(700, 1001)
    if dice.random() < 0.3:
        await store.erase(number, now)
    elif number in await store.load_conversations({number}):
        at = now - timedelta(days=dice.choice((0, 1, 3, 30, 400)))
        given = answer("nps", revision=dice.randrange(2, 99), value=dice.randrange(11), at=at)
        await reply(store, number, given, state=InvitationState.COMPLETED)


async def test_an_empty_store_has_no_sums(store: Store) -> None:
    await store.sum_periods(UNTIL, settled=NO_WAIT)
    assert await store.tally(Filter(since=date(2020, 1, 1), until=TODAY)) == Tally(
        values=(), flows=()
    )
