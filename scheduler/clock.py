"""The clock: APScheduler ticks. It knows only callables; time lives in rows."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler


def _is_news(record: logging.LogRecord) -> bool:
    """A tick that is cancelled before it began, because the service stops, is no error."""
    kind = record.exc_info[0] if record.exc_info else None
    return kind is None or not issubclass(kind, asyncio.CancelledError)


class Clock:
    """Recurring ticks, in memory, on every node; their zone is UTC.

    A tick that is late is made up for once, and never runs beside itself.
    """

    def __init__(self) -> None:
        # A tick that takes long passes the next one over, by design: nothing to warn of.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        logging.getLogger("apscheduler.executors.default").addFilter(_is_news)
        self._scheduler: Any = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "misfire_grace_time": 3600, "max_instances": 1},
        )

    def every(
        self,
        period: timedelta,
        name: str,
        tick: Callable[[], Awaitable[None]],
        *,
        at_once: bool = False,
    ) -> None:
        """Call ``tick`` each ``period`` from the start on, the first time at the end of the first
        one, or right at the start.
        """

        async def until_stopped() -> None:
            # The scheduler cancels what is under way when it stops, and logs that as an error.
            with suppress(asyncio.CancelledError):
                await tick()

        self._scheduler.add_job(
            until_stopped,
            "interval",
            seconds=period.total_seconds(),
            id=name,
            name=name,
            replace_existing=True,
            **({"next_run_time": datetime.now(UTC)} if at_once else {}),
        )

    def start(self) -> None:
        """Begin to tick; needs a running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more; a tick under way is cancelled."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
