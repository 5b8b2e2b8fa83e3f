"""/audit: who asked the bot for what, newest first; for admins."""

from collections.abc import Sequence

from bot.commands.answers import spell_time
from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError, suggest
from bot.commands.phrases import clean, fold
from bot.commands.rights import RIGHTS
from surveys.audit import Entry
from surveys.message import Button

PAGE = 15

_FORMS = "Write /audit, /audit by Mia, /audit export or /audit page 2."
_COMMANDS = frozenset(line.partition(" ")[0] for line in RIGHTS)


async def answer_audit(context: Context, words: Sequence[str]) -> Reply:
    """List one page of the audit.

    :raises GrammarError: where the words cannot be read.
    """
    person, command, page = _read(context, tuple(words))
    found = await context.store.list_audit(person, command, PAGE + 1, (page - 1) * PAGE)
    limits = [f"by {fold(person, 60)}"] if person else []
    limits += [f"/{command}"] if command else []
    head = " · ".join(("Audit", *limits, f"page {page}" if page > 1 else "newest first"))
    if not found:
        return Reply(text=f"{head}\n\nNothing is noted.{_meant(context, person)}")
    zone = context.config.timezone
    lines = "\n".join(_spell(entry, zone) for entry in found[:PAGE])
    if len(found) <= PAGE:
        return Reply(text=f"{head}\n\n{lines}")
    more = f"/audit{_again(person, command)} page {page + 1}"
    button = Button(label="Older", payload=more) if len(more.encode()) <= 64 else None
    return Reply(text=f"{head}\n\n{lines}\n\nOlder: {more}", buttons=(button,) if button else ())


def _read(context: Context, words: tuple[str, ...]) -> tuple[str, str, int]:
    person, command, page = "", "", 1
    while words:
        head, rest = words[0].casefold(), words[1:]
        if head == "page" and rest and rest[0].isascii() and rest[0].isdigit():
            page, words = max(1, int(rest[0][:6])), rest[1:]
        elif head == "by" and rest:
            person, taken = _person(context, rest)
            words = rest[taken:]
        elif head.lstrip("/") in _COMMANDS:
            command, words = head.lstrip("/"), rest
        else:
            near = suggest(head, _COMMANDS)
            hint = f"Did you mean {near}?" if near else _FORMS
            raise GrammarError(f"I don't know '{fold(words[0], 40)}'. {hint}")
    return person, command, page


def _person(context: Context, words: Sequence[str]) -> tuple[str, int]:
    """Give whose name the words begin with, and how many words it is; who left is known by one."""
    names = {member.name.casefold(): member.name for member in context.config.staff}
    for size in range(min(4, len(words)), 0, -1):
        if name := names.get(" ".join(words[:size]).casefold()):
            return name, size
    return clean(words[0]), 1


def _meant(context: Context, person: str) -> str:
    near = suggest(person, [member.name for member in context.config.staff]) if person else ""
    return f" Did you mean {near}?" if near not in ("", person) else ""


def _again(person: str, command: str) -> str:
    by = f' by "{person}"' if " " in person else f" by {person}" if person else ""
    return by + (f" {command}" if command else "")


def _spell(entry: Entry, timezone: str) -> str:
    note = entry.note
    who = f"{note.person}, {note.role.replace('_', ' ')}" if note.role else note.person
    return (
        f"{entry.number} · {spell_time(note.at, timezone)} · {fold(who, 70)} · {note.channel}\n"
        f"  {fold(note.line, 110)} · {note.verdict}"
    )


AUDIT = Command(
    name="audit",
    summary="who asked the bot for what, for admins",
    forms="/audit [by COLLEAGUE] [COMMAND] [page N]",
    explanation=(
        "Every command is noted before it is carried out, those that were refused too. Customers' "
        "names and addresses are masked. The entries are chained by hashes: `./afterword audit "
        "verify` says whether anybody changed or removed one."
    ),
    examples=(
        ("/audit", "the latest"),
        ("/audit by Mia", "one colleague's; longer names in quotes"),
        ("/audit pause page 2", "one command's, older ones"),
    ),
    answer=answer_audit,
)
