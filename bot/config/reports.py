"""Reports: who is sent which numbers when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator

from bot.config.model import ReportRule
from bot.config.place import Place
from bot.config.reading import CLOSED, read_block
from bot.config.rules import RECEIVERS, Names
from bot.config.schedules import read_schedule
from bot.config.shape import Line
from bot.config.units import UnfitError
from bot.periods import PeriodError, read_period
from scheduler.schedule import Schedule

CAMPAIGN_END = "campaign end"
CAMPAIGN_ENDS = "campaign_end"
"""The report of a campaign's end that a campaign may name without there being an entry for it."""

GROUPS = ("channel", "team", "agent")
_SOME_DAY = date(2026, 12, 31)


def read_when(value: object) -> Schedule | None:
    """Read ``monday at 08:00``, or ``campaign end`` as None.

    :raises UnfitError: for anything else.
    """
    if isinstance(value, str) and " ".join(value.lower().split()) == CAMPAIGN_END:
        return None
    return read_schedule(value)


def read_stretch(value: object) -> str:
    """Read ``7d``, ``last week``, ``last month``: what a report looks back on.

    :raises UnfitError: for anything else.
    """
    text = " ".join(str(value).lower().split())
    try:
        found = read_period(text.split(" "), _SOME_DAY)
    except PeriodError as fault:
        raise UnfitError(str(fault), hint="write 7d, last week or last month") from None
    if found is None or found[1] != len(text.split(" ")):
        raise UnfitError("a period is expected here", hint="write 7d, last week or last month")
    return text


@dataclass(frozen=True, kw_only=True)
class ReportShape:
    """One entry of ``reports:``. Its lists are read apart."""

    SECTION: ClassVar = "report"
    __pydantic_config__: ClassVar = CLOSED

    name: Line
    schedule: Annotated[Schedule | None, PlainValidator(read_when)]
    to: Any
    period: Annotated[str, PlainValidator(read_stretch)] = "7d"
    surveys: Any = None
    by: Any = None
    language: Line | None = None


SHAPES = (ReportShape,)


def read_report(place: Place, names: Names, languages: Collection[str]) -> ReportRule | None:
    """Give the report, or None where it has faults."""
    before = len(place.findings.faults)
    shape = read_block(ReportShape, place)
    to = read_names(place.at("to"), "[slack:#results, email:cx@acme.example]")
    for number, one in enumerate(to):
        _check_receiver(_item(place.at("to"), number), one, names)
    surveys = read_names(place.at("surveys"), "[after_call]")
    for number, one in enumerate(surveys):
        if one not in names.surveys:
            _item(place.at("surveys"), number).unknown("survey", names.surveys)
    by = read_names(place.at("by"), "[channel, team]")
    for number, one in enumerate(by):
        if one not in GROUPS:
            _item(place.at("by"), number).unknown("way to group", GROUPS)
    if shape is not None and shape.language and shape.language not in languages:
        place.at("language").unknown("language", languages)
    if shape is None or len(place.findings.faults) > before:
        return None
    return ReportRule(
        name=shape.name,
        schedule=shape.schedule,
        period=shape.period,
        to=to,
        surveys=surveys,
        by=by or GROUPS,
        language=shape.language or "",
    )


def read_names(place: Place, sample: str) -> tuple[str, ...]:
    """Give a list of names, one of which may stand alone; a fault shows ``sample``."""
    value = place.value
    if value is None:
        return ()
    if isinstance(value, str):
        return (value.strip(),)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        place.fault("a list is expected here", hint=f"for example: {sample}")
        return ()
    return tuple(one.strip() for one in value)


def _item(place: Place, number: int) -> Place:
    """Give one entry of a list, or the value that stands alone for it."""
    return place.at(number) if isinstance(place.value, list) else place


def _check_receiver(place: Place, to: str, names: Names) -> None:
    channel, colon, address = to.partition(":")
    if not colon:
        if to not in {*RECEIVERS, *names.staff}:
            hint = (
                f"write {', '.join(RECEIVERS)}, the name of a colleague under staff, or a channel "
                "and an address: email:cx@acme.example"
            )
            place.unknown("receiver", {*RECEIVERS, *names.staff}, hint=hint)
    elif channel not in names.channels:
        place.unknown("channel", names.channels)
    elif not address.strip():
        place.fault("an address is missing after the colon", hint="slack:#results")
