"""Telegram: the call of the Bot API, shown."""

from bot.preview.painters import Stage
from bot.preview.pictures import Bubble, Chat, Key, Part
from channels.telegram.payload import to_payload
from surveys.message import Message

LONG = 500
"""Characters above which Telegram's limits are reached sooner (its FAQ on sending in bulk)."""


def paint(message: Message, _stage: Stage) -> Chat:
    """Show the text and the keyboard below it."""
    params = to_payload(message).params
    text = str(params.get("text") or params.get("caption") or "")
    keyboard = params.get("reply_markup", {}).get("inline_keyboard", [])
    rows = tuple(tuple(_key(key["text"]) for key in row) for row in keyboard)
    remarks: tuple[str, ...] = ()
    if len(text) > LONG:
        why = f"Telegram slows a bot down sooner when its texts are longer than {LONG}"
        remarks = (f"{len(text)} characters: {why}",)
    return Chat(bubbles=(Bubble(parts=(Part(text=text),), rows=rows),), remarks=remarks)


def _key(label: str) -> Key:
    return Key(label=label, chosen=label.startswith("✓ "))
