"""Gists in the store: marked unread with the comment, read beside it, found, counted, erased."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.config.themes import shipped_reader
from storage.store import Store
from surveys.card import Card
from surveys.comment import COMPLAINT, Search
from surveys.keyphrase import Written
from surveys.report import Filter
from surveys.theme import GistReader, Theme
from surveys.theme_count import Heard
from tests.storage.make import NOW, add_contacts, answer, ask, contact, plan, reply
from tests.storage.test_merging import rows

ALWAYS = Filter(since=date(2000, 1, 1), until=date(2100, 1, 1))
READER = shipped_reader()


async def say(store: Store, *texts: str) -> list[int]:
    """Have one person a text answer with it, and give who they are."""
    asked = await plan(store, len(texts))
    await ask(store)
    for one, text in zip(asked, texts, strict=True):
        await reply(store, one.id, answer(value=3))
        await reply(store, one.id, answer("comment", text=text, language="en"))
    return [one.contact_id for one in asked]


async def read_all(store: Store, reader: GistReader = READER) -> int:
    heard = 0
    while count := await store.read_comments(reader, 2):
        heard += count
    return heard


async def heard(store: Store, **limits: object) -> list[Heard]:
    """Give the comments that are counted, one by one."""
    wanted = replace(ALWAYS, **limits)  # type: ignore[arg-type]
    found = await store.hear(wanted, (), 50)
    return sorted(one._replace(n=1) for one in found for _ in range(one.n))


async def people(store: Store) -> set[int]:
    return {who for one in await heard(store) for who in one.people}


async def test_a_comment_is_read_once_with_the_score_beside_it(store: Store) -> None:
    first_one, second_one, _ = await say(store, "I waited too long", "Great staff", "")
    assert await store.count_unread(READER.version) == 2
    assert await read_all(store) == 2
    assert await read_all(store) == await store.count_unread(READER.version) == 0
    first, second = await heard(store)
    assert second == Heard(
        themes=("waiting",),
        tone="negative",
        survey="phone",
        question="nps",
        metric="nps",
        metric_version="nps-2003",
        scale="0-10",
        population="customer",
        value=3.0,
        people=frozenset([first_one]),
    )
    assert (first.themes, first.tone) == (("staff",), "positive")
    assert first.people == {second_one}


async def test_changed_words_and_scores_are_read_again(store: Store) -> None:
    await say(store, "I waited too long")
    await read_all(store)
    [one] = await rows(store, "SELECT invitation_id FROM response")
    pricey = answer("comment", text="Too expensive", revision=2, language="en")
    await reply(store, one["invitation_id"], pricey)
    assert await read_all(store) == 1
    assert [found.themes for found in await heard(store)] == [("price",)]
    await reply(store, one["invitation_id"], answer(value=9, revision=2))
    assert await read_all(store) == 1
    assert [found.value for found in await heard(store)] == [9.0]


async def test_a_skip_is_no_comment(store: Store) -> None:
    await say(store, "I waited too long")
    await read_all(store)
    [one] = await rows(store, "SELECT invitation_id FROM response")
    await reply(store, one["invitation_id"], answer("comment", skipped=True, revision=2))
    await store.mark_stale("another", 10)
    await read_all(store)
    assert await heard(store) == []


async def test_cards_are_read_and_visitors_are_told_apart(store: Store) -> None:
    [anna] = await add_contacts(store, contact("user:1"))
    card = Card(channel="web", text="The lift is broken", at=NOW, language="en", team="north")
    quiet = replace(card, text="thanks", quiet=True)
    cards = [replace(card, contact_id=anna.id), card, replace(card, text="Dear me"), quiet]
    await store.unit_of_work(lambda t: t.save_cards(cards))
    assert await read_all(store) == 4
    found, writers = await heard(store), await people(store)
    assert len(found) == len(writers) == 3
    assert [who for who in writers if who > 0] == [anna.id]
    assert sorted(one.themes for one in found) == [(), ("quality",), ("quality",)]
    assert await heard(store, survey="phone") == []
    assert len(await heard(store, team="north")) == 3
    assert await heard(store, teams=("south",)) == []


async def test_a_card_that_goes_on_is_read_again(store: Store) -> None:
    place = ("telegram", "777")
    [anna] = await add_contacts(store, contact("user:1", addresses=[place]))
    card = Card(channel="telegram", text="Hm", at=NOW, language="en", contact_id=anna.id)
    await store.unit_of_work(lambda t: t.save_cards([card]))
    await read_all(store)
    kept = (await store.unit_of_work(lambda t: t.last_cards({place}, NOW - timedelta(1))))[place]
    await store.unit_of_work(lambda t: t.save_cards([replace(kept, text="Hm, too expensive")]))
    await read_all(store)
    assert [one.themes for one in await heard(store)] == [("price",)]


async def test_another_list_of_words_has_all_read_again_in_parts(store: Store) -> None:
    await say(store, "I waited", "A taxi came", "A tram came")
    await read_all(store)
    own = GistReader((Theme(id="traffic", words={"all": ("taxi", "tram")}),), {}, "own")
    assert await store.count_unread("own") == 3
    assert await store.mark_stale("own", 2) == 2
    assert await read_all(store, own) == 2
    assert await store.count_unread("own") == 1
    assert await store.mark_stale("own", 2) == 1
    await read_all(store, own)
    assert await store.mark_stale("own", 2) == 0
    assert sorted(one.themes for one in await heard(store)) == [(), ("traffic",), ("traffic",)]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"themes": ("waiting",)}, ["I waited too long", "Friendly, no need to wait"]),
        ({"themes": ("waiting", "staff")}, ["Friendly, no need to wait"]),
        ({"tone": "negative"}, ["I waited too long"]),
        ({"themes": ("waiting",), "tone": "positive"}, ["Friendly, no need to wait"]),
        ({"themes": ("waiting",), "words": ("LONG",)}, ["I waited too long"]),
        ({"themes": ("price",)}, []),
        ({"themes": ("%",)}, []),
        ({"themes": ("waiting",), "only": COMPLAINT}, []),
    ],
)
async def test_comments_are_found_by_what_they_speak_of(
    store: Store, search: dict[str, object], found: list[str]
) -> None:
    await say(store, "I waited too long", "Friendly, no need to wait", "Green")
    await read_all(store)
    wanted = Search(rows=ALWAYS, **search)  # type: ignore[arg-type]
    comments = await store.list_comments(wanted, 50, 0)
    assert sorted(c.text for c in comments) == sorted(found)
    assert all(c.response and c.contact for c in comments)


async def test_a_page_is_a_part_of_what_is_found_newest_first(store: Store) -> None:
    await say(store, "waited 1", "waited 2", "waited 3")
    await read_all(store)
    wanted = Search(rows=ALWAYS, themes=("waiting",))
    pages = [await store.list_comments(wanted, 2, offset) for offset in (0, 2)]
    assert [len(page) for page in pages] == [2, 1]
    assert len({c.text for page in pages for c in page}) == 3


@pytest.mark.parametrize("themes", [(), ("waiting",)])
async def test_a_comment_is_of_the_day_it_was_written(
    store: Store, themes: tuple[str, ...]
) -> None:
    (asked,) = await plan(store, 1)
    await ask(store)
    await reply(store, asked.id, answer(value=3))
    later = NOW + timedelta(days=3)
    await reply(store, asked.id, answer("comment", text="I waited", at=later, language="en"))
    await read_all(store)

    async def of(day: date) -> list[str]:
        wanted = Search(rows=Filter(since=day, until=day), themes=themes)
        return [comment.text for comment in await store.list_comments(wanted, 9, 0)]

    assert await of(NOW.date()) == []
    assert await of(later.date()) == ["I waited"]


async def test_the_newest_are_counted_where_there_are_too_many(store: Store) -> None:
    await say(store, "waited 1", "waited 2", "waited 3")
    await read_all(store)
    assert sum(one.n for one in await store.hear(ALWAYS, (), 2)) == 2


async def test_a_person_is_one_in_however_many_comments(store: Store) -> None:
    [anna] = await add_contacts(store, contact("user:1"))
    card = Card(channel="web", text="A queue", at=NOW, language="en", contact_id=anna.id)
    await store.unit_of_work(lambda t: t.save_cards([card, card]))
    await read_all(store)
    [both] = await store.hear(ALWAYS, (), 50)
    assert both.people == {anna.id}
    assert (both.n, both.weight) == (2, 2.0)
    assert await store.hear(ALWAYS, ("phone",), 50) == []


async def test_merging_moves_and_erasing_drops_what_was_read(store: Store) -> None:
    keep, gone = await say(store, "I waited too long", "Great staff")
    await read_all(store)
    await store.unit_of_work(lambda t: t.merge_contacts(keep, gone, NOW))
    assert await people(store) == {keep}
    await store.erase(keep, NOW)
    assert await rows(store, "SELECT * FROM comment_gist") == []


async def test_what_was_read_of_a_page_card_goes_with_its_writer(store: Store) -> None:
    [anna] = await add_contacts(store, contact("user:1", addresses=[("email", "a@x.example")]))
    card = Card(channel="web", text="Too slow", at=NOW, language="en", email="A@x.example")
    await store.unit_of_work(lambda t: t.save_cards([card]))
    await read_all(store)
    await store.erase(anna.id, NOW)
    assert await rows(store, "SELECT * FROM comment_gist") == []


async def test_words_are_given_with_their_writer_language_and_whether_the_score_is_low(
    store: Store,
) -> None:
    [one] = await say(store, "I waited too long")
    card = Card(channel="web", text="Hm", at=NOW + timedelta(1), language="fi")
    await store.unit_of_work(lambda t: t.save_cards([card]))
    await read_all(store)
    [(language, visitor), said] = await store.list_written(ALWAYS, 10)
    assert said == ("en", Written(one, "I waited too long", unhappy=True))
    assert (language, visitor.text, visitor.unhappy) == ("fi", "Hm", None)
    assert visitor.who < 0
    assert len(await store.list_written(ALWAYS, 1)) == 1
