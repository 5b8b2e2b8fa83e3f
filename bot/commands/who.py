"""/who: who am I to the bot, and what may I; for admins: who is who."""

from collections.abc import Sequence

from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError
from bot.commands.phrases import fold, listing
from bot.commands.rights import RIGHTS, SPELLED, may
from surveys.staff import Role, StaffMember

_EVERYBODY = frozenset({"all", "everybody", "everyone", "is who"})
_MOST = 60


async def answer_who(context: Context, words: Sequence[str]) -> Reply:
    """Tell the asker of themselves, or an admin of everybody.

    :raises GrammarError: where the words cannot be read.
    """
    said = " ".join(words).casefold()
    if said in ("", "am i", "ami"):
        also = "\n\n/who all lists everybody." if context.member.role is Role.ADMIN else ""
        return Reply(text=_me(context.member) + also)
    if said not in _EVERYBODY:
        raise GrammarError("Write /who, or as an admin /who all.")
    if context.member.role is not Role.ADMIN:
        return Reply(text="/who all is for admins.")
    staff = sorted(context.config.staff, key=lambda m: (-list(Role).index(m.role), m.name))
    lines = [_line(member) for member in staff[:_MOST]]
    if len(staff) > _MOST:
        lines.append(f"and {len(staff) - _MOST} more")
    return Reply(text="\n".join(("Who is who", *lines)))


def _me(member: StaffMember) -> str:
    mine = [f"/{line}" for line in RIGHTS if may(member.role, *_split(line))]
    return (
        f"You are {fold(member.name, 60)}, {SPELLED[member.role]}.\n"
        f"You see {_teams(member)}.\nYou may: {', '.join(mine)}."
    )


def _split(line: str) -> tuple[str, tuple[str, ...]]:
    name, _, word = line.partition(" ")
    return name, (word,) if word else ()


def _teams(member: StaffMember) -> str:
    if member.sees_all:
        return "every team"
    return f"the teams {listing(member.teams, 'and')}" if member.teams else "no team yet"


def _line(member: StaffMember) -> str:
    on = ", ".join(member.addresses) or "no channel"
    return f"{fold(member.name, 60)}, {SPELLED[member.role]}: {_teams(member)}; on {on}"


WHO = Command(
    name="who",
    summary="who you are to the bot, and what you may",
    forms="/who\n/who all",
    explanation="Roles and teams stand under staff: in config.yaml. Admins see everybody's.",
    examples=(("/who", "yourself"), ("/who all", "everybody, for admins")),
    answer=answer_who,
)
