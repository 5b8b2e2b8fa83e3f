"""How: one adapter a channel, and the one registry.

`CHANNELS` is the visible table. The module named ``settings`` is cheap to import and holds
``Settings`` (the channel's block in config.yaml) and ``CAPABILITIES``; the module named
``adapter`` may be dear (aiogram takes 6 s) and is imported only where the channel is configured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from channels.base import Channel
from surveys.message import Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where a channel's parts are. ``trait`` is the contact trait that holds its address."""

    settings: str
    adapter: str
    trait: str

    def settings_class(self) -> type[Any]:
        """Give the dataclass of the channel's block in config.yaml."""
        found: type[Any] = import_module(self.settings).Settings
        return found

    def capabilities(self) -> Capabilities:
        """Give what the channel can do before any setting narrows it."""
        found: Capabilities = import_module(self.settings).CAPABILITIES
        return found

    def adapter_class(self) -> type[Channel]:
        """Give the adapter's class, importing its libraries."""
        module, name = self.adapter.split(":")
        found: type[Channel] = getattr(import_module(module), name)
        return found


CHANNELS: Mapping[str, Entry] = {
    "web": Entry(settings="channels.web", adapter="channels.web:Web", trait="web_id"),
    "email": Entry(settings="channels.email", adapter="channels.email:Email", trait="email"),
    "telegram": Entry(
        settings="channels.telegram",
        adapter="channels.telegram.adapter:Telegram",
        trait="telegram_id",
    ),
    "slack": Entry(
        settings="channels.slack", adapter="channels.slack.adapter:Slack", trait="slack_user_id"
    ),
    "messenger": Entry(
        settings="channels.messenger",
        adapter="channels.messenger.adapter:Messenger",
        trait="messenger_psid",
    ),
    "sms": Entry(settings="channels.sms", adapter="channels.sms.adapter:Sms", trait="phone"),
    "voice": Entry(
        settings="channels.voice", adapter="channels.voice.adapter:Voice", trait="phone"
    ),
    "sandbox": Entry(
        settings="channels.sandbox", adapter="channels.sandbox:Sandbox", trait="sandbox_id"
    ),
}
"""Name in config.yaml -> where the channel's code is. Adding a channel adds one line here."""
