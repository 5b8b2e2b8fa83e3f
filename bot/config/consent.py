"""The consent block: what asking rests on where nothing is recorded of a person."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from bot.config.faults import quote
from bot.config.place import Place
from bot.config.reading import CLOSED, read_block
from bot.config.shape import Names
from surveys.consent import FEEDBACK, Basis, Standing

PURPOSE = re.compile(r"[a-z][a-z0-9_-]{0,39}")
"""What a purpose may be called; business systems write it into their calls."""


@dataclass(frozen=True, kw_only=True)
class ConsentShape:
    """``consent:``."""

    SECTION: ClassVar = "consent"
    __pydantic_config__: ClassVar = CLOSED

    basis: Basis = Basis.LEGITIMATE_INTEREST
    purposes: Names = (FEEDBACK,)
    channels: Names = ()


def read_consent(place: Place, channels: Collection[str]) -> Standing:
    """Give what stands where nothing is recorded; the usual where there is no block, or where it
    has faults. ``channels`` are those of the file.
    """
    shape = read_block(ConsentShape, place) if place.exists else ConsentShape()
    if shape is None:
        return Standing()
    for number, channel in enumerate(shape.channels):
        if channel not in channels:
            at = _item(place.at("channels"), number)
            at.unknown("channel", channels, hint="name channels of this file")
    for number, purpose in enumerate(shape.purposes):
        check_purpose(_item(place.at("purposes"), number), purpose)
    return Standing(basis=shape.basis, purposes=shape.purposes, channels=shape.channels)


def check_purpose(place: Place, purpose: str) -> None:
    """Report a purpose that cannot be called so."""
    if not PURPOSE.fullmatch(purpose):
        hint = "small letters, digits, - and _, at most 40: research"
        place.fault(f"{quote(purpose)} cannot be the name of a purpose", hint=hint)


def _item(place: Place, number: int) -> Place:
    return place.at(number) if isinstance(place.value, list) else place
