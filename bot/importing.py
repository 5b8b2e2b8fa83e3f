"""Import of contacts from CSV, through the running service, with a progress bar and a report."""

import csv
import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from email_validator import EmailNotValidError, validate_email
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.calling import ServiceAway, post_batch
from bot.config import Config
from bot.running import read_config

BATCH = 500
SHOWN_FAULTS = 20
ID_COLUMNS = ("user_id", "userId", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that was left out: its line in the file, and why."""

    line: int
    reason: str


async def run_import(config_path: Path, file: Path) -> int:
    """Import a file; gives 0, or 1 where rows were left out or nothing could be read."""
    config = read_config(config_path)
    if config is None:
        return 1
    console = Console(stderr=True)
    try:
        total = max(0, sum(1 for _ in file.open("rb")) - 1)
        with file.open(newline="", encoding="utf-8-sig") as source:
            return await _import(config, source, total, console)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error
        console.print(f"{file}: cannot be read: {reason}", markup=False)
        return 1
    except ServiceAway as error:
        console.print(f"afterword: {error}. Nothing is lost: run the import again.", markup=False)
        return 1


async def _import(config: Config, source: Any, total: int, console: Console) -> int:
    rows = csv.DictReader(source, strict=True)
    id_column = next((c for c in ID_COLUMNS if c in (rows.fieldnames or ())), None)
    if id_column is None:
        console.print(
            f"The first row must name the columns, one of them {ID_COLUMNS[0]}. "
            f"It says: {', '.join(rows.fieldnames or ['nothing'])}",
            markup=False,
        )
        return 1
    bad: list[BadRow] = []
    waiting: list[dict[str, Any]] = []
    taken = 0
    with _bar(console) as bar:
        task = bar.add_task("contacts", total=total)
        for line, row in _numbered(rows):
            item = to_identify(row, id_column)
            if isinstance(item, str):
                bad.append(BadRow(line=line, reason=item))
            else:
                waiting.append(item)
            if len(waiting) == BATCH:
                taken += await _send(config, waiting)
            bar.update(task, completed=line - 1)
        taken += await _send(config, waiting)
        bar.update(task, completed=total)
    _report(taken, bad)
    return 1 if bad else 0


async def _send(config: Config, waiting: list[dict[str, Any]]) -> int:
    count = len(waiting)
    if count:
        await post_batch(config, waiting)
        waiting.clear()
    return count


def _numbered(rows: "csv.DictReader[str]") -> Iterator[tuple[int, Mapping[str | None, Any]]]:
    for row in rows:
        yield rows.line_num, row


def to_identify(row: Mapping[str | None, Any], id_column: str) -> dict[str, Any] | str:
    """Give a row as a Segment identify call, or why it cannot be one.

    The id of the call is a hash of the row, so that importing a file twice changes nothing.
    """
    if None in row:
        return "it has more columns than the first row"
    cells = {str(k): v.strip() for k, v in row.items() if isinstance(v, str) and v.strip()}
    user_id = cells.pop(id_column, "")
    if not user_id:
        return f"{id_column} is empty"
    if "email" in cells:
        try:
            validate_email(cells["email"], check_deliverability=False)
        except EmailNotValidError:
            return f"email is not an address: {cells['email'][:60]!r}"
    content = "\0".join(f"{k}={v}" for k, v in sorted(cells.items()))
    digest = hashlib.sha256(f"{user_id}\0{content}".encode()).hexdigest()[:32]
    return {
        "type": "identify",
        "userId": user_id,
        "messageId": f"import-{digest}",
        "traits": cells,
    }


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _report(taken: int, bad: list[BadRow]) -> None:
    print(f"{taken} {'contact' if taken == 1 else 'contacts'} taken in")
    if not bad:
        return
    print(f"{len(bad)} {'row was' if len(bad) == 1 else 'rows were'} left out:")
    for row in bad[:SHOWN_FAULTS]:
        print(f"  line {row.line}: {row.reason}")
    if len(bad) > SHOWN_FAULTS:
        print(f"  and {len(bad) - SHOWN_FAULTS} more")
    sys.stdout.flush()
