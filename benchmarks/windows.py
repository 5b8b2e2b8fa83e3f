"""Windows: results pages open in browsers, each kept up to date as its script does it."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlencode

import aiohttp

from benchmarks.office import Office
from bot.commands.grammar import Request
from surveys.staff import find_member

LEAST_WAIT = 0.25
"""Seconds between two fetches of one window, as in results.js."""

_MARK = re.compile(r'data-mark="([^"]*)"')
_HEADERS = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Accept": "text/html"}


class Window:
    """One window: ``shown`` is the mark of what it shows, ``fetches`` how often it has fetched."""

    def __init__(self, office: Office, view: dict[str, str]) -> None:
        self._office = office
        self._query = f"?{urlencode(view)}" if view else ""
        self.shown = ""
        self.fetches = 0
        self._wanted = ""
        self._told = asyncio.Event()
        self.http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), headers=_HEADERS
        )

    async def open(self, chat: str) -> None:
        """Follow a colleague's link."""
        service = self._office.service
        member = find_member(service.config.staff, "telegram", chat)
        if member is None:
            raise RuntimeError(f"nobody has the chat {chat}")
        link = service.results.link(member, Request())
        link = link.replace(service.config.service.public_url, service.url, 1)
        async with self.http.get(link) as answer:
            answer.raise_for_status()

    async def fetch(self) -> float:
        """Fetch the page; gives the seconds to its first byte."""
        began = time.perf_counter()
        async with self.http.get(f"{self._office.service.url}/r/{self._query}") as answer:
            took = time.perf_counter() - began
            answer.raise_for_status()
            found = _MARK.search(await answer.text())
        self.shown, self.fetches = found[1] if found else "", self.fetches + 1
        return took

    async def listen(self) -> None:
        """Hear what is told over the stream."""
        whole = aiohttp.ClientTimeout(total=None)
        url = f"{self._office.service.url}/r/live"
        async with self.http.get(url, timeout=whole) as answer:
            answer.raise_for_status()
            async for line in answer.content:
                if line.startswith(b"data: "):
                    self._wanted = line[6:].decode().strip()
                    self._told.set()

    async def follow(self) -> None:
        """Fetch again whenever something new was told, with the pauses of the script."""
        while True:
            await self._told.wait()
            self._told.clear()
            if self._wanted == self.shown:
                continue
            began = time.perf_counter()
            await self.fetch()
            await asyncio.sleep(max(LEAST_WAIT, 2 * (time.perf_counter() - began)))


@asynccontextmanager
async def open_windows(
    office: Office, views: Sequence[dict[str, str]], chats: Sequence[str]
) -> AsyncIterator[list[Window]]:
    """Open a window for each view, by the colleagues in turn, and keep them up to date."""
    async with AsyncExitStack() as stack:
        windows = []
        tasks: list[asyncio.Task[None]] = []
        for place, view in enumerate(views):
            window = Window(office, view)
            await stack.enter_async_context(window.http)
            await window.open(chats[place % len(chats)])
            await window.fetch()
            windows.append(window)
            tasks += [asyncio.create_task(work()) for work in (window.listen, window.follow)]
        try:
            yield windows
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
