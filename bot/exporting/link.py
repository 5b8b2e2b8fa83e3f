"""The link of an export: asked for in a chat, fetched in a browser, for a quarter of an hour.

The link opens a page with one button: programs that look into links of chats fetch nothing. What
is given is decided when the button is pressed, by the rights that the colleague has then. What
takes longer than browsers wait is written meanwhile, and the page says how far it is.
"""

import asyncio
import os
from collections.abc import Callable, Hashable
from contextlib import suppress
from datetime import datetime
from functools import partial
from html import escape
from pathlib import Path

from aiohttp import web

from bot.commands.context import StaffConfig
from bot.commands.rights import may
from bot.exporting.columns import COLUMNS
from bot.exporting.jobs import Job, Jobs, TooMany, Write
from bot.exporting.ticket import Ticket, open_ticket
from bot.exporting.work import write_export
from bot.exporting.writers import WRITERS
from storage.exports import Part
from storage.store import Store
from surveys.staff import StaffMember

PATIENCE = 20.0
"""Seconds a browser waits for a file before it is told how far it is; proxies wait a minute."""

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
<meta name="viewport" content="width=device-width"><title>Export</title>{again}
<body style="font:1.1rem system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem">
<h1>Export</h1><p>{what}</p>
{state}
<p>For {who} only, until {until} UTC. It may hold personal data: keep it no longer than you need it.
</p></body></html>"""
_BUTTON = (
    '<form method="post"><button style="font:inherit;padding:.7rem 1.4rem">Download</button></form>'
)
_READY = f"<p>Your file is ready.</p>{_BUTTON}"
_WAITS = (
    "<p>{rows:,} rows so far. This page looks again by itself; you may leave it and come back.</p>"
)
_AGAIN = '<meta http-equiv="refresh" content="4">'


class ExportDoor:
    """Answers ``/export/{word}``. ``write`` writes the files."""

    def __init__(
        self,
        store: Store,
        config: Callable[[], StaffConfig],
        clock: Callable[[], datetime],
        write: Write | None = None,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._store, self._config, self._clock = store, config, clock
        self._patience = patience
        self._jobs = Jobs(write or partial(write_export, store), clock)

    def add_routes(self, app: web.Application) -> None:
        """Add the page to a server; what is under way ends with that, and what is ready goes."""
        app.router.add_get("/export/{word}", self.show)
        app.router.add_post("/export/{word}", self.give)
        app.on_shutdown.append(self._stop)

    async def _stop(self, _app: web.Application) -> None:
        await self._jobs.close()

    async def show(self, request: web.Request) -> web.Response:
        """Give the page with the button, or how far the file is; records nothing, and reads no
        data.
        """
        ticket, member = self._admit(request)
        job = self._jobs.find(_key(ticket, member))
        return self._page(ticket, job)

    async def give(self, request: web.Request) -> web.StreamResponse:
        """Write the file, give it, and remove it; where that takes long, say how far it is."""
        ticket, member = self._admit(request)
        key, part = _key(ticket, member), _part(ticket, member)
        ends = self._clock().fromtimestamp(ticket.expires / 1000, self._clock().tzinfo)
        try:
            job = await self._jobs.start(key, part, ticket.form, ends)
        except TooMany:
            raise web.HTTPServiceUnavailable(text="Too many exports at once. Try later.") from None
        await asyncio.wait([job.task], timeout=self._patience)
        if not job.is_ready:
            return self._page(ticket, job, status=202)
        try:
            job.task.result()
            return await stream_file(request, job.path, await asyncio.to_thread(job.path.stat))
        finally:
            await self._jobs.drop(key)

    def _page(self, ticket: Ticket, job: Job | None, *, status: int = 200) -> web.Response:
        until = self._clock().fromtimestamp(ticket.expires / 1000, self._clock().tzinfo)
        waits = job is not None and not job.is_ready
        page = _PAGE.format(
            again=_AGAIN if waits else "",
            what=escape(ticket.spelled),
            state=_WAITS.format(rows=job.rows) if job and waits else _READY if job else _BUTTON,
            who=escape(ticket.member),
            until=f"{until:%H:%M}",
        )
        return web.Response(text=page, status=status, content_type="text/html", headers=_HEADERS)

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


def _key(ticket: Ticket, member: StaffMember) -> Hashable:
    """Give what is the same export: to somebody else, or with other rights, it is another."""
    return ticket, member.sees_all, tuple(member.teams)


def _part(ticket: Ticket, member: StaffMember) -> Part:
    mine = None if member.sees_all else member.teams
    return Part(
        kind=ticket.kind,
        since=ticket.since,
        until=ticket.until,
        survey=ticket.survey,
        teams=(ticket.team,) if ticket.team else mine,
    )


async def stream_file(
    request: web.Request, path: Path, found: os.stat_result
) -> web.StreamResponse:
    """Give a file piece by piece. Whoever leaves in the middle of it has what they have."""
    headers = {
        **_HEADERS,
        "Content-Type": _TYPES[path.suffix[1:]],
        "Content-Disposition": f'attachment; filename="{path.name}"',
        "Content-Length": str(found.st_size),
        "X-Content-Type-Options": "nosniff",
    }
    response = web.StreamResponse(headers=headers)
    with path.open("rb") as file, suppress(ConnectionResetError):
        await response.prepare(request)
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            await response.write(chunk)
        await response.write_eof()
    return response
