"""``python -m bot plan``: what the file would do over the next days, and whether that is too much.

The exit status is 0, 1 where there is no plan (a fault in a file, a store that cannot be read), and
3 where the plan goes beyond the file's ``limits:``.
"""

import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bot.config import Config, ConfigError, load_config
from bot.config.limits import Limits
from bot.plan.difference import Difference, compare
from bot.plan.facts import Facts
from bot.plan.folder import a_folder
from bot.plan.forecast import Forecast
from bot.plan.live import NAME, load_written
from bot.plan.making import Span, make_forecast, read_in_force, running
from bot.plan.overload import find_breaches
from bot.plan.page import write_page
from bot.plan.paper import print_plan
from bot.plan.record import write_record
from surveys.errors import AfterwordError

TOO_MUCH = 3
LIVE = "live"
FORMATS: Mapping[str, Callable[[Facts, TextIO], None]] = {
    "terminal": print_plan,
    "html": write_page,
    "json": write_record,
}
Passed = Callable[[float], None]


class NotThere(AfterwordError):
    """There is nothing to compare with; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be planned, and how it is to be said. ``against`` is a file, `LIVE` for
    what runs now, "" for none; ``out``
    is where the plan goes, None for the terminal.
    """

    days: int = 30
    against: str = ""
    format: str = "terminal"
    out: Path | None = None


async def run_plan(
    path: Path,
    wish: Wish,
    out: TextIO,
    *,
    environ: Mapping[str, str] | None = None,
    now: datetime | None = None,
    progress: bool | None = None,
) -> int:
    """Make a plan and say it; give the exit status.

    :raises storage.store.StoreError: where the store cannot be read.
    """
    variables = os.environ if environ is None else environ
    try:
        config = load_config(path, variables)
        other = await _load_other(config, wish.against, variables)
    except NotThere as error:
        out.write(f"{error}\n")
        return 1
    except ConfigError as error:
        out.writelines(fault.render() + "\n" for fault in error.faults)
        return 1
    span = Span(now=(now or datetime.now(UTC)).replace(microsecond=0), days=wish.days)
    shows = sys.stderr.isatty() if progress is None else progress
    facts = await _plan(config, other, span, shows=shows)
    try:
        _say(facts, wish, out)
    except OSError as error:
        out.write(f"the plan cannot be written to {wish.out}: {error.strerror or error}\n")
        return 1
    return TOO_MUCH if facts.breaches else 0


async def _load_other(
    config: Config, against: str, environ: Mapping[str, str]
) -> tuple[str, Config] | None:
    """Give what a plan is compared with, and what it is called."""
    if against != LIVE:
        path = Path(against)
        return (path.name, load_config(path, environ)) if against else None
    text = await read_in_force(config)
    if not text:
        raise NotThere(
            "the service has not run on this store yet, so there is nothing live to compare with: "
            "give a file instead, --against before.yaml"
        )
    with a_folder() as folder:
        return NAME, load_written(text, config.path, folder, environ)


async def _plan(
    config: Config, other: tuple[str, Config] | None, span: Span, *, shows: bool
) -> Facts:
    database = config.service.database
    with _bar("Planning", shows=shows) as passed:
        forecast = await make_forecast(config, database, span, passed=passed)
    difference: Difference | None = None
    if other:
        name, config_before = other
        with _bar(f"Planning with {name}", shows=shows) as passed:
            before = await make_forecast(config_before, database, span, passed=passed)
        difference = compare(name, before, forecast)
    return _facts(config, forecast, difference)


def _facts(config: Config, forecast: Forecast, difference: Difference | None) -> Facts:
    budgets = {name: can.daily_max for name, can in running(config).items()}
    return Facts(
        name=config.path.name,
        version=config.version,
        forecast=forecast,
        breaches=tuple(find_breaches(forecast, config.limits)),
        has_limits=config.limits != Limits(),
        daily={name: most for name, most in budgets.items() if most is not None},
        difference=difference,
    )


def _say(facts: Facts, wish: Wish, out: TextIO) -> None:
    write = FORMATS[wish.format]
    if wish.out is None:
        write(facts, out)
        return
    text = io.StringIO()
    write(facts, text)
    wish.out.write_text(text.getvalue(), encoding="utf-8")
    out.write(f"{wish.out}: {facts.forecast.sent.total():,} messages in {wish.days} days\n")
    out.writelines(f"TOO MUCH  {one.key}: {one.says}\n" for one in facts.breaches)


@contextmanager
def _bar(title: str, *, shows: bool) -> Iterator[Passed]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, transient=True, disable=not shows) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda share: bar.update(task, completed=share)
