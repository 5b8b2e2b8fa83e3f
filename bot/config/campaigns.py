"""Campaigns: a survey by calendar and audience."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import PlainValidator

from bot.config import units
from bot.config.audience import read_whom
from bot.config.follow_ups import read_follow_up
from bot.config.place import Place
from bot.config.reading import CLOSED, read_block, written_values
from bot.config.reports import read_names
from bot.config.rules import Names, check_name, check_survey, read_via
from bot.config.schedules import read_schedule
from bot.config.shape import Duration, Line
from bot.config.units import UnfitError
from scheduler.campaigns import Campaign
from scheduler.schedule import Schedule
from surveys.invitation import OPEN_FOR


def read_hold_out(value: object) -> float:
    """Read ``10%``: more than 0 and less than 100.

    :raises UnfitError: for anything else.
    """
    share = units.read_percent(value)
    if share >= 100:
        raise UnfitError("this would hold out everybody", hint="write less: 10%")
    return share


def read_day(value: object) -> date:
    """Read ``2027-12-31``.

    :raises UnfitError: for anything else.
    """
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    except ValueError:
        raise UnfitError("a date is expected here", hint="write 2027-12-31") from None


@dataclass(frozen=True, kw_only=True)
class CampaignShape:
    """One campaign. Where and whom it asks is read apart (`bot.config.rules`, `.audience`)."""

    SECTION: ClassVar = "campaign"
    __pydantic_config__: ClassVar = CLOSED

    schedule: Annotated[Schedule, PlainValidator(read_schedule)]
    survey: Line
    audience: Any = None
    via: Any = None
    all: Any = None
    best: Any = None
    spread: Duration | None = None
    rate: Annotated[timedelta, PlainValidator(units.read_pace)] | None = None
    hold_out: Annotated[float, PlainValidator(read_hold_out)] | None = None
    ends: Annotated[date, PlainValidator(read_day)] | None = None
    max_age: Duration | None = None
    expires: Duration | None = None
    only_if: Any = None
    remind: Any = None
    fallback: Any = None
    reports: Any = None


SHAPES = (CampaignShape,)


def read_campaign(place: Place, names: Names, timezone: str) -> Campaign | None:
    """Give the campaign, or None where it has faults. ``timezone`` is the service's."""
    before = len(place.findings.faults)
    check_name(place, "campaign")
    shape = read_block(CampaignShape, place)
    route = read_via(place, names)
    audience, listed = read_whom(place.at("audience"), names.folder, names.registry)
    check_survey(place, names)
    if shape is None:
        return None
    if shape.spread and shape.rate:
        hint = "keep spread (all within a time) or rate (so many in a time)"
        place.at("rate").key_fault("spread and rate cannot both be set", hint=hint)
    expires = shape.expires or OPEN_FOR
    follow_up = read_follow_up(place, route.via, names.channels, names.tongue, expires)
    if len(place.findings.faults) > before:
        return None
    return Campaign(
        name=str(place.route[-1]),
        schedule=shape.schedule,
        survey=shape.survey,
        via=route.via,
        all_channels=route.all_channels,
        best=route.best,
        audience=audience,
        listed=listed,
        follow_up=follow_up,
        reports=read_names(place.at("reports"), "[campaign_end]"),
        apart=shape.rate or timedelta(0),
        ends=_end_of(shape.ends, timezone) if shape.ends else None,
        **written_values(shape, ("spread", "hold_out", "max_age", "expires")),
    )


def _end_of(day: date, timezone: str) -> datetime:
    """Give the moment a local day is over."""
    midnight = datetime.combine(day, time(), tzinfo=ZoneInfo(timezone))
    return (midnight + timedelta(days=1)).astimezone(UTC)
