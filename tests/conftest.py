"""What every test may ask for: a store on each database, fresh and fast."""

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from storage.store import Store
from tests.postgres import Server, run_postgres

# Before anything imports them: their failed asserts are explained.
pytest.register_assert_rewrite(
    "tests.bot.drivers.story",
    "tests.channels.asking",
    "tests.channels.conformance",
    "tests.channels.failing",
    "tests.channels.reading",
    "tests.channels.rig",
    "tests.channels.saying",
)

# How long one example takes says something of the machine, and nothing of the code.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")

# Faster than TRUNCATE, which makes new files for each of the tables.
_EMPTY = """DO $$ DECLARE name text; BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);  -- the audit may be emptied
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'schema_version' ORDER BY tablename = 'contact'
    LOOP EXECUTE 'DELETE FROM ' || quote_ident(name); END LOOP;
    FOR name IN SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = 'public'
    LOOP PERFORM setval(name::regclass, 1, false); END LOOP;
END $$"""


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of this test run's own; started by the first test that asks for it."""
    with run_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Server) -> str:
    """A PostgreSQL database with no rows; its tables stay from test to test."""
    postgres.psql(_EMPTY)
    return postgres.url()


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, on each database in turn."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite://{tmp_path}/store/afterword.db"


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """An open, empty store, on each database in turn."""
    opened = await Store.open(store_url)
    yield opened
    await opened.close()


@pytest.fixture
def unused_tcp_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
