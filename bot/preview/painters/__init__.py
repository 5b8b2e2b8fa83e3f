"""Painters: one file a channel, imported only where that channel is shown.

A painter takes the very payload its channel would send apart again, so that what is shown is what
is sent. A channel without a painter of its own is shown as a plain chat.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from bot.preview.pictures import Picture
from surveys.language import Languages
from surveys.message import Message

PAINTERS: Mapping[str, str] = {
    name: f"bot.preview.painters.{name}"
    for name in ("email", "messenger", "slack", "sms", "telegram", "voice", "web")
}
"""Channel -> the module whose ``paint`` shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What painting needs beside the message. ``settings`` is the channel's own block, None where
    it is played by the sandbox or not set up; ``web_settings`` is the page's.
    """

    company: str
    privacy_url: str
    languages: Languages
    settings: Any = None
    web_settings: Any = None


Painter = Callable[[Message, Stage], Picture]


def painter_of(channel: str) -> Painter:
    """Give what paints a channel."""
    module = import_module(PAINTERS.get(channel, "bot.preview.painters.chat"))
    found: Painter = module.paint
    return found
