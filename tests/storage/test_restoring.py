"""Restoring: nothing is lost, nobody is asked twice unawares, and old links open nothing."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import reapplying
from storage.restoring import BY, STRIDE, restore
from storage.sql import statement
from storage.store import Store, StoreError
from surveys.contact import Contact
from surveys.due import Due, DueKind
from surveys.suppression import names_of, suppression_hash
from tests.storage.make import NOW, add_contacts, contact, message, plan

LATER = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)


async def fill(store: Store) -> None:
    """Three questions that wait, and two messages under way."""
    await plan(store, 3)
    said = [
        Due(id=f"said-{n}", lane="telegram", at=NOW, kind=DueKind.SAY, message=message())
        for n in range(2)
    ]
    await store.unit_of_work(lambda t: t.put_dues(said))


async def test_a_backup_takes_the_place_and_everything_is_on_hold(tmp_path: Path) -> None:
    url, copy = f"sqlite://{tmp_path}/a.db", tmp_path / "copy.db"
    store = await Store.open(url)
    await fill(store)
    await store.backup(copy)
    await plan(store, 1)
    await store.close()
    done = await restore(url, copy, LATER)
    assert (done.waiting, done.let_go, done.skipped) == (3, 2, False)
    assert done.aside == tmp_path / "a.db.before-restore-20270102T030405Z"
    assert (tmp_path / "a.db").stat().st_mode & 0o777 == 0o600
    store = await Store.open(url)
    assert [(pause.spelled, pause.person) for pause in await store.list_paused()] == [
        ("everything", BY)
    ]
    counted = await store.counts()
    assert (counted["dues"], counted["invitations.planned"]) == (3, 3)
    (fresh,) = await plan(store, 1)
    assert fresh.id > STRIDE, "a number that was given out since must not be given again"
    await store.close()
    before = await Store.open(f"sqlite://{done.aside}")
    assert (await before.counts())["invitations.planned"] == 4
    await before.close()


async def test_those_who_waited_can_be_skipped_with_the_reason(tmp_path: Path) -> None:
    url, copy = f"sqlite://{tmp_path}/a.db", tmp_path / "copy.db"
    store = await Store.open(url)
    await fill(store)
    await store.backup(copy)
    await store.close()
    done = await restore(url, copy, LATER, skip=True)
    assert (done.waiting, done.skipped) == (3, True)
    store = await Store.open(url)
    counted = await store.counts()
    assert (counted["dues"], counted["invitations.skipped"]) == (0, 3)
    await store.close()
    with sqlite3.connect(tmp_path / "a.db") as book:
        rules = book.execute("SELECT verdict, rule FROM decision").fetchall()
    assert rules == [("skip", "restored from a back-up")] * 3


async def test_postgres_is_held_after_its_own_restore(postgres_url: str, tmp_path: Path) -> None:
    store = await Store.open(postgres_url)
    await fill(store)
    await store.close()
    with pytest.raises(StoreError, match="without a file"):
        await restore(postgres_url, tmp_path / "copy.db", LATER)
    done = await restore(postgres_url, None, LATER, skip=True)
    assert (done.aside, done.waiting, done.let_go) == (None, 3, 2)
    store = await Store.open(postgres_url)
    assert [pause.spelled for pause in await store.list_paused()] == ["everything"]
    assert (await store.counts())["dues"] == 0
    (fresh,) = await plan(store, 1)
    assert fresh.id > STRIDE
    await store.close()


async def test_a_place_that_is_empty_is_filled(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite://{tmp_path}/a.db")
    await store.backup(tmp_path / "copy.db")
    await store.close()
    done = await restore(f"sqlite://{tmp_path}/new/b.db", tmp_path / "copy.db", LATER)
    assert done.aside is None
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["b.db", "b.db.lock"]


async def test_nothing_changes_where_it_cannot_be_done(tmp_path: Path) -> None:
    url, copy = f"sqlite://{tmp_path}/a.db", tmp_path / "copy.db"
    store = await Store.open(url)
    await fill(store)
    await store.backup(copy)
    with pytest.raises(StoreError, match="stop the service first"):
        await restore(url, copy, LATER)
    await store.close()
    before = (tmp_path / "a.db").read_bytes()
    with pytest.raises(StoreError, match="no back-up at"):
        await restore(url, tmp_path / "none.db", LATER)
    (tmp_path / "text").write_text("hello" * 1000)
    with pytest.raises(StoreError, match="not a back-up"):
        await restore(url, tmp_path / "text", LATER)
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE x (y)")
    with pytest.raises(StoreError, match="not a back-up"):
        await restore(url, tmp_path / "other.db", LATER)
    broken = bytearray(copy.read_bytes())
    broken[8192:40960] = b"\x5a" * (40960 - 8192)
    (tmp_path / "broken.db").write_bytes(broken)
    with pytest.raises(StoreError, match=r"damaged|not a back-up"):
        await restore(url, tmp_path / "broken.db", LATER)
    with pytest.raises(StoreError, match="name the back-up"):
        await restore(url, None, LATER)
    assert (tmp_path / "a.db").read_bytes() == before


async def people(store: Store) -> dict[str, Contact]:
    """Whom the store knows, by name."""
    found = [await store.find_people(name) for name in ("forgotten", "stopped", "kept", "late")]
    return {contact.keys[0]: contact for one in found for contact in one}


async def meet(store: Store) -> None:
    mail = [("email", "forgotten@x.example")]
    await add_contacts(
        store,
        contact("user:forgotten", addresses=mail),
        contact("user:stopped"),
        contact("user:kept"),
        contact("user:late", addresses=[("sms", "+358401234567")]),
    )


async def ask_of_us(store: Store) -> None:
    """One is erased, one says stop, one says stop where we do not know them."""
    found = await people(store)
    await store.erase(found["user:forgotten"].id, LATER)
    stopped = {found["user:stopped"].id}
    await store.unit_of_work(lambda t: t.opt_out(stopped, LATER, "telegram"))
    await store.unit_of_work(lambda t: t.suppress("sms", "+358401234567", LATER))


async def test_who_was_erased_or_said_stop_since_is_so_again(tmp_path: Path) -> None:
    url, copy = f"sqlite://{tmp_path}/a.db", tmp_path / "copy.db"
    store = await Store.open(url)
    await meet(store)
    await store.backup(copy)
    await ask_of_us(store)
    await store.close()
    done = await restore(url, copy, LATER)
    assert (done.erased, done.stopped, done.unknown) == (1, 2, False)
    store = await Store.open(url)
    found = await people(store)
    assert set(found) == {"user:stopped", "user:kept", "user:late"}
    assert [found[f"user:{n}"].opted_out_at is not None for n in ("stopped", "kept", "late")] == [
        True, False, True,
    ]  # fmt: skip
    (back,) = await add_contacts(store, contact("user:forgotten"))
    assert back.opted_out_at is not None, "the hash is there still"
    await store.close()
    assert b"forgotten@x.example" not in (tmp_path / "a.db").read_bytes()


async def test_a_lost_database_is_asked_for_by_a_list(tmp_path: Path) -> None:
    url, copy = f"sqlite://{tmp_path}/a.db", tmp_path / "copy.db"
    store = await Store.open(url)
    await meet(store)
    await store.backup(copy)
    await ask_of_us(store)
    await store.close()
    listed = tmp_path / "suppressed.csv"
    with sqlite3.connect(tmp_path / "a.db") as book:
        rows = book.execute("SELECT hash, at, source FROM suppression").fetchall()
    listed.write_text("hash,at,source\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows))
    for file in tmp_path.glob("a.db*"):
        file.unlink()
    assert (await restore(url, copy, LATER)).unknown
    done = await restore(url, copy, LATER, suppressed=listed)
    assert (done.erased, done.stopped, done.unknown) == (1, 1, False)
    listed.write_text("what,ever\n")
    with pytest.raises(StoreError, match="is no list of hashes"):
        await restore(url, copy, LATER, suppressed=listed)


async def test_postgres_is_told_by_a_list(postgres_url: str, tmp_path: Path) -> None:
    """What \\copy writes of the table, before the server's own tool restores."""
    store = await Store.open(postgres_url)
    await meet(store)
    found = await people(store)
    listed = tmp_path / "suppressed.csv"
    key = store.key
    names = [*names_of(found["user:forgotten"])]
    listed.write_text("".join(f"{suppression_hash(key, n)},1770000000000,erased\n" for n in names))
    await store.close()
    done = await restore(postgres_url, None, LATER, suppressed=listed)
    assert (done.erased, done.stopped) == (1, 0)


async def test_another_stores_hashes_forget_nobody(tmp_path: Path) -> None:
    """A back-up of another store has a key of its own: nothing of this one's list is meant."""
    other, url = f"sqlite://{tmp_path}/b.db", f"sqlite://{tmp_path}/a.db"
    for place in (other, url):
        store = await Store.open(place)
        await meet(store)
        if place == url:
            await ask_of_us(store)
        else:
            await store.backup(tmp_path / "copy.db")
        await store.close()
    done = await restore(url, tmp_path / "copy.db", LATER)
    assert (done.erased, done.stopped) == (0, 0)


async def test_who_came_after_the_backup_and_was_forgotten_is_not_asked_again(
    tmp_path: Path,
) -> None:
    url, copy = f"sqlite://{tmp_path}/a.db", tmp_path / "copy.db"
    store = await Store.open(url)
    await store.backup(copy)
    await meet(store)
    await ask_of_us(store)
    await store.close()
    done = await restore(url, copy, LATER)
    assert (done.erased, done.stopped) == (0, 0)
    store = await Store.open(url)
    mail = [("email", "forgotten@x.example")]
    (back,) = await add_contacts(store, contact("user:new", addresses=mail))
    assert back.opted_out_at == LATER, "the hash came along, with its time"
    await store.close()


async def test_nobody_is_left_out_however_many_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page after page; a stop stays of the day it was said."""
    monkeypatch.setattr(reapplying, "PAGE", 1)
    url, copy = f"sqlite://{tmp_path}/a.db", tmp_path / "copy.db"
    store = await Store.open(url)
    await meet(store)
    await store.backup(copy)
    await ask_of_us(store)
    await store.close()
    done = await restore(url, copy, LATER + timedelta(days=3))
    assert (done.erased, done.stopped) == (1, 2)
    store = await Store.open(url)
    found = await people(store)
    assert [found[f"user:{n}"].opted_out_at for n in ("stopped", "kept", "late")] == [
        LATER, None, LATER,
    ]  # fmt: skip
    await store.close()


async def test_who_is_answering_goes_on_where_those_who_wait_are_skipped(tmp_path: Path) -> None:
    """What is skipped is what was not asked yet: reminders of what was asked stay."""
    url, copy = f"sqlite://{tmp_path}/a.db", tmp_path / "copy.db"
    store = await Store.open(url)
    waits, asked, started = await plan(store, 3)
    for one, state in ((asked, "asked"), (started, "started")):
        text = statement(f"UPDATE invitation SET state = '{state}' WHERE id = {one.id}")
        await store._database.run(lambda session, text=text: session.run(text))  # type: ignore[misc]
    await store.backup(copy)
    await store.close()
    done = await restore(url, copy, LATER, skip=True)
    assert done.waiting == 1
    store = await Store.open(url)
    found = await store.load_conversations({waits.id, asked.id, started.id})
    assert [found[one.id].invitation.state for one in (waits, asked, started)] == [
        "skipped", "asked", "started",
    ]  # fmt: skip
    assert (await store.counts())["dues"] == 2
    await store.close()


async def test_a_list_is_asked_beside_the_database_that_was_there(tmp_path: Path) -> None:
    """What was restored before knows some, the list knows others."""
    url, copy = f"sqlite://{tmp_path}/a.db", tmp_path / "copy.db"
    store = await Store.open(url)
    await meet(store)
    await store.backup(copy)
    found, key = await people(store), store.key
    await store.erase(found["user:forgotten"].id, LATER)
    await store.close()
    listed = tmp_path / "suppressed.csv"
    names = names_of(found["user:late"])
    listed.write_text("".join(f"{suppression_hash(key, n)},1770000000000,stop\n" for n in names))
    done = await restore(url, copy, LATER, suppressed=listed)
    assert (done.erased, done.stopped) == (1, 1)
