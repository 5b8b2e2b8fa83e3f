"""Listening: mails out of a mailbox for ever, each marked as seen once it was taken in.

What is remembered between connections is only which UIDs were taken; what a crash forgets is given
again, and ends at the mail's Message-ID.
"""

import asyncio
import logging
import random
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from channels.email.connection import Broken, Connection, Rung
from channels.email.mailbox import Fetched, Mailbox
from channels.email.settings import Postbox

log = logging.getLogger(__name__)

_T = TypeVar("_T")

_WORTH_A_WARNING = 3
"""Connections lost one after the other; fewer are the way of the world."""

LONGEST_IDLE = 25 * 60.0
"""Servers may end an IDLE after 30 minutes (RFC 2177)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things may take, in seconds.

    ``answer`` bounds any one answer of the server. ``idle`` is how long we wait for its news
    before we ask by ourselves, ``poll`` the same where it cannot tell us. After a broken connection
    we wait ``first_wait``, then twice as long each time, to ``longest_wait``.
    """

    answer: float = 30.0
    idle: float = 5 * 60.0
    poll: float = 60.0
    first_wait: float = 1.0
    longest_wait: float = 60.0


@dataclass(slots=True)
class _Taken:
    """Which mails were taken, by UID: ``last`` is the highest, ``owed`` those whose mark did not
    reach the server, ``kept`` those that it may still show.
    """

    validity: int = 0
    last: int = 0
    owed: set[int] = field(default_factory=set)
    kept: set[int] = field(default_factory=set)

    def begin(self, validity: int, last: int) -> None:
        """Forget everything where the server numbered its mails anew. Of the mails up to ``last``
        only those not seen are news then; all that come later are.
        """
        if validity != self.validity:
            self.validity, self.last, self.owed, self.kept = validity, last, set(), set()

    def left_of(self, found: list[int]) -> list[int]:
        """Give which of the found mails are new."""
        self.kept &= set(found)
        return [uid for uid in found if uid not in self.kept]

    def take(self, uid: int) -> None:
        self.last = max(self.last, uid)
        self.kept.add(uid)
        self.owed.add(uid)


class Listener:
    """Reads one folder. ``jitter`` gives a number in [0, 1), so that many services do not come
    back at once.
    """

    def __init__(
        self,
        postbox: Postbox,
        *,
        tls: ssl.SSLContext | None = None,
        pace: Pace | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._postbox, self._tls = postbox, tls or ssl.create_default_context()
        self._pace, self._jitter = pace or Pace(), jitter
        self._taken, self._failures = _Taken(), 0
        self._open: set[Connection] = set()
        self._closed = asyncio.Event()

    async def mails(self) -> AsyncGenerator[Fetched, None]:
        """Give mails for ever, until `close`. A mail counts as taken when the next is asked for.

        :raises Misconfigured: where the server will not have us; asking again tries again.
        """
        while not self._closed.is_set():
            try:
                async with aclosing(self._listen()) as listening:
                    async for mail in listening:
                        yield mail
            except Broken as error:
                self._failures += 1
                level = logging.WARNING if self._failures == _WORTH_A_WARNING else logging.INFO
                log.log(level, "the mailbox's connection ended (%s); connecting again", error)
            except Rung:
                return
            await self._rest()

    async def close(self) -> None:
        """End all listening. May be called twice."""
        self._closed.set()
        for connection in tuple(self._open):
            connection.ring()

    async def _listen(self) -> AsyncGenerator[Fetched, None]:
        """Give mails over one connection until it breaks."""
        with Connection(self._pace.answer) as connection:
            self._open.add(connection)
            try:
                box = await self._aside(
                    connection, partial(Mailbox.open, connection, self._postbox, self._tls)
                )
                async with aclosing(self._unread(connection, box)) as unread:
                    async for mail in unread:
                        yield mail
            finally:
                self._open.discard(connection)

    async def _unread(self, connection: Connection, box: Mailbox) -> AsyncGenerator[Fetched, None]:
        seconds = min(self._pace.idle, LONGEST_IDLE) if box.can_idle else self._pace.poll
        self._taken.begin(box.validity, box.last)
        try:
            while True:
                await self._settle(connection, box)
                found = await self._aside(connection, partial(box.find, self._taken.last))
                self._failures = 0
                for uid in self._taken.left_of(found):
                    mail = await self._aside(connection, partial(box.fetch, uid))
                    if mail is not None:
                        yield mail
                    self._taken.take(uid)
                    await self._settle(connection, box)
                await self._aside(connection, partial(box.wait, seconds))
        finally:
            await asyncio.shield(asyncio.to_thread(box.close))

    async def _settle(self, connection: Connection, box: Mailbox) -> None:
        """Mark what was taken as seen. A folder that cannot be written to is read all the same."""
        owed = frozenset(self._taken.owed)
        if owed and not await self._aside(connection, partial(box.mark_seen, owed)):
            log.info("the mailbox takes no marks: its mails are read anew at each start")
        self._taken.owed -= owed

    async def _aside(self, connection: Connection, work: Callable[[], _T]) -> _T:
        """Do blocking work in a thread; where we are cancelled, the bell ends it and its end is
        waited for, so that nobody uses the connection while it does.
        """
        job = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError:
            connection.ring()
            await asyncio.wait({job}, timeout=self._pace.answer)
            if job.done() and not job.cancelled():
                job.exception()  # heard, so that nobody reports it as missed
            raise

    async def _rest(self) -> None:
        """Wait before connecting again, longer each time, a little less each by chance."""
        doublings = min(max(self._failures - 1, 0), 16)
        longest = min(self._pace.longest_wait, self._pace.first_wait * 2**doublings)
        with suppress(TimeoutError):
            async with asyncio.timeout(longest * (0.5 + self._jitter() / 2)):
                await self._closed.wait()
