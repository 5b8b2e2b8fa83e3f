"""Reports: from counts to honest numbers."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which rows a report is about; an empty field does not limit.

    ``since`` and ``until`` are days in the service's time zone, both included.
    ``teams`` is what the asking colleague may see; None: everything.
    ``by`` groups: "", channel, team, agent or language.
    """

    survey: str = ""
    question: str = ""
    metric: str = ""
    since: date
    until: date
    channel: str = ""
    team: str = ""
    agent: str = ""
    language: str = ""
    teams: tuple[str, ...] | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount:
    """How often one value was given: ``n`` answers, the sum of their weights, and of the squares."""

    survey: str
    question: str
    metric: str
    metric_version: str
    scale: str
    population: str
    group: str
    value: str  # the scale value, the choice id, or the number as written
    n: int
    weight: float
    weight_squared: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCount:
    """How many invitations reached a stage: sent, delivered, started, completed.

    Each is counted on the day it was sent, so that a rate compares like with like.
    """

    survey: str
    group: str
    stage: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts a report is made of."""

    values: tuple[ValueCount, ...]
    flows: tuple[FlowCount, ...]
