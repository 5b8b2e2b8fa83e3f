"""Erasing looks into every table there is."""

from storage.erasing import BY_INVITATION
from storage.sql import Backend
from storage.store import Store

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
