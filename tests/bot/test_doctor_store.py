"""The store as the doctor finds it: files of any age and kind, and a server that is away."""

import sqlite3
from pathlib import Path

import pytest

from bot.doctor.store import check_database
from storage.store import Store
from tests.bot.test_doctor import patient_of, states


def at(path: Path) -> str:
    return f'database: "sqlite://{path}"'


async def test_a_database_that_is_not_there_yet(tmp_path: Path) -> None:
    file = tmp_path / "data" / "a.db"
    found = await check_database(patient_of(tmp_path, service=at(file)))
    assert states(found) == "✓✓"
    assert "made at the first start" in found[0].line
    assert not file.parent.exists()  # looking changes nothing


async def test_a_database_in_use(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    store = await Store.open(f"sqlite://{file}")
    try:
        found = await check_database(patient_of(tmp_path, service=at(file)))
    finally:
        await store.close()
    assert states(found) == "✓✓"
    assert "can be written, schema" in found[0].line
    assert found[0].line.endswith("WAL")


async def _changed(file: Path, *statements: str) -> None:
    await (await Store.open(f"sqlite://{file}")).close()
    with sqlite3.connect(file) as opened:
        for statement in statements:
            opened.execute(statement)
    opened.close()


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ("UPDATE schema_version SET version = 9999", "✗", "Run the newer program"),
        ("DELETE FROM schema_version", "✓", "filled at the first start"),
        ("UPDATE schema_version SET version = -1", "!", "Make a back-up first"),
        ("PRAGMA journal_mode = DELETE", "!", "sets it to WAL"),
    ],
)
async def test_a_database_of_another_age(
    tmp_path: Path, change: str, state: str, words: str
) -> None:
    file = tmp_path / "a.db"
    if "= 9999" in change or "= -1" in change:
        change += " WHERE version = (SELECT max(version) FROM schema_version)"
        before = (
            "DELETE FROM schema_version WHERE version < (SELECT max(version) FROM schema_version)"
        )
        await _changed(file, before, change)
    else:
        await _changed(file, change)
    found = await check_database(patient_of(tmp_path, service=at(file)))
    assert found[0].state == state
    assert words in found[0].line


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.write_text("this is a text and no database at all, and long enough to be sure of it" * 20)
    found = await check_database(patient_of(tmp_path, service=at(file)))
    assert found[0].state == "✗"
    assert "not a SQLite database" in found[0].line


async def test_a_database_in_memory(tmp_path: Path) -> None:
    (found,) = await check_database(patient_of(tmp_path, service=at(Path(":memory:"))))
    assert found.state == "!"
    assert "everything is lost" in found.line


async def test_a_server_that_is_away(tmp_path: Path) -> None:
    patient = patient_of(tmp_path, service='database: "postgres://u:secretword@127.0.0.1:1/d"')
    (found,) = await check_database(patient)
    assert found.line.startswith("✗ database: no PostgreSQL answers on 127.0.0.1:1")
    assert "secretword" not in found.line
