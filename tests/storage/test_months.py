"""Sums of whole months say what the days' counts say, whatever is asked and whatever changes."""

import random
from datetime import date, timedelta

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
from storage.months import SETTLED, Span, pick_dimension, read_span
from storage.sql import statement
from storage.store import Store
from surveys.report import Filter, Tally
from tests.storage.make import answer, reply

TODAY = UNTIL.date()
NO_WAIT = timedelta(0)
_FORGET = statement("UPDATE month_sum SET built = -1")


def draw(dice: random.Random) -> Filter:
    """Give what somebody might ask."""
    since = TODAY - timedelta(days=dice.randrange(800))
    team = dice.choice(TEAMS)
    return Filter(
        since=since if dice.random() < 0.7 else since.replace(day=1),
        until=min(TODAY, since + timedelta(days=dice.randrange(800))),
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


async def test_sums_of_months_say_what_the_days_say(store_url: str) -> None:
    dice = random.Random(3)
    store = await Store.open(store_url, "Europe/Helsinki")
    await store.close()
    await load_archive(store_url, Archive(6000))
    store = await Store.open(store_url, "Europe/Helsinki")
    wanted = [draw(dice) for _ in range(150)]
    by_day = await ask(store, wanted)
    assert sum(n.n for tally in by_day for n in tally.values) > 1000
    await store.sum_months(UNTIL, settled=NO_WAIT)
    assert await ask(store, wanted) == by_day
    # somebody changes an answer of a year ago
    late = UNTIL - timedelta(days=365)
    await reply(store, 1000, answer("nps", revision=2, value=0, at=late))
    changed = await ask(store, wanted)
    await store._database.run(lambda s: s.run(_FORGET))
    assert changed == await ask(store, wanted) != by_day
    await store.sum_months(UNTIL, settled=NO_WAIT)
    assert await ask(store, wanted) == changed
    assert await store.recount() == []
    await store.close()


async def test_a_month_is_summed_only_a_while_after_its_announcement(store_url: str) -> None:
    store = await Store.open(store_url, "Europe/Helsinki")
    await store.close()
    await load_archive(store_url, Archive(600))
    store = await Store.open(store_url, "Europe/Helsinki")
    year = Filter(since=date(2025, 1, 1), until=date(2025, 12, 31))

    async def months() -> tuple[int, ...]:
        span: Span = await store._database.read(lambda s: read_span(s, year))
        return span.months

    await store.sum_months(UNTIL)
    assert await months() == ()
    await store.sum_months(UNTIL + SETTLED)
    assert await months() == tuple(range(202501, 202513))
    await store.close()


async def test_an_empty_store_has_no_months(store: Store) -> None:
    await store.sum_months(UNTIL, settled=NO_WAIT)
    assert await store.tally(Filter(since=date(2020, 1, 1), until=TODAY)) == Tally(
        values=(), flows=()
    )


@pytest.mark.parametrize(
    ("given", "dimension"),
    [
        ({}, ""),
        ({"by": "team"}, ""),
        ({"by": "month", "team": "sales"}, ""),
        ({"by": "channel"}, "channel"),
        ({"agent": "a", "by": "agent"}, "agent"),
        ({"agent": "a", "by": "channel"}, None),
        ({"by": "day"}, None),
    ],
)
def test_the_dimension_that_sums_are_read_by(given: dict[str, str], dimension: str | None) -> None:
    wanted = Filter(since=TODAY, until=TODAY, **given)  # type: ignore[arg-type]
    assert pick_dimension(wanted) == dimension
