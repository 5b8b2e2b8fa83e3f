"""Import of past interactions through the running service: what happened before we were here.

By default it starts no survey. Journeys and their counts take it in, so that whatever is still to
come for somebody who set out long ago is asked in its time.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import orjson
from rich.console import Console

from bot.calling import post_batch
from bot.config import Config
from bot.history import Fault, Manner, Read, Unreadable, read_history
from bot.importing import FAILURES, progress_bar, spell_failure
from bot.running import read_config
from bot.segment import MAX_BATCH_BYTES

BATCH = 2000
BATCH_BYTES = MAX_BATCH_BYTES - 1000
SHOWN = 100
"""Faults shown; of the others only the number is kept."""
REMEMBERED = 50_000
"""People of whom the time of their last row is remembered, to say where rows are in disorder."""
_ORDER = "Put the oldest first: a journey counts an event only after the one it starts with."


Items = list[dict[str, Any]]
_Batch = tuple[int, Items]


@dataclass(slots=True)
class _Run:
    """What came of a file so far."""

    taken: int = 0
    latest: dict[str, str] = field(default_factory=dict)
    disorder: int = 0
    faults: list[Fault] = field(default_factory=list)
    more_faults: int = 0
    left_out: int = 0

    def leave_out(self, faults: list[Fault]) -> None:
        """Note a row that cannot be used."""
        self.left_out += 1
        room = SHOWN - len(self.faults)
        self.faults += faults[:room]
        self.more_faults += max(0, len(faults) - room)

    def follow(self, item: dict[str, Any]) -> None:
        """Note whether a row is older than the one before it of the same person."""
        at, who = item["timestamp"], item.get("userId") or item.get("anonymousId") or ""
        self.disorder += at < self.latest.pop(who, "")
        self.latest[who] = at
        if len(self.latest) > REMEMBERED:
            del self.latest[next(iter(self.latest))]


async def run_interactions(
    config_path: Path, file: Path, out: TextIO, *, event: str = "", asks: bool = False
) -> int:
    """Import a file; gives 0, or 1 where rows were left out or nothing could be read.

    ``event`` is what all rows are about where no column says it. With ``asks`` events that are
    recent enough may start surveys.
    """
    config = read_config(config_path)
    if config is None:
        return 1
    console = Console(stderr=True)
    zone = ZoneInfo(config.service.timezone)
    manner = Manner(zone=zone, now=datetime.now(UTC), event=event, asks=asks)
    run, began = _Run(), time.monotonic()
    try:
        with file.open("rb") as raw:
            total = sum(1 for _ in raw)
        with file.open(newline="", encoding="utf-8-sig") as source:
            await _import(config, source, total, manner, run, console)
    except Unreadable as error:
        out.writelines(f"{file.name}, {fault}\n" for fault in error.faults)
        return 1
    except FAILURES as error:
        console.print(spell_failure(file, error), markup=False)
        return 1
    _report(run, time.monotonic() - began, out)
    return 1 if run.left_out else 0


async def _import(
    config: Config, source: TextIO, total: int, manner: Manner, run: _Run, console: Console
) -> None:
    with progress_bar(console) as bar:
        task = bar.add_task("events", total=total)
        for line, batch in _batches(read_history(source, manner), run):
            await post_batch(config, batch)
            run.taken += len(batch)
            bar.update(task, completed=line)
        bar.update(task, completed=total)


def _batches(rows: Iterator[tuple[int, Read]], run: _Run) -> Iterator[_Batch]:
    """Give the events to send together, in the order of the file, each with the line they go up to:
    what somebody did first must be heard first.
    """
    batch: Items = []
    size = line = 0
    for line, read in rows:
        if isinstance(read, list):
            run.leave_out(read)
            continue
        run.follow(read)
        length = len(orjson.dumps(read)) + 1
        if batch and (len(batch) == BATCH or size + length > BATCH_BYTES):
            yield line, batch
            batch, size = [], 0
        batch.append(read)
        size += length
    if batch:
        yield line, batch


def _report(run: _Run, seconds: float, out: TextIO) -> None:
    speed = f", {run.taken / seconds:,.0f} a second" if run.taken and seconds > 1 else ""
    out.write(f"{run.taken:,} {'event' if run.taken == 1 else 'events'} taken in{speed}\n")
    if run.disorder:
        rows = "row is" if run.disorder == 1 else "rows are"
        out.write(f"{run.disorder:,} {rows} older than the same person's before. {_ORDER}\n")
    if run.left_out:
        out.write(f"{run.left_out:,} {'row was' if run.left_out == 1 else 'rows were'} left out:\n")
        out.writelines(f"  {fault}\n" for fault in run.faults)
    if run.more_faults:
        out.write(f"  and {run.more_faults:,} more faults\n")
    out.flush()
