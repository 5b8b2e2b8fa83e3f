"""Slack: the blocks of the message, shown."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.preview.painters import Stage
from bot.preview.pictures import Bubble, Chat, Key, Part, Tone
from channels.slack.payload import to_payload
from surveys.message import Message


def paint(message: Message, stage: Stage) -> Chat:
    """Show sections as text, context small, and each block of actions as a row of buttons."""
    bank = stage.languages.get(message.language) or stage.languages["en"]
    blocks = to_payload(message, write=bank.texts["write_here"]).params["blocks"]
    rows = tuple(
        tuple(_key(element) for element in block["elements"])
        for block in blocks
        if block["type"] == "actions"
    )
    return Chat(bubbles=(Bubble(parts=tuple(_parts(blocks)), rows=rows, flow=True),))


def _parts(blocks: Sequence[Mapping[str, Any]]) -> Iterator[Part]:
    for block in blocks:
        if block["type"] == "section":
            yield Part(text=block["text"]["text"])
        elif block["type"] == "context":
            yield from (Part(text=e["text"], tone=Tone.SMALL) for e in block["elements"])
        elif block["type"] == "rich_text":
            pieces = (piece for section in block["elements"] for piece in section["elements"])
            yield from (Part(text=piece.get("url") or piece.get("text", "")) for piece in pieces)


def _key(element: Mapping[str, Any]) -> Key:
    return Key(
        label=element["text"]["text"],
        chosen=element.get("style") == "primary",
        spoken=element.get("accessibility_label", ""),
    )
