"""Phrases: numbers and other people's words, fitted for one line of a chat. Pure."""

import re
import unicodedata
from collections.abc import Sequence

from bot.words.rounding import round_half_up

__all__ = [
    "clean",
    "count",
    "decimal",
    "fitted",
    "fold",
    "listing",
    "percent",
    "round_half_up",
    "signed",
]

_JOINERS = "\u200c\u200d"  # Persian and Indic scripts and emoji families need them
_MENTION = re.compile(r"(?<!\w)@(?=\w)|<(?=[!@#])")


def clean(text: str) -> str:
    """Give text as one line: line breaks become spaces; control, bidirectional, private and
    unpaired surrogate characters go.
    """
    shown = (c if _shows(c) else " " if c.isspace() else "" for c in text)
    return " ".join("".join(shown).split())


def fold(text: str, limit: int) -> str:
    """Give somebody else's words as one harmless line of at most ``limit`` characters.

    Cleaned; what a chat could read as a mention (``@channel``, ``<!channel>``) is broken by a
    zero-width space; what is too long ends in ``…``.
    """
    safe = _MENTION.sub(lambda found: found.group() + "\u200b", clean(text))
    return safe if len(safe) <= limit else safe[: limit - 1].rstrip() + "…"


def _shows(character: str) -> bool:
    if character.isspace():
        return False
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co") or character in _JOINERS


def count(n: int, noun: str, plural: str = "") -> str:
    """Give a number with its noun: ``1 answer``, ``1,204 answers``."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def listing(words: Sequence[str], last: str = "or") -> str:
    """Give words as a list in a sentence: ``a, b or c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def fitted(blocks: Sequence[str], room: int = 3800) -> list[str]:
    """Give as many blocks as one message holds, and say how many are left out."""
    shown: list[str] = []
    for block in blocks:
        room -= len(block) + 2
        if room < 0:
            left = len(blocks) - len(shown)
            return [*shown, f"{count(left, 'block')} more do not fit. Name a survey or metric."]
        shown.append(block)
    return shown


def signed(score: float) -> str:
    """Give a net score as whole points with its sign: ``+42``, ``−7``, ``0``."""
    points = round_half_up(score)
    return f"{'+' if points > 0 else '−' if points < 0 else ''}{abs(points)}"


def decimal(number: float) -> str:
    """Give a number with one decimal, none where it is whole: ``5.8``, ``90``."""
    tenths = round_half_up(number * 10)
    return f"{tenths / 10:.0f}" if tenths % 10 == 0 else f"{tenths / 10:.1f}"


def percent(share: float) -> str:
    """Give a share of one as whole percent: ``38 %``."""
    return f"{round_half_up(share * 100)} %"
