"""Mending: what is said about words that mean nothing, all of them at once, with the whole line as
it was probably meant. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands.phrases import fold, listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """Words that mean nothing, and those that were probably meant, () where nothing is near.

    ``why`` is what is said of this one alone, "" for the usual.
    """

    words: tuple[str, ...]
    near: tuple[str, ...] = ()
    why: str = ""


def tell_slips(slips: Sequence[Slip], line: Sequence[str] = ()) -> str:
    """Say what was not understood. ``line`` is all that was, put right, as it can be sent again."""
    if len(slips) == 1:
        return _tell_one(slips[0])
    said = f"I don't know {listing([_shown(slip) for slip in slips], 'and')}."
    lost = next((slip.why for slip in slips if not slip.near and slip.why), "")
    hint = lost.partition(". ")[2]
    meant = fold(" ".join(line), 200)
    mended = any(slip.near for slip in slips)
    return " ".join(filter(None, (said, f"Did you mean: {meant}?" if mended else "", hint)))


def _tell_one(slip: Slip) -> str:
    if slip.why:
        return slip.why
    return f"I don't know {_shown(slip)}. Did you mean {' '.join(slip.near)}?"


def _shown(slip: Slip) -> str:
    return f"'{fold(' '.join(slip.words), 40)}'"
