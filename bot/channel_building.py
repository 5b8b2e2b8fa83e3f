"""Build the channels that the file names, each with its settings and what it may know."""

import secrets
from collections.abc import Callable
from datetime import datetime

from bot.commands import COMMANDS
from bot.config import Config
from channels import CHANNELS
from channels.base import Channel, Surroundings
from channels.sandbox import Sandbox
from channels.web import Settings as WebSettings
from surveys.staff import addresses_of


def build_channels(config: Config, key: bytes, clock: Callable[[], datetime]) -> dict[str, Channel]:
    """Give each channel by its name; ``key`` signs its links. The page is always among them, since
    links in messages need it.
    """
    around = _surroundings(config, key, clock)
    channels: dict[str, Channel] = {}
    for name, wanted in config.channels.items():
        entry = CHANNELS[name]
        if wanted.sandbox:
            channels[name] = Sandbox(name=name, capabilities=entry.capabilities(), clock=clock)
        else:
            channels[name] = entry.adapter_class().build(wanted.settings, around)
    if "web" not in channels:
        channels["web"] = CHANNELS["web"].adapter_class().build(WebSettings(cards=False), around)
    return channels


def _surroundings(config: Config, key: bytes, clock: Callable[[], datetime]) -> Surroundings:
    service = config.service
    return Surroundings(
        public_url=service.public_url,
        company=service.name,
        privacy_url=service.privacy_url,
        language=service.language,
        languages=config.languages,
        key=key,
        clock=clock,
        nonce=lambda: secrets.token_urlsafe(9),
        commands=tuple((c.name, c.summary) for c in COMMANDS.values()),
        colleagues=addresses_of(config.staff),
    )
