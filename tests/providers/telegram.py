"""A small Bot API server over a real socket, for tests, demos of failure and load runs.

It speaks form bodies as aiogram sends them, keeps the limits Telegram keeps, redelivers what was
not confirmed, and writes everything it accepted into ``ledger``. People are played by ``start``,
``say``, ``press`` and ``block``; trouble is scripted by ``fail``, ``throttle``, ``refuse`` and
``migrate``.

    async with TelegramServer() as server:
        Settings(token=server.token, api_base=server.url)
"""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Self

import aiohttp
import orjson
from aiohttp import web

from tests.providers.bot_api import (
    BOT,
    Accepted,
    ApiError,
    Fault,
    Hook,
    Posted,
    answer,
    check_hook,
    check_keyboard,
    check_menu,
    check_text,
    dated,
    keyboard,
    membership,
    message_from,
    press_by,
    read_form,
)

__all__ = ["Accepted", "Fault", "TelegramServer"]

TOKEN = "123456789:TEST-abcdefghijklmnopqrstuvwxyz0123"


class TelegramServer:
    """See the module. ``everyone_started=False`` refuses chats that never sent ``/start``;
    ``redelivery`` is the seconds before an unconfirmed push is repeated, ``pushes`` how many
    updates are pushed at once, ``clock`` what dates them."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        everyone_started: bool = True,
        redelivery: float = 0.02,
        pushes: int = 4,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.token, self.username, self.url = token, str(BOT["username"]), ""
        self.ledger: list[Accepted] = []
        self.calls: list[str] = []  # every method called, refused ones too
        self.answered: list[str] = []  # presses whose spinner was ended
        self.menus: dict[tuple[str, str], list[Mapping[str, str]]] = {}  # scope, language
        self.hook: Hook | None = None
        self.confirmed = 0  # the highest offset asked for
        self._everyone, self._started = everyone_started, set[str]()
        self._messages: dict[tuple[str, int], Posted] = {}
        self._refused: dict[str, ApiError] = {}
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._updates: deque[dict[str, Any]] = deque()
        self._news, self._polling = asyncio.Event(), 0
        self._open_presses: set[str] = set()
        self._last_update, self._last_message = 1000, 0
        self._redelivery, self._pushes, self._clock = redelivery, pushes, clock

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_post("/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._client = aiohttp.ClientSession()
        self._pushers = [asyncio.create_task(self._push()) for _ in range(self._pushes)]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._pushers:
            task.cancel()
        await asyncio.gather(*self._pushers, return_exceptions=True)
        await self._client.close()
        await self._runner.cleanup()

    # People

    def start(self, chat_id: int | str, token: str = "") -> int:
        """Press START, with or without a link's token, which also ends a block; gives the
        update's id."""
        self._started.add(str(chat_id))
        if str(chat_id) in self._refused:
            self.unblock(chat_id)
        return self.say(chat_id, f"/start {token}".strip())

    def say(self, chat_id: int | str, text: str, *, reply_to: int = 0) -> int:
        """Write something in a private chat."""
        self._last_message += 1
        message = message_from(chat_id, self._last_message) | {"text": text}
        if reply_to:
            message["reply_to_message"] = message_from(chat_id, reply_to) | {"from": BOT}
        return self.feed({"message": message})

    def press(self, chat_id: int | str, message_id: int, label: str) -> int:
        """Press the button with that label (a tick mark aside) under a message as it is now."""
        rows = keyboard(self._messages[str(chat_id), message_id].markup)
        data = {
            k["text"].removeprefix("✓ "): k.get("callback_data", "") for row in rows for k in row
        }
        assert data.get(label), f"no button {label!r}; there are {list(data)}"
        query_id = f"press{self._last_update + 1}"
        self._open_presses.add(query_id)
        return self.feed(press_by(chat_id, message_id, query_id, data[label]))

    def block(self, chat_id: int | str) -> int:
        """Block the bot: it is told, and every later send is refused."""
        self.refuse(chat_id, 403, "Forbidden: bot was blocked by the user")
        return self.feed(membership(chat_id, "member", "kicked"))

    def unblock(self, chat_id: int | str) -> int:
        """Take the block back."""
        self._refused.pop(str(chat_id), None)
        return self.feed(membership(chat_id, "kicked", "member"))

    def feed(self, update: Mapping[str, Any]) -> int:
        """Deliver any update, again if it was fed before. Gives its id."""
        if "update_id" not in update:
            self._last_update += 1
            update = {"update_id": self._last_update, **dated(update, self._clock())}
        self._updates.append(dict(update))
        self._news.set()
        return int(update["update_id"])

    # Trouble

    def refuse(self, chat_id: int | str, status: int, description: str) -> None:
        """Refuse everything to one chat from now on."""
        self._refused[str(chat_id)] = ApiError(status, description)

    def migrate(self, chat_id: int | str, new_chat_id: int) -> None:
        """Turn a group into a supergroup: the old id is refused with the new one's name."""
        said = "Bad Request: group chat was upgraded to a supergroup chat"
        self._refused[str(chat_id)] = ApiError(400, said, migrate_to_chat_id=new_chat_id)

    def throttle(self, method: str, retry_after: int, *, times: int = 1) -> None:
        """Answer the next calls of a method 429."""
        said = f"Too Many Requests: retry after {retry_after}"
        body = orjson.dumps(ApiError(429, said, retry_after=retry_after).body)
        self.fail(method, Fault(status=429, body=body), times=times)

    def fail(self, method: str, fault: Fault, *, times: int = 1) -> None:
        """Let the next calls of a method fail."""
        self._faults[method].extend([fault] * times)

    # The record

    def sent(self, chat_id: int | str) -> list[Accepted]:
        """Give what was accepted for one chat: messages, pictures and edits, in order."""
        return [entry for entry in self.ledger if entry.chat_id == str(chat_id)]

    async def until(self, true: Callable[[], Any], *, seconds: float = 5.0) -> None:
        """Wait until something holds; TimeoutError where it does not in time."""
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.005)

    # The Bot API

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = read_form(await request.post())
        self.calls.append(method)
        fault = self._faults[method].popleft() if self._faults[method] else None
        if fault and not fault.after:
            return await self._break(request, fault)
        try:
            if request.match_info["token"] != self.token:
                raise ApiError(401, "Unauthorized")
            result = await self._carry_out(method, params)
        except ApiError as refusal:
            return answer(refusal.body, refusal.status)
        if fault:
            return await self._break(request, fault)
        return answer({"ok": True, "result": result}, 200)

    async def _break(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        await asyncio.sleep(fault.hang)
        if fault.cut and request.transport:
            request.transport.abort()
        return web.Response(body=fault.body, status=fault.status)

    async def _carry_out(self, method: str, params: dict[str, Any]) -> Any:
        match method:
            case "sendMessage" | "sendPhoto" | "editMessageText":
                return self._post(method, params)
            case "getUpdates":
                return await self._poll(params)
            case "answerCallbackQuery":
                return self._end_spinner(params)
            case "getMe":
                return BOT
            case "setMyCommands":
                scope, code = check_menu(params)
                if scope.startswith("chat "):
                    self._check_chat(scope.removeprefix("chat "))
                self.menus[scope, code] = params["commands"]
            case "setWebhook":
                check_hook(params)
                secret, allowed = params.get("secret_token", ""), params.get("allowed_updates", ())
                self.hook = Hook(params["url"], secret, tuple(allowed))
                self._news.set()
            case "deleteWebhook":
                self.hook = None
            case _:
                raise ApiError(404, "Not Found")
        return True

    def _post(self, method: str, params: dict[str, Any]) -> Mapping[str, Any]:
        chat_id, markup = str(params.get("chat_id", "")), params.get("reply_markup")
        photo = params.pop("photo", b"")
        text = params.get("caption" if method == "sendPhoto" else "text", "")
        self._check_chat(chat_id)
        check_text(method, text, photo)
        check_keyboard(markup)
        posted = Posted(text, markup, bool(photo))
        if method == "editMessageText":
            message_id = self._check_edit(chat_id, params, posted)
        else:
            message_id = self._last_message = self._last_message + 1
        self._messages[chat_id, message_id] = posted
        self.ledger.append(
            Accepted(
                method=method,
                chat_id=chat_id,
                message_id=message_id,
                text=text,
                params=params,
                photo=photo,
            )
        )
        return message_from(chat_id, message_id) | {"from": BOT, "text": text}

    def _check_chat(self, chat_id: str) -> None:
        if chat_id in self._refused:
            raise self._refused[chat_id]
        known = self._everyone or chat_id in self._started
        if not chat_id.lstrip("-").isdigit() or not known:
            raise ApiError(400, "Bad Request: chat not found")

    def _check_edit(self, chat_id: str, params: Mapping[str, Any], new: Posted) -> int:
        message_id = int(params.get("message_id", 0))
        old = self._messages.get((chat_id, message_id))
        if old is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        if old.photo:
            raise ApiError(400, "Bad Request: there is no text in the message to edit")
        if old.markup and "inline_keyboard" not in old.markup:
            raise ApiError(400, "Bad Request: message can't be edited")
        if new.markup and "inline_keyboard" not in new.markup:
            raise ApiError(400, "Bad Request: inline keyboard expected")
        if old == new:
            raise ApiError(400, "Bad Request: message is not modified: the content is the same")
        return message_id

    def _end_spinner(self, params: Mapping[str, Any]) -> bool:
        query_id = params.get("callback_query_id", "")
        if query_id not in self._open_presses:
            raise ApiError(400, "Bad Request: query is too old and response timeout expired")
        self._open_presses.discard(query_id)
        self.answered.append(query_id)
        return True

    async def _poll(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        if self.hook:
            raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active")
        self._polling = mine = self._polling + 1  # the newer poll wins, as at Telegram
        self._news.set()
        offset, end = int(params.get("offset", 0)), time.monotonic() + int(params.get("timeout", 0))
        self.confirmed = max(self.confirmed, offset)
        while mine == self._polling:
            found = self._pending(offset, params)
            left = end - time.monotonic()
            if found or left <= 0:
                return found
            self._news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), left)
        raise ApiError(409, "Conflict: terminated by other getUpdates request")

    def _pending(self, offset: int, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        while self._updates and self._updates[0]["update_id"] < offset:
            self._updates.popleft()
        wanted = params.get("allowed_updates", ())
        pending = (
            update
            for update in self._updates
            if update["update_id"] >= offset and (not wanted or any(k in update for k in wanted))
        )
        return list(islice(pending, int(params.get("limit", 100))))

    async def _push(self) -> None:
        """Deliver updates to the webhook, each again and again until it is answered 2xx."""
        while True:
            if self.hook is None or not self._updates:
                self._news.clear()
                await self._news.wait()
                continue
            hook, update = self.hook, self._updates.popleft()
            if hook.allowed and not any(kind in update for kind in hook.allowed):
                continue
            if not await self._deliver(hook, update):
                await asyncio.sleep(self._redelivery)
                self._updates.append(update)
                self._news.set()

    async def _deliver(self, hook: Hook, update: Mapping[str, Any]) -> bool:
        headers = {
            "content-type": "application/json",
            "X-Telegram-Bot-Api-Secret-Token": hook.secret,
        }
        call = self._client.post(hook.url, data=orjson.dumps(update), headers=headers)
        try:
            async with call as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError):
            return False
        if response.status // 100 != 2:
            return False
        if body:  # a method may ride on the answer
            params = orjson.loads(body)
            with suppress(ApiError):
                await self._carry_out(params.pop("method"), params)
        return True
