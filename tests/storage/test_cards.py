"""Comment cards in the store: kept, continued, found again, listed and searched; strangers."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from storage.store import Store
from surveys.card import Card
from surveys.comment import CARDS, COMPLAINT, PRAISE, Search
from surveys.contact import Address, Contact
from surveys.event import Interaction
from surveys.report import Filter
from tests.storage.make import (
    NOW,
    add_contacts,
    add_invitations,
    answer,
    ask,
    contact,
    invitation,
    plan,
    reply,
)

ALWAYS = Search(rows=Filter(since=date(2000, 1, 1), until=date(2100, 1, 1)))
HOUR = timedelta(hours=1)
PLACE = ("telegram", "777")
CARD = Card(channel="telegram", text="The lift is broken", at=NOW)


async def keep(store: Store, *cards: Card) -> None:
    await store.unit_of_work(lambda t: t.save_cards(cards))


async def last(store: Store) -> Card | None:
    found = await store.unit_of_work(lambda t: t.last_cards({PLACE, ("sms", "1")}, NOW - HOUR))
    assert set(found) <= {PLACE}
    return found.get(PLACE)


async def texts(store: Store, search: Search = ALWAYS, **rows: object) -> list[str]:
    wanted = replace(search, rows=replace(search.rows, **rows))  # type: ignore[arg-type]
    return [comment.text for comment in await store.list_comments(wanted, 50, 0)]


async def test_a_card_is_found_again_by_its_address_and_continued(store: Store) -> None:
    [anna] = await add_contacts(store, contact("user:1", addresses=[PLACE]))
    full = replace(
        CARD, contact_id=anna.id, praise=False, source="till", email="a@x.example", team="north"
    )
    await keep(store, replace(full, text="Older", at=NOW - 2 * HOUR), full)
    found = await last(store)
    assert found and replace(found, id=0) == full
    await keep(store, replace(found, text="The lift\nis broken", praise=None, team="south"))
    again = await last(store)
    assert again == replace(found, text="The lift\nis broken", praise=None, team="south")
    assert (await store.counts())["cards"] == 2


async def test_quiet_ones_and_those_of_others_are_not_the_last(store: Store) -> None:
    anna, ben = await add_contacts(
        store, contact("user:1", addresses=[PLACE]), contact("user:2", addresses=[("sms", "2")])
    )
    await keep(
        store,
        replace(CARD, contact_id=anna.id, quiet=True),
        replace(CARD, contact_id=anna.id, channel="email"),
        replace(CARD, contact_id=ben.id),
        CARD,
    )
    assert await last(store) is None


async def test_the_last_interaction_is_that_of_the_latest_invitation(store: Store) -> None:
    one, *_ = await plan(store, 1, interaction=Interaction(team="north", agent="ann"))
    later = Interaction(id="c-2", team="south", agent="bob")
    await add_invitations(store, invitation(one.contact_id, interaction=later, due_at=NOW + HOUR))
    ids = {one.contact_id, 0, 99}
    found = await store.unit_of_work(lambda t: t.last_interactions(ids, NOW - HOUR))
    assert found == {one.contact_id: later}
    assert await store.unit_of_work(lambda t: t.last_interactions(ids, NOW + 2 * HOUR)) == {}


async def test_comments_are_answers_and_cards_newest_first(store: Store) -> None:
    one, *_ = await plan(store, 1, interaction=Interaction(team="north", agent="ann"))
    await ask(store)
    await reply(store, one.id, answer(value=9))
    await reply(store, one.id, answer("comment", text="Quick"))
    waiting, quiet = replace(CARD, text=""), replace(CARD, text="Thanks", quiet=True)
    praise = replace(CARD, text="Lovely", at=NOW + HOUR, praise=True, team="south", language="fi")
    await keep(store, CARD, waiting, quiet, praise)
    found = await store.list_comments(ALWAYS, 50, 0)
    assert sorted(c.text for c in found) == ["Lovely", "Quick", "The lift is broken"]
    assert found[0].text == "Lovely"
    [quick] = [c for c in found if c.text == "Quick"]
    assert quick.response and quick.response.answer("nps")
    assert (quick.question_id, quick.team) == ("comment", "north")
    assert quick.contact and quick.contact.id == one.contact_id
    assert [c.text for c in await store.list_comments(ALWAYS, 1, 0)] == ["Lovely"]
    assert len(await store.list_comments(ALWAYS, 50, 1)) == 2


async def test_every_limit_of_a_search_limits(store: Store) -> None:
    one, *_ = await plan(store, 1, interaction=Interaction(team="north", agent="ann"))
    await ask(store)
    await reply(store, one.id, answer("comment", text="Quick"))
    praise = replace(CARD, text="Lovely", praise=True, team="south", channel="web", language="fi")
    complaint = replace(CARD, text="Cold", praise=False)
    await keep(store, CARD, praise, complaint)
    assert await texts(store, replace(ALWAYS, only=PRAISE)) == ["Lovely"]
    assert await texts(store, replace(ALWAYS, only=COMPLAINT)) == ["Cold"]
    assert len(await texts(store, replace(ALWAYS, only=CARDS))) == 3
    assert await texts(store, survey="phone") == ["Quick"]
    assert await texts(store, replace(ALWAYS, only=CARDS), survey="phone") == []
    assert await texts(store, agent="ann") == ["Quick"]
    assert await texts(store, question="comment") == ["Quick"]
    assert await texts(store, question="nps") == []
    assert await texts(store, team="south") == ["Lovely"]
    assert await texts(store, channel="web") == ["Lovely"]
    assert await texts(store, teams=("north", "south")) in (
        ["Quick", "Lovely"],
        ["Lovely", "Quick"],
    )
    assert await texts(store, teams=()) == []
    assert await texts(store, since=NOW.date() + timedelta(days=2)) == []
    assert await texts(store, until=NOW.date() - timedelta(days=2)) == []


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("lift", True),
        ("LIFT", True),
        ("öljy", True),
        ("ÖLJY", True),
        ("jÄrvi", True),
        ("100%", True),
        ("100_", False),
        ("%", True),
        ("_", False),
        ("!", False),
        ("'; --", False),
        ("lift öljy", False),
    ],
)
async def test_words_are_found_whatever_their_capitals(
    store: Store, word: str, found: bool
) -> None:
    await keep(store, replace(CARD, text="The Lift is broken: Öljy, JÄRVI, 100%"))
    assert bool(await texts(store, replace(ALWAYS, words=(word,)))) is found


async def test_every_word_must_be_there(store: Store) -> None:
    await keep(store, CARD)
    assert await texts(store, replace(ALWAYS, words=("lift", "broken")))
    assert not await texts(store, replace(ALWAYS, words=("lift", "mended")))


# Strangers


async def stranger(store: Store) -> Contact:
    address = Address(channel=PLACE[0], value=PLACE[1])
    [found] = await store.unit_of_work(lambda t: t.save_contacts([Contact(addresses=(address,))]))
    await keep(store, replace(CARD, contact_id=found.id))
    return found


async def test_a_stranger_becomes_who_the_business_says_is_there(store: Store) -> None:
    before = await stranger(store)
    [anna] = await add_contacts(store, contact("user:1", addresses=[PLACE]))
    assert [(a.channel, a.value) for a in anna.addresses] == [PLACE]
    assert anna.id != before.id
    assert (await store.counts())["contacts"] == 1
    found = await last(store)
    assert found and found.contact_id == anna.id


async def test_a_stop_of_the_strangers_stays(store: Store) -> None:
    before = await stranger(store)
    await store.unit_of_work(lambda t: t.opt_out({before.id}, NOW, "telegram"))
    await add_contacts(store, contact("user:1", addresses=[PLACE]))
    found = await store.find_contact(*PLACE)
    assert found and found.opted_out_at


async def test_somebody_with_a_name_keeps_their_address(store: Store) -> None:
    [anna] = await add_contacts(store, contact("user:1", addresses=[PLACE]))
    [ben] = await add_contacts(store, contact("user:2", addresses=[PLACE]))
    assert ben.addresses == ()
    assert not await store.unit_of_work(lambda t: t.link_address(ben.id, *PLACE))
    found = await store.find_contact(*PLACE)
    assert found and found.id == anna.id


async def test_a_link_takes_a_stranger_in(store: Store) -> None:
    await stranger(store)
    [anna] = await add_contacts(store, contact("user:1"))
    assert await store.unit_of_work(lambda t: t.link_address(anna.id, *PLACE))
    found = await store.find_contact(*PLACE)
    assert found and found.id == anna.id
    assert (await store.counts())["contacts"] == 1
