"""Retention: what is old goes, or is nobody's any more; what counts stays as it was."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from scheduler import retaining
from scheduler.retaining import Retaining
from storage.sql import statement
from storage.store import Store
from surveys.card import Card
from surveys.case import Case
from surveys.invitation import InvitationState
from surveys.report import Filter
from tests.storage.make import (
    NOW,
    PHONE,
    add_contacts,
    add_invitations,
    answer,
    ask,
    contact,
    event,
    invitation,
    reply,
)

DAY = timedelta(days=1)
LATER = NOW + 800 * DAY
WHOLE = Filter(since=(NOW - 900 * DAY).date(), until=LATER.date())
PLANTED = "planted"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retaining, "PAUSE", 0)
    monkeypatch.setattr(retaining, "BATCH", 3)


async def rows(store: Store, text: str) -> list[dict[str, Any]]:
    return await store._database.run(lambda session: session.fetch(statement(text)))


async def apply(store: Store, now: datetime = LATER, **rules: int) -> None:
    keep = {name: days * DAY for name, days in rules.items()}
    await Retaining(store, lambda: keep, lambda: now).tick()


async def live(store: Store, n: int = 7, at: datetime = NOW) -> list[int]:
    """People who are asked and answer; gives their invitations."""
    people = await add_contacts(
        store,
        *(
            contact(f"user:{PLANTED}{at:%Y}-{k}", addresses=[("telegram", f"{PLANTED}{at:%Y}{k}")])
            for k in range(n)
        ),
    )
    about = replace(PHONE, id=PLANTED)
    made = await add_invitations(
        store,
        *(
            invitation(
                p.id, due_at=at, expires_at=at + 7 * DAY, interaction=about, facts={"x": PLANTED}
            )
            for p in people
        ),
    )
    await ask(store, at)
    for k, one in enumerate(made):
        await reply(store, one.id, answer("nps", value=k, at=at))
        given = answer("comment", text=f"{PLANTED} words", at=at)
        state = InvitationState.COMPLETED
        await reply(store, one.id, given, state=state, completed_at=at)
    return [one.id for one in made]


async def dump(store: Store, *but: str) -> str:
    tables = ("invitation", "response", "answer", "delivery", "comment_gist", "case_entry")
    return repr([await rows(store, f"SELECT * FROM {t}") for t in tables if t not in but])


async def test_answers_stay_for_the_counts_and_are_nobodys(store: Store) -> None:
    old = await live(store)
    young = await live(store, 4, LATER - 30 * DAY)
    before = await store.tally(WHOLE)
    await apply(store, answers=730)
    assert await store.tally(WHOLE) == before
    assert await store.recount() == []
    found = await rows(store, "SELECT * FROM invitation ORDER BY id")
    assert [row["contact_id"] == 0 for row in found] == [True] * 7 + [False] * 4
    assert PLANTED not in repr(found[:7])
    kept = await rows(store, "SELECT * FROM response WHERE contact_id = 0")
    assert {row["invitation_id"] for row in kept} == set(old)
    words = await rows(store, "SELECT invitation_id FROM answer WHERE text <> ''")
    assert {row["invitation_id"] for row in words} == set(young)
    addresses = await rows(store, "SELECT address FROM delivery WHERE address <> ''")
    assert len(addresses) == 4
    (noted,) = await store.list_audit("retention", "", 10, 0)
    assert noted.note.line == "/retention answers 7"
    await apply(store, answers=730)
    assert len(await store.list_audit("retention", "", 10, 0)) == 1, "nothing went"
    assert (await store.verify_audit())[1] == ""


async def test_it_goes_on_where_it_ended(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await live(store)
    monkeypatch.setattr(retaining, "MOST", 1)
    for left in (4, 1, 0):
        await apply(store, answers=730)
        found = await rows(store, "SELECT id FROM invitation WHERE contact_id <> 0")
        assert len(found) == left


async def test_what_is_open_waits(store: Store) -> None:
    """An open case, and an invitation that has not ended, keep their person."""
    first, second, *_ = await live(store)
    about = (await store.load_conversations({first}))[first]
    case = Case(
        contact_id=about.contact.id, invitation_id=first, survey="phone", interaction=PHONE,
        opened_at=NOW,
    )  # fmt: skip
    await store.unit_of_work(lambda t: t.add_cases([case]))
    await rows(store, f"UPDATE invitation SET state = 'asked' WHERE id = {second} RETURNING id")
    await apply(store, answers=730)
    found = await rows(store, "SELECT id FROM invitation WHERE contact_id <> 0 ORDER BY id")
    assert [row["id"] for row in found] == [first, second]
    await rows(store, f"UPDATE invitation SET state = 'expired' WHERE id = {second} RETURNING id")
    await apply(store, answers=730)
    found = await rows(store, "SELECT id FROM invitation WHERE contact_id <> 0 ORDER BY id")
    assert [row["id"] for row in found] == [first]


async def test_cards_events_and_what_came_in_are_deleted(store: Store) -> None:
    def card(at: datetime) -> Card:
        return Card(channel="telegram", text=f"{PLANTED} card", at=at)

    times = [NOW + n * DAY for n in range(8)] + [LATER - DAY]
    await store.unit_of_work(lambda t: t.save_cards([card(at) for at in times]))
    events = [event(f"m{n}", received_at=at) for n, at in enumerate(times)]
    await store.unit_of_work(lambda t: t.add_events(events))
    assert await store.count_old("comments", LATER - 400 * DAY) == 8
    assert await store.count_old("events", LATER - 400 * DAY) == 8
    await apply(store, comments=400, events=400)
    assert len(await rows(store, "SELECT id FROM comment_card")) == 1
    assert [row["message_id"] for row in await rows(store, "SELECT message_id FROM event")] == [
        "m8"
    ]
    (noted,) = await store.list_audit("retention", "", 10, 0)
    assert noted.note.line == "/retention comments 8, events 8"


async def test_people_nothing_was_heard_of_are_forgotten_and_still_counted(store: Store) -> None:
    await live(store)
    await live(store, 2, LATER - 30 * DAY)
    (stopped,) = await add_contacts(store, contact("user:stopped"))
    await store.unit_of_work(lambda t: t.opt_out([stopped.id], NOW, "telegram"))
    (reported,) = await add_contacts(store, contact("user:u-1"))
    await store.unit_of_work(lambda t: t.add_events([event(received_at=LATER - DAY)]))
    before = await store.tally(WHOLE)
    gone = await store.count_old("contacts", LATER - 365 * DAY)
    assert gone == 8
    await apply(store, contacts=365)
    assert await store.tally(WHOLE) == before
    assert await store.recount() == []
    left = {row["id"] for row in await rows(store, "SELECT id FROM contact")}
    assert len(left) == 3 and reported.id in left
    assert f"{PLANTED}2026" not in await dump(store)
    hashes = await rows(store, "SELECT hash FROM suppression")
    assert len(hashes) == 1, "who said stop is not asked again; the others may be"
    (back,) = await add_contacts(store, contact("user:stopped"))
    assert back.opted_out_at is not None


async def test_no_batch_is_large(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one transaction changes is bounded, whatever there is to do."""
    await live(store, 20)
    sizes: list[int] = []
    fade = store.unit_of_work

    async def counted(work: Any) -> Any:
        found = await fade(work)
        if isinstance(found, tuple):
            sizes.append(found[0])
        return found

    monkeypatch.setattr(store, "unit_of_work", counted)
    await apply(store, answers=730)
    assert sum(sizes) == 20 and max(sizes) <= 3
