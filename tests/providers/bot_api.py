"""The Bot API without its server: its records, what it refuses, and what its updates look like."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from aiohttp import web

BOT = {"id": 123456789, "is_bot": True, "first_name": "Afterword", "username": "afterword_test_bot"}
_JSON_FIELDS = ("reply_markup", "link_preview_options", "allowed_updates", "commands", "scope")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def check_menu(params: Mapping[str, Any]) -> tuple[str, str]:
    """Give whose menu it is: a scope with its chat, and a language. Limits as the Bot API has."""
    commands, scope = params["commands"], params.get("scope") or {"type": "default"}
    code = params.get("language_code", "")
    if len(commands) > 100:
        raise ApiError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise ApiError(400, "Bad Request: LANG_CODE_INVALID")
    return f"{scope['type']} {scope.get('chat_id', '')}".strip(), code


class ApiError(Exception):
    """An ``ok: false`` answer."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.body: dict[str, Any] = {
            "ok": False,
            "error_code": status,
            "description": description,
        }
        if parameters:
            self.body["parameters"] = parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One message the server took: what the provider's own record would say."""

    method: str
    chat_id: str
    message_id: int
    text: str
    params: Mapping[str, Any]
    photo: bytes = b""

    @property
    def labels(self) -> list[list[str]]:
        """The buttons' words, row by row."""
        rows = keyboard(self.params.get("reply_markup"))
        return [[key["text"] for key in row] for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What the next call of a method gets instead of its answer.

    ``hang`` waits that many seconds first; ``cut`` drops the connection instead of answering.
    ``after`` carries the call out before: the answer is lost, the message is not.
    """

    status: int = 500
    body: bytes = b""
    cut: bool = False
    hang: float = 0.0
    after: bool = False


@dataclass(frozen=True, slots=True)
class Hook:
    """Where updates are pushed to."""

    url: str
    secret: str
    allowed: tuple[str, ...]


def read_form(form: Mapping[str, Any]) -> dict[str, Any]:
    """Give a call's parameters: JSON fields decoded, an attached picture as its bytes."""
    params: dict[str, Any] = {}
    for key, value in form.items():
        if isinstance(value, web.FileField):
            continue
        if value.startswith("attach://"):
            params[key] = form[value.removeprefix("attach://")].file.read()
        else:
            params[key] = orjson.loads(value) if key in _JSON_FIELDS else value
    return params


def answer(body: Mapping[str, Any], status: int) -> web.Response:
    return web.Response(
        body=orjson.dumps(body), status=status, headers={"content-type": "application/json"}
    )


def keyboard(markup: Any) -> list[list[dict[str, str]]]:
    return markup.get("inline_keyboard", []) if isinstance(markup, dict) else []


def check_text(method: str, text: str, photo: bytes) -> None:
    if method == "sendPhoto":
        if not photo.startswith(b"\x89PNG"):
            raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
        if len(photo) > 10 * 2**20:
            raise ApiError(413, "Request Entity Too Large")
        if len(text) > 1024:
            raise ApiError(400, "Bad Request: message caption is too long")
    elif not text.strip():
        raise ApiError(400, "Bad Request: message text is empty")
    elif len(text) > 4096:
        raise ApiError(400, "Bad Request: message is too long")


def check_keyboard(markup: Any) -> None:
    keys = [key for row in keyboard(markup) for key in row]
    if len(keys) > 100:
        raise ApiError(400, "Bad Request: reply markup is too long")
    for key in keys:
        if not key["text"]:
            raise ApiError(400, "Bad Request: inline keyboard button text must be non-empty")
        if "url" in key:  # a key either leads elsewhere or tells us of its press
            if "callback_data" in key or not key["url"].startswith(("https://", "http://")):
                raise ApiError(400, "Bad Request: BUTTON_URL_INVALID")
        elif not 1 <= len(key["callback_data"].encode()) <= 64:
            raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")


def check_hook(params: Mapping[str, Any]) -> None:
    secret = params.get("secret_token", "")
    if secret and not _SECRET.fullmatch(secret):
        raise ApiError(400, "Bad Request: secret token contains unallowed characters")
    if not str(params.get("url", "")).startswith("http"):
        raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")


def message_from(chat_id: int | str, message_id: int) -> dict[str, Any]:
    """Give a private message, its words to be added."""
    return {
        "message_id": message_id,
        "from": {"id": int(chat_id), "is_bot": False, "first_name": "Person"},
        "chat": {"id": int(chat_id), "type": "private", "first_name": "Person"},
        "date": int(time.time()),
    }


def press_by(chat_id: int | str, message_id: int, query_id: str, data: str) -> dict[str, Any]:
    """Give the update of a pressed button."""
    person = message_from(chat_id, message_id)
    query = {
        "id": query_id,
        "from": person["from"],
        "message": {**person, "from": BOT},
        "chat_instance": "1",
        "data": data,
    }
    return {"callback_query": query}


def membership(chat_id: int | str, before: str, after: str) -> dict[str, Any]:
    """Give the update of a bot blocked (``kicked``) or unblocked (``member``)."""
    person = message_from(chat_id, 0)
    change = {key: person[key] for key in ("chat", "from", "date")}
    change["old_chat_member"] = {"user": BOT, "status": before}
    change["new_chat_member"] = {"user": BOT, "status": after}
    return {"my_chat_member": change}


def dated(update: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Give the update with its own date; a pressed button's message keeps the date it has."""
    kinds = {"message", "my_chat_member"}
    return {
        kind: {**inner, "date": int(now.timestamp())}
        if kind in kinds and isinstance(inner, dict)
        else inner
        for kind, inner in update.items()
    }


@dataclass(frozen=True, slots=True)
class Posted:
    text: str
    markup: Any
    photo: bool = False
