"""Follow-ups: ``only_if``, ``remind`` and ``fallback`` of triggers, milestones and campaigns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.config.place import Place
from bot.config.questions import Tongue, read_texts
from bot.config.reading import CLOSED, read_block
from bot.config.shape import Duration, Line, Texts, Whole, read_condition
from bot.config.units import UnfitError, read_duration
from surveys.condition import Condition
from surveys.follow_up import FollowUp


@dataclass(frozen=True, kw_only=True)
class RemindShape:
    """``remind:``."""

    SECTION: ClassVar = "remind"
    __pydantic_config__: ClassVar = CLOSED

    after: Duration
    times: Annotated[Whole, Field(le=5)] = 1
    via: Line = ""
    text: Texts = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FallbackShape:
    """``fallback:``."""

    SECTION: ClassVar = "fallback"
    __pydantic_config__: ClassVar = CLOSED

    after: Duration


SHAPES = (RemindShape, FallbackShape)


def read_follow_up(
    place: Place, via: Sequence[str], channels: Sequence[str], tongue: Tongue, expires: timedelta
) -> FollowUp:
    """Give what a rule says of silence. ``via`` are its channels, ``channels`` those of the file,
    ``expires`` how long it is open.
    """
    remind = _read(place.at("remind"), RemindShape)
    fallback = None
    if not _names_channel(place.at("fallback"), channels):
        fallback = _read(place.at("fallback"), FallbackShape)
    if remind and remind.via and remind.via not in channels:
        place.at("remind").at("via").unknown("channel", channels)
    for key, shape in (("remind", remind), ("fallback", fallback)):
        if shape and shape.after >= expires:
            hint = "make it shorter, or expires longer"
            place.at(key).key_fault(f"{key} would come after it has expired", hint=hint)
    if fallback and len(via) < 2:
        hint = "name another channel: via: [telegram, email]"
        place.at("fallback").key_fault("fallback needs a second channel in via", hint=hint)
    text = remind.text if remind else {}
    return FollowUp(
        only_if=_read_condition(place.at("only_if")),
        remind_after=remind.after if remind else None,
        times=remind.times if remind else 1,
        remind_via=remind.via if remind else "",
        text=read_texts(place.at("remind").at("text"), text, tongue) if text else {},
        fallback_after=fallback.after if fallback else None,
    )


def _names_channel(place: Place, channels: Sequence[str]) -> bool:
    """Report a fallback that says to which channel, not when; give whether it does."""
    named = isinstance(place.value, str) and place.value in channels
    if named:
        hint = "say after how long; it turns to the next channel of via: fallback: 1d"
        place.fault("a duration is expected here, not a channel", hint=hint)
    return named


def _read_condition(place: Place) -> Condition | None:
    if place.value is None:
        return None
    try:
        return read_condition(place.value)
    except UnfitError as error:
        place.fault(error.message, hint=error.hint, column=error.column)
        return None


def _read(place: Place, shape: type[Any]) -> Any:
    """Give a block as its shape; a plain duration is its ``after``."""
    if place.value is None:
        return None
    if isinstance(place.value, Mapping):
        return read_block(shape, place)
    try:
        return shape(after=read_duration(place.value))
    except UnfitError as error:
        place.fault(error.message, hint=error.hint)
        return None
