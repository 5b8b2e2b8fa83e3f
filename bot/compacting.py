"""Compacting by command: the SQLite file of a service that is stopped, written anew."""

from pathlib import Path
from typing import TextIO

from bot.running import read_config
from storage.database import read_url
from storage.sql import Backend
from storage.store import Store


async def run_compact(path: Path, out: TextIO) -> int:
    """Write the file anew and say how large it was and is; gives the exit status.

    :raises StoreError: where there is no database, a service has it open, or the disk is too full.
    """
    config = read_config(path)
    if config is None:
        return 1
    backend, file = read_url(config.service.database)
    if backend is Backend.POSTGRES or file is None:
        out.write("Nothing to do: only the file of a SQLite database is written anew.\n")
        return 0
    before = file.stat().st_size if file.exists() else 0
    store = await Store.open(config.service.database, config.service.timezone)
    try:
        await store.compact()
    finally:
        await store.close()
    out.write(
        f"{file.name}: {before / 1e6:.1f} MB, now {file.stat().st_size / 1e6:.1f} MB."
        " Nothing that was deleted is left in it.\n"
    )
    return 0
