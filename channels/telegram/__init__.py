"""Telegram: its block in config.yaml, what it can do, and its translation. Cheap to import.

`channels.telegram.adapter` holds the adapter; it needs aiogram, which takes 6 s to import, and is
therefore imported only where the channel is configured.
"""

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from channels.telegram.payload import Call, from_payload, to_payload
from surveys.message import Capabilities, Offers

__all__ = ["CAPABILITIES", "Call", "Settings", "from_payload", "to_payload"]

CAPABILITIES = Capabilities(
    max_text=4096,  # sendMessage's limit; a caption has 1024
    max_buttons=100,
    button_text=64,  # Telegram names no limit; phones cut longer ones
    payload_bytes=64,
    edits=True,
    images=True,
    offers=Offers.BUTTONS,
    rate=25.0,  # Telegram's FAQ: about 30 messages a second for a bot
    concurrency=10,
    resend=True,
    notes={"writes_first": "once the customer has opened the chat by their link"},
)
"""What a bot can do. ``writes_first`` holds because an address exists only after ``/start``."""

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+", re.ASCII)
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
_RATE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:/\s*s)?\s*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The ``telegram`` block of config.yaml.

    ``token`` is what @BotFather gave. ``mode`` is how updates come in: ``polling`` needs nothing,
    ``webhook`` needs a ``secret`` of one's own choice and a public https address. ``api_base`` is
    where the Bot API is. ``rate`` is how many messages a second may leave, ``25/s`` or ``25``.

    :raises ValueError: in words for whoever wrote the block.
    """

    token: str = field(repr=False)
    mode: Literal["polling", "webhook"] = "polling"
    secret: str = field(default="", repr=False)
    api_base: str = "https://api.telegram.org"
    rate: float | str = "25/s"

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.token):
            raise ValueError(
                "token does not look like a Telegram bot token (digits, a colon, letters): "
                "copy it again from @BotFather"
            )
        if self.mode not in ("polling", "webhook"):
            raise ValueError("mode must be polling or webhook")
        self._check_secret()
        base = urlsplit(self.api_base)
        if base.scheme not in ("http", "https") or not base.hostname:
            raise ValueError("api_base must be an address such as https://api.telegram.org")
        if not 0 < self.per_second <= 1000:
            raise ValueError("rate must be more than 0 and at most 1000 a second, such as 25/s")

    def _check_secret(self) -> None:
        if self.mode == "webhook" and not self.secret:
            raise ValueError("mode: webhook needs a secret: choose one and set it here")
        if self.secret and not _SECRET.fullmatch(self.secret):
            raise ValueError(
                "secret may hold only the letters A-Z and a-z, digits, _ and -, at most 256 of them"
            )

    @property
    def per_second(self) -> float:
        """Messages a second."""
        found = _RATE.fullmatch(str(self.rate))
        if found is None:
            raise ValueError("rate must be a number a second, such as 25/s")
        return float(found[1])
