"""The rigs there are, gathered from ``tests/channels/<name>/rig.py`` of every channel.

Such a file gives ``RIGS``: the channel's name, or its name and a way it can be run
("telegram-polling"), and how to build that rig; and ``SECRETS``: what the ``${NAME}`` of its sample
block stand for in tests.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Any

from channels import CHANNELS
from tests.channels.rig import Rig

_FILES: Mapping[str, Any] = {name: import_module(f"tests.channels.{name}.rig") for name in CHANNELS}

RIGS: Mapping[str, Callable[[], AbstractAsyncContextManager[Rig]]] = {
    key: build for file in _FILES.values() for key, build in file.RIGS.items()
}
"""Channel, or channel and mode -> how to build its rig."""

SAMPLE_SECRETS: Mapping[str, str] = {
    name: text for file in _FILES.values() for name, text in getattr(file, "SECRETS", {}).items()
}
"""What the ``${NAME}`` of the sample blocks stand for in tests."""
