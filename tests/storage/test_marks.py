"""Marks: another one after everything that is said, and after nothing else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

from storage.sql import statement
from storage.store import Store
from surveys.card import Card
from surveys.report import Filter
from tests.storage.make import NOW, answer, ask, plan, reply
from tests.storage.test_reports import ALWAYS, fill

_GIST = """
    INSERT INTO comment_gist (kind, ref, question_id, at, contact_id, invitation_id, survey,
        channel, team, agent, language, themes, tone, question, metric, metric_version, scale,
        population, value, weight, read_as)
    SELECT 'answer', v.n, '', v.at, 0, 0, '', '', '', '', '', '', '', '', '', '', '', '', NULL, 1.0,
        ''
    FROM (SELECT 0 AS n, 0 AS at WHERE 1 = 0 UNION ALL VALUES {values}) AS v
"""


async def test_a_mark_changes_with_every_answer_and_card(store: Store) -> None:
    seen = [await store.last_said()]
    one, two = await plan(store, 2)
    await ask(store)
    assert await store.last_said() == seen[0]
    card = Card(contact_id=one.contact_id, channel="web", text="x", at=NOW)

    async def changes() -> AsyncIterator[None]:
        await reply(store, one.id, answer(value=9))
        yield
        await reply(store, one.id, answer(value=2, revision=2))  # a change of mind
        yield
        later = NOW + timedelta(seconds=9)
        await reply(store, one.id, answer(value=3, revision=2, at=later))  # in its place
        yield
        await reply(store, two.id, answer("comment", text="fine"))
        yield
        await store.unit_of_work(lambda t: t.save_cards([card]))
        yield

    async for _ in changes():
        seen.append(await store.last_said())
    await store.erase(two.contact_id, NOW)
    seen.append(await store.last_said())
    assert len(set(seen)) == len(seen)
    assert await store.last_said() == seen[-1]


async def test_a_mark_changes_with_what_new_comments_speak_of_and_not_with_old_ones(
    store: Store,
) -> None:
    async def read(*at: int) -> str:
        rows = [(n, moment) for n, moment in enumerate(at)]
        values = ", ".join(f"({n}, {moment})" for n, moment in rows)
        text = _GIST.format(values=values)
        await store._database.transact(lambda s: s.run(statement(text)))
        return await store.last_said()

    first = await read(*range(1000, 1200))
    assert await read(5, 6, 7) == first
    assert await read(1300) != first


async def test_counts_by_day_and_by_month(store: Store) -> None:
    await fill(store)

    async def by(name: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for value in (await store.tally(replace(ALWAYS, by=name))).values:
            found[value.group] = found.get(value.group, 0) + value.n
        return found

    assert await by("day") == {"20261121": 3, "20261124": 1}
    assert await by("month") == {"202611": 4}
    wanted: Filter = replace(ALWAYS, by="day", teams=("north",))
    assert sum(value.n for value in (await store.tally(wanted)).values) == 2
