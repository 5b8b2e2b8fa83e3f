"""What commands and the clock look into where there are millions is found by an index."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from storage.comments import list_comments
from storage.explanations import find_people
from storage.finding import find_contacts
from storage.headway import headway
from storage.invitations import expire
from storage.sql import Session, Statement
from storage.store import Store
from surveys.comment import Search
from surveys.report import Filter
from tests.storage.make import NOW

YEAR = Filter(since=date(2026, 1, 1), until=date(2026, 12, 31))

Work = Callable[[Session], Awaitable[Any]]


class Explaining(Session):
    """Notes how SQLite means to carry out each statement, and carries it out."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.client, session.backend, session.zone)
        self.steps: list[str] = []

    async def fetch(self, wanted: Statement, *values: Any) -> list[dict[str, Any]]:
        await self._note(wanted, values)
        return await super().fetch(wanted, *values)

    async def run(self, wanted: Statement, *values: Any) -> int:
        await self._note(wanted, values)
        return await super().run(wanted, *values)

    async def _note(self, wanted: Statement, values: tuple[Any, ...]) -> None:
        text = f"EXPLAIN QUERY PLAN {wanted.sqlite}"
        given = self._values(wanted, values)
        rows = await self.client.execute_query_dict(text, given)
        self.steps += [row["detail"] for row in rows]


LOOKS: dict[str, tuple[Work, str]] = {
    "what expires": (lambda s: expire(s, NOW), "INDEX invitation_open"),
    "an address": (lambda s: find_people(s, "a@x.example"), "address USING INDEX address_value"),
    "a name": (lambda s: find_people(s, "Anna"), "contact USING INDEX contact_names"),
    "part of a name": (lambda s: find_contacts(s, "Anna", 9, 0), "USING INDEX contact_names"),
    "headway": (lambda s: headway(s, ["a"], NOW, NOW, ["x"]), "COVERING INDEX invitation_rule"),
    "comments": (
        lambda s: list_comments(s, Search(rows=YEAR), 9, 0),
        "INDEX answer_said (at>? AND at<?)",
    ),
    "cards": (lambda s: list_comments(s, Search(rows=YEAR), 9, 0), "INDEX comment_card_at (at>?"),
}


@pytest.mark.parametrize("look", LOOKS)
async def test_it_is_found_by_an_index(look: str) -> None:
    work, index = LOOKS[look]
    store = await Store.open("sqlite://:memory:")
    try:
        steps: list[str] = []

        async def body(session: Session) -> None:
            explaining = Explaining(session)
            await work(explaining)
            steps.extend(explaining.steps)

        await store._database.transact(body)
    finally:
        await store.close()
    assert any(index in step for step in steps), steps
    assert "SCAN invitation" not in steps
