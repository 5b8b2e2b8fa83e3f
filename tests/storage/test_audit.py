"""The audit's rows, over a real store of each kind: added in one line, and never changed."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot.__main__ import main
from storage.sql import statement
from storage.store import Store, StoreError
from surveys.audit import Head, Verdict
from tests.bot.commands.office import NOW
from tests.postgres import Server
from tests.surveys.test_audit import note


async def fill(store: Store, n: int) -> None:
    for number in range(1, n + 1):
        await store.note_command(note(number))


async def run(store: Store, sql: str) -> None:
    await store._database.run(lambda s: s.run(statement(sql)))


async def test_what_was_noted_is_read_newest_first_and_limited(store: Store) -> None:
    await fill(store, 3)
    await store.note_command(note(4, person="Otto", command="find", line="/find a…"))
    await store.note_command(note(5, line="odd \ud83d \0 text", verdict=Verdict.DENIED))
    found = await store.list_audit("", "", 10, 0)
    assert [e.number for e in found] == [5, 4, 3, 2, 1]
    assert found[0].note.verdict is Verdict.DENIED and found[0].note.line == "odd ?  text"
    assert [e.number for e in await store.list_audit("otto", "", 10, 0)] == [4]
    assert [e.number for e in await store.list_audit("", "pause", 2, 1)] == [3, 2]
    assert (await store.verify_audit())[1] == ""


async def test_an_empty_log_is_whole(store: Store) -> None:
    assert await store.verify_audit() == (Head(), "")


@pytest.mark.parametrize("sql", ["UPDATE audit SET person = 'Otto'", "DELETE FROM audit"])
async def test_the_database_itself_refuses_a_change(store: Store, sql: str) -> None:
    await fill(store, 2)
    with pytest.raises(StoreError):
        await run(store, sql)
    assert (await store.verify_audit())[0].number == 2


async def test_many_at_once_stand_in_one_line(store: Store) -> None:
    await asyncio.gather(*(store.note_command(note(n)) for n in range(40)))
    head, fault = await store.verify_audit()
    assert (head.number, fault) == (40, "")


async def test_several_nodes_add_to_one_chain(postgres_url: str) -> None:
    nodes = [await Store.open(postgres_url) for _ in range(3)]
    try:
        await asyncio.gather(
            *(node.note_command(note(n)) for n in range(30) for node in nodes),
        )
        head, fault = await nodes[0].verify_audit()
        assert (head.number, fault) == (90, "")
    finally:
        for node in nodes:
            await node.close()


async def test_what_somebody_does_past_the_database_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = await Store.open(f"sqlite://{path}")
    await fill(store, 5)
    known = (await store.list_audit("", "", 1, 2))[0].hash
    assert (await store.verify_audit(known))[1] == ""
    forged = sqlite3.connect(path)
    forged.execute("DROP TRIGGER audit_is_not_changed")
    forged.execute("DROP TRIGGER audit_is_not_deleted")
    forged.execute("DELETE FROM audit WHERE number = 5")
    forged.commit()
    assert (await store.verify_audit())[1] == "entries after 4 are missing"
    forged.execute("DELETE FROM setting WHERE name = 'audit_head'")
    forged.commit()
    assert (await store.verify_audit())[1] == "the note of the last entry is missing"
    forged.execute("UPDATE audit SET line = '/pause all' WHERE number = 2")
    forged.commit()
    assert (await store.verify_audit())[0].number == 1
    forged.execute("DELETE FROM audit")
    forged.commit()
    forged.close()
    await fill(store, 5)  # the same people did other things, says a log written anew
    assert (await store.verify_audit())[1] == ""
    await store.note_command(note(9))
    assert (await store.verify_audit("0" * 64))[1].startswith("no entry has the hash")
    await store.close()


async def test_a_confirmation_counts_once_and_for_five_minutes(store: Store) -> None:
    until = NOW.replace(minute=5)
    await store.ask_confirmation("telegram:2:Mia", "c1", "/pause all", until)
    assert await store.take_confirmation("telegram:3:Otto", "c1", NOW) == ""
    assert await store.take_confirmation("telegram:2:Mia", "c0", NOW) == ""
    assert await store.take_confirmation("telegram:2:Mia", "c1", until) == ""
    assert await store.take_confirmation("telegram:2:Mia", "c1", NOW) == "/pause all"
    assert await store.take_confirmation("telegram:2:Mia", "c1", NOW) == ""
    await store.ask_confirmation("telegram:2:Mia", "c1", "/pause all", until)
    await store.ask_confirmation("telegram:2:Mia", "c2", "/pause other", until)
    assert await store.take_confirmation("telegram:2:Mia", "c1", NOW) == ""
    assert await store.take_confirmation("telegram:2:Mia", "", NOW) == "/pause other"
    await store.ask_confirmation("telegram:2:Mia", "c3", "/pause all", until)
    await store.unit_of_work(lambda t: t.expire(until))
    assert await store.take_confirmation("telegram:2:Mia", "c3", NOW) == ""


async def test_of_two_presses_at_once_one_counts(store: Store) -> None:
    await store.ask_confirmation("telegram:2:Mia", "c1", "/pause all", NOW.replace(minute=5))
    took = await asyncio.gather(
        *(store.take_confirmation("telegram:2:Mia", "c1", NOW) for _ in range(5))
    )
    assert sorted(took) == ["", "", "", "", "/pause all"]


CONFIG = """
service: {{ name: Acme, database: "{url}" }}
channels: {{ web: {{}} }}
surveys: {{ s: {{ questions: [nps] }} }}
"""


def test_the_command_says_whether_it_is_whole_while_the_service_runs(
    store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(url=store_url))
    verify = ["audit", "verify", "--config", str(config)]
    if store_url.startswith("sqlite"):
        assert main(verify) == 1
        assert "there is no database yet" in capsys.readouterr().err

    async def run_service() -> str:
        store = await Store.open(store_url)
        await fill(store, 3)
        status = await asyncio.to_thread(main, verify)
        assert status == 0
        last = (await store.list_audit("", "", 1, 0))[0].hash
        assert await asyncio.to_thread(main, [*verify, "--contains", last]) == 0
        assert await asyncio.to_thread(main, [*verify, "--contains", "ab"]) == 1
        await store.close()
        return last

    last = asyncio.run(run_service())
    said = capsys.readouterr().out
    assert f"audit: 3 entries, whole. The last one's hash: {last}" in said
    assert "NOT whole: no entry has the hash ab" in said


async def test_a_database_of_another_version_is_left_alone(
    postgres: Server, tmp_path: Path
) -> None:
    postgres.psql("DROP DATABASE IF EXISTS bare")
    postgres.psql("CREATE DATABASE bare")
    with pytest.raises(StoreError, match="the database is empty"):
        await Store.open_beside(postgres.url("bare"))
    store = await Store.open(f"sqlite://{tmp_path}/a.db")
    await run(store, "DELETE FROM schema_version WHERE version = 14")
    with pytest.raises(StoreError, match="older version"):
        await Store.open_beside(f"sqlite://{tmp_path}/a.db")
    await store.close()
