"""Staff commands, the same on every channel: text in, Message out.

`Commands` finds who asks and whether they may, notes it, reads the line and answers it. Somebody
who is not listed gets nothing at all. Each command is a file of this package that ends in a
`Command`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes

from bot.commands.audit import AUDIT
from bot.commands.campaigns import CAMPAIGNS
from bot.commands.case import CASE
from bot.commands.cases import CASES
from bot.commands.comments import COMMENTS
from bot.commands.compare import COMPARE
from bot.commands.confirming import LEFT, NO, NOTHING, YES, ask, take
from bot.commands.conflicts import CONFLICTS
from bot.commands.context import (
    Act,
    Command,
    Context,
    Desk,
    PageLink,
    Release,
    Reply,
    Say,
    StaffConfig,
    act_on_nothing,
    link_nowhere,
    release_nothing,
    say_to_nobody,
)
from bot.commands.export import EXPORT
from bot.commands.find import FIND
from bot.commands.grammar import GrammarError, split_line, suggest
from bot.commands.help import help_command
from bot.commands.journeys import JOURNEYS
from bot.commands.pausing import PAUSE, RESUME
from bot.commands.phrases import fold, listing
from bot.commands.register import Register
from bot.commands.report_store import ReportStore
from bot.commands.responses import RESPONSES
from bot.commands.results import RESULTS
from bot.commands.rights import SPELLED, allowed_roles, may, right
from bot.commands.send import SEND
from bot.commands.trend import TREND
from bot.commands.uncertain import UNCERTAIN
from bot.commands.who import WHO
from bot.commands.why import WHY
from bot.periods import PeriodError
from surveys.audit import Verdict
from surveys.message import Message
from surveys.staff import Role, StaffMember, find_member

__all__ = ["COMMANDS", "MOST_CHARACTERS", "Commands", "ReportStore", "StaffConfig"]

MOST_CHARACTERS = 4000
"""Telegram takes 4,096 (https://core.telegram.org/bots/api#sendmessage), others more."""

_ASKED = (
    RESULTS,
    TREND,
    COMPARE,
    CAMPAIGNS,
    JOURNEYS,
    RESPONSES,
    COMMENTS,
    CASES,
    CASE,
    WHY,
    CONFLICTS,
    FIND,
    EXPORT,
    PAUSE,
    RESUME,
    SEND,
    UNCERTAIN,
    WHO,
    AUDIT,
)

COMMANDS: Mapping[str, Command] = {
    command.name: command for command in (*_ASKED, help_command(_ASKED))
}
"""Name -> command: the one table. Adding a command adds one line here, and one to
`bot.commands.rights.RIGHTS`, without which nobody may give it.
"""


class Commands:
    """Answers staff commands.

    ``config`` gives the configuration as it is now, so that a change applies at once; ``clock``
    gives the moment, aware; ``release`` lets a held press count; ``desk`` sets things going;
    ``act`` does casework, ``say`` writes to customers;
    ``page_link`` gives where results are in the browser.
    """

    def __init__(
        self,
        *,
        store: ReportStore,
        config: Callable[[], StaffConfig],
        clock: Callable[[], datetime],
        release: Release = release_nothing,
        desk: Desk | None = None,
        page_link: PageLink = link_nowhere,
        act: Act = act_on_nothing,
        say: Say = say_to_nobody,
    ) -> None:
        self._act, self._say = act, say
        self._store, self._config, self._clock = store, config, clock
        self._release, self._desk, self._page_link = release, desk, page_link
        # Strangers are told apart by a hash that means nothing after a restart.
        self._register = Register(store, clock, token_bytes(16))

    def knows(self, channel: str, address: str) -> bool:
        """Whether that address is a listed colleague's; anybody else is a customer."""
        return bool(address) and find_member(self._config().staff, channel, address) is not None

    async def answer(self, channel: str, address: str, text: str) -> Message | None:
        """Give the message that answers a line, to be sent by the caller; None to a stranger.

        A line that cannot be read is answered by what to write instead. The text has at most
        `MOST_CHARACTERS`. Errors of the store pass through: what cannot be noted is not done.
        """
        config = self._config()
        member = find_member(config.staff, channel, address) if address else None
        name, words = split_line(text)
        if member is None:
            await self._register.turn_away(channel, address, name if name in COMMANDS else "")
            return None
        asker = _Asker(member=member, channel=channel, address=address)
        if name in (YES, NO):
            reply = await self._confirm(asker, config, words, meant=name == YES)
        else:
            reply = await self._reply(asker, config, text)
        return Message(
            address=address,
            text=_cut(reply.text),
            image=reply.image,
            buttons=reply.buttons,
            links=reply.links,
        )

    async def _confirm(
        self, asker: "_Asker", config: StaffConfig, words: Sequence[str], *, meant: bool
    ) -> Reply:
        line = await take(self._store, asker.place, words, self._clock())
        if not line:
            return Reply(text=NOTHING)
        if meant:
            return await self._reply(asker, config, line, sure=True)
        await self._note(asker, split_line(line), Verdict.LEFT)
        return Reply(text=LEFT)

    async def _reply(
        self, asker: "_Asker", config: StaffConfig, text: str, *, sure: bool = False
    ) -> Reply:
        name, words = given = split_line(text)
        command = COMMANDS.get(name)
        if command is None:
            await self._note(asker, (name, ()), Verdict.UNKNOWN)
            return Reply(text=_unknown(name, asker.member.role))
        if not may(asker.member.role, name, words):
            await self._note(asker, given, Verdict.DENIED)
            return Reply(text=spell_denial(asker.member.role, name, words))
        await self._note(asker, given, Verdict.CONFIRMED if sure else Verdict.ALLOWED)
        context = Context(
            member=asker.member,
            config=config,
            store=self._store,
            now=self._clock(),
            release=self._release,
            sure=sure,
            office=self._desk,
            page_link=self._page_link,
            act=self._act,
            say=self._say,
            line=text,
        )
        try:
            reply = await command.answer(context, words)
        except (GrammarError, PeriodError) as fault:
            return Reply(text=f"{fault}\n/help {name} shows all that can be written.")
        if reply.confirm and not sure:
            await self._note(asker, given, Verdict.ASKED)
            return await ask(self._store, asker.place, text, reply, self._clock())
        return reply

    async def _note(
        self, asker: "_Asker", given: tuple[str, Sequence[str]], verdict: Verdict
    ) -> None:
        await self._register.note(asker.member, asker.channel, given, verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asker:
    """Who gave a command, and where: the answer to a question counts from there only."""

    member: StaffMember
    channel: str
    address: str

    @property
    def place(self) -> str:
        return f"{self.channel}:{self.address}:{self.member.name}"


def _unknown(name: str, role: Role) -> str:
    mine = [command for command in COMMANDS if may(role, command)]
    if near := suggest(name, mine):
        return f"I don't know '{fold(name, 40)}'. Did you mean /{near}?"
    return f"I answer {', '.join(f'/{command}' for command in mine)}. /help shows how."


def spell_denial(role: Role, name: str, words: Sequence[str]) -> str:
    """Give why somebody may not give a command, and who may."""
    line = right(name, words)
    who = listing([f"{SPELLED[r]}s" for r in allowed_roles(line)]) or "nobody"
    return f"/{line or name} is for {who}; you are listed as {SPELLED[role]}."


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
