"""Calls of the Bot API by aiogram, and the one place its failures become our errors.

Only this module imports aiogram. No error made here, nor its chain, holds the token, a chat id or
a text: aiogram's own errors do, and aiohttp's name the address, which has the token in it.
"""

import re
from typing import Any, cast

import aiohttp
import orjson
from aiogram import Bot
from aiogram import exceptions as api
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import Response, TelegramMethod
from aiogram.types import BufferedInputFile

from channels.errors import (
    BadResponse,
    Blocked,
    ChannelError,
    Misconfigured,
    Rejected,
    Relocated,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from channels.telegram.payload import Call

_PATIENCE = 5.0  # seconds to wait where a 429 does not say how long
_DIGITS = re.compile(r"\S*\d{4,}\S*")
_NO_SUCH_CHAT = ("chat not found", "user not found", "peer_id_invalid", "chat_write_forbidden")


class Unchanged(Rejected):
    """An edit would leave the message as it is: what was wanted is there already."""


class Unreadable(api.AiogramError):
    """An answer that is not the Bot API's, with its HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"unreadable answer, HTTP {status}")
        self.status = status


class Wire:
    """The bot's connections. ``seconds`` bounds one call; a third of it, making a connection."""

    def __init__(self, token: str, api_base: str, *, seconds: float) -> None:
        session = _Session(
            api=TelegramAPIServer.from_base(api_base),
            json_loads=orjson.loads,
            json_dumps=lambda value: orjson.dumps(value).decode(),
            timeout=seconds,
        )
        self._bot = Bot(token, session=session)
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    async def call(self, call: Call, *, seconds: float | None = None) -> Any:
        """Give the ``result`` of one call, as JSON values. Tries once.

        :raises ChannelError: of the kind that tells the caller what to do.
        """
        if self._closed:
            raise Unavailable("the Telegram channel is closed")
        try:
            # aiogram hands the time-out on untouched; it wants whole seconds by type only.
            return await self._bot(_method(call), request_timeout=cast("int | None", seconds))
        except (api.AiogramError, UnicodeError) as error:
            failure = read_failure(error)
        except RuntimeError:
            if not self._closed:
                raise
            failure = Unavailable("the Telegram channel was closed")
        raise failure  # outside the except block, so that it carries no chain

    async def close(self) -> None:
        """Close the connections. May be called twice."""
        self._closed = True
        await self._bot.session.close()


class _Result(TelegramMethod[Any]):
    """Any method of the Bot API: parameters as they are, and the result as JSON values.

    aiogram's own method classes validate hundreds of fields on the way out and back, which costs
    ten times as much as it takes to send a message, and one new field type in one update would
    lose the batch it came in.
    """

    __returning__ = Any
    __api_method__ = ""


_METHODS: dict[str, type[_Result]] = {}


def _method(call: Call) -> _Result:
    kind = _METHODS.get(call.method)
    if kind is None:
        kind = type(
            call.method, (_Result,), {"__api_method__": call.method, "__module__": __name__}
        )
        _METHODS[call.method] = kind
    params = dict(call.params)
    if call.photo:
        params["photo"] = BufferedInputFile(call.photo, filename="picture.png")
    return kind.model_validate(params)


class _Session(AiohttpSession):
    """aiogram's session with a bound on connecting, and calm about answers from a proxy."""

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[Any],
        timeout: float | None = None,  # noqa: ASYNC109 - aiogram's signature
    ) -> Any:
        total = self.timeout if timeout is None else timeout
        limit = aiohttp.ClientTimeout(total=total, connect=min(total, self.timeout) / 3)
        return await super().make_request(bot, method, timeout=cast("int", limit))

    def check_response(
        self, bot: Bot, method: TelegramMethod[Any], status_code: int, content: str
    ) -> Response[Any]:
        if status_code >= 500:
            # Before reading: these come as HTML from what stands before Telegram.
            raise api.TelegramServerError(method=method, message=f"HTTP {status_code}")
        try:
            return super().check_response(bot, method, status_code, content)
        except (api.ClientDecodeError, api.TelegramAPIError) as error:
            if status_code == 429 and not isinstance(error, api.TelegramRetryAfter):
                raise api.TelegramRetryAfter(method, "", cast("int", _PATIENCE)) from None
            if isinstance(error, api.ClientDecodeError):
                raise Unreadable(status_code) from None
            raise

    async def close(self) -> None:
        """Close at once; aiogram's own waits a quarter of a second for what aiohttp awaits now."""
        if self._session is not None and not self._session.closed:
            await self._session.close()


def read_failure(error: Exception) -> ChannelError:
    """Give the error of ours that a failed call means."""
    match error:
        case api.TelegramRetryAfter():
            # Telegram may refuse the whole bot meanwhile, not this chat only.
            wait = float(error.retry_after)
            return Throttled("Telegram asks us to slow down", retry_after=wait, account=True)
        case api.TelegramMigrateToChat():
            return Relocated(
                "the group has become a supergroup", new_address=str(error.migrate_to_chat_id)
            )
        case api.TelegramUnauthorizedError() | api.TelegramNotFound():
            return Misconfigured("Telegram does not know this token: check token and api_base")
        case api.TelegramForbiddenError():
            return _read_forbidden(error.message or "")
        case api.TelegramBadRequest():
            return _read_refusal(error.message or "")
        case api.TelegramConflictError():
            return Unavailable("another program takes this bot's updates, or a webhook is set")
        case api.TelegramServerError():
            return Unavailable(f"Telegram is broken ({error.message})")
        case api.TelegramEntityTooLarge():
            return Rejected("the message is too large for Telegram")
        case api.TelegramNetworkError():
            return _read_network(error.__cause__)
        case _:
            return _read_nonsense(error)


def _read_forbidden(description: str) -> ChannelError:
    if "blocked by the user" in description:
        return Blocked("the person has blocked the bot")
    return Unreachable(f"Telegram forbids writing there: {_plain(description)}")


def _read_refusal(description: str) -> ChannelError:
    said = description.lower()
    if "message is not modified" in said:
        return Unchanged("the message says this already")
    if any(phrase in said for phrase in _NO_SUCH_CHAT):
        return Unreachable("Telegram knows no such chat")
    return Rejected(f"Telegram refuses this: {_plain(description)}")


def _read_network(cause: BaseException | None) -> ChannelError:
    """Tell a call that never left from one that may have arrived."""
    if isinstance(cause, aiohttp.InvalidURL):
        return Misconfigured("api_base is not an address that can be called")
    if isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Unavailable("Telegram cannot be reached")
    return Uncertain("the connection to Telegram broke before its verdict came")


def _read_nonsense(error: Exception) -> ChannelError:
    """Tell an unreadable refusal from an unreadable success: the latter may have been sent."""
    if isinstance(error, UnicodeEncodeError):
        return Rejected("the message holds characters that no request can carry")
    if isinstance(error, Unreadable) and error.status >= 300:
        return BadResponse(f"Telegram's answer cannot be read (HTTP {error.status})")
    if isinstance(error, api.TelegramAPIError):
        return BadResponse("Telegram answered with a status its documents do not have")
    return Uncertain("Telegram's answer cannot be read")


def _plain(description: str) -> str:
    """Give Telegram's reason without anything that may be an id or a token, on one line."""
    return " ".join(_DIGITS.sub("…", description).split())[:120] or "no reason given"
