"""The commands that open the store or run the service until told to stop."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import uvloop

from bot.calling import ServiceAway, get_link
from bot.config import Config, ConfigError, load_config
from bot.config.masking import url_password
from bot.logs import set_up_logs
from bot.service import Service
from storage.backup import copy_file
from storage.errors import StoreError
from surveys.errors import AfterwordError


def run_service(path: Path, level: str) -> int:
    """Run the service until SIGINT or SIGTERM; gives the exit status."""
    config = read_config(path)
    if config is None:
        return 1
    set_up_logs(level, secrets=config_secrets())
    return run_async(_serve(config))


def run_async(work: Coroutine[Any, Any, int]) -> int:
    """Run one coroutine on uvloop; expected errors become one line for a person."""
    try:
        return uvloop.run(work)
    except AfterwordError as error:
        print(f"afterword: {error}", file=sys.stderr)
    except BrokenPipeError:  # for `bot.__main__`: who reads has read enough
        raise
    except OSError as error:
        print(f"afterword: {error.strerror or error}: {error.filename or ''}", file=sys.stderr)
    return 1


def read_config(path: Path) -> Config | None:
    """Give the configuration, or None after its faults were printed."""
    try:
        return load_config(path, os.environ)
    except ConfigError as error:
        for fault in error.faults:
            print(fault.render(), file=sys.stderr)
        return None


def config_secrets() -> list[str]:
    """Give what must never be logged: every environment value that looks like a secret, and the
    password of every address, as it is written there and as it is said to the server.
    """
    words = ("TOKEN", "SECRET", "PASSWORD", "KEY", "URL", "DSN")
    values = os.environ.items()
    found = {value for name, value in values if any(w in name.upper() for w in words)}
    passwords = {url_password(value) for _, value in values}
    return sorted(filter(None, found | passwords | {unquote(p) for p in passwords}))


async def _serve(config: Config) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def begin_to_stop() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)  # a second Ctrl-C does not wait any longer

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, begin_to_stop)
    async with Service(config) as service:
        spare_collector()
        print(f"afterword is ready on {service.url} (Ctrl-C stops it)", flush=True)
        await stop.wait()
        print("afterword is stopping: finishing what is under way", flush=True)
    return 0


def spare_collector() -> None:
    """Take what start-up made out of the garbage collector's rounds, and let it go round less.

    Measured on reply turns under load: the slowest of a hundred took a third to a half as long.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


async def print_link(path: Path, user_id: str, channel: str) -> int:
    """Print the link by which a contact ties their chat to themselves, asked of the service."""
    config = read_config(path)
    if config is None:
        return 1
    try:
        print(await get_link(config, user_id, channel))
    except ServiceAway as error:
        print(f"afterword: {error}", file=sys.stderr)
        return 1
    return 0


async def run_backup(path: Path, to: Path) -> int:
    """Copy the database, whether or not the service runs."""
    config = read_config(path)
    if config is None:
        return 1
    try:
        size = await asyncio.to_thread(copy_file, config.service.database, to)
    except StoreError as error:
        print(f"afterword: {error}", file=sys.stderr)
        return 1
    print(f"{to}: {size / 1e6:.1f} MB, checked and complete")
    return 0
