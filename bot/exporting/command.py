"""``python -m bot export KIND --format csv --out FILE``: for whoever has the machine."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.config import Config
from bot.exporting.person import export_person, note_of
from bot.exporting.work import write_export
from bot.exporting.writers import WRITERS, ExportError
from bot.periods import PeriodError, read_period
from bot.running import read_config
from storage.codec import to_ms
from storage.exports import Part
from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to export, and where to; "" for no limit. ``since`` is a day or a period; ``who`` is
    whom, of a ``person``.
    """

    kind: str
    out: Path | None = None
    who: str = ""
    form: str = ""
    since: str = ""
    survey: str = ""
    team: tuple[str, ...] = ()


async def run_export(path: Path, wish: Wish, out: TextIO) -> int:
    """Write a file, whether or not the service runs; gives the exit status.

    :raises ExportError: where the wish cannot be read.
    :raises StoreError: where the store cannot be opened.
    """
    config = read_config(path)
    if config is None:
        return 1
    if wish.kind == "person":
        return await export_person(config, wish.who, wish.out, out)
    if wish.out is None:
        raise ExportError("say where to: --out answers.csv")
    form = read_form(wish.form, wish.out)
    part = _part(config, wish)
    store = await Store.open_beside(config.service.database, config.service.timezone)
    try:
        await store.note_command(note_of(wish.kind, _limits(wish)))
        with _bar() as bar:
            task = bar.add_task(wish.kind, total=None)
            rows = await write_export(
                store, part, form, wish.out, lambda n: bar.update(task, completed=n)
            )
    except OSError as error:
        why = error.strerror or error
        raise ExportError(f"{wish.out} cannot be written: {why}") from None
    finally:
        await store.close()
    print(f"{wish.out}: {rows:,} rows, {wish.out.stat().st_size / 1e6:.1f} MB", file=out)
    return 0


def read_form(form: str, out: Path) -> str:
    """Give the format: as said, else by the file's ending.

    :raises ExportError: where neither says one.
    """
    found = (form or out.suffix.lstrip(".")).casefold()
    if found not in WRITERS:
        raise ExportError(f"say a format: --format {', '.join(WRITERS)}")
    return found


def _part(config: Config, wish: Wish) -> Part:
    if wish.survey and wish.survey not in config.surveys:
        known = ", ".join(config.surveys)
        raise ExportError(f"there is no survey {wish.survey!r} in the file; there is {known}")
    since, until = read_days(wish.since, config.service.timezone)
    teams = wish.team or None
    return Part(kind=wish.kind, since=since, until=until, survey=wish.survey, teams=teams)


def read_days(written: str, timezone: str) -> tuple[int, int]:
    """Give where a period begins and ends, in epoch milliseconds; 0 where it does not.

    :raises ExportError: where it cannot be read.
    """
    if not written:
        return 0, 0
    zone = ZoneInfo(timezone)
    today = datetime.now(UTC).astimezone(zone).date()
    words = tuple(written.split())
    try:
        found = read_period(words, today) or read_period(("since", *words), today)
    except PeriodError as error:
        raise ExportError(str(error)) from None
    if found is None:
        raise ExportError(f"--since {written}: write a day such as 2026-10-01, or 30d")
    period = found[0]
    begin = datetime.combine(period.since, time(), zone)
    # A single day means from that day on.
    if period.since == period.until:
        return to_ms(begin), 0
    end = datetime.combine(period.until, time.max, zone)
    return to_ms(begin), to_ms(end) + 1


def _limits(wish: Wish) -> str:
    limits = [f"survey {wish.survey}"] if wish.survey else []
    limits += [f"since {wish.since}"] if wish.since else []
    return " ".join((*limits, *(f"team {team}" for team in wish.team)))


def _bar() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}: {task.completed:,.0f} rows"),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
