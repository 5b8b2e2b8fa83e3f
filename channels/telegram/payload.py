"""Telegram's words: a Message as a Bot API call, and an update as an Inbound. Pure.

Field names and limits: https://core.telegram.org/bots/api
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from channels.chat import name_ends, plain
from channels.telegram.update import from_payload
from surveys.message import Button, Message

__all__ = ["Call", "from_payload", "to_payload"]

_WIDEST_ROW = 6  # eleven values as 0-5 and 6-10; eight still fit a phone, six are easy to hit
_CAPTION = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the Bot API: its method, its parameters as JSON values, and a picture's bytes."""

    method: str
    params: Mapping[str, Any]
    photo: bytes = b""


def to_payload(message: Message) -> Call:
    """Give the call that says a message.

    A message that ``replaces`` another edits it in place; one with a picture is always a new one,
    with its text as the caption. Texts are plain: no parse mode, so nothing needs escaping.

    Words are answered by writing them, without ForceReply: Telegram lets a message be edited only
    if it carries no markup or an inline keyboard, and ours are edited to show what was recorded.
    What a mail says around a question (greeting, reason, footer, stop link) has no place in a chat,
    where ``/stop`` is a command.
    """
    params: dict[str, Any] = {"chat_id": plain(message.address)}
    if message.image:
        method = "sendPhoto"
        params["caption"] = _text(message) or plain(message.image.alt)[:_CAPTION]
    else:
        method = "editMessageText" if message.replaces else "sendMessage"
        params["text"] = _text(message)
        params["link_preview_options"] = {"is_disabled": True}
        if message.replies_to and message.replies_to[0].isdecimal():
            params["reply_parameters"] = {
                "message_id": int(message.replies_to[0]),
                "allow_sending_without_reply": True,
            }
        if message.replaces:
            params["message_id"] = int(message.replaces) if message.replaces.isdecimal() else 0
    rows = [[_key(button) for button in row] for row in _rows(message.buttons)]
    rows += [[{"text": plain(link.label), "url": link.url}] for link in message.links]
    if rows:
        params["reply_markup"] = {"inline_keyboard": rows}
    return Call(method=method, params=params, photo=message.image.png if message.image else b"")


def _text(message: Message) -> str:
    # A question is answered here; only a note's link leads on to somewhere.
    link = message.link if not (message.buttons or message.question_id) else ""
    head = "\n\n".join(part for part in (message.notice, message.text) if part)
    return plain("\n".join(part for part in (head, name_ends(message), link) if part))


def _key(button: Button) -> dict[str, str]:
    label = plain(button.label)
    return {"text": f"✓ {label}" if button.chosen else label, "callback_data": button.payload}


def _rows(buttons: Sequence[Button]) -> list[list[Button]]:
    """Lay buttons out: a scale's values in balanced rows, everything else in rows of its own."""
    rows: list[list[Button]] = []
    for scaled, group in groupby(buttons, key=lambda button: button.value is not None):
        run = list(group)
        rows.extend(_balanced(run) if scaled else ([button] for button in run))
    return rows


def _balanced(run: Sequence[Button]) -> list[list[Button]]:
    """Share a scale among the fewest rows, the longer ones first: 11 is 6 + 5, 7 is 4 + 3."""
    count = -(-len(run) // _WIDEST_ROW)
    width = -(-len(run) // count)
    return [list(run[start : start + width]) for start in range(0, len(run), width)]
