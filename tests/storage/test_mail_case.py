"""Mail addresses kept before they had no case: made one where they differ in nothing else."""

import sqlite3
from pathlib import Path

import pytest

from storage import migrate as runner
from storage.migrate import Migration, read_migrations
from storage.sql import Backend
from storage.store import Store
from surveys.contact import AddressStatus
from tests.postgres import Server

BEFORE = """
INSERT INTO contact (id, attributes) VALUES (1, '{}'), (2, '{}'), (3, '{}');
INSERT INTO address (id, channel, value, contact_id, status, position, heard_at) VALUES
    (1, 'email', 'Anna@X.example', 1, 'ok', 0, 5), (2, 'email', 'anna@x.example', 1, 'bounced', 1, 9),
    (3, 'email', 'ANNA@x.example', 2, 'ok', 0, NULL), (4, 'email', 'ben@x.example', 3, 'ok', 0, NULL),
    (5, 'telegram', 'Mixed', 3, 'ok', 1, NULL), (6, 'email', 'Cleo@x.example', 3, 'ok', 2, NULL);
INSERT INTO address_conflict (channel, value, owner_id, claimant_id) VALUES
    ('email', 'Anna@X.example', 1, 3), ('telegram', 'Mixed', 3, 1);
INSERT INTO delivery (due_id, fence, invitation_id, channel, address, state, external_id, reason,
    started_at) VALUES ('ask:1', 1, 1, 'email', 'Anna@X.example', 'sent', '<1@x>', '', 1),
    ('ask:2', 1, 2, 'telegram', 'Mixed', 'sent', '7', '', 1);
"""


@pytest.fixture(params=["sqlite", "postgres"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store as the first version left it."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path}/old.db"
    server: Server = request.getfixturevalue("postgres")
    server.psql("DROP DATABASE IF EXISTS old")
    server.psql("CREATE DATABASE old")
    return server.url("old")


async def test_stored_mail_addresses_lose_their_case(
    old_url: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    def first(backend: Backend) -> list[Migration]:
        return read_migrations(backend)[:1]

    with monkeypatch.context() as patch:
        patch.setattr(runner, "read_migrations", first)
        await (await Store.open(old_url)).close()
    if old_url.startswith("sqlite"):
        with sqlite3.connect(old_url.removeprefix("sqlite://")) as file:
            file.executescript(BEFORE)
        file.close()
    else:
        server: Server = request.getfixturevalue("postgres")
        server.psql(BEFORE, "old")
    store = await Store.open(old_url)
    try:
        anna = await store.find_contact("email", "anna@x.example")
        assert anna and anna.id == 1
        [kept] = anna.addresses
        assert (kept.value, kept.status) == ("anna@x.example", AddressStatus.BOUNCED)
        assert kept.heard_at and kept.heard_at.microsecond == 9000
        third = await store.find_contact("telegram", "Mixed")
        assert third and [a.value for a in third.addresses] == [
            "ben@x.example", "Mixed", "cleo@x.example"
        ]  # fmt: skip
        found = await store.unit_of_work(
            lambda t: t.find_by_message({("email", "anna@x.example", "<1@x>")})
        )
        assert list(found.values()) == [1]
        rows = await store._database.run(
            lambda s: s.client.execute_query_dict(
                "SELECT channel, value, owner_id, claimant_id FROM address_conflict"
            )
        )
        assert sorted(tuple(row.values()) for row in rows) == [
            ("email", "anna@x.example", 1, 2),
            ("email", "anna@x.example", 1, 3),
            ("telegram", "Mixed", 3, 1),
        ]
    finally:
        await store.close()
