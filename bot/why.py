"""``python -m bot why PERSON``: what /why tells colleagues, on the terminal."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from bot.commands.context import Context, StaffConfig
from bot.commands.why import answer_why
from bot.running import read_config
from storage.store import Store
from surveys.staff import Role, StaffMember

_OPERATOR = StaffMember(name="operator", role=Role.ADMIN)
"""Whoever can open the database sees every team."""


async def run_why(path: Path, person: Sequence[str], out: TextIO) -> int:
    """Explain one person; gives the exit status, 1 where nobody, or several people, are meant.

    :raises StoreError: where there is no database, or it cannot be read.
    """
    config = read_config(path)
    if config is None:
        return 1
    said = " ".join(person)
    store = await Store.open_beside(config.service.database, config.service.timezone)
    try:
        found = await store.find_people(said.strip().removeprefix("@"))
        context = Context(
            member=_OPERATOR,
            config=StaffConfig(timezone=config.service.timezone),
            store=store,
            now=datetime.now(UTC),
        )
        reply = await answer_why(context, [said])
    finally:
        await store.close()
    out.write(reply.text.replace(": /why ", ": ./afterword why ") + "\n")
    return 0 if len(found) == 1 else 1
