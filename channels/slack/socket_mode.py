"""Socket Mode: Slack's news over a connection of our own making.

What came is kept here until it is confirmed, and confirmed only once it was stored; whatever is
not confirmed Slack gives again. The SDK's own client is not used: it tries a dead ticket for ever
where a connection fails, and hides a refused token from the operator.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from channels.errors import ChannelError, Misconfigured, Retryable

MOST_WAITING = 10_000
"""Envelopes kept; what comes above that is not taken, and Slack gives it again."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things may take, in seconds.

    ``call`` bounds one call of the Web API; a connection that is silent for ``heartbeat`` is
    dead; after a broken one we wait ``first_wait``, then twice as long each time, to
    ``longest_wait``.
    """

    call: float = 20.0
    heartbeat: float = 20.0
    first_wait: float = 1.0
    longest_wait: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One piece of news, and the id by which it is confirmed."""

    id: str
    body: Mapping[str, Any] = field(repr=False)


class Socket:
    """One connection, kept open from the first `head` until `close`.

    ``ask`` gives the address to connect to, good once; ``connect`` connects to it; ``react`` is
    called with each body at once, before those in front of it are stored.
    """

    def __init__(
        self,
        *,
        ask: Callable[[], Awaitable[str]],
        connect: Callable[[str], Any],
        react: Callable[[Mapping[str, Any]], Awaitable[None]],
        pace: Pace,
    ) -> None:
        self._ask, self._connect, self._react, self._pace = ask, connect, react, pace
        self._waiting: deque[Envelope] = deque()
        self._news = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._reactions: set[asyncio.Task[None]] = set()
        self._line: aiohttp.ClientWebSocketResponse | None = None
        self._closed = False

    async def head(self) -> Envelope | None:
        """Give the oldest envelope that is not confirmed, waiting for one; None once closed.

        :raises Misconfigured: where waiting does not mend it; the next call tries anew.
        """
        while not self._closed:
            if self._waiting:
                return self._waiting[0]
            if self._running is None:
                self._running = asyncio.create_task(self._run(), name="slack socket")
                self._running.add_done_callback(lambda _: self._news.set())
            elif self._running.done():
                ended, self._running = self._running, None
                ended.result()
            self._news.clear()
            await self._news.wait()
        return None

    async def confirm(self, envelope: Envelope) -> None:
        """Tell Slack that this one is stored. Where it cannot be told, it comes again, and is
        known by its event id.
        """
        with suppress(ValueError):
            self._waiting.remove(envelope)
        if self._line is not None and not self._line.closed:
            with suppress(aiohttp.ClientError, ConnectionError):
                await self._line.send_str(orjson.dumps({"envelope_id": envelope.id}).decode())

    async def close(self) -> None:
        """End the connection and `head`. May be called twice."""
        self._closed = True
        self._news.set()
        tasks = [*self._reactions, *([self._running] if self._running else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        """Connect for ever; a planned change of connection at once, a broken one after a wait."""
        wait, told = self._pace.first_wait, ""
        while True:
            trouble, asked = "", 0.0
            try:
                if await self._follow(await self._ask()):
                    wait, told = self._pace.first_wait, ""
                    continue
                trouble = "the connection was closed"
            except Misconfigured:
                raise
            except ChannelError as error:
                trouble = str(error)
                asked = (error.retry_after or 0.0) if isinstance(error, Retryable) else 0.0
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                trouble = type(error).__name__  # its text has the address, which has a ticket
            if trouble != told:
                _log.warning("slack: no news for now: %s; trying again", trouble)
            told = trouble
            # Jitter keeps several processes, or a provider's fault, out of step.
            await asyncio.sleep(asked or wait * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            wait = min(wait * 2, self._pace.longest_wait)

    async def _follow(self, url: str) -> bool:
        """Take what comes until the connection ends; True where Slack had announced it."""
        async with self._connect(url) as line:
            self._line = line
            async for frame in line:
                if frame.type is not aiohttp.WSMsgType.TEXT:
                    continue
                given = _read_frame(frame.data)
                if given.get("type") == "disconnect":
                    return _is_planned(given.get("reason"))
                self._take(given)
        return False

    def _take(self, given: Mapping[str, Any]) -> None:
        envelope_id, body = given.get("envelope_id"), given.get("payload")
        if not isinstance(envelope_id, str) or not isinstance(body, dict):
            return  # a greeting, or nothing we could confirm
        if len(self._waiting) >= MOST_WAITING:
            _log.error("slack: more than %d pieces of news wait to be stored", MOST_WAITING)
            return
        reaction = asyncio.create_task(self._react_to(body))
        self._reactions.add(reaction)
        reaction.add_done_callback(self._reactions.discard)
        self._waiting.append(Envelope(id=envelope_id, body=body))
        self._news.set()

    async def _react_to(self, body: Mapping[str, Any]) -> None:
        await self._react(body)


def _read_frame(data: str) -> Mapping[str, Any]:
    try:
        given = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return given if isinstance(given, dict) else {}


def _is_planned(reason: object) -> bool:
    """Slack changes connections every few hours, with a warning ahead.

    :raises Misconfigured: where Socket Mode was switched off.
    """
    if reason == "link_disabled":
        raise Misconfigured(
            "Socket Mode is switched off for the app: switch it on, at 'Socket Mode'"
        )
    return reason in ("warning", "refresh_requested")
