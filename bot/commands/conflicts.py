"""/conflicts: addresses that two contacts claim; managers say whose they are."""

from collections.abc import Sequence

from bot.commands.answers import spell_time
from bot.commands.context import Command, Context, Reply
from bot.commands.grammar import GrammarError
from bot.commands.phrases import count, fold
from surveys.conflict import Conflict, Settled, Verdict
from surveys.contact import Contact
from surveys.masking import mask_address

PAGE = 10
"""Conflicts in one message: at their longest they still fit (`bot.commands.MOST_CHARACTERS`)."""

_NAME, _KEY = 60, 60
_NONE = "No address is claimed by two."
_FORMS = "Write /conflicts, /conflicts page 2, or /conflicts give, keep or merge and a number."


async def answer_conflicts(context: Context, words: Sequence[str]) -> Reply:
    """List one page of conflicts, or settle one.

    :raises GrammarError: where the words cannot be read.
    """
    if not words:
        return await _list(context, 1)
    head, rest = words[0].casefold(), words[1:]
    if head == "page":
        return await _list(context, _number(rest, 1))
    if head not in tuple(Verdict):
        raise GrammarError(f"I don't know '{fold(words[0], 40)}'. {_FORMS}")
    return await _settle(context, Verdict(head), _number(rest, 1))


def _number(words: Sequence[str], most: int) -> int:
    if len(words) != most or not (words[0].isascii() and words[0].isdigit() and len(words[0]) < 10):
        raise GrammarError(f"A number is missing. {_FORMS}")
    return max(int(words[0]), 1)


async def _list(context: Context, page: int) -> Reply:
    found = await context.store.list_conflicts(PAGE + 1, (page - 1) * PAGE)
    if not found:
        return Reply(text=_NONE if page == 1 else f"Page {page} is empty.")
    blocks = [spell_conflict(conflict, context.config.timezone) for conflict in found[:PAGE]]
    more = f"\nMore: /conflicts page {page + 1}" if len(found) > PAGE else ""
    return Reply(text="\n\n".join(("Addresses that two claim", *blocks, HOW + more)))


HOW = (
    "give N: it is whose it is claimed to be. keep N: it stays, and who claims it is not asked "
    "there (a family's telephone). merge N: both are one person."
)
"""What can be done about a conflict."""


def spell_conflict(conflict: Conflict, timezone: str) -> str:
    """Give one conflict in two lines, its address masked."""
    since = spell_time(conflict.since, timezone)
    times = f", {count(conflict.times, 'time')} by now" if conflict.times > 1 else ""
    return (
        f"{conflict.id} · {conflict.channel} {_mask(conflict)}\n"
        f"belongs to {_who(conflict.owner)}; claimed by {_who(conflict.claimant)}"
        f" since {since}{times}"
    )


def _mask(conflict: Conflict) -> str:
    masked = mask_address(conflict.channel, conflict.value)
    return fold(masked or f"…{conflict.value[-3:]}", 60)


def _who(contact: Contact) -> str:
    name = fold(contact.name, _NAME)
    key = fold(contact.keys[0], _KEY) if contact.keys else ""
    return name if name == key or not key else f"{name} ({key})"


async def _settle(context: Context, verdict: Verdict, number: int) -> Reply:
    found = [c for c in await context.store.load_conflicts({number}) if c.is_open]
    if not found:
        return Reply(text=f"There is no open conflict {number}. /conflicts lists them.")
    conflict = found[0]
    owner, claimant = _who(conflict.owner), _who(conflict.claimant)
    if verdict is Verdict.MERGE and not context.sure:
        return Reply(
            text=f"{owner} and {claimant} become one person, with everything of both. This cannot "
            "be taken back.",
            confirm=True,
        )
    settled = await context.store.settle_conflict(number, verdict, context.member.name, context.now)
    if settled is Settled.STOPPED:
        return Reply(
            text=f"Whoever was reached there asked us not to, so it stays with {owner}. "
            f"If both are one person: /conflicts merge {number}"
        )
    if settled is Settled.UNKNOWN:
        return Reply(text=f"Conflict {number} was settled by somebody else meanwhile.")
    return Reply(text=f"{number} · {_DONE[verdict].format(owner=owner, claimant=claimant)}")


_DONE = {
    Verdict.GIVE: "The address is {claimant}'s now.",
    Verdict.KEEP: "The address stays with {owner}. {claimant} is not asked there.",
    Verdict.MERGE: "{owner} and {claimant} are one person now.",
}

CONFLICTS = Command(
    name="conflicts",
    summary="addresses that two people claim, for managers and admins",
    forms="/conflicts [page N]\n/conflicts give, keep or merge N",
    explanation=(
        "An address belongs to whoever had it first; when your systems say that it is somebody "
        f"else's, nothing is guessed and it stands here. {HOW} A merge cannot be taken back and "
        "asks first. Where somebody has stopped us at an address, it cannot be given away."
    ),
    examples=(
        ("/conflicts", "what is open, the oldest first"),
        ("/conflicts keep 12", "the address stays where it is"),
        ("/conflicts merge 12", "both are one person"),
    ),
    answer=answer_conflicts,
)
