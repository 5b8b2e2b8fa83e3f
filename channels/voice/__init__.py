"""Phone calls in the Twilio dialect: the block in config.yaml and what a call can do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from channels.twilio import check_account, read_rate
from surveys.message import Capabilities, Offers

__all__ = ["CAPABILITIES", "Settings"]

CAPABILITIES = Capabilities(
    max_text=1000,  # two minutes of speech; longer than anybody listens
    max_buttons=12,  # 0 to 10 and "skip"
    button_text=60,
    payload_bytes=64,
    replies=False,
    inline=True,
    offers=Offers.NONE,
    receipts=True,
    rate=1.0,  # Twilio: one new call a second
    concurrency=5,
    finds_by="sms",
    notes={
        "max_buttons": "keys of the telephone; the star key opens a menu",
        "replies": "a comment is recorded, and the recording linked",
        "max_text": "two minutes of speech",
    },
)
"""A call is placed by `send` and then answers like a page: each key pressed is a call of ours by
the provider, and the next question is what it gets (``inline``). A number to write to can be
called as well (``finds_by``). A call that may have been placed is never placed again.
"""

_NUMBER = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The ``voice`` block of config.yaml.

    account_sid, auth_token   from the provider's console
    sender      written ``from``: the number that calls
    api_base    where the API is
    ten         how a 10 is pressed: ``#``, two digits that the hash key ends, or ``*``, one key
    voices      language -> name of a voice, where the provider's own choice is not wanted
    machine_detection   hang up where an answering machine takes the call
    rate        calls a second, ``1/s`` or ``1``

    :raises ValueError: in words for whoever wrote the block.
    """

    KEYS: ClassVar[Mapping[str, str]] = {"from": "sender"}

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    api_base: str = "https://api.twilio.com"
    ten: Literal["#", "*"] = "#"
    voices: Mapping[str, str] = field(default_factory=dict)
    machine_detection: bool = False
    rate: float | str = "1/s"

    def __post_init__(self) -> None:
        check_account(self.account_sid, self.auth_token, self.api_base)
        if not _NUMBER.fullmatch(self.sender):
            raise ValueError("'from' must be a number in quotes, such as \"+358501234567\"")
        if self.ten not in ("#", "*"):
            raise ValueError('ten must be "#" (1, 0, then hash) or "*" (the star key), in quotes')
        for language, voice in self.voices.items():
            if not _LANGUAGE.fullmatch(language) or not voice.strip():
                raise ValueError("voices map a language to a voice, such as { lv: Google.lv-LV-… }")
        _ = self.per_second

    @property
    def per_second(self) -> float:
        """Calls a second."""
        return read_rate(self.rate)

    @property
    def capabilities(self) -> Capabilities:
        """What this sender can do."""
        return replace(CAPABILITIES, rate=self.per_second)
