"""The drivers there are: one a channel, in ``tests/channels/<name>/driver.py``."""

from importlib import import_module

from channels import CHANNELS
from tests.bot.drivers.driver import Driver


def driver_of(name: str) -> type[Driver]:
    """Give the class that plays a channel's people."""
    found: type[Driver] = import_module(f"tests.channels.{name}.driver").DRIVER
    assert found.name == name
    return found


NAMES = sorted(CHANNELS)
