"""Building what answers the links of exports, from what the service has."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.commands.context import StaffConfig
from bot.config.model import Service
from bot.exporting.beside import write_beside
from bot.exporting.jobs import Write
from bot.exporting.link import ExportDoor
from bot.exporting.work import More, Report, write_export
from storage.database import read_url
from storage.exports import PAGE, Part
from storage.sql import Backend
from storage.store import Store

FEW = 2 * PAGE
"""Rows that take a fraction of a second."""


def build_exports(
    store: Store,
    service: Service,
    staff: Callable[[], StaffConfig],
    clock: Callable[[], datetime],
) -> ExportDoor:
    """Give the door. All but small files are written beside the service, where another process can
    read the database: not one in memory.
    """
    backend, path = read_url(service.database)
    if backend is Backend.SQLITE and path is None:
        return ExportDoor(store, staff, clock)
    url = f"sqlite://{path}" if path else service.database
    beside = write_beside(url, service.timezone)
    return ExportDoor(store, staff, clock, write_small_here(store, beside))


def write_small_here(store: Store, beside: Write, most: int = FEW) -> Write:
    """Give what writes up to ``most`` rows in this process, sooner than another one is there."""

    async def write(part: Part, form: str, path: Path, report: Report) -> int:
        try:
            return await write_export(store, part, form, path, report, most)
        except More:
            return await beside(part, form, path, report)

    return write
