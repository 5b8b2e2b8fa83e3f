"""Calls of the Web API by slack_sdk, and the one place its failures become our errors.

Only this module imports slack_sdk. Its retries are off, it keeps one pool of connections, and it
logs nothing: its own log lines hold texts and people. No error made here holds a token, an address
or a text, nor does its chain.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

import aiohttp
import orjson
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from channels.errors import ChannelError, Misconfigured, Unavailable, Uncertain
from channels.http import Reply
from channels.slack.payload import Call
from channels.slack.refusal import read_refusal

_SILENT = logging.getLogger("afterword.slack_sdk")
_SILENT.setLevel(logging.CRITICAL + 1)


class Wire:
    """The app's connections. ``seconds`` bounds one call; a third of it, making a connection."""

    def __init__(
        self, token: str, api_base: str, *, seconds: float, clock: Callable[[], datetime]
    ) -> None:
        self._client = AsyncWebClient(
            token, base_url=api_base, logger=_SILENT, retry_handlers=[], timeout=int(seconds) or 1
        )
        self._client.proxy = None  # the SDK takes the environment's, even for a server on this host
        self._seconds, self._clock = seconds, clock
        self._pool: aiohttp.ClientSession | None = None
        self.closed = False

    async def call(self, call: Call, *, token: str = "") -> Mapping[str, Any]:
        """Give Slack's answer to one call. Tries once; ``token`` stands in for the bot's.

        :raises ChannelError: of the kind that tells the caller what to do.
        """
        params = dict(call.params)
        if token:  # the SDK takes it out again and puts it into the header
            params["token"] = token
        parts = {"json": params} if call.verb == "POST" else {"params": params}
        self._open()
        try:
            answer = await self._client.api_call(call.method, http_verb=call.verb, **parts)
            return answer.data if isinstance(answer.data, dict) else {}
        except SlackApiError as error:
            reply = _reply(error)
            failure = read_refusal(reply, method=call.method, shows=call.shows, now=self._clock())
        except (aiohttp.ClientError, SlackClientError, TimeoutError, OSError, ValueError) as error:
            failure = read_network(error, shows=call.shows)
        except RuntimeError:
            if not self.closed:
                raise
            failure = Unavailable("the Slack channel was closed")
        raise failure  # outside the except block, so that it carries no chain

    async def upload(self, url: str, content: bytes) -> None:
        """Post a file to where Slack said; nobody sees it before it is shared.

        :raises ChannelError: where it did not get there.
        """
        try:
            async with self._open().post(url, data=content, allow_redirects=False) as answer:
                reply = Reply(status=answer.status, headers=_lower(answer.headers))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            failure = read_network(error, shows=False)
        else:
            if reply.status == 200:
                return
            failure = read_refusal(reply, method="upload", shows=False, now=self._clock())
        raise failure

    def connect(self, url: str, *, heartbeat: float) -> Any:
        """Open a websocket; a connection without a pong for ``heartbeat`` seconds is given up."""
        return self._open().ws_connect(url, heartbeat=heartbeat, max_msg_size=4 * 2**20)

    async def close(self) -> None:
        """Close the connections. May be called twice."""
        self.closed = True
        if self._pool is not None:
            await self._pool.close()

    def _open(self) -> aiohttp.ClientSession:
        if self.closed:
            raise Unavailable("the Slack channel is closed")
        if self._pool is None:
            third = self._seconds / 3
            self._pool = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(
                    total=self._seconds, connect=third, sock_connect=third
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                json_serialize=lambda value: orjson.dumps(value).decode(),
            )
            self._client.session = cast("aiohttp.ClientSession", _Session(self._pool))
        return self._pool


class _Session:
    """What the SDK takes for its session: one that follows no redirect with our token in hand."""

    closed = False

    def __init__(self, pool: aiohttp.ClientSession) -> None:
        self._pool = pool

    def request(self, method: str, url: str, **parts: Any) -> Any:
        given = {name: part for name, part in parts.items() if part is not None}
        return self._pool.request(method, url, allow_redirects=False, **given)


def read_network(error: Exception, *, shows: bool) -> ChannelError:
    """Tell a call that never left from one that may have arrived."""
    kind = type(error).__name__
    if isinstance(error, aiohttp.ClientSSLError):
        return Misconfigured(f"TLS refused by api_base ({kind})")
    if isinstance(error, aiohttp.InvalidURL):
        return Misconfigured("api_base is not an address that can be called")
    unsent = aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError
    if shows and not isinstance(error, unsent):
        return Uncertain(f"the connection to Slack broke before its verdict came ({kind})")
    return Unavailable(f"Slack cannot be reached ({kind})")


def _reply(error: SlackApiError) -> Reply:
    """Give what Slack answered; the SDK keeps its own answer, or aiohttp's where it had no JSON."""
    answer = error.response
    status: int = getattr(answer, "status_code", 0) or getattr(answer, "status", 0)
    body = getattr(answer, "data", None)
    return Reply(status=status, headers=_lower(getattr(answer, "headers", {})), body=body)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
