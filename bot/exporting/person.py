"""Everything we know about one person, as JSON that they can read: their right to have it."""

import asyncio
import getpass
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import orjson

from bot.config import Config
from bot.exporting.writers import ExportError
from storage.store import Store
from surveys.audit import Note, Verdict

_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


async def export_person(config: Config, who: str, to: Path | None, out: TextIO) -> int:
    """Write what is known about whom ``who`` names (``user:42``, an address); gives 0.

    :raises ExportError: where nobody, or more than one person, is called so.
    :raises StoreError: where the store cannot be opened.
    """
    if not who:
        raise ExportError("say whom: export person user:42, or export person anna@example.com")
    store = await Store.open_beside(config.service.database, config.service.timezone)
    try:
        found = await store.find_exactly(who)
        if len(found) != 1:
            raise ExportError("nobody is known by that" if not found else _several(len(found)))
        await store.note_command(note_of("person", f"contact {found[0].id}"))
        known = await store.read_person(found[0])
    finally:
        await store.close()
    text = orjson.dumps(_titled(config, known), option=_OPTIONS)
    if to is None:
        out.write(text.decode())
        return 0
    await asyncio.to_thread(to.write_bytes, text)
    print(f"{to}: everything about contact {found[0].id}, {len(text):,} bytes", file=out)
    return 0


def note_of(what: str, limits: str) -> Note:
    """Give what the audit keeps of an export by command: who ran it on the machine, of what."""
    return Note(
        at=datetime.now(UTC),
        person=_user(),
        role="operator",
        channel="terminal",
        command="export",
        line=f"export {what} {limits}".strip()[:200],
        verdict=Verdict.ALLOWED,
    )


def _titled(config: Config, known: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "about": f"Everything that {config.service.name} keeps about you in Afterword",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        **known,
    }


def _several(count: int) -> str:
    return f"{count} people are called so: name one by key, such as user:42"


def _user() -> str:
    try:
        return f"user {getpass.getuser()}"
    except (OSError, KeyError):
        return "user unknown"
