"""Reports: filters, groups and teams, from rollup rows; and the responses behind them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from storage.store import Store
from surveys.event import Interaction
from surveys.invitation import InvitationState
from surveys.report import Filter
from tests.storage.make import NOW, add_invitations, answer, ask, invitation, plan, reply

ALWAYS = Filter(since=date(2000, 1, 1), until=date(2100, 1, 1))


async def fill(store: Store) -> None:
    """Three contacts of two teams; the third answers in another survey, in German, later."""
    one, *_ = await plan(store, 1, interaction=Interaction(team="north", agent="ann"))
    two, three = await add_invitations(
        store,
        invitation(one.contact_id, interaction=Interaction(team="south", agent="bob")),
        invitation(
            one.contact_id,
            survey="order",
            language="de",
            interaction=Interaction(team="south", agent="cem", population="user"),
        ),
    )
    await ask(store)
    await reply(store, one.id, answer(value=9))
    await reply(store, one.id, answer("comment", text="fine"))
    await reply(store, two.id, answer(value=9), state=InvitationState.COMPLETED, completed_at=NOW)
    later = NOW + timedelta(days=3)
    await reply(store, three.id, answer(value=2, language="de", channel="web", at=later))


async def n(store: Store, **limits: object) -> int:
    tally = await store.tally(replace(ALWAYS, **limits))  # type: ignore[arg-type]
    return sum(v.n for v in tally.values)


async def test_each_filter_limits(store: Store) -> None:
    await fill(store)
    assert await n(store) == 4
    assert await n(store, survey="phone") == 3
    assert await n(store, question="comment") == 1
    assert await n(store, metric="nps") == 3
    assert await n(store, team="south") == 2
    assert await n(store, agent="bob") == 1
    assert await n(store, channel="web") == 1
    assert await n(store, language="de") == 1
    assert await n(store, teams=("north",)) == 2
    assert await n(store, teams=()) == 0
    assert await n(store, teams=("north", "south"), team="south") == 2
    assert await n(store, until=NOW.date()) == 3
    assert await n(store, since=NOW.date() + timedelta(days=1)) == 1


async def test_populations_and_metrics_are_never_merged(store: Store) -> None:
    await fill(store)
    found = (await store.tally(replace(ALWAYS, metric="nps"))).values
    assert {(v.population, v.value, v.n) for v in found} == {("customer", "9", 2), ("user", "2", 1)}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("", {"": 4}),
        ("team", {"north": 2, "south": 2}),
        ("agent", {"ann": 2, "bob": 1, "cem": 1}),
        ("channel", {"telegram": 3, "web": 1}),
        ("language", {"fi": 3, "de": 1}),
    ],
)
async def test_groups(store: Store, by: str, expected: dict[str, int]) -> None:
    await fill(store)
    tally = await store.tally(replace(ALWAYS, by=by))
    found: dict[str, int] = {}
    for value in tally.values:
        found[value.group] = found.get(value.group, 0) + value.n
    assert found == expected
    sent = {f.group: f.n for f in tally.flows if f.stage == "sent" and f.survey == "phone"}
    assert sum(sent.values()) == 2


async def test_a_group_nobody_knows_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="team, agent"):
        await store.tally(replace(ALWAYS, by="n FROM rollup; --"))


async def test_flows_follow_the_filter_too(store: Store) -> None:
    await fill(store)
    tally = await store.tally(replace(ALWAYS, teams=("south",), survey="phone"))
    assert {f.stage: f.n for f in tally.flows} == {
        "sent": 1,
        "delivered": 1,
        "started": 1,
        "completed": 1,
    }


async def test_a_filter_is_a_value_and_never_sql(store: Store) -> None:
    await fill(store)
    assert await n(store, team="' OR 1=1 --") == 0
    assert await n(store, survey="phone\0") == 3  # what no database can hold is left out


async def test_responses_come_newest_first_in_pages(store: Store) -> None:
    invitations = await plan(store, 5)
    await ask(store)
    for i in invitations:
        await reply(store, i.id, answer(value=i.id % 11))
    everything = await store.list_responses(ALWAYS, 10, 0)
    ids = [response.invitation_id for response, _ in everything]
    assert ids == sorted((i.id for i in invitations), reverse=True)
    page = await store.list_responses(ALWAYS, 2, 2)
    assert [response.invitation_id for response, _ in page] == ids[2:4]
    response, person = everything[0]
    assert response.answers == (answer(value=ids[0] % 11),)
    assert person.id == response.contact_id
    assert person.keys


async def test_responses_follow_the_filter(store: Store) -> None:
    await fill(store)

    async def surveys(**limits: object) -> list[str]:
        wanted = replace(ALWAYS, **limits)  # type: ignore[arg-type]
        return sorted(r.survey for r, _ in await store.list_responses(wanted, 10, 0))

    assert await surveys() == ["order", "phone", "phone"]
    assert await surveys(question="comment") == ["phone"]
    assert await surveys(metric="nps", team="south") == ["order", "phone"]
    assert await surveys(teams=("north",)) == ["phone"]
    assert await surveys(teams=()) == []
    assert await surveys(agent="cem") == ["order"]
    assert await surveys(survey="order") == ["order"]
    assert await surveys(since=NOW.date() + timedelta(days=1)) == []


async def test_who_came_by_themselves_stands_apart_in_flows(store: Store) -> None:
    person, *_ = await plan(store, 1)
    (visit,) = await add_invitations(
        store,
        invitation(person.contact_id, via=(), interaction=Interaction(population="visitor")),
    )
    await reply(store, visit.id, answer(value=9))
    found = {f.stage: f.n for f in (await store.tally(replace(ALWAYS, by="team"))).flows}
    assert found == {"visitor.sent": 1, "visitor.delivered": 1, "visitor.started": 1}
    assert await store.recount() == []
