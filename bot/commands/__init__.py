"""Staff commands, the same on every channel: text in, Message out.

`Commands` finds who asks, reads the line and answers it. A colleague who is not listed gets
nothing at all. Each command is a file of this package that ends in a `Command`.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import blake2b
from secrets import token_bytes

from bot.commands.comments import COMMENTS
from bot.commands.conflicts import CONFLICTS
from bot.commands.context import (
    Command,
    Context,
    Release,
    Reply,
    ReportStore,
    StaffConfig,
    release_nothing,
)
from bot.commands.grammar import GrammarError, split_line, suggest
from bot.commands.help import help_command
from bot.commands.periods import PeriodError
from bot.commands.phrases import fold
from bot.commands.responses import RESPONSES
from bot.commands.results import RESULTS
from bot.commands.why import WHY
from surveys.message import Message
from surveys.staff import StaffMember, find_member

__all__ = ["COMMANDS", "MOST_CHARACTERS", "Commands", "ReportStore", "StaffConfig"]

MOST_CHARACTERS = 4000
"""Telegram takes 4,096 (https://core.telegram.org/bots/api#sendmessage), others more."""

_ASKED = (RESULTS, RESPONSES, COMMENTS, WHY, CONFLICTS)

COMMANDS: Mapping[str, Command] = {
    command.name: command for command in (*_ASKED, help_command(_ASKED))
}
"""Name -> command: the one table. Adding a command adds one line here."""

_log = logging.getLogger(__name__)


class Commands:
    """Answers staff commands.

    ``config`` gives the configuration as it is now, so that a change applies at once; ``clock``
    gives the moment, aware; ``release`` lets a held press count.
    """

    def __init__(
        self,
        *,
        store: ReportStore,
        config: Callable[[], StaffConfig],
        clock: Callable[[], datetime],
        release: Release = release_nothing,
    ) -> None:
        self._store, self._config, self._clock = store, config, clock
        self._release = release
        # Strangers are told apart in the log by a hash that means nothing after a restart.
        self._salt = token_bytes(16)

    def knows(self, channel: str, address: str) -> bool:
        """Whether that address is a listed colleague's; anybody else is a customer."""
        return bool(address) and find_member(self._config().staff, channel, address) is not None

    async def answer(self, channel: str, address: str, text: str) -> Message | None:
        """Give the message that answers a line, to be sent by the caller; None to a stranger.

        A line that cannot be read is answered by what to write instead. The text has at most
        `MOST_CHARACTERS`. Errors of the store pass through.
        """
        config = self._config()
        member = find_member(config.staff, channel, address) if address else None
        if member is None:
            mark = blake2b(address.encode("utf-8", "replace"), key=self._salt, digest_size=4)
            _log.warning("a stranger wrote a command on %s (%s)", channel, mark.hexdigest())
            return None
        reply = await self._reply(member, config, text)
        return Message(address=address, text=_cut(reply.text), image=reply.image)

    async def _reply(self, member: StaffMember, config: StaffConfig, text: str) -> Reply:
        context = Context(
            member=member,
            config=config,
            store=self._store,
            now=self._clock(),
            release=self._release,
        )
        name, words = split_line(text)
        command = COMMANDS.get(name)
        if command is None:
            return Reply(text=_unknown(name))
        try:
            return await command.answer(context, words)
        except (GrammarError, PeriodError) as fault:
            return Reply(text=f"{fault}\n/help {name} shows all that can be written.")


def _unknown(name: str) -> str:
    known = ", ".join(f"/{command}" for command in COMMANDS)
    if near := suggest(name, COMMANDS):
        return f"I don't know '{fold(name, 40)}'. Did you mean /{near}?"
    return f"I answer {known}. /help shows how."


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
