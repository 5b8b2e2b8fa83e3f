"""Recovery in words: how soon customers heard from us, and whether it was put right."""

from datetime import timedelta

from bot.commands.context import Context
from bot.commands.phrases import percent, round_half_up
from surveys.casework import CaseList
from surveys.recovery import Recovered, sum_up

LATELY = timedelta(days=30)
"""How far back the figures go."""

_MOMENT = timedelta(milliseconds=1)  # what happens just now is told of, too


async def read_recovery(context: Context, wanted: CaseList) -> str:
    """Give the figures of the last 30 days in a line, "" where nothing happened to any case."""
    since, until = context.now - LATELY, context.now + _MOMENT
    fates = await context.store.read_fates(wanted, since, until)
    return spell_recovery(sum_up(fates, since, until))


def spell_recovery(figures: Recovered) -> str:
    """Give in a line how soon customers heard from us and whether it was put right; "" where there
    was no case.
    """
    if not figures:
        return ""
    parts = [f"{figures.opened} opened"]
    if figures.first_contact is not None:
        parts.append(f"first contact after {_spell_wait(figures.first_contact)} (median)")
    if figures.promised:
        parts.append(f"{figures.in_time} of {figures.promised} in time")
    parts.append(f"{figures.solved} solved")
    if figures.unreachable:
        parts.append(f"{figures.unreachable} not reachable")
    if figures.answered:
        share = percent(figures.recovered / figures.answered)
        said = f"{figures.recovered} of {figures.answered} customers content again ({share})"
        low, high = (
            round_half_up(100 * end) for end in (figures.interval.low, figures.interval.high)
        )
        parts.append(f"{said}, 95 %: {low}–{high}")
    return f"Last 30 days: {', '.join(parts)}"


def _spell_wait(wait: timedelta) -> str:
    minutes = round(wait.total_seconds() / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours < 24 else f"{hours // 24} d {hours % 24} h"
