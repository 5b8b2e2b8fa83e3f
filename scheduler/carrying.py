"""Carrying: one message is handed to its channel, wherever its address has moved, and a picture
that the provider will not take costs nobody the words that go with it.
"""

import logging
from dataclasses import replace

from channels.base import Channel, Receipt
from channels.errors import (
    BadResponse,
    ChannelError,
    Misconfigured,
    Rejected,
    Relocated,
    Retryable,
    Uncertain,
)
from surveys.message import Message

log = logging.getLogger("afterword.dispatch")

_REFUSED = (Rejected, BadResponse, Misconfigured)
"""Where trying again would not help: too large, a file that is not taken, a right that is missing.
Where it is the token that is wrong, the words are refused as well, and the caller hears of it."""

_LATER = (Retryable, Uncertain)


async def carry(channel: Channel, message: Message) -> tuple[Receipt, str]:
    """Send a message; give the new address, too, where the provider named one, else "".

    :raises ChannelError: where it did not get there, or nobody knows.
    """
    try:
        return await send_shown(channel, message), ""
    except Relocated as error:  # nothing was sent; a note has no other way to the new place
        moved = replace(message, address=error.new_address)
        return await send_shown(channel, moved), error.new_address


async def send_shown(channel: Channel, message: Message, *, at_once: bool = False) -> Receipt:
    """Send a message; where its picture is refused, send its words without it. ``at_once`` is for
    somebody who is waiting: a picture that could be sent later is not waited for either.

    :raises ChannelError: where the words do not get there; without ``at_once`` also where the
        picture may yet, so that it is tried again.
    """
    try:
        return await channel.send(message)
    except ChannelError as error:
        given_up = (*_REFUSED, *_LATER) if at_once else _REFUSED
        if message.image is None or not isinstance(error, given_up):
            raise
        log.warning("channel %s: a picture did not go out, its words do: %s", channel.name, error)
        words = without_picture(message, str(error), channel.capabilities.max_text)
    return await channel.send(words)


def without_picture(message: Message, why: str, room: int) -> Message:
    """Give a message that says what its picture shows, and why it is not there."""
    shown = message.image.alt if message.image else ""
    lost = f"(The picture could not be sent: {why})"
    text = "\n\n".join(part for part in (message.text, shown, lost) if part)
    return replace(message, text=text[:room], image=None)
