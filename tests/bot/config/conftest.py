"""What the tests of the configuration share: small channels of their own, and variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import pytest

from bot.config import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    """A chat.

    token  what the provider gave
    """

    token: str = field(repr=False)
    mode: Literal["polling", "webhook"] = "polling"
    rate: float | str = "25/s"

    def __post_init__(self) -> None:
        if ":" not in self.token:
            raise ValueError(f"token has no colon: {self.token}")  # careless on purpose
        if not str(self.rate)[:1].isdigit():
            raise ValueError("rate must be a number a second, such as 25/s")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """Mail."""

    KEYS: ClassVar[Mapping[str, str]] = {"from": "sender"}

    smtp: str = field(repr=False)
    sender: str
    sessions: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSettings:
    """Nothing to set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    settings: type[Any]

    def settings_class(self) -> type[Any]:
        return self.settings


@pytest.fixture
def registry() -> Registry:
    return {
        "telegram": Registered(settings=TelegramSettings),
        "email": Registered(settings=EmailSettings),
        "web": Registered(settings=NoSettings),
        "sandbox": Registered(settings=NoSettings),
    }


@pytest.fixture
def environ() -> Mapping[str, str]:
    return {
        "WRITE_KEY": "write-key-value",
        "TELEGRAM_TOKEN": "12345:telegram-value",
        "CRM_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "EMPTY": "",
    }
