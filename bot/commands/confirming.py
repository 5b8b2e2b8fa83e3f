"""Confirming: what cannot be taken back is asked once more, of the same person, once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Protocol

from bot.commands.context import Reply
from surveys.message import Button

LIVES = timedelta(minutes=5)
"""How long a question whether something is meant can be answered."""

YES, NO = "yes", "no"

NOTHING = (
    "There is nothing to confirm: it was done or left already, it is more than five minutes ago, "
    "or something else was asked since."
)
LEFT = "Nothing was done."


class Drawer(Protocol):
    """What confirming asks of the store."""

    async def ask_confirmation(self, who: str, code: str, line: str, until: datetime, /) -> None:
        """Keep what somebody is asked to confirm."""

    async def take_confirmation(self, who: str, code: str, now: datetime, /) -> str:
        """Give what they are asked to confirm and take it away."""


async def ask(drawer: Drawer, who: str, line: str, reply: Reply, now: datetime) -> Reply:
    """Give a reply with the question whether its command is meant.

    ``who`` is the channel and address it is asked at: the answer counts from there only.
    """
    code = token_hex(6)
    await drawer.ask_confirmation(who, code, line, now + LIVES)
    how = "To do it press Yes or write /yes within five minutes. /no leaves it."
    return Reply(
        text=f"{reply.text}\n\n{how}",
        image=reply.image,
        buttons=(
            Button(label="Yes", payload=f"/{YES} {code}"),
            Button(label="No", payload=f"/{NO} {code}"),
        ),
    )


async def take(drawer: Drawer, who: str, words: Sequence[str], now: datetime) -> str:
    """Give the command that ``/yes`` or ``/no`` is about, "" for none. It counts once."""
    return await drawer.take_confirmation(who, words[0][:40] if words else "", now)
