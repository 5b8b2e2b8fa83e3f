"""Migrations: what they make equals the models; each is whole or not at all."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tortoise import Tortoise
from tortoise.context import TortoiseContext
from tortoise.utils import get_schema_sql

from storage import migrate as runner
from storage.migrate import Migration, read_migrations
from storage.sql import Backend
from storage.store import Store, StoreMisconfigured
from tests.postgres import Server
from tests.storage.make import add_contacts, contact, event

SHIPPED = read_migrations(Backend.SQLITE)[-1].version
"""The newest step; the tests add one more."""

CLUSTERED = {
    "due",
    "rollup",
    "flow",
    "journey_progress",
    "campaign_run",
    "channel_standing",
    "report_run",
    "period_sum",
    "rollup_period",
    "flow_period",
    "comment_unread",
}
"""Their key has several columns, which a model can only say as a unique index."""

Table = dict[str, Any]


async def model_sql(url: str, engine: str) -> str:
    context = TortoiseContext()
    with context:
        config = {
            "connections": {"x": url},
            "apps": {"storage": {"models": ["storage.models"], "default_connection": "x"}},
        }
        await Tortoise.init(config=config)
        sql = get_schema_sql(context.connections.get("x"), safe=False)
        await context.close_connections()
    assert engine in url
    return sql


def sqlite_tables(db: sqlite3.Connection) -> dict[str, Table]:
    tables = {}
    names = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    for name in names:
        if name.startswith("sqlite_") or name == "schema_version":
            continue
        columns, keys = {}, []
        for _, column, kind, notnull, _, key, _ in db.execute(f"PRAGMA table_xinfo({name})"):
            columns[column] = (_affinity(kind), bool(notnull))
            if key:
                keys.append(column)
        indexes = {
            (tuple(r[2] for r in db.execute(f"PRAGMA index_info('{i[1]}')")), bool(i[2]))
            for i in db.execute(f"PRAGMA index_list({name})")
        }
        tables[name] = {"columns": columns, "indexes": _comparable(name, indexes, tuple(keys))}
    return tables


def _affinity(kind: str) -> str:
    return {"BIGINT": "INTEGER", "INT": "INTEGER"}.get(kind, kind)


def _comparable(
    name: str, indexes: set[tuple[tuple[str, ...], bool]], key: tuple[str, ...]
) -> set[tuple[tuple[str, ...], bool]]:
    if name in CLUSTERED:
        # The migration's whole key is the model's one-column key and a unique index.
        indexes = {index for index in indexes if index[0] != key}
        wide = {index for index in indexes if len(index[0]) > 1 and index[1]}
        return indexes - wide
    if name == "answer":  # unique in the migration, plain in the model: see storage/models
        indexes = {(columns, unique and len(columns) != 2) for columns, unique in indexes}
    return indexes | {(key, True)}


POSTGRES_COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
WHERE table_schema = 'public' AND table_name <> 'schema_version' ORDER BY 1, 2
"""
POSTGRES_INDEXES = """
SELECT t.relname, i.indisunique, array_to_string(ARRAY(
    SELECT a.attname FROM unnest(i.indkey) WITH ORDINALITY AS k(n, o)
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n ORDER BY k.o), ','), i.indisprimary
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace
WHERE s.nspname = 'public' AND t.relname <> 'schema_version' ORDER BY 1, 2, 3
"""


def postgres_tables(server: Server, database: str) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for line in server.psql(POSTGRES_COLUMNS, database).splitlines():
        name, column, kind, nullable = line.split("|")
        table = tables.setdefault(name, {"columns": {}, "indexes": set(), "key": ()})
        table["columns"][column] = (kind, nullable)
    for line in server.psql(POSTGRES_INDEXES, database).splitlines():
        name, unique, columns, primary = line.split("|")
        names = tuple(columns.split(","))
        tables[name]["indexes"].add((names, unique == "t"))
        if primary == "t":
            tables[name]["key"] = names
    return {
        name: {
            "columns": table["columns"],
            "indexes": _comparable(name, table["indexes"], table["key"]),
        }
        for name, table in tables.items()
    }


async def test_on_sqlite_migrations_make_what_the_models_say(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite://{tmp_path}/a.db")
    await store.close()
    migrated, generated = sqlite3.connect(tmp_path / "a.db"), sqlite3.connect(":memory:")
    try:
        generated.executescript(await model_sql("sqlite://:memory:", "sqlite"))
        assert sqlite_tables(migrated) == sqlite_tables(generated)
    finally:
        migrated.close()
        generated.close()


async def test_on_postgres_migrations_make_what_the_models_say(
    postgres: Server, postgres_url: str
) -> None:
    await (await Store.open(postgres_url)).close()
    postgres.psql("DROP DATABASE IF EXISTS models")
    postgres.psql("CREATE DATABASE models")
    postgres.psql(await model_sql("postgres://x@localhost/x", "postgres"), "models")
    assert postgres_tables(postgres, "postgres") == postgres_tables(postgres, "models")


def test_both_databases_have_the_same_steps() -> None:
    sqlite, server = read_migrations(Backend.SQLITE), read_migrations(Backend.POSTGRES)
    assert [(m.version, m.name) for m in sqlite] == [(m.version, m.name) for m in server]
    versions = [m.version for m in sqlite]
    assert versions == sorted(set(versions))


async def test_several_nodes_may_start_on_an_empty_postgres_at_once(postgres: Server) -> None:
    postgres.psql("DROP DATABASE IF EXISTS fresh")
    postgres.psql("CREATE DATABASE fresh")
    stores = await asyncio.gather(*(Store.open(postgres.url("fresh")) for _ in range(4)))
    assert len({store.key for store in stores}) == 1
    for store in stores:
        await store.close()


def _with_another_step(monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    real = read_migrations

    def steps(backend: Backend) -> list[Migration]:
        return [*real(backend), Migration(version=SHIPPED + 1, name="more", sql=sql)]

    monkeypatch.setattr(runner, "read_migrations", steps)


async def test_a_step_keeps_rows_and_a_copy_of_the_file(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await Store.open(store_url)
    await add_contacts(store, contact("user:1", addresses=[("email", "a@x.example")]))
    await store.unit_of_work(lambda t: t.add_events([event()]))
    await store.close()
    _with_another_step(monkeypatch, "CREATE TABLE more (id INT NOT NULL)")
    store = await Store.open(store_url)
    try:
        counts = await store.counts()
        assert (counts["contacts"], counts["events"]) == (1, 1)
        if store_url.startswith("sqlite"):
            copy = sqlite3.connect(
                f"{store_url.removeprefix('sqlite://')}.before-{SHIPPED + 1:04d}"
            )
            assert copy.execute("SELECT COUNT(*) FROM contact").fetchone() == (1,)
            copy.close()
    finally:
        await _drop(store, "DROP TABLE more")


async def test_a_step_that_fails_leaves_nothing(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await (await Store.open(store_url)).close()
    with monkeypatch.context() as patch:
        _with_another_step(patch, "CREATE TABLE more (id INT NOT NULL); SELECT * FROM nowhere")
        with pytest.raises(Exception, match="nowhere"):
            await Store.open(store_url)
    _with_another_step(monkeypatch, "CREATE TABLE more (id INT NOT NULL)")
    store = await Store.open(store_url)  # would fail were the table there
    await _drop(store, "DROP TABLE more")


async def test_a_step_that_would_orphan_rows_is_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite://{tmp_path}/a.db"
    store = await Store.open(url)
    await add_contacts(store, contact("user:1"))
    await store.close()
    with monkeypatch.context() as patch:
        _with_another_step(patch, "DELETE FROM contact")
        with pytest.raises(StoreMisconfigured, match="orphan rows of contact_key"):
            await Store.open(url)
    store = await Store.open(url)
    assert (await store.counts())["contacts"] == 1
    await store.close()


async def test_a_newer_database_is_refused(store_url: str) -> None:
    store = await Store.open(store_url)
    client = store._database._opened().client
    await client.execute_query("INSERT INTO schema_version VALUES (99, 'future', 0)")
    await store.close()
    try:
        with pytest.raises(StoreMisconfigured, match="schema 99"):
            await Store.open(store_url)
    finally:
        await _forget(store_url)


async def _drop(store: Store, sql: str) -> None:
    client = store._database._opened().client
    await client.execute_query(sql)
    await client.execute_query(f"DELETE FROM schema_version WHERE version > {SHIPPED}")
    await store.close()


async def _forget(url: str) -> None:
    """PostgreSQL's tables are shared by the tests of this run."""
    if url.startswith("sqlite"):
        return
    import asyncpg

    host = url.split("host=")[1]
    connection = await asyncpg.connect(host=host, user="postgres", database="postgres")
    await connection.execute(f"DELETE FROM schema_version WHERE version > {SHIPPED}")
    await connection.close()
