"""What Slack tells us: presses, words, forms, commands, people who left. Pure and calm.

One reader for all of it: an envelope of Socket Mode holds what an HTTP call holds. Only direct
messages are conversations; what is said in channels is not read.

https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/reference/events
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypedDict
from urllib.parse import parse_qsl

import orjson

from channels.slack.wording import read_text, words
from surveys.inbound import CommandGiven, Inbound, Replied, StatusChanged
from surveys.invitation import DeliveryState

WRITE = "write"
"""``action_id`` of the button that opens the form to write in."""
FORM = "words"
"""``callback_id`` of that form."""

_ANSWER = "answer-"  # what the action_id of every button with a payload begins with
_ID = re.compile(r"[A-Z0-9]{2,32}", re.ASCII)
_TS = re.compile(r"\d{1,12}\.\d{1,9}", re.ASCII)
_PLACE = re.compile(r"[A-Z0-9]{2,32}:\d{1,12}\.\d{1,9}", re.ASCII)
_SHARED = ("channel", "group", "mpim")  # where others read along
_READ_KINDS = ("", "file_share", "thread_broadcast", "me_message")
_OUR_NAME = re.compile(r"(?:/?afterword)\s+(.+)", re.IGNORECASE | re.DOTALL)
# Words that customers write too, in an answer or as a wish.
_ANYBODYS = frozenset(
    {"help", "stop", "pause", "start", "language", "who", "find", "send", "resume", "uncertain"}
)
_SECRETS = ("token", "response_url", "response_urls", "trigger_id", "authorizations")


class _Origin(TypedDict):
    """What every Inbound of one body has in common."""

    event_id: str
    channel: str
    at: datetime
    address: str
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePress:
    """Somebody pressed the button that opens the form. ``trigger_id`` works for 3 seconds.

    ``external_id`` is the message pressed, ``question`` what it asks, ``language`` its language.
    """

    trigger_id: str
    external_id: str
    question: str
    language: str


def decode(body: bytes) -> Mapping[str, Any]:
    """Give what an HTTP call holds: JSON (events), a form with JSON in ``payload`` (presses and
    forms), or a form (commands). An empty mapping for anything else.
    """
    try:
        if body.lstrip()[:1] == b"{":
            return _mapping(orjson.loads(body))
        fields = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100))
        return _mapping(orjson.loads(fields["payload"])) if "payload" in fields else fields
    except ValueError:
        return {}


def from_payload(body: object, *, now: datetime, commands: Collection[str] = ()) -> list[Inbound]:
    """Give what a body tells us: one value, or none for what is not for us. Never raises.

    ``now`` is the time of what Slack does not date. ``commands`` are the names of the staff
    commands: one of them alone in a direct message is a command, as is ``/name ...`` or
    ``afterword name ...``; anything longer may be a customer's answer and is read as one.
    """
    given = _mapping(body)
    match given.get("type"):
        case "event_callback":
            found = _read_event(given, now, commands)
        case "block_actions":
            found = _read_press(given, now)
        case "view_submission":
            found = _read_form(given, now)
        case _:
            found = _read_command(given, now)
    return [found] if found else []


def read_write(body: object) -> WritePress | None:
    """Give the press on the button that opens the form, or None."""
    given = _mapping(body)
    if given.get("type") != "block_actions":
        return None
    for action in _actions(given):
        trigger_id, place = given.get("trigger_id"), _place(given)
        if action.get("action_id") == WRITE and isinstance(trigger_id, str) and place:
            return WritePress(
                trigger_id=trigger_id,
                external_id=place,
                question=_question(_mapping(given.get("message"))),
                language=words(action.get("value")),
            )
    return None


def is_revoked(body: object) -> bool:
    """Whether Slack says that our token is worth nothing any more."""
    given = _mapping(body)
    event = _mapping(given.get("event"))
    if given.get("type") != "event_callback":
        return False
    revoked = event.get("type") == "tokens_revoked" and _mapping(event.get("tokens")).get("bot")
    return bool(revoked) or event.get("type") == "app_uninstalled"


def challenge(body: object) -> str:
    """Give the word Slack wants to hear when it checks the address it was given, or ""."""
    given = _mapping(body)
    return words(given.get("challenge")) if given.get("type") == "url_verification" else ""


def _read_event(
    body: Mapping[str, Any], now: datetime, commands: Collection[str]
) -> Inbound | None:
    event = _mapping(body.get("event"))
    event_id = words(body.get("event_id"))
    if not _ID.fullmatch(event_id.upper()):
        return None
    if event.get("type") == "user_change":
        user = _mapping(event.get("user"))
        address = _id(user, "id")
        if not address or user.get("deleted") is not True:
            return None
        origin = _origin(body, event_id, address, _moment(event.get("event_ts")) or now)
        return StatusChanged(
            **origin, status=DeliveryState.BOUNCED, reason="the account was deactivated"
        )
    if event.get("type") == "message":
        return _read_message(body, event, commands, now)
    return None


def _read_message(
    body: Mapping[str, Any], event: Mapping[str, Any], commands: Collection[str], now: datetime
) -> Inbound | None:
    """Read a direct message, or words in a thread of a channel; not our own, not another bot's,
    not an edit. What is said in a channel outside of threads is nothing to us.
    """
    address, channel = _id(event, "user"), _id(event, "channel")
    kind = event.get("channel_type")
    if not address or kind not in ("im", *_SHARED) or event.get("bot_id"):
        return None
    if event.get("subtype", "") not in _READ_KINDS:
        return None
    text = read_text(event.get("text"))
    if not text:
        return None
    ts, thread = words(event.get("ts")), words(event.get("thread_ts"))
    origin = _origin(body, words(body.get("event_id")), address, _moment(ts) or now)
    replied = f"{channel}:{thread}" if channel and _TS.fullmatch(thread) and thread != ts else ""
    if kind in _SHARED:
        return Replied(**origin, text=text, external_id=replied, shared=True) if replied else None
    if command := _command_in(text, commands):
        return CommandGiven(**origin, text=command)
    return Replied(**origin, text=text, external_id=replied)


def _command_in(text: str, commands: Collection[str]) -> str:
    """Give the command a direct message is, or "" where it may be an answer."""
    if found := _OUR_NAME.fullmatch(text):
        return "/" + found[1].strip().lstrip("/")
    if re.match(r"/\w", text):
        return text
    word = text.casefold()
    return f"/{word}" if word in commands and word not in _ANYBODYS else ""


def _read_press(body: Mapping[str, Any], now: datetime) -> Inbound | None:
    address = _id(_mapping(body.get("user")), "id")
    pressed = [
        action
        for action in _actions(body)
        if words(action.get("action_id")).startswith(_ANSWER) and words(action.get("value"))
    ]
    moment = words(pressed[0].get("action_ts")) if pressed else ""
    if not address or not _TS.fullmatch(moment):
        return None
    return Replied(
        **_origin(body, f"press.{address}.{moment}", address, _moment(moment) or now),
        payloads=tuple(words(action.get("value")) for action in pressed),
        external_id=_place(body),
    )


def _read_form(body: Mapping[str, Any], now: datetime) -> Inbound | None:
    """Read the words of a sent form. One sent again is the same event, unless it was changed."""
    view = _mapping(body.get("view"))
    address, view_id = _id(_mapping(body.get("user")), "id"), _id(view, "id")
    place = words(view.get("private_metadata"))
    values = _mapping(_mapping(view.get("state")).get("values"))
    text = words(_mapping(_mapping(values.get("words")).get("words")).get("value"))
    if not address or not view_id or not text or view.get("callback_id") != FORM:
        return None
    digest = sha256(text.encode()).hexdigest()[:12]
    return Replied(
        **_origin(body, f"form.{view_id}.{digest}", address, now),
        text=text,
        external_id=place if _PLACE.fullmatch(place) else "",
        revealing=True,
    )


def _read_command(body: Mapping[str, Any], now: datetime) -> Inbound | None:
    """Read a slash command, which Slack sends as a form without a type."""
    address, trigger_id = _id(body, "user_id"), words(body.get("trigger_id"))
    if not address or not trigger_id or not words(body.get("command")).startswith("/"):
        return None
    text = read_text(body.get("text")).lstrip("/") or "help"
    digest = sha256(trigger_id.encode()).hexdigest()[:24]
    return CommandGiven(**_origin(body, f"command.{digest}", address, now), text=f"/{text}")


def _origin(body: Mapping[str, Any], event_id: str, address: str, at: datetime) -> _Origin:
    kept = {key: value for key, value in body.items() if key not in _SECRETS}
    return _Origin(event_id=event_id, channel="slack", at=at, address=address, raw=kept)


def _actions(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    actions = body.get("actions")
    return [_mapping(action) for action in actions] if isinstance(actions, list) else []


def _place(body: Mapping[str, Any]) -> str:
    """Give what we call the message that was pressed, or ""."""
    container = _mapping(body.get("container"))
    place = f"{words(container.get('channel_id'))}:{words(container.get('message_ts'))}"
    return place if _PLACE.fullmatch(place) else ""


def _question(message: Mapping[str, Any]) -> str:
    """Give the words of a message of ours, from its sections."""
    blocks = message.get("blocks")
    sections = [_mapping(block) for block in blocks] if isinstance(blocks, list) else []
    said = [_mapping(s.get("text")).get("text") for s in sections if s.get("type") == "section"]
    return "\n".join(text for part in said if (text := words(part)))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _id(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _moment(ts: object) -> datetime | None:
    """Give the time of Slack's ``1700000000.000100``."""
    if not isinstance(ts, str) or not _TS.fullmatch(ts):
        return None
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return None
