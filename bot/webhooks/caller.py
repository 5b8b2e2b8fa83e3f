"""The caller: carries webhook calls that are due, and tries again for days."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import aiohttp

from bot.webhooks.guard import Forbidden, GuardedResolver, check_url
from storage.store import Store
from storage.webhooks import DONE, GAVE_UP
from surveys.webhook import Call, Endpoint, next_try, sign

log = logging.getLogger("afterword.webhooks")

SECONDS = 15
"""A call may take; the receiver should store it and answer."""
LEASE = timedelta(seconds=90)
AT_ONCE = 20
GONE = 410
"""The receiver wants no more of it."""


class Caller:
    """Carries what is due to the endpoints of the configuration."""

    def __init__(
        self,
        store: Store,
        endpoints: Callable[[], Sequence[Endpoint]],
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._endpoints, self._clock = store, endpoints, clock
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def tick(self) -> None:
        """Carry what is due now; each endpoint's troubles are its own."""
        calls = await self._store.claim_webhook_calls(self._clock(), LEASE, AT_ONCE)
        if calls:
            await asyncio.gather(*(self._carry(call) for call in calls))

    async def forget(self) -> None:
        """Drop what is settled long since."""
        await self._store.forget_webhook_calls(self._clock())

    async def close(self) -> None:
        """Let go of connections."""
        for session in self._sessions.values():
            await session.close()

    async def _carry(self, call: Call) -> None:
        endpoint = next((e for e in self._endpoints() if e.name == call.endpoint), None)
        if endpoint is None:
            await self._settle(call, None, f"{GAVE_UP}: no such webhook in the file")
            return
        try:
            status, asked = await self._post(endpoint, call)
        except Forbidden as error:
            log.error("webhook %s: not called: %s", endpoint.name, error)
            await self._fail(call, f"refused: {error}", None)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            forbidden = isinstance(error.__cause__, Forbidden)
            reason = "refused: its address is not on the open internet" if forbidden else ""
            await self._fail(call, reason or type(error).__name__, None)
        else:
            await self._heed(call, status, asked)

    async def _heed(self, call: Call, status: int, asked: timedelta | None) -> None:
        if 200 <= status < 300:
            await self._settle(call, None, DONE)
        elif status == GONE:
            log.warning("webhook %s: answered 410, so this is not told again", call.endpoint)
            await self._settle(call, None, f"{GAVE_UP}: HTTP 410")
        else:
            await self._fail(call, f"HTTP {status}", asked)

    async def _fail(self, call: Call, reason: str, asked: timedelta | None) -> None:
        again = next_try(call.attempts + 1, self._clock(), asked)
        if again is None:
            log.error("webhook %s: gave up on %s: %s", call.endpoint, call.message_id, reason)
        await self._settle(call, again, reason if again else f"{GAVE_UP}: {reason}")

    async def _settle(self, call: Call, again: datetime | None, verdict: str) -> None:
        await self._store.settle_webhook_call(call, again, verdict)

    async def _post(self, endpoint: Endpoint, call: Call) -> tuple[int, timedelta | None]:
        """Make the call; gives the status, and how long the receiver asks us to wait."""
        if not endpoint.allow_private:
            check_url(endpoint.url)
        body = call.body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Afterword",
            **sign(endpoint.secret, call.message_id, self._clock(), body),
        }
        session = self._session(endpoint.allow_private)
        async with session.post(
            endpoint.url, data=body, headers=headers, allow_redirects=False
        ) as answer:  # its body is not read: nothing in it matters
            return answer.status, _retry_after(answer.headers.get("Retry-After", ""))

    def _session(self, private: bool) -> aiohttp.ClientSession:
        if private not in self._sessions:
            resolver = None if private else GuardedResolver()
            self._sessions[private] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=resolver, use_dns_cache=False, force_close=True, limit=AT_ONCE
                ),
                timeout=aiohttp.ClientTimeout(total=SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._sessions[private]


def _retry_after(written: str) -> timedelta | None:
    plain = written.isascii() and written.isdigit() and len(written) < 7
    return timedelta(seconds=int(written)) if plain else None
