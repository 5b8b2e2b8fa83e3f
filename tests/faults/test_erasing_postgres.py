"""People with planted words are erased on a real PostgreSQL: after what docs/operating.md says to do,
nothing of them is left in any file of its data directory.

    python -m pytest -m slow tests/faults/test_erasing_postgres.py
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.store import Store
from surveys.card import Card
from surveys.inbound import Replied
from surveys.invitation import InvitationState
from tests.postgres import Server, run_postgres
from tests.storage.make import (
    NOW,
    add_contacts,
    add_invitations,
    answer,
    ask,
    contact,
    event,
    invitation,
    reply,
)

PLANT = "zqxplanted"
PEOPLE = 40
LONG = f"{PLANT} " * 4000  # kept out of line (TOAST)
DOCS = Path(__file__).parents[2] / "docs" / "operating.md"


def steps() -> list[str]:
    """The statements of the page, one by one."""
    (block,) = re.findall(r"```sql\n(ALTER SYSTEM.*?)```", DOCS.read_text(), re.DOTALL)
    return [line.strip() for line in block.strip().split(";") if line.strip()]


def traces(folder: Path) -> list[str]:
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and PLANT.encode() in path.read_bytes()
    ]


async def fill(store: Store, number: int) -> int:
    """One person who was reported, asked, answered, commented and wrote."""
    name = f"{PLANT}{number}"
    (person,) = await add_contacts(
        store,
        contact(
            f"user:{name}",
            addresses=[("telegram", name), ("email", f"{name}@x.example")],
            attributes={"first_name": name, "note": LONG},
        ),
    )
    facts = {"remark": LONG}
    told = event(f"m-{name}", user_id=name, properties=facts, traits=facts)
    await store.unit_of_work(lambda t: t.add_events([told]))
    (asked,) = await add_invitations(store, invitation(person.id, facts=facts))
    await ask(store)
    await reply(store, asked.id, answer("nps", value=3))
    words = answer("comment", text=LONG)
    await reply(store, asked.id, words, state=InvitationState.COMPLETED, completed_at=NOW)
    card = Card(channel="telegram", text=LONG, at=NOW, contact_id=person.id)
    await store.unit_of_work(lambda t: t.save_cards([card]))
    said = Replied(
        event_id=f"e{number}", channel="telegram", at=NOW, address=name, text=name, raw={"t": LONG}
    )
    await store.unit_of_work(lambda t: t.add_inbound([said]))
    return person.id


def run(server: Server, statements: list[str]) -> None:
    for one in statements:
        server.psql(one)


@pytest.mark.slow
async def test_nothing_is_left_in_the_servers_files() -> None:
    with run_postgres() as server:
        store = await Store.open(server.url())
        try:
            people: list[Any] = [await fill(store, number) for number in range(PEOPLE)]
            run(server, ["ANALYZE", "CHECKPOINT"])
            data = server.folder / "data"
            before = traces(data)
            assert any("pg_wal" in name for name in before)
            assert any("base" in name for name in before)
            for number in people:
                assert await store.erase(number, NOW + timedelta(days=1))
            assert await store.recount() == []
            run(server, ["CHECKPOINT"])
            assert traces(data), "deleting alone does not do it: else the page asks for too much"
            run(server, steps())
            assert traces(data) == []
        finally:
            await store.close()
