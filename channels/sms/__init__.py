"""SMS in the Twilio dialect: its block in config.yaml and what a text message can do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from channels.twilio import check_account, read_rate
from surveys.message import Capabilities

__all__ = ["CAPABILITIES", "Settings"]

CAPABILITIES = Capabilities(
    max_text=1600,  # Twilio's limit for one message, error 21617 above it
    max_buttons=0,
    button_text=0,
    payload_bytes=0,
    receipts=True,
    rate=1.0,  # Twilio: one segment a second for an ordinary number
    concurrency=10,
    notes={
        "max_text": "paid for by the part: 160 or 70 characters, as `preview` counts them",
        "replies": "a sender that is a name cannot be answered: it links to the page instead",
        "daily_max": "the setting `daily_max` makes one, and it is hard",
    },
)
"""A text that may have been sent is never sent again (``resend`` is False): it would be paid for
twice and read twice.
"""

LINK_ROOM = 300
"""Characters kept free for two links with their words, where the text cannot be answered."""

_NUMBER = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_SHORT = re.compile(r"\d{3,8}", re.ASCII)
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}", re.ASCII)
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &+_.-]{1,11}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The ``sms`` block of config.yaml.

    account_sid, auth_token   from the provider's console
    sender      written ``from``: a number, a short code, a name (then nobody can answer by text),
                or a messaging service (MG…)
    api_base    where the API is
    daily_max   text messages a day at most; None: no budget
    countries   where we may write, as two letters (FI, EE); empty: everywhere
    rate        messages a second, ``1/s`` or ``1``

    :raises ValueError: in words for whoever wrote the block.
    """

    KEYS: ClassVar[Mapping[str, str]] = {"from": "sender"}

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    api_base: str = "https://api.twilio.com"
    daily_max: int | None = None
    countries: tuple[str, ...] = ()
    rate: float | str = "1/s"

    def __post_init__(self) -> None:
        check_account(self.account_sid, self.auth_token, self.api_base)
        known = (_NUMBER, _SHORT, _SERVICE, _NAME)
        if not any(kind.fullmatch(self.sender) for kind in known):
            raise ValueError(
                "'from' must be a number such as \"+358501234567\", a short code, a name of at"
                " most 11 letters and digits, or a messaging service (MG…)"
            )
        if self.daily_max is not None and self.daily_max < 1:
            raise ValueError("daily_max is how many messages a day may cost money: 1 or more")
        for country in self.countries:
            if not _COUNTRY.fullmatch(country):
                raise ValueError("countries are written in two capital letters, such as [FI, EE]")
        _ = self.per_second

    @property
    def per_second(self) -> float:
        """Messages a second."""
        return read_rate(self.rate)

    @property
    def is_service(self) -> bool:
        """Whether the sender is a messaging service, which picks the number itself."""
        return _SERVICE.fullmatch(self.sender) is not None

    @property
    def is_name(self) -> bool:
        """Whether the sender is a name: nobody can answer it, nor send it STOP."""
        numbered = _NUMBER.fullmatch(self.sender) or _SHORT.fullmatch(self.sender)
        return not numbered and not self.is_service

    @property
    def capabilities(self) -> Capabilities:
        """What this sender can do."""
        own = replace(CAPABILITIES, rate=self.per_second, daily_max=self.daily_max)
        if not self.is_name:
            return own
        return replace(own, replies=False, links=True, max_text=own.max_text - LINK_ROOM)
