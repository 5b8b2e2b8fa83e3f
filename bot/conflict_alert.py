"""What managers read when addresses are claimed by two. Pure: values in, Message out."""

from collections.abc import Sequence

from bot.commands.conflicts import spell_conflict
from scheduler.rules import Rules
from surveys.conflict import Conflict
from surveys.message import Message

MOST_CHARACTERS = 1500


def compose_conflicts(
    rules: Rules, conflicts: Sequence[Conflict], total: int, address: str
) -> Message:
    """Name some of the conflicts and how many more there are; ``address`` is the colleague's."""
    what = "An address is" if total == 1 else f"{total:,} addresses are"
    rest = total - len(conflicts)
    lines = [
        f"{what} claimed by somebody they do not belong to"
        if total > 1
        else f"{what} claimed by somebody it does not belong to",
        *(spell_conflict(conflict, rules.timezone) for conflict in conflicts),
        *([f"and {rest:,} more"] if rest else []),
        "/conflicts lists them, and says what to do.",
    ]
    return Message(address=address, text="\n\n".join(lines)[:MOST_CHARACTERS])
