"""Telegram: the adapter. Sends by the Bot API; takes updates by long polling or by webhook."""

import asyncio
import hmac
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Self, TypeVar

import orjson

from channels.base import Ack, Channel, Receipt, Request, Surroundings
from channels.errors import (
    BadResponse,
    ChannelError,
    Misconfigured,
    Rejected,
    Retryable,
    Uncertain,
    Untrusted,
)
from channels.telegram import CAPABILITIES, Settings
from channels.telegram.menu import menu_calls
from channels.telegram.payload import Call, from_payload, to_payload
from channels.telegram.wire import Unchanged, Wire
from surveys.inbound import Inbound
from surveys.language import Languages
from surveys.message import Message

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_SILENCE = timedelta(minutes=10)

_WANTED = ("message", "callback_query", "my_chat_member")  # the last comes only when asked for
_SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name, not a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things may take, in seconds.

    ``call`` bounds one call; ``poll`` is how long Telegram may hold a poll that has no news;
    after a broken poll we wait ``first_wait``, then twice as long each time, to ``longest_wait``.
    """

    call: float = 30.0
    poll: int = 50
    first_wait: float = 1.0
    longest_wait: float = 60.0


class Telegram(Channel):
    """One bot.

    ``public_url`` is the service's own address, needed for ``mode: webhook``. ``commands`` are
    (name, description) pairs for the menu of ``colleagues``, given by their ids; that of everybody
    else is in ``languages``, ``language`` first. ``clock`` dates what Telegram does not.
    """

    name = "telegram"

    def __init__(
        self,
        settings: Settings,
        *,
        public_url: str = "",
        commands: Sequence[tuple[str, str]] = (),
        colleagues: Sequence[str] = (),
        languages: Languages | None = None,
        language: str = "en",
        company: str = "",
        clock: Callable[[], datetime],
        pace: Pace | None = None,
    ) -> None:
        self.capabilities = replace(CAPABILITIES, rate=settings.per_second)
        self._settings, self._clock, self._pace = settings, clock, pace or Pace()
        self._public_url = public_url.rstrip("/")
        self._menus = tuple(
            menu_calls(commands, colleagues, languages or {}, language=language, company=company)
        )
        self._wire = Wire(settings.token, settings.api_base, seconds=self._pace.call)
        self._username, self._ready = "", False
        self._told: dict[str, datetime] = {}

    @classmethod
    def build(cls, settings: Settings, around: Surroundings) -> Self:
        """Make the bot of a service."""
        return cls(
            settings,
            public_url=around.public_url,
            commands=around.commands,
            colleagues=around.colleagues.get(cls.name, ()),
            languages=around.languages,
            language=around.language,
            company=around.company,
            clock=around.clock,
        )

    async def start(self) -> None:
        """Learn the bot's name, fill its menus, and tell Telegram where updates go.

        Tries once, and goes without a menu that Telegram will not have; `listen` makes up for it
        where nobody did.

        :raises ChannelError: Misconfigured for a wrong token or a webhook without public_url.
        """
        if self._settings.mode == "webhook" and not self._public_url:
            raise Misconfigured("mode: webhook needs service.public_url, where Telegram can call")
        try:
            me = await self._call("getMe")
            self._username = str(me.get("username", "")) if isinstance(me, Mapping) else ""
            await self._fill_menus()
            await self._choose_route()
        except Rejected as error:
            raise Misconfigured(f"the bot cannot be set up: {error}") from error
        self._ready = True

    async def _fill_menus(self) -> None:
        """Fill the menus. A colleague who never wrote to the bot has no chat that could have one,
        and a bot without menus does its work all the same.
        """
        failed = [error for error in await asyncio.gather(*map(self._try, self._menus)) if error]
        if failed:
            told = (len(failed), len(self._menus), str(failed[0]))
            _log.info("telegram: %d of %d menus could not be filled: %s", *told)

    async def _try(self, call: Call) -> ChannelError | None:
        try:
            await self._wire.call(call)
        except ChannelError as error:
            return error
        return None

    async def _choose_route(self) -> None:
        """Tell Telegram to call us, or to stop calling so that we may poll."""
        if self._settings.mode == "polling":
            await self._call("deleteWebhook")  # keeps what is pending
            return
        await self._call(
            "setWebhook",
            url=f"{self._public_url}/{self.name}",
            secret_token=self._settings.secret,
            allowed_updates=list(_WANTED),
        )

    def deep_link(self, token: str) -> str:
        """Give the link that opens a chat with the bot and hands it ``token``; "" before `start`
        has learned the bot's name.
        """
        return f"https://t.me/{self._username}?start={token}" if self._username else ""

    async def send(self, message: Message) -> Receipt:
        """Say a message, or edit the one it replaces."""
        try:
            result = await self._wire.call(to_payload(message))
        except Unchanged:
            return Receipt(external_id=message.replaces)
        number = result.get("message_id") if isinstance(result, Mapping) else None
        if not isinstance(number, int):
            raise Uncertain("Telegram took the message and did not say what it is called")
        return Receipt(external_id=str(number))

    async def receive(self, request: Request) -> Sequence[Inbound]:
        """Verify and read one webhook call.

        What cannot be read is let go: Telegram would otherwise send it again for a day.
        """
        given = request.headers.get(_SECRET_HEADER, "").encode("utf-8", "replace")
        secret = self._settings.secret if self._settings.mode == "webhook" else ""
        if not secret or not hmac.compare_digest(given, secret.encode()):
            raise Untrusted("a call to the Telegram webhook came without the right secret")
        update = _decode(request.body)
        found = self._read(update)
        if not found and not isinstance(update, Mapping):
            _log.warning("telegram: a webhook call was not an update; ignored")
        return found

    def ack(
        self,
        request: Request,
        messages: Sequence[Message],  # noqa: ARG002 - empty here: Telegram is no inline channel
    ) -> Ack:
        """Give an empty 200, or for a press the call that ends its button's spinner.

        The Bot API takes one method in the answer to a webhook call.
        """
        query_id = _query_id(_decode(request.body))
        if not query_id:
            return Ack()
        body = {"method": "answerCallbackQuery", "callback_query_id": query_id}
        return Ack(headers={"content-type": "application/json"}, body=orjson.dumps(body))

    async def listen(self) -> AsyncGenerator[Inbound, None]:
        """Give what comes in by polling, for ever; in webhook mode, end once set up.

        An update is confirmed to Telegram by the first poll after it was consumed, so that a
        crash brings it again. Presses are answered once their batch was consumed.

        :raises ChannelError: Misconfigured, which waiting does not mend.
        """
        if not self._ready:
            await self._patiently(self.start)
        offset = 0
        while self._settings.mode == "polling" and not self._wire.closed:
            batch = await self._patiently(partial(self._poll, offset)) or ()
            for update in batch:
                for inbound in self._read(update):
                    yield inbound
                offset = update["update_id"] + 1
            await asyncio.gather(*(self._end_spinner(update) for update in batch))

    async def close(self) -> None:
        """Let go of connections. May be called twice; whatever is sent later is `Unavailable`."""
        await self._wire.close()

    async def _call(self, method: str, **params: Any) -> Any:
        return await self._wire.call(Call(method=method, params=params))

    def _read(self, update: object) -> Sequence[Inbound]:
        return from_payload(update, now=self._clock(), username=self._username)

    async def _poll(self, offset: int) -> Sequence[Mapping[str, Any]]:
        """Give the updates from ``offset`` on, in order; an empty batch where nothing happened."""
        call = Call(
            method="getUpdates",
            params={
                "offset": offset,
                "timeout": self._pace.poll,
                "allowed_updates": list(_WANTED),
            },
        )
        batch = await self._wire.call(call, seconds=self._pace.poll + self._pace.call)
        if not isinstance(batch, list) or not all(map(_has_id, batch)):
            raise BadResponse("Telegram's batch of updates cannot be read")
        return sorted(batch, key=lambda update: int(update["update_id"]))

    async def _end_spinner(self, update: Mapping[str, Any]) -> None:
        """Answer a press, which ends its button's spinner; too late is no harm."""
        if query_id := _query_id(update):
            try:
                await self._call("answerCallbackQuery", callback_query_id=query_id)
            except ChannelError as error:
                _log.debug("telegram: a press could not be answered: %s", error)

    async def _patiently(self, call: Callable[[], Awaitable[_T]]) -> _T | None:
        """Call until it works, waiting ever longer between tries; None once closed."""
        wait = self._pace.first_wait
        while not self._wire.closed:
            try:
                return await call()
            except Misconfigured:
                raise
            except ChannelError as error:
                if self._wire.closed:
                    break
                self._tell(str(error))
                asked = error.retry_after if isinstance(error, Retryable) else None
            # Jitter keeps two processes that share a bot, or a provider's fault, out of step.
            await asyncio.sleep(asked or wait * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            wait = min(wait * 2, self._pace.longest_wait)
        return None

    def _tell(self, trouble: str) -> None:
        """Log a trouble with polling, once in a while however often it comes."""
        now = self._clock()
        if now - self._told.get(trouble, _LONG_AGO) >= _SILENCE:
            self._told[trouble] = now
            _log.warning("telegram: no updates for now: %s; trying again", trouble)


def _has_id(update: object) -> bool:
    return isinstance(update, Mapping) and isinstance(update.get("update_id"), int)


def _decode(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _query_id(update: object) -> str:
    """Give the id of the press in an update, "" where it holds none."""
    query = update.get("callback_query") if isinstance(update, Mapping) else None
    found = query.get("id") if isinstance(query, Mapping) else None
    return found if isinstance(found, str) else ""
