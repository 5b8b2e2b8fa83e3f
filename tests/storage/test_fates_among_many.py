"""Cases that were over long ago cost a weekly report nothing, however many there are."""

from datetime import timedelta
from typing import Any

import pytest

from storage.fates import read_fates, sum_cases
from storage.sql import statement
from storage.store import Store
from surveys.casework import CaseList
from tests.storage.make import HOUR, NOW
from tests.storage.test_cases import a_case
from tests.storage.test_looks import Explaining

DAY = timedelta(days=1)
WEEK = (NOW - 7 * DAY, NOW)
MANY = 20_000

ASKS = {
    "all": CaseList(),
    "a team": CaseList(team="north"),
    "some teams": CaseList(teams=("north", "south")),
    "a survey": CaseList(surveys=("phone",)),
}

# Copies of the first case, opened and closed a year ago, none asked about afterwards.
_COPY = """
    INSERT INTO customer_case ({names}) SELECT {values} FROM customer_case, {numbers}
    WHERE id = (SELECT MIN(id) FROM customer_case)
"""
_PAST = {"state": "'solved'", "opened_at": "opened_at", "closed_at": "opened_at + 3600000"}


async def with_many(store: Store) -> None:
    """A case of last year, many like it, and three of this week."""
    long_ago = NOW - 365 * DAY
    await a_case(store, opened_at=long_ago, respond_by=long_ago + HOUR)

    async def copy(session: Any) -> None:
        rows = await session.fetch(statement("SELECT * FROM customer_case"))
        names = [name for name in rows[0] if name != "id"]
        numbers = (
            "(WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE"
            f" n < {MANY}) SELECT n FROM one)"
        )
        values = [_PAST.get(name, name) for name in names]
        text = _COPY.format(names=", ".join(names), values=", ".join(values), numbers=numbers)
        await session.client.execute_query(text)

    await store._database.transact(copy)
    await a_case(store, opened_at=NOW - DAY, owner="a")
    await a_case(store, opened_at=NOW - 2 * DAY, contacted_at=NOW - DAY, owner="b")
    await a_case(store, "south", opened_at=NOW - 3 * DAY, owner="c")


@pytest.mark.parametrize("asked", ASKS)
async def test_no_old_case_is_read(asked: str) -> None:
    store = await Store.open("sqlite://:memory:")
    try:
        found: list[str] = []

        async def look(session: Any) -> None:
            explaining = Explaining(session)
            await read_fates(explaining, ASKS[asked], *WEEK)
            await sum_cases(explaining, ASKS[asked], NOW)
            found.extend(explaining.steps)

        await store._database.transact(look)
    finally:
        await store.close()
    steps = [step for step in found if "customer_case" in step]
    assert not any(step.startswith("SCAN") for step in steps), steps
    assert any("customer_case_closed (closed_at>?)" in step for step in steps), steps
    team = [step for step in steps if "customer_case_team" in step]
    assert len(team) <= 1, "only what is open is counted by team"


async def test_what_happened_is_found_among_many() -> None:
    store = await Store.open("sqlite://:memory:")
    try:
        await with_many(store)
        assert len(await store.read_fates(CaseList(), *WEEK)) == 3
        assert len(await store.read_fates(CaseList(team="north"), *WEEK)) == 2
        assert (await store.sum_cases(CaseList(), NOW)).open == 4
    finally:
        await store.close()
