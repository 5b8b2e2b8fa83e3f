"""``python -m bot webhooks replay --since``: tell other systems again what they missed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from bot.exporting.command import read_days
from bot.exporting.person import note_of
from bot.exporting.writers import ExportError
from bot.running import read_config
from storage.codec import from_ms
from storage.store import Store


async def run_replay(path: Path, since: str, to: str, out: TextIO, *, every: bool) -> int:
    """Make calls since then due again, those given up or ``every`` one; gives the exit status.

    The service carries them: within a second, or once it runs.

    :raises ExportError: where the day or the name cannot be read.
    :raises StoreError: where the store cannot be opened.
    """
    config = read_config(path)
    if config is None:
        return 1
    names = [endpoint.name for endpoint in config.webhooks]
    if to and to not in names:
        raise ExportError(f"there is no webhook {to!r}; there is {', '.join(names) or 'none'}")
    begin, _ = read_days(since, config.service.timezone)
    store = await Store.open_beside(config.service.database, config.service.timezone)
    try:
        await store.note_command(note_of("webhooks", f"replay since {since} {to}".strip()))
        count = await store.replay_webhook_calls(from_ms(begin), to, datetime.now(UTC), every=every)
    finally:
        await store.close()
    print(f"{count} {'call is' if count == 1 else 'calls are'} due again", file=out)
    return 0
