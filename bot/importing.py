"""Import of contacts from CSV, through the running service, with a progress bar and a report."""

import csv
import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import orjson
from email_validator import EmailNotValidError, validate_email
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.calling import ServiceAway, post_batch
from bot.config import Config
from bot.running import read_config
from bot.segment import MAX_BATCH_BYTES, MAX_EVENT_BYTES, MAX_ID
from surveys.consent import read_flag

BATCH = 500
BATCH_BYTES = MAX_BATCH_BYTES - 1000
DELIMITERS = ",;\t"
"""Excel writes semicolons where the comma is a decimal sign, which is most of Europe."""
SHOWN_FAULTS = 20
CONSENT = "consent."
"""What the columns begin with that say what somebody agreed to."""
ID_COLUMNS = ("user_id", "userId", "id")
ALSO_COLUMN = "anonymous_id"
"""Another name of the same person, such as a mailing tool's ``listmonk:<uuid>``."""
FAILURES = (OSError, UnicodeDecodeError, csv.Error, ServiceAway)
"""What an import may come to grief by: its file, or the service it is for."""


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
        with file.open("rb") as raw:
            total = max(0, sum(1 for _ in raw) - 1)
        with file.open(newline="", encoding="utf-8-sig") as source:
            return await _import(config, source, total, console)
    except FAILURES as error:
        console.print(spell_failure(file, error), markup=False)
        return 1


def spell_failure(file: Path, error: Exception) -> str:
    """Say why an import stopped, one of `FAILURES`."""
    if isinstance(error, ServiceAway):
        return f"afterword: {error}. Nothing is lost: run the import again."
    reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error
    return f"{file}: cannot be read: {reason}"


async def _import(config: Config, source: TextIO, total: int, console: Console) -> int:
    rows = open_rows(source)
    id_column = next((c for c in ID_COLUMNS if c in (rows.fieldnames or ())), None)
    if id_column is None:
        console.print(
            f"The first row must name the columns, one of them {ID_COLUMNS[0]}. "
            f"It says: {', '.join(rows.fieldnames or ['nothing'])}",
            markup=False,
        )
        return 1
    bad: list[BadRow] = []
    taken = 0
    with progress_bar(console) as bar:
        task = bar.add_task("contacts", total=total)
        for line, batch in _batches(rows, id_column, bad):
            await post_batch(config, batch)
            taken += len(batch)
            bar.update(task, completed=line - 1)
        bar.update(task, completed=total)
    _report(taken, bad)
    return 1 if bad else 0


def open_rows(source: TextIO) -> "csv.DictReader[str]":
    """Give the rows of a file, parted by whichever of `DELIMITERS` its first row has most of."""
    head = source.readline()
    source.seek(0)
    delimiter = max(DELIMITERS, key=head.count)
    return csv.DictReader(source, strict=True, delimiter=delimiter)


def _batches(
    rows: "csv.DictReader[str]", id_column: str, bad: list[BadRow]
) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Give the calls to send together, each with the line they go up to, within the intake's limits
    on a batch. Rows that cannot be sent are put into ``bad``.
    """
    batch: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        item = to_identify(row, id_column)
        if isinstance(item, str):
            bad.append(BadRow(line=rows.line_num, reason=item))
            continue
        length = len(orjson.dumps(item)) + 1
        if batch and (len(batch) == BATCH or size + length > BATCH_BYTES):
            yield rows.line_num, batch
            batch, size = [], 0
        batch.append(item)
        size += length
    if batch:
        yield rows.line_num, batch


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
    if len(user_id) > MAX_ID:
        return f"{id_column} is over {MAX_ID} characters"
    if "email" in cells:
        try:
            validate_email(cells["email"], check_deliverability=False)
        except EmailNotValidError:
            return f"email is not an address: {cells['email'][:60]!r}"
    content = "\0".join(f"{k}={v}" for k, v in sorted(cells.items()))
    agreed = _read_consents(cells)
    if isinstance(agreed, str):
        return agreed
    digest = hashlib.sha256(f"{user_id}\0{content}".encode()).hexdigest()[:32]
    also = cells.pop(ALSO_COLUMN, "")
    if len(also) > MAX_ID:
        return f"{ALSO_COLUMN} is over {MAX_ID} characters"
    item = {
        "type": "identify",
        "userId": user_id,
        "messageId": f"import-{digest}",
        "traits": {**cells, **agreed},
        **({"anonymousId": also} if also else {}),
    }
    if len(orjson.dumps(item)) > MAX_EVENT_BYTES:
        return f"it is over {MAX_EVENT_BYTES // 1024} KB"
    return item


def _read_consents(cells: dict[str, str]) -> dict[str, Any] | str:
    """Take the columns ``consent.NAME`` out of the cells and give them as the trait ``consent``, or
    say what is wrong with one: whether somebody agreed is not guessed.
    """
    agreed: dict[str, Any] = {}
    for column in [name for name in cells if name.startswith(CONSENT)]:
        written = cells.pop(column)
        granted = read_flag(written)
        if granted is None:
            return f"{column} must be yes or no, not {written[:20]!r}"
        agreed[column.removeprefix(CONSENT)] = {"granted": granted, "source": "file"}
    return {"consent": agreed} if agreed else {}


def progress_bar(console: Console) -> Progress:
    """Give the bar that says how far an import is, and how long it will take."""
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
