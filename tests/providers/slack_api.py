"""Slack's Web API without its server: its records, its limits, and what its news look like.

Limits: https://docs.slack.dev/reference/block-kit
"""

import hashlib
import hmac
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

APP, TEAM, BOT = "A0AFTERWORD", "T0ACME", "U0BOT"


class ApiError(Exception):
    """An ``ok: false`` answer; ``retry_after`` makes it a 429."""

    def __init__(self, code: str, *, retry_after: int = 0) -> None:
        super().__init__(code)
        self.code, self.retry_after = code, retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One message, edit or picture the server took: what Slack's own record would say.

    ``taken_at`` is by `time.monotonic`.
    """

    method: str
    channel: str
    ts: str
    blocks: list[dict[str, Any]]
    params: Mapping[str, Any]
    text: str
    png: bytes = b""
    taken_at: float = field(default_factory=time.monotonic)

    @property
    def external_id(self) -> str:
        return f"{self.channel}:{self.ts}"

    @property
    def buttons(self) -> list[dict[str, Any]]:
        rows = [block for block in self.blocks if block["type"] == "actions"]
        return [key for row in rows for key in row["elements"]]

    @property
    def labels(self) -> list[str]:
        return [key["text"]["text"] for key in self.buttons]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What the next call of a method gets instead of its answer.

    ``hang`` waits that many seconds first; ``cut`` drops the connection instead of answering.
    ``after`` carries the call out before: the answer is lost, the message is not.
    """

    status: int = 500
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    hang: float = 0.0
    after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One HTTP call that was made, and how it was answered; 0 where it was not."""

    body: bytes
    headers: Mapping[str, str]
    status: int
    answer: bytes = b""


def answer(body: Mapping[str, Any], status: int = 200, **headers: str) -> web.Response:
    typed = {"content-type": "application/json; charset=utf-8", **headers}
    return web.Response(body=orjson.dumps(body), status=status, headers=typed)


async def read_params(request: web.Request) -> dict[str, Any]:
    """Give a call's arguments, however they came: query, form or JSON."""
    params: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        params |= orjson.loads(await request.read() or b"{}")
    elif request.method == "POST":
        params |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    return params


def sign(secret: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """Give the two headers of a signed call."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


def shown(blocks: list[dict[str, Any]]) -> str:
    """Give the words of blocks, as a person reads them."""
    parts: list[str] = []
    last = ""
    for block in blocks:
        kind = block["type"]
        if kind == "section":
            same = last == kind and parts and parts[-1][-1:] in (" ", "\n")  # cut at a blank
            text = block["text"]["text"]
            parts = [*parts[:-1], parts[-1] + text] if same else [*parts, text]
        elif kind == "context":
            parts += [element["text"] for element in block["elements"]]
        elif kind == "rich_text":
            parts += [e["url"] for section in block["elements"] for e in section["elements"]]
        last = kind
    return "\n".join(parts)


def check_blocks(blocks: Any, *, most: int) -> None:
    """Refuse what Slack refuses."""
    if not isinstance(blocks, list) or not 1 <= len(blocks) <= most:
        raise ApiError("invalid_blocks")
    for block in blocks:
        match block.get("type"):
            case "section":
                _check_text(block["text"], 3000)
            case "context":
                if not 1 <= len(block["elements"]) <= 10:
                    raise ApiError("invalid_blocks")
            case "actions":
                _check_actions(block["elements"])
            case "input":
                _check_text(block["label"], 2000)
            case "rich_text":
                pass
            case _:
                raise ApiError("invalid_blocks")


def check_view(view: Mapping[str, Any]) -> None:
    check_blocks(view.get("blocks"), most=100)
    for key in ("title", "submit"):
        _check_text(view[key], 24)
    if len(view.get("private_metadata", "")) > 3000 or len(view.get("callback_id", "")) > 255:
        raise ApiError("invalid_arguments")


def _check_actions(elements: list[dict[str, Any]]) -> None:
    ids = {element["action_id"] for element in elements}
    if not 1 <= len(elements) <= 25 or len(ids) != len(elements):
        raise ApiError("invalid_blocks")
    for element in elements:
        _check_text(element["text"], 75)
        spoken = element.get("accessibility_label", "x")
        value = element["url"] if "url" in element else element["value"]
        if not 1 <= len(value) <= 2000 or not 1 <= len(spoken) <= 75:
            raise ApiError("invalid_blocks")


def _check_text(text: Mapping[str, Any], most: int) -> None:
    if text["type"] not in ("plain_text", "mrkdwn") or not 1 <= len(text["text"]) <= most:
        raise ApiError("invalid_blocks")


def texts(value: Any) -> Iterator[Mapping[str, Any]]:
    """Give every text object in blocks, however deep."""
    if isinstance(value, dict):
        if value.get("type") in ("plain_text", "mrkdwn"):
            yield value
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def event(number: int, inner: Mapping[str, Any]) -> dict[str, Any]:
    """Give the body of an event."""
    return {
        "token": "verification-token-of-old",
        "team_id": TEAM,
        "api_app_id": APP,
        "event": {"event_ts": now_ts(number), **inner},
        "type": "event_callback",
        "event_id": f"Ev{number:010d}",
        "event_time": int(time.time()),
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
    }


def pressed(number: int, user: str, message: Accepted, key: Mapping[str, Any]) -> dict[str, Any]:
    """Give the body of a pressed button."""
    return {
        "type": "block_actions",
        "user": {"id": user, "username": "person", "team_id": TEAM},
        "api_app_id": APP,
        "token": "verification-token-of-old",
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": False,
        },
        "trigger_id": f"{number}.trigger",
        "team": {"id": TEAM, "domain": "acme"},
        "channel": {"id": message.channel, "name": "directmessage"},
        "message": {"type": "message", "ts": message.ts, "blocks": message.blocks},
        "response_url": "https://hooks.slack.example/actions/T0/1/secret",
        "actions": [{**key, "action_ts": now_ts(number)}],
    }


def submitted(user: str, view: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Give the body of a sent form."""
    values = {
        block["block_id"]: {
            block["element"]["action_id"]: {"type": "plain_text_input", "value": text}
        }
        for block in view["blocks"]
        if block["type"] == "input"
    }
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": user, "username": "person", "team_id": TEAM},
        "api_app_id": APP,
        "token": "verification-token-of-old",
        "trigger_id": "1.submitted",
        "view": {**view, "state": {"values": values}},
        "response_urls": [],
    }


def commanded(number: int, user: str, text: str) -> dict[str, str]:
    """Give the fields of a slash command."""
    return {
        "token": "verification-token-of-old",
        "team_id": TEAM,
        "channel_id": "C0GENERAL",
        "user_id": user,
        "user_name": "person",
        "command": "/afterword",
        "text": text,
        "api_app_id": APP,
        "response_url": "https://hooks.slack.example/commands/T0/1/secret",
        "trigger_id": f"{number}.command",
    }


def now_ts(number: int) -> str:
    return f"{int(time.time())}.{number:06d}"
