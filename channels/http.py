"""The HTTP client the adapters share, and the one mapping of what may happen to errors.

No connection, a bad certificate, a time-out and every status end as a `ChannelError` whose kind
tells the dispatcher what to do. Where the provider's own codes say more than the status does, an
adapter reads them from the `Reply` first and calls `outcome` for the rest:

    nothing was written: refused, no such host, time-out      Unavailable
    certificate or TLS refused                                Misconfigured
    POST was written, then time-out or cut                    Uncertain    (GET: Unavailable)
    2xx                                                       no error; unreadable body BadResponse
    3xx 401 403 404 405 407                                   Misconfigured
    410                                                       Unreachable
    429                                                       Throttled, with Retry-After
    408 425 5xx                                               Unavailable, with Retry-After
    504 to a POST                                             Uncertain: the gateway had no verdict
    any other 4xx                                             Rejected

Errors name the host and the status; never a path, a header or a body, which may hold a token
or a person.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from channels.errors import (
    BadResponse,
    ChannelError,
    Misconfigured,
    Rejected,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)

BODY_CAP = 1_048_576
"""Bytes of an answer that are read, after inflating."""
WAIT_DEFAULT = 30.0
"""Seconds to wait after a 429 that does not say how long."""
WAIT_CAP = 86_400.0
"""Seconds; a longer Retry-After is taken for a mistake."""

_OURS_TO_MEND = frozenset({401, 403, 404, 405, 407})
_LATER = frozenset({408, 425})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the provider answered. ``headers`` have lower-case names; ``body`` is the parsed JSON,
    None where there was none (or, beside an error status, where it could not be read).
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = field(default=None, repr=False)


def outcome(reply: Reply, *, now: datetime, wrote: bool = True) -> ChannelError | None:
    """Give the error a status stands for, or None for 2xx.

    ``wrote`` is whether the request asked for something to be done, rather than for facts.
    ``now`` is aware UTC, for a Retry-After given as a date.
    """
    status, said = reply.status, f"the provider answered {reply.status}"
    if 200 <= status < 300:
        return None
    if status == 429:
        wait = retry_after(reply.headers, now)
        return Throttled(said, retry_after=WAIT_DEFAULT if wait is None else wait)
    if status in _OURS_TO_MEND or 300 <= status < 400:
        return Misconfigured(f"{said}: check the token, its permissions and the base address")
    if status == 410:
        return Unreachable(said)
    if status == 504 and wrote:
        return Uncertain(f"{said}: its gateway passed the request on and heard nothing")
    if status in _LATER or status >= 500:
        later = Unavailable(said)
        later.retry_after = retry_after(reply.headers, now)
        return later
    return Rejected(said) if status >= 400 else BadResponse(said)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Give the seconds of a Retry-After header (RFC 9110, 10.2.3: seconds or a date), from 1 to
    `WAIT_CAP`, or None. A date is counted from the provider's own clock where it sent one.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", value, re.ASCII):
        wait = float(value)
    elif (until := _date(value)) is not None:
        wait = (until - (_date(headers.get("date", "")) or now)).total_seconds()
    else:
        return None
    return min(max(wait, 1.0), WAIT_CAP)


class Http:
    """A pooled client for one provider. ``base_url`` ends where the methods' ``path`` begins.

    ``headers`` go with every request; tokens belong there and not into paths. Times are in
    seconds: ``connect`` to get a connection, ``total`` for the whole call. Redirects are never
    followed, cookies never kept, the environment's proxy never used.

    :raises Misconfigured: where ``base_url`` is no http or https address.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        connect: float = 5.0,
        total: float = 20.0,
        connections: int = 100,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._base, self._host = _base(base_url)
        self._headers = dict(headers or {})
        self._timeout = aiohttp.ClientTimeout(total=total, connect=connect, sock_connect=connect)
        self._connections = connections
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def post_json(
        self, path: str, value: Any, *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Post a JSON value. Any status is an answer: pass it to `outcome`, or use `checked`.

        :raises ChannelError: where no readable answer came; the table above says which kind.
        """
        typed = {"content-type": "application/json", **(headers or {})}
        return await self._ask("POST", path, headers=typed, data=orjson.dumps(value))

    async def post_form(
        self, path: str, fields: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Post fields as ``application/x-www-form-urlencoded``; else as `post_json`."""
        return await self._ask("POST", path, headers=headers, data=dict(fields))

    async def get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Ask for facts; nothing is ever `Uncertain` here. Else as `post_json`."""
        return await self._ask("GET", path, headers=headers, params=dict(query or {}))

    def checked(self, reply: Reply, *, wrote: bool = True) -> Reply:
        """Give a 2xx reply back.

        :raises ChannelError: of the kind `outcome` gives for any other status.
        """
        error = outcome(reply, now=self._clock(), wrote=wrote)
        if error is not None:
            raise error
        return reply

    async def close(self) -> None:
        """Close the connections. May be called twice."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def _ask(self, method: str, path: str, **parts: Any) -> Reply:
        progress = _Progress()
        with_defaults = {**self._headers, **(parts.pop("headers") or {})}
        async with self._as_channel_errors(method, progress):
            session = self._open()
            async with session.request(
                method,
                self._base + path.lstrip("/"),
                headers=with_defaults,
                allow_redirects=False,
                trace_request_ctx=progress,
                **parts,
            ) as answer:
                return await _read(answer)

    @asynccontextmanager
    async def _as_channel_errors(self, method: str, progress: "_Progress") -> AsyncIterator[None]:
        """Turn what aiohttp raises into the channel's terms, without what it knew of the URL."""
        try:
            yield
        except (aiohttp.ClientSSLError, aiohttp.ServerFingerprintMismatch) as error:
            raise Misconfigured(f"{self._host}: TLS refused ({_kind(error)})") from None
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            raise Misconfigured(f"{self._host}: not an address ({_kind(error)})") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if progress.written and method != "GET":
                said = f"{self._host}: no answer after the request was sent ({_kind(error)})"
                raise Uncertain(said) from None
            raise Unavailable(f"{self._host}: cannot be reached ({_kind(error)})") from None

    def _open(self) -> aiohttp.ClientSession:
        if self._closed:
            raise Unavailable(f"{self._host}: the client is closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[_tracing()],
            )
        return self._session


class _Progress:
    """How far one request has come."""

    __slots__ = ("written",)

    def __init__(self) -> None:
        self.written = False


def _tracing() -> aiohttp.TraceConfig:
    tracing = aiohttp.TraceConfig()

    async def mark_written(_session: Any, context: SimpleNamespace, _sent: Any) -> None:
        context.trace_request_ctx.written = True

    tracing.on_request_headers_sent.append(mark_written)
    tracing.on_request_chunk_sent.append(mark_written)
    return tracing


async def _read(answer: aiohttp.ClientResponse) -> Reply:
    """Read the body; beside an error status it is a help, beside 2xx it is needed.

    :raises BadResponse: where a 2xx came with a body that is too long or not JSON.
    """
    good = 200 <= answer.status < 300
    headers = {name.lower(): value for name, value in answer.headers.items()}
    try:
        body = _parse(await _take(answer.content))
    except BadResponse:
        if good:
            raise
        body = None
    except (aiohttp.ClientError, TimeoutError, OSError):
        if good:
            raise
        body = None
    return Reply(status=answer.status, headers=headers, body=body)


async def _take(content: aiohttp.StreamReader) -> bytes:
    taken = bytearray()
    async for chunk in content.iter_any():
        taken += chunk
        if len(taken) > BODY_CAP:
            raise BadResponse(f"the provider's answer is longer than {BODY_CAP} bytes")
    return bytes(taken)


def _parse(body: bytes) -> Any:
    if not body.strip():
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadResponse("the provider's answer is not JSON") from None


def _base(base_url: str) -> tuple[str, str]:
    """Give the address with a slash at its end, and its host for errors."""
    try:
        parts = urlsplit(base_url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise Misconfigured("the base address must begin with https:// or http:// and a host")
    return base_url.rstrip("/") + "/", host


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _kind(error: BaseException) -> str:
    return type(error).__name__
