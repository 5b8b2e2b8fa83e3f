"""Cases: how an alert's case is handled, and the causes cases are closed with."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, PlainValidator

from bot.config.faults import quote
from bot.config.place import Place
from bot.config.reading import CLOSED, read_block, read_values
from bot.config.shape import Duration, Line
from bot.config.throttle import read_flag, read_span, read_weekdays
from bot.config.units import UnfitError
from bot.places import zone_country
from surveys.case import CasePlan, Recovery, WorkHours
from surveys.cause import CAUSES, LONGEST, MOST, cause_key

_HOURS = re.compile(r"(.*?)\s*([0-9]{1,2}:[0-9]{2}\s*[-–]\s*[0-9]{1,2}:[0-9]{2})")
_COUNTRY = re.compile(r"[A-Z]{2}")


def read_hours(value: object) -> WorkHours:
    """Read ``mon-fri 08:00-17:00``; the days may be a list, ``mon, wed 9:00-12:00``, or be left
    out for every day.

    :raises UnfitError: for anything else.
    """
    hint = "write days and times: mon-fri 08:00-17:00"
    if not isinstance(value, str) or not value.strip():
        raise UnfitError("business hours are expected here", hint=hint)
    found = _HOURS.fullmatch(value.strip())
    if found is None:
        raise UnfitError("business hours are expected here", hint=hint)
    days = [day for day in re.split(r"[,\s]+", found[1].strip()) if day]
    opens, closes = read_span(found[2])
    weekdays = read_weekdays(days) if days else frozenset(range(7))
    return WorkHours(weekdays=weekdays, opens=opens, closes=closes)


def _read_country(value: object) -> str:
    country = str(value).strip().upper() if isinstance(value, str) else ""
    if not _COUNTRY.fullmatch(country):
        raise UnfitError("a country's two letters are expected here", hint="write FI")
    return country


Hours = Annotated[WorkHours, PlainValidator(read_hours)]
Flag = Annotated[bool, BeforeValidator(read_flag)]


@dataclass(frozen=True, kw_only=True)
class CaseShape:
    """``case:`` of an alert."""

    SECTION: ClassVar = "case"
    __pydantic_config__: ClassVar = CLOSED

    respond_within: Duration | None = None
    business_hours: Hours | None = None
    holidays: Flag = True
    country: Annotated[str, PlainValidator(_read_country)] = ""
    escalate_to: Line = ""
    recovery: Any = None


@dataclass(frozen=True, kw_only=True)
class TellingShape:
    """When an alert is told; three keys of the alert itself."""

    SECTION: ClassVar = "alert"
    __pydantic_config__: ClassVar = CLOSED

    business_hours: Hours | None = None
    holidays: Flag = True
    urgent: Flag = False


@dataclass(frozen=True, kw_only=True)
class RecoveryShape:
    """``recovery:`` of a case."""

    SECTION: ClassVar = "recovery"
    __pydantic_config__: ClassVar = CLOSED

    survey: Line
    after: Duration
    via: Any = None


SHAPES = (CaseShape, RecoveryShape)


def read_case(
    place: Place, *, surveys: Collection[str], channels: Sequence[str], zone: str
) -> CasePlan | None:
    """Give how an alert's cases are handled, None where it opens none or the block has faults.

    ``zone`` is the service's: it says whose public holidays are days off where no country does.
    """
    if not place.exists:
        return None
    shape = read_block(CaseShape, place)
    recovery = _read_recovery(place.at("recovery"), surveys, channels)
    if shape is None:
        return None
    if shape.escalate_to and shape.respond_within is None:
        hint = "add respond_within: 4h"
        place.at("escalate_to").key_fault("escalate_to needs respond_within", hint=hint)
    hours = shape.business_hours
    if hours is not None:
        country = shape.country or zone_country(zone)
        hours = replace(hours, holidays=shape.holidays, country=country)
    return CasePlan(
        respond_within=shape.respond_within,
        hours=hours,
        escalate_to=shape.escalate_to,
        recovery=recovery,
    )


def read_telling(place: Place, zone: str) -> tuple[WorkHours | None, bool]:
    """Give when an alert is told, None for at once, and whether it is urgent."""
    block = place.value if isinstance(place.value, Mapping) else {}
    keys = ("business_hours", "holidays", "urgent")
    given = {key: block[key] for key in keys if key in block}
    shape = read_values(TellingShape, given, place, known=keys)
    if shape is None:
        return None, False
    hours = shape.business_hours
    if hours is None:
        return None, shape.urgent
    country = zone_country(zone)
    return replace(hours, holidays=shape.holidays, country=country), shape.urgent


def _read_recovery(
    place: Place, surveys: Collection[str], channels: Sequence[str]
) -> Recovery | None:
    shape = read_block(RecoveryShape, place) if place.exists else None
    if shape is None:
        return None
    if shape.survey not in surveys:
        place.at("survey").unknown("survey", surveys)
    via = _read_via(place.at("via"), channels)
    return Recovery(survey=shape.survey, after=shape.after, via=via)


def _read_via(place: Place, channels: Sequence[str]) -> tuple[str, ...]:
    if not place.exists:
        return tuple(channels)
    given = [place.value] if isinstance(place.value, str) else place.value
    if not isinstance(given, list) or not given:
        hint = "for example: [telegram, email]"
        place.fault("a list of channels is expected here", hint=hint)
        return ()
    for number, channel in enumerate(given):
        if channel not in channels:
            at = place.at(number) if isinstance(place.value, list) else place
            at.unknown("channel", channels)
    return tuple(str(channel) for channel in given)


def read_causes(place: Place) -> tuple[str, ...]:
    """Give the causes cases may be closed with; ours where the file names none."""
    if not place.exists:
        return CAUSES
    hint = "for example: [Too slow, Wrong information, Something else]"
    if not isinstance(place.value, list) or not 0 < len(place.value) <= MOST:
        place.fault(f"a list of 1 to {MOST} causes is expected here", hint=hint)
        return CAUSES
    seen: dict[str, str] = {}
    for number, cause in enumerate(place.value):
        at = place.at(number)
        if not isinstance(cause, str) or not 0 < len(cause.strip()) <= LONGEST:
            at.fault(f"a cause of 1 to {LONGEST} characters is expected here", hint=hint)
        elif (first := seen.setdefault(cause_key(cause), cause)) is not cause:
            what = "they begin with the same 24 letters and digits"
            at.fault(f"{quote(cause)} is too like {quote(first)}", hint=f"rename one: {what}")
    return tuple(str(cause).strip() for cause in place.value)


def promised_within(alert: object) -> bool:
    """Whether an alert, as written, says how soon somebody is in touch. One that waits for more
    bad answers promises nothing to who gives the first.
    """
    if not isinstance(alert, Mapping) or alert.get("repeated"):
        return False
    case = alert.get("case")
    inside = case.get("respond_within") if isinstance(case, Mapping) else None
    return bool(alert.get("respond_within") or inside)
