"""Telegram's rigs: the adapter and a Bot API server, once polling and once called."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Literal

from channels.base import Request
from channels.errors import (
    BadResponse,
    Blocked,
    Misconfigured,
    Rejected,
    Relocated,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from channels.telegram import Settings
from tests.channels.rig import NOW, SEND_FAILURES, Failure, Rig, Shown, payloads
from tests.providers.telegram import Accepted, Fault, TelegramServer

RECORDED = ("in_press", "in_text", "in_text_reply", "in_start_token", "in_stop", "in_blocked")


class TelegramRig(Rig):
    """The bot against `TelegramServer`, polling or called."""

    name = "telegram"
    address = "7000123456"
    failures = SEND_FAILURES

    def __init__(
        self, server: TelegramServer, mode: Literal["polling", "webhook"], secret: str
    ) -> None:
        from channels.telegram.adapter import Pace, Telegram  # imports aiogram: 6 s

        self.server, self.mode, self._away = server, mode, False
        self.secrets = [server.token, server.token.split(":")[1], secret]
        self.secrets = [text for text in self.secrets if text]
        self.settings = Settings(
            token=server.token,
            mode=mode,
            secret=secret,
            api_base=server.url,
        )
        self.channel = Telegram(
            self.settings,
            public_url="https://feedback.example.org",
            clock=lambda: NOW,
            pace=Pace(call=3.0, poll=1, first_wait=0.05, longest_wait=0.1),
        )

    def shown(self) -> Sequence[Shown]:
        now: dict[int, Accepted] = {}
        for accepted in self.server.ledger:
            now[accepted.message_id] = accepted  # an edit keeps the place of what it edits
        return [_shown(accepted) for accepted in now.values()]

    async def fail(self, kind: Failure) -> None:
        self.server.fail("sendMessage", TELEGRAM_FAULTS[kind])

    async def go_away(self) -> None:
        self._away = True
        await self.server.__aexit__()

    async def close(self) -> None:
        await self.channel.close()
        if not self._away:
            await self.server.__aexit__()

    def call_with(self, body: bytes) -> Request:
        secret = self.secrets[-1] if self.mode == "webhook" else ""
        headers = {
            "content-type": "application/json",
            "x-telegram-bot-api-secret-token": secret,
        }
        return Request(method="POST", path="/", headers=headers, body=body)


class PollingRig(TelegramRig):
    async def speak(self, text: str) -> None:
        self.server.say(self.address, text)

    async def speak_nonsense(self) -> None:
        nonsense: Sequence[Mapping[str, Any]] = (
            {"message": 5},
            {"callback_query": []},
            {"my_chat_member": {"chat": 1}},
        )
        for update in nonsense:
            self.server.feed(update)


class WebhookRig(TelegramRig):
    def calls(self) -> Sequence[Request]:
        cases = [json.loads(body) for body in payloads("telegram", RECORDED)]
        return [self.call_with(json.dumps(case["update"]).encode()) for case in cases]

    def forged(self) -> Sequence[Request]:
        return [
            Request(method=c.method, path=c.path, body=c.body, headers=headers)
            for c in self.calls()[:1]
            for headers in (
                {},
                {"x-telegram-bot-api-secret-token": ""},
                {"x-telegram-bot-api-secret-token": self.secrets[-1][:-1]},
                {"x-telegram-bot-api-secret-token": self.secrets[-1] + "x"},
                {"x-telegram-bot-api-secret-token": "ä\0"},
            )
        ]


def _api_fault(status: int, description: str, **parameters: int) -> Fault:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return Fault(status=status, body=json.dumps(body).encode())


TELEGRAM_FAULTS: Mapping[Failure, Fault] = {
    Unavailable: Fault(status=502, body=b"<html>Bad Gateway</html>"),
    Throttled: _api_fault(429, "Too Many Requests: retry after 7", retry_after=7),
    Rejected: _api_fault(400, "Bad Request: message text is empty"),
    Unreachable: _api_fault(403, "Forbidden: user is deactivated"),
    Blocked: _api_fault(403, "Forbidden: bot was blocked by the user"),
    Misconfigured: _api_fault(401, "Unauthorized"),
    BadResponse: Fault(status=418, body=b"a teapot"),
    Uncertain: Fault(cut=True, after=True),
    Relocated: _api_fault(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1009),
}


def _shown(accepted: Accepted) -> Shown:
    markup = accepted.params.get("reply_markup")
    rows = markup.get("inline_keyboard", ()) if isinstance(markup, Mapping) else ()
    keys = [key for row in rows for key in row]
    return Shown(
        external_id=str(accepted.message_id),
        text=accepted.text,
        labels=tuple(key["text"] for key in keys),
        payloads=tuple(key["callback_data"] for key in keys if "callback_data" in key),
        picture=bool(accepted.photo),
    )


@asynccontextmanager
async def _joined(
    kind: type[TelegramRig], mode: Literal["polling", "webhook"], secret: str
) -> AsyncIterator[Rig]:
    server = await TelegramServer().__aenter__()
    rig = kind(server, mode, secret)
    try:
        await rig.channel.start()
        server.hook = None  # the suite hands calls over itself
        yield rig
    finally:
        await rig.close()


def polling_rig() -> AbstractAsyncContextManager[Rig]:
    return _joined(PollingRig, "polling", "")


def webhook_rig() -> AbstractAsyncContextManager[Rig]:
    return _joined(WebhookRig, "webhook", "a-secret-of-our-own-choice")


RIGS = {"telegram-polling": polling_rig, "telegram-webhook": webhook_rig}
SECRETS = {
    "TELEGRAM_TOKEN": "123456789:TEST-abcdefghijklmnopqrstuvwxyz0123",
    "TELEGRAM_SECRET": "a-secret-of-our-own-choice",
}
