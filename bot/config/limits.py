"""The limits block: how much asking ``plan`` lets pass."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator

from bot.config import units
from bot.config.faults import nearest, quote
from bot.config.place import Place
from bot.config.reading import CLOSED, read_block
from bot.config.shape import Whole
from bot.config.units import UnfitError

_OFTEN = re.compile(r"([0-9]{1,4})\s+in\s+(\S.*)")
_LONGEST = timedelta(days=92)


@dataclass(frozen=True, slots=True, kw_only=True)
class Often:
    """So many times at most within a stretch of time, wherever it begins. ``written`` is how."""

    most: int
    within: timedelta
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a plan must not exceed; None and empty for no limit.

    ``per_person`` is how often one person is asked, ``messages_per_person`` counts reminders and
    other channels, too. ``per_day`` is messages a day, over all channels, and ``channels`` over
    one each.
    """

    per_person: Often | None = None
    messages_per_person: Often | None = None
    per_day: int | None = None
    channels: Mapping[str, int] = field(default_factory=dict)


def read_often(value: object) -> Often:
    """Read ``2 in 30d``.

    :raises UnfitError: for anything else, or more than 92 days.
    """
    found = _OFTEN.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or not int(found[1]):
        raise UnfitError("how often is expected here", hint="write it like 2 in 30d")
    within = units.read_duration(found[2])
    if not timedelta(0) < within <= _LONGEST:
        raise UnfitError("this is longer than a plan looks back", hint="92d is the most")
    return Often(most=int(found[1]), within=within, written=f"{found[1]} in {found[2].strip()}")


@dataclass(frozen=True, kw_only=True)
class LimitsShape:
    """``limits:``."""

    SECTION: ClassVar = "limits"
    __pydantic_config__: ClassVar = CLOSED

    per_person: Annotated[Often, PlainValidator(read_often)] | None = None
    messages_per_person: Annotated[Often, PlainValidator(read_often)] | None = None
    per_day: Whole | None = None
    channels: Any = None


def read_limits(place: Place, channels: Collection[str]) -> Limits:
    """Give the limits; none where there is no block, or where it has faults."""
    shape = read_block(LimitsShape, place) if place.exists else None
    if shape is None:
        return Limits()
    return Limits(
        per_person=shape.per_person,
        messages_per_person=shape.messages_per_person,
        per_day=shape.per_day,
        channels=_read_channels(place.at("channels"), channels),
    )


def _read_channels(place: Place, known: Collection[str]) -> Mapping[str, int]:
    if place.value is None:
        return {}
    if not isinstance(place.value, Mapping):
        place.fault("channels with messages a day are expected here", hint="{ sms: 1000 }")
        return {}
    for name, most in place.value.items():
        at = place.at(name)
        if name not in known:
            hint = "" if nearest(str(name), known) else f"known: {', '.join(known)}"
            at.key_fault(f"unknown channel {quote(str(name))}", known=known, hint=hint)
        elif not isinstance(most, int) or isinstance(most, bool) or most < 1:
            at.fault("a whole number of messages a day is expected here", hint=f"{name}: 1000")
    return {str(name): most for name, most in place.value.items() if isinstance(most, int)}
