"""Journeys: surveys at key moments of the customer's way, by time or by experience."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.config.faults import quote
from bot.config.follow_ups import read_follow_up
from bot.config.place import Place
from bot.config.reading import CLOSED, read_block, written_values
from bot.config.rules import Names, check_name, check_survey, read_via
from bot.config.shape import Duration, If, Line, Whole
from bot.config.shape import Names as Lines
from bot.config.units import UnfitError, meant_duration, read_duration
from scheduler.milestones import Journey, Milestone
from surveys.invitation import OPEN_FOR

_ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_WHEN = "say when: after: 7d, before: contract_end, or event: Order Delivered"


@dataclass(frozen=True, kw_only=True)
class MilestoneShape:
    """One milestone. When it is and where it asks are read apart."""

    SECTION: ClassVar = "milestone"
    __pydantic_config__: ClassVar = CLOSED

    name: Annotated[str, Field(min_length=1, max_length=60)]
    survey: Line
    after: Any = None
    before: Any = None
    by: Duration | None = None
    event: Line | None = None
    count: Whole | None = None
    wait: Duration | None = None
    if_: If = None
    via: Any = None
    all: Any = None
    best: Any = None
    max_age: Duration | None = None
    expires: Duration | None = None
    only_if: Any = None
    remind: Any = None
    fallback: Any = None


@dataclass(frozen=True, kw_only=True)
class JourneyShape:
    """One journey. Its milestones are read one by one."""

    SECTION: ClassVar = "journey"
    __pydantic_config__: ClassVar = CLOSED

    starts: Line
    milestones: Annotated[list[Any], Field(min_length=1, max_length=50)]
    ends: Lines = ()
    key: Line | None = None
    if_: If = None


SHAPES = (JourneyShape, MilestoneShape)


def read_journey(place: Place, names: Names) -> Journey | None:
    """Give the journey, or None where it has faults."""
    before = len(place.findings.faults)
    check_name(place, "journey")
    shape = read_block(JourneyShape, place)
    if shape is None:
        return None
    milestones = _read_milestones(place.at("milestones"), names)
    if shape.starts in shape.ends:
        place.at("ends").fault(f"{quote(shape.starts)} cannot start and end it", hint="remove one")
    if len(place.findings.faults) > before:
        return None
    return Journey(
        name=str(place.route[-1]),
        starts=shape.starts,
        ends=shape.ends,
        key=shape.key or "",
        condition=shape.if_,
        milestones=milestones,
    )


def _read_milestones(place: Place, names: Names) -> tuple[Milestone, ...]:
    found: dict[str, Place] = {}
    milestones = []
    for number in range(len(place.value)):
        at = place.at(number)
        milestone = _read_milestone(at, names)
        if milestone is None:
            continue
        first = found.setdefault(milestone.name, at)
        if first is not at:
            message = f"the milestone {quote(milestone.name)} is already on line {first.spot.line}"
            at.at("name").fault(message, hint="rename one of them")
        milestones.append(milestone)
    return tuple(milestones)


def _read_milestone(place: Place, names: Names) -> Milestone | None:
    before = len(place.findings.faults)
    shape = read_block(MilestoneShape, place)
    if not isinstance(place.value, Mapping):
        return None
    route = read_via(place, names)
    check_survey(place, names)
    if shape is None:
        return None
    when = _read_when(place, shape)
    expires = shape.expires or OPEN_FOR
    follow_up = read_follow_up(place, route.via, names.channels, names.tongue, expires)
    if len(place.findings.faults) > before:
        return None
    return Milestone(
        name=shape.name,
        survey=shape.survey,
        via=route.via,
        all_channels=route.all_channels,
        best=route.best,
        event=shape.event or "",
        condition=shape.if_,
        follow_up=follow_up,
        **when,
        **written_values(shape, ("count", "wait", "max_age", "expires")),
    )


def _read_when(place: Place, shape: MilestoneShape) -> dict[str, Any]:
    """Give ``attribute`` and ``offset`` of a milestone by time; nothing for one by experience."""
    ways = [name for name in ("after", "before", "event") if getattr(shape, name) is not None]
    if len(ways) != 1:
        both = "both" if len(ways) == 2 else "all"
        message = f"{' and '.join(ways)} cannot {both} be set" if ways else "this has no time"
        place.fault(message, hint="keep one of them" if ways else _WHEN)
        return {}
    way = ways[0]
    _refuse_strangers(place, shape, way)
    if way == "event":
        return {}
    value = getattr(shape, way)
    if way == "after" and shape.by is None and _is_span(value):
        return {"offset": read_duration(value)}
    attribute = value.strip() if isinstance(value, str) else ""
    if not _ATTRIBUTE.fullmatch(attribute):
        _report_time(place, shape, way)
    by = shape.by or timedelta(0)
    return {"attribute": attribute, "offset": -by if way == "before" else by}


def _report_time(place: Place, shape: MilestoneShape, way: str) -> None:
    """Report an ``after`` or ``before`` that is neither a time nor the name of an attribute."""
    value = getattr(shape, way)
    if way == "after" and _is_span(value):
        by = place.at("by").raw
        hint = f"remove it, or name the attribute: after: contract_end, by: {by}"
        place.at("by").key_fault("by goes with an attribute", hint=hint)
        return
    if way == "before":
        what = "the name of an attribute that holds a date is expected here"
        by = value if _is_span(value) else "30d"
        place.at(way).fault(what, hint=f"for example: before: contract_end, by: {by}")
        return
    meant = meant_duration(value)
    hint = f"write {meant or '7d'}, or the attribute that holds a date: contract_end"
    place.at(way).fault("a time or the name of an attribute is expected here", hint=hint)


def _refuse_strangers(place: Place, shape: MilestoneShape, way: str) -> None:
    """Report keys that mean nothing beside the way a milestone's time is given."""
    for key, wants in (("count", "event"), ("wait", "event"), ("if_", "event")):
        if getattr(shape, key) is not None and way != wants:
            name = key.rstrip("_")
            place.at(name).key_fault(f"{name} goes with event", hint=f"remove it, or {way}")
    if shape.by is not None and way == "event":
        place.at("by").key_fault("by goes with after or before", hint="for a delay write wait: 1h")


def _is_span(value: object) -> bool:
    try:
        read_duration(value)
    except UnfitError:
        return False
    return True
