"""What an update of the Bot API tells us. Pure, and calm about anything that is not an update.

Only private chats are conversations. From a group we take commands that name this bot
(``/results@our_bot``), presses on our own buttons, and the group's change of id.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypedDict

from surveys.inbound import (
    CommandGiven,
    Inbound,
    Linked,
    Moved,
    OptedOut,
    Replied,
    StatusChanged,
    Unblocked,
)
from surveys.invitation import DeliveryState

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+(.*))?", re.DOTALL)
_START = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_GONE = ("kicked", "left")


class _Origin(TypedDict):
    """What every Inbound of one update has in common."""

    event_id: str
    channel: str
    at: datetime
    address: str
    raw: Mapping[str, Any]


def from_payload(update: object, *, now: datetime, username: str = "") -> list[Inbound]:
    """Give what an update tells us: one value, or none for what is not for us.

    ``now`` is the time of things Telegram does not date (presses). ``username`` is the bot's own;
    without it a group's command is taken whichever bot it names. Never raises.
    """
    body = _mapping(update)
    event_id = _number(body, "update_id")
    if not event_id:
        return []
    if query := _mapping(body.get("callback_query")):
        found = _read_press(query, _Reading(body, event_id, now))
    elif message := _mapping(body.get("message")):
        found = _read_message(message, _Reading(body, event_id, now), username.casefold())
    elif change := _mapping(body.get("my_chat_member")):
        found = _read_membership(change, _Reading(body, event_id, now))
    else:
        found = None
    return [found] if found else []


class _Reading:
    """The update being read, and the stamp its Inbound will carry."""

    def __init__(self, update: Mapping[str, Any], event_id: str, now: datetime) -> None:
        self._update, self._event_id, self._now = update, event_id, now

    def origin(self, address: str, date: object = None) -> _Origin:
        """Give the common fields; ``date`` is Telegram's, seconds since 1970."""
        return _Origin(
            event_id=self._event_id,
            channel="telegram",
            at=_moment(date) or self._now,
            address=address,
            raw=self._update,
        )


def _read_press(query: Mapping[str, Any], reading: _Reading) -> Inbound | None:
    message = _mapping(query.get("message"))
    chat, sender = _mapping(message.get("chat")), _number(_mapping(query.get("from")), "id")
    address = _number(chat, "id") or sender
    data = _words(query.get("data"))
    if not address or not data:
        return None
    return Replied(
        **reading.origin(address),
        payloads=(data,),
        external_id=_number(message, "message_id"),
        by="" if sender == address else sender,
    )


def _read_message(message: Mapping[str, Any], reading: _Reading, username: str) -> Inbound | None:
    chat, sender = _mapping(message.get("chat")), _mapping(message.get("from"))
    address, date = _number(chat, "id"), message.get("date")
    if not address or sender.get("is_bot") is True:
        return None
    text = _said(message)
    if chat.get("type") != "private":
        if moved := _number(message, "migrate_to_chat_id"):
            return Moved(**reading.origin(address, date), new_address=moved)
        return _read_group_command(text, reading.origin(_number(sender, "id"), date), username)
    if found := _COMMAND.fullmatch(text):
        return _read_command(found, reading.origin(address, date))
    if not text:
        return None
    replied = _number(_mapping(message.get("reply_to_message")), "message_id")
    return Replied(**reading.origin(address, date), text=text, external_id=replied)


def _read_command(found: re.Match[str], origin: _Origin) -> Inbound:
    name, rest = found[1].lower(), (found[3] or "").strip()
    if name == "start":
        return Linked(**origin, token=rest if _START.fullmatch(rest) else "")
    if name == "stop":
        return OptedOut(**origin)
    return CommandGiven(**origin, text=f"/{name} {rest}".strip())


def _read_group_command(text: str, origin: _Origin, username: str) -> Inbound | None:
    """Read a command given in a group; it comes from the person, and is answered to them alone."""
    found = _COMMAND.fullmatch(text)
    if not found or not found[2] or not origin["address"]:
        return None
    if username and found[2].casefold() != username:
        return None
    # A private chat is opened only by /start in private: one from a group links nothing.
    return None if found[1].lower() == "start" else _read_command(found, origin)


def _read_membership(change: Mapping[str, Any], reading: _Reading) -> Inbound | None:
    """Read that somebody blocked or unblocked the bot, or took it out of a group."""
    chat = _mapping(change.get("chat"))
    address = _number(chat, "id")
    before = _mapping(change.get("old_chat_member")).get("status")
    after = _mapping(change.get("new_chat_member")).get("status")
    if not address:
        return None
    origin = reading.origin(address, change.get("date"))
    private = chat.get("type") == "private"
    if after in _GONE:
        status = DeliveryState.BLOCKED if private else DeliveryState.BOUNCED
        return StatusChanged(**origin, status=status, reason="the bot was blocked or removed")
    if private and before in _GONE:
        return Unblocked(**origin)
    return None


def _said(message: Mapping[str, Any]) -> str:
    """Give the words of a message: its text, a picture's caption, or the face a sticker stands for.

    A voice message or a bare picture has none, and is not an answer we could read.
    """
    sticker = _mapping(message.get("sticker"))
    return next(
        (
            words
            for given in (message.get("text"), message.get("caption"), sticker.get("emoji"))
            if (words := _words(given))
        ),
        "",
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(body: Mapping[str, Any], key: str) -> str:
    """Give an id as text, or "" where there is none."""
    value = body.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**63:
        return ""
    return str(value)


def _words(value: object) -> str:
    """Give a text that any database and log can hold: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\0", "").strip()


def _moment(date: object) -> datetime | None:
    if not isinstance(date, int) or isinstance(date, bool) or date <= 0:
        return None
    try:
        return datetime.fromtimestamp(date, UTC)
    except (ValueError, OverflowError, OSError):
        return None
