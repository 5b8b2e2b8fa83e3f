"""Work: the rows of a part, page after page, into a file."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from bot.exporting.columns import COLUMNS, Cell, Column
from bot.exporting.writers import WRITERS, Writer
from storage.exports import Page, Part
from storage.store import Store

Report = Callable[[int], None]
"""Is told how many rows are written by now."""


class More(Exception):
    """There are more rows than were to be written."""


async def write_export(
    store: Store,
    part: Part,
    form: str,
    path: Path,
    report: Report = lambda _rows: None,
    most: int | None = None,
) -> int:
    """Write a part to a file; gives how many rows. The file is there whole, or not at all.

    Memory holds one page, whatever the size.

    :raises More: where there are more rows than ``most``.
    :raises ExportError: where the format cannot be written here.
    :raises StoreError: where the store cannot be read.
    """
    columns = COLUMNS[part.kind]
    unfinished = path.with_name(f".{path.name}.part")
    written = 0
    try:
        writer = WRITERS[form](unfinished, columns)
        try:
            async for page in store.read_pages(part):
                if most is not None and written + len(page) > most:
                    raise More
                await asyncio.to_thread(_add, writer, page, columns)
                written += len(page)
                report(written)
        finally:
            await asyncio.to_thread(writer.close)
        unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return written


def _add(writer: Writer, page: Page, columns: Sequence[Column]) -> None:
    rows: list[list[Cell]] = [[c.cell(row, who) for c in columns] for row, who in page]
    writer.write(rows)
