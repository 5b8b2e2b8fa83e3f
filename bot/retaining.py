"""Retention by command: what the file's rules would take away now. Nothing is changed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from bot.config.retention import FATES, spell_rule
from bot.running import read_config
from storage.store import Store


async def run_retention(path: Path, out: TextIO) -> int:
    """Say what would go now, rule by rule; gives the exit status.

    :raises StoreError: where there is no database, or it cannot be read.
    """
    config = read_config(path)
    if config is None:
        return 1
    now, rules = datetime.now(UTC), config.retention.rules
    store = await Store.open_beside(config.service.database, config.service.timezone)
    try:
        for rule, keep in rules.items():
            count = await store.count_old(rule, now - keep)
            out.write(f"{rule}: {count:,} to go now. {spell_rule(rule, keep)}\n")
    finally:
        await store.close()
    out.write(f"{spell_rule('decisions', config.retention.decisions)}\n")
    kept = [name for name in FATES if name not in rules and name != "decisions"]
    if kept:
        out.write(f"Kept for good: {', '.join(kept)}.\n")
    out.write("Nothing was changed. The service does it once an hour, and notes it in the audit.\n")
    return 0
