"""Slack: its block in config.yaml, what it can do, and its translation. Cheap to import.

`channels.slack.adapter` holds the adapter; it needs slack_sdk, which comes with slack-bolt, and is
therefore imported only where the channel is configured.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from channels.slack.payload import Call, from_payload, to_payload
from surveys.message import Capabilities, Offers

__all__ = ["CAPABILITIES", "Call", "Settings", "from_payload", "to_payload"]

CAPABILITIES = Capabilities(
    max_text=4000,  # Slack's advice for a message; a block holds 3,000, so there may be two
    max_buttons=100,  # 25 in a block of actions, 50 blocks in a message
    button_text=72,  # 75, less the tick before a chosen one
    payload_bytes=2000,  # a button's value
    max_caption=3000,
    markup="blocks",
    edits=True,
    images=True,
    offers=Offers.BUTTONS,
    rate=5.0,  # "several hundred messages a minute" for a workspace, one a second in a channel
    concurrency=10,
    finds_by="email",
    notes={"max_text": "a block holds 3,000: longer texts are split over two"},
)
"""What an app can do. Limits: https://docs.slack.dev/reference/block-kit/blocks and
https://docs.slack.dev/apis/web-api/rate-limits"""

_RATE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:/\s*s)?\s*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The ``slack`` block of config.yaml.

    ``bot_token`` (xoxb-...) is what the app got when it was installed. With ``app_token``
    (xapp-...) news comes by Socket Mode, over a connection of our own making; without it, Slack
    calls ``{public_url}/slack`` and signs with ``signing_secret``. ``api_base`` is where the Web
    API is. ``rate`` is how many messages a second may leave, ``5/s`` or ``5``.

    :raises ValueError: in words for whoever wrote the block.
    """

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    api_base: str = "https://slack.com/api/"
    rate: float | str = "5/s"

    def __post_init__(self) -> None:
        _check_token(
            "bot_token", self.bot_token, "xoxb-", "'OAuth & Permissions', Bot User OAuth Token"
        )
        if self.app_token:
            _check_token(
                "app_token", self.app_token, "xapp-", "'Basic Information', App-Level Tokens"
            )
        elif not self.signing_secret:
            raise ValueError(
                "set app_token for Socket Mode, or signing_secret for calls to {public_url}/slack: "
                "both are under 'Basic Information' of your app at api.slack.com/apps"
            )
        if not self.signing_secret.isascii() or re.search(r"\s", self.signing_secret):
            raise ValueError(
                "signing_secret holds letters and digits only: copy it again from "
                "'Basic Information' of your app"
            )
        base = urlsplit(self.api_base)
        if base.scheme not in ("http", "https") or not base.hostname:
            raise ValueError("api_base must be an address such as https://slack.com/api/")
        if not 0 < self.per_second <= 100:
            raise ValueError("rate must be more than 0 and at most 100 a second, such as 5/s")

    @property
    def per_second(self) -> float:
        """Messages a second."""
        found = _RATE.fullmatch(str(self.rate))
        if found is None:
            raise ValueError("rate must be a number a second, such as 5/s")
        return float(found[1])


def _check_token(name: str, token: str, prefix: str, where: str) -> None:
    if not re.fullmatch(rf"{prefix}[A-Za-z0-9-]+", token, re.ASCII):
        raise ValueError(
            f"{name} must begin with {prefix}: copy it from your app's page at "
            f"api.slack.com/apps, {where}"
        )
