"""What the tests of the configuration share: small channels of their own, and variables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest

from bot.config import Config, Registry, load_config


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
def load(
    tmp_path: Path,
    registry: Registry,
    environ: Mapping[str, str],
    request: pytest.FixtureRequest,
) -> Callable[..., Config]:
    """Loads a text below the ``HEAD`` of the test's file, or below another; ``more__b`` is what
    stands in ``more/b.yaml``.
    """

    def load(text: str, head: str = request.module.HEAD, **files: str) -> Config:
        for name, content in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        path = tmp_path / "config.yaml"
        path.write_text(head + text, encoding="utf-8")
        return load_config(path, environ, registry=registry)

    return load


@pytest.fixture
def environ() -> Mapping[str, str]:
    return {
        "WRITE_KEY": "write-key-value",
        "TELEGRAM_TOKEN": "12345:telegram-value",
        "CRM_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "EMPTY": "",
    }
