"""Headcounts: how many people are in each campaign's audience now, as the database says.

It is read beside a service that may be running, and nothing in it is changed.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.config import Config
from bot.config.audience import Row, read_rows
from channels import CHANNELS
from scheduler.campaigns import Campaign
from scheduler.enlisting import page_audience
from storage.store import Store, Transaction

PATIENCE = 5.0
"""Seconds a database server is waited for."""
PAGE = 2000
LINES = 5
"""Lines of a file that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """``inside`` of the ``known`` people the business has told us of are in a campaign's audience.
    ``strangers`` are the lines of its file that name nobody we know.
    """

    campaign: str
    inside: int
    known: int
    file: str = ""
    lines: int = 0
    strangers: tuple[int, ...] = ()

    def __str__(self) -> str:
        text = f"  {self.inside:,} of {self.known:,} people are in its audience now"
        if self.strangers:
            shown = ", ".join(map(str, self.strangers[:LINES]))
            more = f" and {len(self.strangers) - LINES:,} more" if self.strangers[LINES:] else ""
            text += (
                f"\n  {len(self.strangers):,} of {self.lines:,} rows of {self.file} name nobody we"
                f" know: line {shown}{more}"
            )
        return text


async def count_heads(config: Config) -> dict[str, Headcount]:
    """Give the headcount of each campaign, by name.

    :raises StoreError: where there is no database yet, or it cannot be read.
    :raises TimeoutError: where a server does not answer.
    """
    service = config.service
    async with asyncio.timeout(PATIENCE):
        store = await Store.open_beside(service.database, service.timezone)
    try:
        found = [await _count(store, campaign, config.path.parent) for campaign in config.campaigns]
    finally:
        await store.close()
    return {one.campaign: one for one in found}


async def _count(store: Store, campaign: Campaign, folder: Path) -> Headcount:
    inside = known = cursor = 0
    now = datetime.now(UTC)
    while True:
        look = partial(page_audience, campaign=campaign, now=now, after=cursor, limit=PAGE)
        page = await store.look_at(look)
        inside, known, cursor = inside + len(page.inside), known + page.looked_at, page.cursor
        if page.looked_at < PAGE:
            break
    listed = campaign.listed
    return Headcount(
        campaign=campaign.name,
        inside=inside,
        known=known,
        file=listed.file if listed else "",
        lines=listed.lines if listed else 0,
        strangers=await _strangers(store, folder / listed.file) if listed else (),
    )


async def _strangers(store: Store, path: Path) -> tuple[int, ...]:
    """Give the lines of a file that name nobody we know."""
    found: list[int] = []
    with path.open(newline="", encoding="utf-8-sig") as source:
        for rows in _paged(read_rows(source, CHANNELS)):
            names = {name for row in rows for name in row.names}
            known = await store.look_at(partial(Transaction.known_names, names=names))
            found += [row.line for row in rows if known.isdisjoint(row.names)]
    return tuple(found)


def _paged(rows: Iterator[Row]) -> Iterator[list[Row]]:
    page: list[Row] = []
    for row in rows:
        page.append(row)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page
