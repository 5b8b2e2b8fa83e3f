"""The link of an export: asked for in a chat, fetched in a browser, for a quarter of an hour.

The link opens a page with one button: programs that look into links of chats fetch nothing. What
is given is decided when the button is pressed, by the rights that the colleague has then.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from html import escape
from pathlib import Path

from aiohttp import web

from bot.commands.context import StaffConfig
from bot.commands.rights import may
from bot.exporting.columns import COLUMNS
from bot.exporting.ticket import Ticket, open_ticket
from bot.exporting.work import write_export
from bot.exporting.writers import WRITERS
from storage.exports import Part
from storage.store import Store
from surveys.staff import StaffMember

AT_ONCE = 2
"""Exports written at the same time: customers come first."""

_CHUNK = 256 * 1024
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
}
_TYPES = {
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Export</title>
<body style="font:1.1rem system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem">
<h1>Export</h1><p>{what}</p>
<form method="post"><button style="font:inherit;padding:.7rem 1.4rem">Download</button></form>
<p>For {who} only, until {until} UTC. It may hold personal data: keep it no longer than you need it.
</p></body></html>"""


class ExportDoor:
    """Answers ``/export/{word}``."""

    def __init__(
        self, store: Store, config: Callable[[], StaffConfig], clock: Callable[[], datetime]
    ) -> None:
        self._store, self._config, self._clock = store, config, clock
        self._room = asyncio.Semaphore(AT_ONCE)

    async def show(self, request: web.Request) -> web.Response:
        """Give the page with the button; records nothing, and reads no data."""
        ticket, _ = self._admit(request)
        until = self._clock().fromtimestamp(ticket.expires / 1000, self._clock().tzinfo)
        page = _PAGE.format(
            what=escape(ticket.spelled), who=escape(ticket.member), until=f"{until:%H:%M}"
        )
        return web.Response(text=page, content_type="text/html", headers=_HEADERS)

    async def give(self, request: web.Request) -> web.StreamResponse:
        """Write the file, give it, and remove it."""
        ticket, member = self._admit(request)
        mine = None if member.sees_all else member.teams
        part = Part(
            kind=ticket.kind,
            since=ticket.since,
            until=ticket.until,
            survey=ticket.survey,
            teams=(ticket.team,) if ticket.team else mine,
        )
        with tempfile.TemporaryDirectory(prefix="afterword-export-") as folder:
            path = Path(folder) / f"{ticket.kind}.{ticket.form}"
            async with self._room:
                await write_export(self._store, part, ticket.form, path)
            return await _stream(request, path, await asyncio.to_thread(path.stat))

    def _admit(self, request: web.Request) -> tuple[Ticket, StaffMember]:
        """Give the ticket and its bearer as the file lists them now; anything else is not found."""
        key = self._store.key
        ticket = open_ticket(key, request.match_info["word"], self._clock())
        staff = self._config().staff
        member = next((m for m in staff if ticket and m.name == ticket.member), None)
        if ticket is None or member is None or ticket.kind not in COLUMNS:
            raise web.HTTPNotFound(text="This link is not good (any more). Ask the bot again.")
        sees = member.sees_all or not ticket.team or ticket.team in member.teams
        if not (sees and ticket.form in WRITERS and may(member.role, "export", (ticket.kind,))):
            raise web.HTTPNotFound(text="This link is not good (any more). Ask the bot again.")
        return ticket, member


async def _stream(request: web.Request, path: Path, found: os.stat_result) -> web.StreamResponse:
    headers = {
        **_HEADERS,
        "Content-Type": _TYPES[path.suffix[1:]],
        "Content-Disposition": f'attachment; filename="{path.name}"',
        "Content-Length": str(found.st_size),
        "X-Content-Type-Options": "nosniff",
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            await response.write(chunk)
    await response.write_eof()
    return response
