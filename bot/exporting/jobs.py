"""Jobs: exports that are under way for somebody who waits at a page, and those that are ready.

A file of a million rows takes minutes, longer than a browser or a proxy waits for an answer. So the
page says how far it is, and gives the file when it is there. What nobody fetches is removed as its
link ends.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.exporting.work import Report
from storage.exports import Part

AT_ONCE = 2
"""Exports written at the same time: customers come first."""

MOST = 20
"""Exports kept, under way or ready."""

Write = Callable[[Part, str, Path, Report], Awaitable[int]]
"""(part, format, file, report) -> rows: writes an export and reports how many rows there are."""


class TooMany(Exception):
    """There are too many exports already."""


@dataclass(slots=True)
class Job:
    """One export: ``rows`` are written by now; ``ends`` is when its link does."""

    folder: Path
    path: Path
    ends: datetime
    rows: int = 0
    task: "asyncio.Task[int]" = field(init=False)
    timer: asyncio.TimerHandle | None = None

    @property
    def is_ready(self) -> bool:
        return self.task.done()

    def report(self, rows: int) -> None:
        """Note how many rows are written."""
        self.rows = rows


class Jobs:
    """Starts exports, and keeps them until they are fetched or their link ends."""

    def __init__(self, write: Write, clock: Callable[[], datetime]) -> None:
        self._write, self._clock = write, clock
        self._room = asyncio.Semaphore(AT_ONCE)
        self._jobs: dict[Hashable, Job] = {}
        self._removals: set[asyncio.Task[None]] = set()

    def find(self, key: Hashable) -> Job | None:
        """Give the export that was begun for ``key``."""
        return self._jobs.get(key)

    async def start(self, key: Hashable, part: Part, form: str, ends: datetime) -> Job:
        """Give the export of ``key``, begun now where there is none.

        :raises TooMany: where there are too many.
        """
        await self._tidy()
        if job := self._jobs.get(key):
            return job
        if len(self._jobs) >= MOST:
            raise TooMany
        folder = Path(tempfile.mkdtemp(prefix="afterword-export-"))
        job = Job(folder=folder, path=folder / f"{part.kind}.{form}", ends=ends)
        job.task = asyncio.create_task(self._carry_out(job, part, form), name="export")
        self._jobs[key] = job
        left = max(0.0, (ends - self._clock()).total_seconds())
        job.timer = asyncio.get_running_loop().call_later(left, self._end, key, job)
        return job

    async def drop(self, key: Hashable) -> None:
        """Remove an export, under way or not."""
        if job := self._jobs.pop(key, None):
            if job.timer:
                job.timer.cancel()
            job.task.cancel()
            await asyncio.gather(job.task, return_exceptions=True)
            await asyncio.to_thread(shutil.rmtree, job.folder, ignore_errors=True)

    async def close(self) -> None:
        """Remove them all."""
        for key in list(self._jobs):
            await self.drop(key)

    def _end(self, key: Hashable, job: Job) -> None:
        """Remove an export whose link has ended: nobody can fetch it any more."""
        if self._jobs.get(key) is job:
            removal = asyncio.create_task(self.drop(key), name="export ends")
            self._removals.add(removal)
            removal.add_done_callback(self._removals.discard)

    async def _tidy(self) -> None:
        now = self._clock()
        for key in [key for key, job in self._jobs.items() if job.ends <= now]:
            await self.drop(key)

    async def _carry_out(self, job: Job, part: Part, form: str) -> int:
        async with self._room:
            return await self._write(part, form, job.path, job.report)
