"""/help: what can be written, and what the answers mean."""

from collections.abc import Mapping, Sequence

from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import suggest
from bot.commands.phrases import fold, listing
from bot.commands.rights import SPELLED, may
from bot.periods import FORMS


def help_command(others: Sequence[Command]) -> Command:
    """Give the command that explains the others, and itself."""

    async def answer(context: Context, words: Sequence[str]) -> Reply:
        role = context.member.role
        known = {c.name: c for c in (*others, explained) if may(role, c.name)}
        if not words:
            return Reply(text=_overview(context, tuple(known.values())))
        return Reply(text=_one(words[0].lstrip("/").casefold(), known))

    explained = Command(
        name="help",
        summary="this list; /help results explains a command",
        forms="/help [command]",
        explanation="Without a command: the list of commands.",
        examples=(("/help results", "what can be asked, and what the numbers mean"),),
        answer=answer,
    )
    return explained


def _overview(context: Context, commands: Sequence[Command]) -> str:
    blocks = [
        f"/{command.name}: {command.summary}\n"
        + "\n".join(f"  {written}" for written, _ in command.examples)
        for command in commands
    ]
    return "\n\n".join(("What you can ask", *blocks, f"Periods: {FORMS}.", _rights(context)))


def _rights(context: Context) -> str:
    member = context.member
    head = f"You are {fold(member.name, 60)}, {SPELLED[member.role]}: you see"
    if context.teams is None:
        return f"{head} every team."
    if not context.teams:
        return f"{head} no team yet. Ask whoever keeps config.yaml to add your teams."
    return f"{head} {listing(context.teams, 'and')}."


def _one(name: str, known: Mapping[str, Command]) -> str:
    command = known.get(name)
    if command is None:
        near = suggest(name, known)
        hint = f" Did you mean /help {near}?" if near else ""
        return f"There is no command '{fold(name, 40)}'.{hint} /help lists them all."
    examples = "\n".join(f"  {written}  ({meaning})" for written, meaning in command.examples)
    parts = (f"/{command.name}: {command.summary}", command.forms, command.explanation, examples)
    return "\n\n".join(parts)
