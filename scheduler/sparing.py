"""Sparing: how much is said to whoever may be a program."""

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.outbox import Messages
from storage.store import Transaction
from surveys.inbound import Inbound
from surveys.message import Capabilities

UNREAD = 2
"""Mails that may say that an answer was not understood, or came too late: for each invitation, and
each day where there is none. Then we keep what is written and say nothing: it may be a program that
writes, and two programs would go on for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparing:
    """Counts what was said about what was not taken as an answer."""

    transaction: Transaction
    channels: Mapping[str, Capabilities]

    async def spare(self, item: Inbound, messages: Messages, about: str) -> Messages:
        """Give the messages where not too much was said already about what was not taken as an
        answer. Only mail is so sparing: programs answer mails by themselves.
        """
        if not messages or not self.channels[item.channel].subject:
            return messages
        key = f"unread:{item.channel}:{about}"
        said = (await self.transaction.take_counters({key}))[key]
        if said >= UNREAD:
            return ()
        await self.transaction.save_counters({key: said + 1})
        return messages
