"""Start a channel, and take in what comes over it."""

import asyncio
import logging

from bot.gateway import Gateway
from channels.base import Channel
from channels.errors import ChannelError

log = logging.getLogger("afterword.service")

START_AGAIN = 30.0
"""Seconds until a channel that did not start is tried again."""


async def listen(channel: Channel, gateway: Gateway) -> None:
    """Start a channel and take from it; a provider that is away is tried again."""
    while True:
        try:
            await channel.start()
            break
        except ChannelError as error:
            log.error("channel %s did not start: %s", channel.name, error)
            await asyncio.sleep(START_AGAIN)
        except Exception:
            log.exception("channel %s did not start", channel.name)
            await asyncio.sleep(START_AGAIN)
    await gateway.listen(channel.name)
