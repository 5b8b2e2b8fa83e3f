"""The throttle block: when and how often one person may be asked."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, PlainValidator

from bot.config.faults import nearest, quote
from bot.config.place import Place
from bot.config.reading import CLOSED, read_block
from bot.config.shape import Duration, Whole
from bot.config.units import UnfitError
from scheduler.calendar import ALL_WEEK, Hours
from scheduler.limits import Limit, OnLimit, Period, Scope
from scheduler.manners import Manners
from scheduler.patience import Throttle

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCKS = ("own", "shared")
_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*[-–]\s*([0-9]{1,2}):([0-9]{2})")
_PERIODS = {"daily_max": Period.DAY, "weekly_max": Period.WEEK, "monthly_max": Period.MONTH}
_SCOPES = {"surveys": "survey", "topics": "topic", "channels": "channel"}


def read_span(value: object) -> tuple[time, time]:
    """Read ``20:00-09:00``.

    :raises UnfitError: for anything else.
    """
    hint = "write from and to: 20:00-09:00"
    found = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    numbers = [int(n) for n in found.groups()] if found else [24, 0, 0, 0]
    if max(numbers[0], numbers[2]) > 23 or max(numbers[1], numbers[3]) > 59:
        raise UnfitError("two times of day are expected here", hint=hint)
    begin, end = time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
    if begin == end:
        raise UnfitError("these hours begin and end at the same time", hint=hint)
    return begin, end


def read_weekdays(value: object) -> frozenset[int]:
    """Read ``[mon, tue]`` or ``mon-fri``; Monday is 0.

    :raises UnfitError: for anything else, and for no day at all.
    """
    hint = "write [mon, tue, wed, thu, fri] or mon-fri"
    names = [value] if isinstance(value, str) else value
    found: set[int] = set()
    for name in names if isinstance(names, list) else ():
        first, dash, last = str(name).strip().lower().partition("-")
        begin, end = _weekday(first), _weekday(last if dash else first)
        if begin is None or end is None:
            raise UnfitError(f"{quote(str(name))} is no weekday", hint=hint)
        found.update((begin + n) % 7 for n in range((end - begin) % 7 + 1))
    if not found:
        raise UnfitError("weekdays are expected here", hint=hint)
    return frozenset(found)


def _weekday(name: str) -> int | None:
    short = name.strip()[:3]
    return WEEKDAYS.index(short) if short in WEEKDAYS else None


def read_flag(value: object) -> object:
    """Let true and false through.

    :raises UnfitError: for anything else.
    """
    if not isinstance(value, bool):
        raise UnfitError("true or false is expected here", hint="write true")
    return value


@dataclass(frozen=True, kw_only=True)
class LimitShape:
    """The limits of one survey, topic or channel."""

    SECTION: ClassVar = "limit"
    __pydantic_config__: ClassVar = CLOSED

    recontact: Duration | None = None
    daily_max: Whole | None = None
    weekly_max: Whole | None = None
    monthly_max: Whole | None = None
    clock: str = "own"
    on_limit: str | None = None


@dataclass(frozen=True, kw_only=True)
class ThrottleShape:
    """``throttle:``."""

    SECTION: ClassVar = "throttle"
    __pydantic_config__: ClassVar = CLOSED

    recontact: Duration | None = None
    daily_max: Whole | None = None
    weekly_max: Whole | None = None
    monthly_max: Whole | None = None
    quiet_hours: Annotated[tuple[time, time], PlainValidator(read_span)] | None = None
    weekdays: Annotated[frozenset[int], PlainValidator(read_weekdays)] = ALL_WEEK
    holidays: Annotated[bool, BeforeValidator(read_flag)] = False
    on_limit: str = "hold"
    let_finish: Duration | None = None
    let_talk: Duration | None = None
    surveys: Any = None
    topics: Any = None
    channels: Any = None


SHAPES = (ThrottleShape, LimitShape)


def read_throttle(
    place: Place, surveys: Collection[str], topics: Collection[str], channels: Collection[str]
) -> Throttle:
    """Give the throttle; without limits where there is no block, or where it has faults."""
    if not place.exists:
        return Throttle()
    shape = read_block(ThrottleShape, place)
    known = {"surveys": surveys, "topics": topics, "channels": channels}
    if shape is None:
        return Throttle()
    on_limit = _read_on_limit(place, shape.on_limit, list(OnLimit)) or OnLimit.HOLD
    limits = [*_limits(shape, "", Scope(), Scope())]
    for section, names in known.items():
        limits += _read_scopes(place.at(section), section, names)
    hours = Hours(quiet=shape.quiet_hours, weekdays=shape.weekdays, holidays=shape.holidays)
    return Throttle(
        hours=hours, limits=tuple(limits), on_limit=on_limit, manners=_read_manners(shape)
    )


def _read_on_limit(place: Place, word: str | None, known: Collection[str]) -> OnLimit | None:
    """Give what a block says of what a limit is in the way of, None for nothing and for faults."""
    if word is None:
        return None
    if word in known:
        return OnLimit(word)
    if word in list(OnLimit):
        hint = "write hold or skip: only the limit of a channel can move to another one"
        place.at("on_limit").fault("there is no other channel to move to here", hint=hint)
    else:
        place.at("on_limit").unknown("way to go on", known)
    return None


def _read_manners(shape: ThrottleShape) -> Manners:
    given = {"finish": shape.let_finish, "talk": shape.let_talk}
    return Manners(**{name: span for name, span in given.items() if span is not None})


def _read_scopes(place: Place, section: str, names: Collection[str]) -> Iterator[Limit]:
    kind = _SCOPES[section]
    if place.value is None:
        return
    if not isinstance(place.value, Mapping):
        place.fault(
            f"a {kind} with its limits is expected here", hint="{ NAME: { recontact: 90d } }"
        )
        return
    for name in place.value:
        at = place.at(name)
        if name not in names:
            hint = f"known: {', '.join(sorted(names))}" if names else f"there is no {kind} yet"
            hint = "" if nearest(str(name), names) else hint
            at.key_fault(f"unknown {kind} {quote(str(name))}", known=names, hint=hint)
            continue
        shape = read_block(LimitShape, at)
        if shape is None:
            continue
        if shape.clock not in CLOCKS:
            at.at("clock").unknown("clock", CLOCKS)
        scope = Scope(**{kind: str(name)})
        shared = shape.clock == "shared"
        ways = [way for way in OnLimit if scope.channel or way is not OnLimit.MOVE]
        on_limit = _read_on_limit(at, shape.on_limit, ways)
        for limit in _limits(shape, f"{name}: ", scope, Scope() if shared else scope):
            yield replace(limit, on_limit=on_limit)


def _limits(
    shape: LimitShape | ThrottleShape, name: str, on: Scope, counts: Scope
) -> Iterator[Limit]:
    """Give the limits of a block, each called as it is written."""
    if shape.recontact:
        days = _written(shape.recontact)
        yield Limit(rule=f"{name}recontact {days}", on=on, counts=counts, apart=shape.recontact)
    for key, period in _PERIODS.items():
        most = getattr(shape, key)
        if most is not None:
            rule = f"{name}{key} {most}"
            yield Limit(rule=rule, on=on, counts=counts, most=most, period=period)


def _written(span: timedelta) -> str:
    """Give a duration as it is written: 30d, 12h."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if span.total_seconds() % size == 0:
            return f"{span.total_seconds() / size:g}{unit}"
    return f"{span.total_seconds():g}s"
