"""Hearing: comments are read until none is left, and again where the list of words changed."""

from datetime import datetime, timedelta

from bot.config.themes import shipped_reader
from scheduler import hearing
from scheduler.hearing import LOOK, Hearing
from storage.store import Store
from surveys.card import Card
from surveys.report import Filter
from surveys.theme import GistReader, Theme
from tests.storage.make import NOW

OWN = GistReader((Theme(id="lift", words={"all": ("lift*",)}),), {}, "own")
ALWAYS = Filter(since=NOW.date() - timedelta(days=9), until=NOW.date() + timedelta(days=9))


class Time:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def write(store: Store, n: int) -> None:
    cards = [Card(channel="web", text=f"Lift {i}", at=NOW, language="en") for i in range(n)]
    await store.unit_of_work(lambda t: t.save_cards(cards))


async def themes(store: Store) -> set[tuple[str, ...]]:
    return {one.themes for one in await store.hear(ALWAYS, (), 1000)}


async def test_all_is_read_and_what_is_new_with_the_next_tick(store: Store) -> None:
    chore = Hearing(store, lambda: OWN, Time())
    await write(store, 2 * hearing.BATCH + 1)
    await chore.tick()
    assert await store.count_unread("own") == 0
    await write(store, 1)
    await chore.tick()
    assert await store.count_unread("own") == 0
    assert await themes(store) == {("lift",)}


async def test_a_changed_list_of_words_has_all_read_again(store: Store) -> None:
    reader, time = shipped_reader(), Time()
    chore = Hearing(store, lambda: reader, time, stale=2)
    await write(store, 5)
    await chore.tick()
    assert await themes(store) == {()}
    reader = OWN
    await chore.tick()
    assert await themes(store) == {("lift",)}
    reader = shipped_reader()
    await chore.tick()
    assert await themes(store) == {()}


async def test_what_another_machine_read_otherwise_is_found_in_time(store: Store) -> None:
    time = Time()
    chore = Hearing(store, lambda: OWN, time)
    await chore.tick()
    await write(store, 1)
    await store.read_comments(shipped_reader(), 10)
    await chore.tick()
    assert await store.count_unread("own") == 1
    time.now += LOOK
    await chore.tick()
    assert await store.count_unread("own") == 0
