"""Erasing looks into every table there is, and no further than the person it is about."""

from datetime import timedelta
from typing import Any

from bot.config.themes import shipped_reader
from storage.erasing import BY_INVITATION
from storage.sql import Backend
from storage.store import Store
from surveys.card import Card
from surveys.event import Event, EventKind
from surveys.report import Filter
from surveys.suppression import place_name, suppression_hash
from tests.storage.make import (
    NOW,
    add_contacts,
    add_invitations,
    answer,
    ask,
    contact,
    event,
    invitation,
    reply,
)
from tests.storage.test_anonymous import dump, fetch

DAY = timedelta(days=1)
WHOLE = Filter(since=(NOW - DAY).date(), until=(NOW + DAY).date())
_COLUMNS = {
    Backend.SQLITE: (
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
        " WHERE m.type = 'table' AND c.name = 'invitation_id'"
    ),
    Backend.POSTGRES: (
        "SELECT table_name AS name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'invitation_id'"
    ),
}


async def test_every_table_about_an_invitation_is_seen_to(store: Store) -> None:
    session = store._database._opened()
    found = await session.client.execute_query_dict(_COLUMNS[session.backend])
    assert {row["name"] for row in found} == set(BY_INVITATION)


async def meet(store: Store) -> tuple[int, int]:
    """Two people who share a browser; gives their numbers."""
    one, other = await add_contacts(
        store,
        contact("user:p_1", "anon:browser", addresses=[("email", "anna@x.example")]),
        contact("user:pq1", addresses=[("email", "ben@x.example")]),
    )
    return one.id, other.id


async def names(store: Store, table: str, column: str) -> set[Any]:
    found = await fetch(store, f"SELECT {column} FROM {table}")
    return {row[column] for row in found}


async def report(store: Store, *events: Event) -> None:
    await store.unit_of_work(lambda t: t.add_events(events))


async def test_events_go_by_every_name_and_others_stay(store: Store) -> None:
    """What somebody else who is known did in the same browser is theirs."""
    one, _ = await meet(store)
    await report(
        store,
        event("own", user_id="p_1"),
        event("visit", user_id=None, anonymous_id="browser"),
        event("alias", kind=EventKind.ALIAS, user_id="new", previous_id="p_1"),
        event("both", user_id="pq1", anonymous_id="browser"),
        event("another", user_id="pq1"),
    )
    await store.erase(one, NOW)
    assert await names(store, "event", "message_id") == {"both", "another"}


async def test_counters_that_name_the_person_go(store: Store) -> None:
    """Their key is no pattern: p_1 is not pq1, 100% is not everybody."""
    one, other = await meet(store)
    (odd,) = await add_contacts(store, contact("user:100%"))
    every = "nth:after_call:customer:user:"
    kept = {f"{every}pq1": 2, f"{every}100 and more": 3, f"person:{other}:x": 4, "nth:t::": 5}
    own = {f"{every}p_1": 1, f"person:{one}:x": 1, f"{every}100%": 1}
    await store.unit_of_work(lambda t: t.take_counters({*kept, *own}))
    await store.unit_of_work(lambda t: t.save_counters({**kept, **own}))
    await store.erase(one, NOW)
    await store.erase(odd.id, NOW)
    assert await names(store, "counter", "key") == set(kept)


async def test_cards_left_with_their_address_go_with_what_was_read_of_them(store: Store) -> None:
    one, _ = await meet(store)
    cards = [
        Card(channel="web", at=NOW, text=text, email=email, language="en")
        for text, email in (
            ("I waited too long", "Anna@X.example"),
            ("I waited as well", "ben@x.example"),
            ("I waited, too", ""),
        )
    ]
    await store.unit_of_work(lambda t: t.save_cards(cards))
    await store.read_comments(shipped_reader(), 10)
    await store.erase(one, NOW)
    assert await names(store, "comment_card", "text") == {"I waited as well", "I waited, too"}
    kept = await names(store, "comment_card", "id")
    assert await names(store, "comment_gist", "ref") == kept


async def test_claims_go_whoever_is_erased(store: Store) -> None:
    one, other = await meet(store)
    conflict = "channel, value, owner_id, claimant_id, first_at, last_at, settled, settled_by"
    for value, owner, claimant in (("a", one, other), ("b", other, one), ("c", other, 99)):
        row = f"('sms', '{value}', {owner}, {claimant}, 1, 1, '', '')"
        await fetch(store, f"INSERT INTO address_conflict ({conflict}) VALUES {row} RETURNING id")
    row = f"('email', 'anna@x.example', {other}, 99, 1, 1, '', '')"
    await fetch(store, f"INSERT INTO address_conflict ({conflict}) VALUES {row} RETURNING id")
    await store.erase(one, NOW)
    assert await names(store, "address_conflict", "value") == {"c"}


async def test_an_address_they_had_is_remembered_unless_it_is_somebody_elses_now(
    store: Store,
) -> None:
    """Both were written to at an earlier address; one of those belongs to another person now."""
    one, _ = await meet(store)
    made = await add_invitations(store, invitation(one), invitation(one))
    for number, address in zip(made, ("former@x.example", "ben@x.example"), strict=True):
        sent = f"('d{number.id}', 1, {number.id}, 'email', '{address}', 'sent', '', '', 1)"
        columns = "due_id, fence, invitation_id, channel, address, state, external_id, reason,"
        await fetch(
            store, f"INSERT INTO delivery ({columns} started_at) VALUES {sent} RETURNING id"
        )
    await report(store, event("theirs", user_id="pq1"))
    await store.erase(one, NOW)
    found = await names(store, "suppression", "hash")
    wanted = {
        suppression_hash(store.key, place_name("email", f"{name}@x.example")): name
        for name in ("anna", "former", "ben")
    }
    assert {name for hash_, name in wanted.items() if hash_ in found} == {"anna", "former"}
    (back,) = await add_contacts(store, contact("user:b", addresses=[("email", "ben@x.example")]))
    assert back.opted_out_at is None


async def test_what_they_answered_is_counted_no_more(store: Store) -> None:
    one, other = await meet(store)
    made = await add_invitations(
        store, invitation(one, via=("email",)), invitation(other, via=("email",))
    )
    await store.erase(99, NOW)
    for number, value in zip(made, (2, 9), strict=True):
        await reply(store, number.id, answer(value=value))
    await ask(store)
    await store.erase(one, NOW)
    tally = await store.tally(WHOLE)
    assert {count.value for count in tally.values if count.n} == {"9"}
    assert {flow.stage: flow.n for flow in tally.flows if flow.n}["started"] == 1
    assert await store.recount() == []


async def test_a_message_whose_id_is_their_address_goes_with_it(store: Store) -> None:
    """Some providers number what comes in by who wrote it; elsewhere the number stays, so that
    the same bytes again are still a repeat.
    """
    one, _ = await meet(store)
    columns = "channel, event_id, kind, at, address, body"
    for name in ("anna@x.example:1", "m-2"):
        row = f"('email', '{name}', 'replied', 1, 'anna@x.example', '{{}}')"
        await fetch(store, f"INSERT INTO inbound ({columns}) VALUES {row} RETURNING id")
    await store.erase(one, NOW)
    assert await names(store, "inbound", "event_id") == {"m-2"}
    assert "anna" not in repr(await dump(store))
