"""Facts: all that there is to say about a plan, whichever way it is said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bot.plan.difference import Difference
from bot.plan.forecast import Forecast
from bot.plan.overload import Breach

_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much of a channel's hard daily budget is used. ``full`` is on how many days all of it."""

    channel: str
    most: int
    messages: int
    day: date
    busiest: int
    full: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A plan: of which file, what it comes to, and what is too much. ``daily`` are the hard budgets
    of channels.
    """

    name: str
    version: str
    forecast: Forecast
    breaches: tuple[Breach, ...] = ()
    has_limits: bool = False
    daily: Mapping[str, int]
    difference: Difference | None = None

    def assumptions(self) -> Iterator[str]:
        """Say what the plan takes for granted, in lines of at most 80 characters."""
        forecast = self.forecast
        weeks = forecast.period.days // _WEEK
        if forecast.played:
            span = "week" if weeks == 1 else f"{weeks} weeks"
            yield f"Events: those of the last {span} come again: {forecast.played:,} in all."
        elif forecast.days < _WEEK:
            yield "Events: none were reported on these days a week ago, so none are to come."
        else:
            yield "Events: none were reported in the last weeks, so none are to come."
        if forecast.paused:
            yield f"On hold by a colleague, and staying so: {', '.join(forecast.paused)}."
        yield "Answers: nobody answers, which is the most that can be sent."

    def budgets(self) -> list[Load]:
        """Give how much of each channel's hard budget is used."""
        return [self._load(channel, most) for channel, most in sorted(self.daily.items())]

    def _load(self, channel: str, most: int) -> Load:
        found = self.forecast.by("day", "channel")
        days = {day: found[day, channel] for day in self.forecast.dates()}
        day = max(days, key=lambda one: days[one])
        return Load(
            channel=channel,
            most=most,
            messages=sum(days.values()),
            day=day,
            busiest=days[day],
            full=sum(1 for number in days.values() if number >= most),
        )
