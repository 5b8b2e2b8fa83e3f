"""The retention block: how long things are remembered."""

import re
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import PlainValidator

from bot.config.model import Retention
from bot.config.place import Place
from bot.config.reading import CLOSED, read_block
from bot.config.units import UnfitError

SHORTEST, LONGEST = 30, 3660
FATES = {
    "decisions": "decisions are forgotten",
    "answers": "answers become nobody's: counts stay, names, addresses and words go",
    "comments": "comment cards are deleted",
    "conversations": "what came in and what was written about cases is deleted",
    "events": "events are deleted",
    "contacts": "people of whom nothing was heard are forgotten; their answers stay in the counts",
}
"""Rule -> what becomes of what it is about."""

_DAYS = re.compile(r"([0-9]{1,4})\s*([dw])")


def read_keep(value: object) -> timedelta:
    """Read ``400d`` or ``60w``.

    :raises UnfitError: for anything else, and for less than a month or more than ten years.
    """
    found = _DAYS.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise UnfitError("a time in days or weeks is expected here", hint="write 400d or 60w")
    days = int(found[1]) * (7 if found[2] == "w" else 1)
    if not SHORTEST <= days <= LONGEST:
        message = "this is too short" if days < SHORTEST else "this is too long"
        raise UnfitError(message, hint=f"between {SHORTEST}d and {LONGEST}d")
    return timedelta(days=days)


Keep = Annotated[timedelta, PlainValidator(read_keep)]


@dataclass(frozen=True, kw_only=True)
class RetentionShape:
    """``retention:``."""

    SECTION: ClassVar = "retention"
    __pydantic_config__: ClassVar = CLOSED

    decisions: Keep = Retention().decisions
    answers: Keep | None = None
    comments: Keep | None = None
    conversations: Keep | None = None
    events: Keep | None = None
    contacts: Keep | None = None


SHAPES = (RetentionShape,)


def read_retention(place: Place) -> Retention:
    """Give how long things are kept; the usual where there is no block, or where it has faults."""
    shape = read_block(RetentionShape, place) if place.exists else None
    if shape is None:
        return Retention()
    return Retention(**{each.name: getattr(shape, each.name) for each in fields(Retention)})


def spell_rule(rule: str, keep: timedelta) -> str:
    """Say what a rule does, in a sentence."""
    return f"After {keep.days:,} days {FATES[rule]}."
