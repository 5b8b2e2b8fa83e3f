"""Spoken: what customers speak of, as links that limit the comments to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.commands.context import Context
from bot.commands.phrases import fold
from bot.commands.spans import before
from bot.commands.theme_counting import count_period
from bot.periods import Period
from bot.results.asked import Asked
from bot.words import Words
from surveys.report import Filter
from surveys.tone import Tone

_TONES = (Tone.NEGATIVE, Tone.MIXED, Tone.POSITIVE, Tone.NEUTRAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One link: what it says, where it leads (away from it where it is ``chosen``), and what the
    number beside it means.
    """

    label: str
    number: str
    address: str
    chosen: bool
    hint: str = ""


async def list_spoken(
    context: Context, asked: Asked, wanted: Filter, period: Period
) -> tuple[Choice, ...]:
    """Give the themes of enough people, the most common first; and the one that is chosen."""
    old = before(period)
    earlier = replace(wanted, since=old.since, until=old.until)
    table = await count_period(
        context.store, context.counting, context.config.gists, wanted, earlier
    )
    words = context.words
    moved = {"more": words.say("more_than_before"), "less": words.say("less_than_before")}
    choices = [
        Choice(
            label=fold(row.theme.name(words.code), 40),
            number=f"{words.whole(row.people)} · {words.percent(row.share)}",
            address=_address(asked, "theme", row.theme.id),
            chosen=asked.theme == row.theme.id,
            hint=moved.get(row.shift.verdict, ""),
        )
        for row in table.rows
    ]
    chosen = context.config.gists.theme(asked.theme)
    if chosen and not any(choice.chosen for choice in choices):
        few = Choice(
            label=fold(chosen.name(words.code), 40),
            number=words.say("fewer_people", n=table.minimum),
            address=_address(asked, "theme", chosen.id),
            chosen=True,
        )
        choices.append(few)
    return tuple(choices)


def list_tones(asked: Asked, words: Words) -> Sequence[Choice]:
    """Give the tones."""
    return [
        Choice(
            label=words.say(f"sounds_{tone.value}"),
            number="",
            address=_address(asked, "tone", tone.value),
            chosen=asked.tone == tone,
        )
        for tone in _TONES
    ]


def _address(asked: Asked, name: str, value: str) -> str:
    """Give the address that chooses something, or no longer does."""
    chosen = getattr(asked, name) == value
    return asked.address(**{name: "" if chosen else value}, page="")
