"""Audit: whether the log of staff commands is whole, by command."""

from pathlib import Path
from typing import TextIO

from bot.running import read_config
from storage.store import Store


async def verify_audit(path: Path, known: str, out: TextIO) -> int:
    """Follow the chain of the audit; gives 0 where it holds, 1 where it does not.

    ``known`` is the hash of an entry noted down earlier; with it a log that was written anew as a
    whole is found out too.

    :raises StoreError: where the store cannot be opened.
    """
    config = read_config(path)
    if config is None:
        return 1
    store = await Store.open_beside(config.service.database, config.service.timezone)
    try:
        head, fault = await store.verify_audit(known)
    finally:
        await store.close()
    if fault:
        print(f"audit: NOT whole: {fault} (it holds up to entry {head.number})", file=out)
        return 1
    if not head.number:
        print("audit: empty, nobody has given a command yet", file=out)
        return 0
    print(f"audit: {head.number} entries, whole. The last one's hash: {head.hash}", file=out)
    print("Note it down elsewhere; next time: audit verify --contains HASH", file=out)
    return 0
