"""Overload: where a plan goes beyond the ``limits:`` of the file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.config.limits import Limits, Often
from bot.plan.forecast import Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One limit that the plan goes beyond: its ``key``, and in words by how much."""

    key: str
    says: str


def find_breaches(forecast: Forecast, limits: Limits) -> list[Breach]:
    """Give each limit of the file that the plan goes beyond."""
    return [
        *_people("per_person", "asked", limits.per_person, forecast.asked, forecast.before),
        *_people(
            "messages_per_person", "written to", limits.messages_per_person, forecast.messages, {}
        ),
        *_days(forecast, limits),
    ]


def _people(
    key: str,
    told: str,
    often: Often | None,
    times: Mapping[int, Sequence[int]],
    before: Mapping[int, Sequence[int]],
) -> Iterator[Breach]:
    if often is None:
        return
    most = {
        who: _most_within([*before.get(who, ()), *own], often.within, own[0])
        for who, own in times.items()
        if own
    }
    over = {who: number for who, number in most.items() if number > often.most}
    if over:
        worst = max(over, key=lambda who: (over[who], -who))
        people = "1 person is" if len(over) == 1 else f"{len(over):,} people are"
        yield Breach(
            key=key,
            says=f"{people} {told} more often than {often.written}; "
            f"most often person {worst}: {over[worst]} times",
        )


def _most_within(times: Sequence[int], within: timedelta, since: int) -> int:
    """Give how many of the times, in order, fall into one stretch that ends at ``since`` or later.

    Two times that are just ``within`` apart are in two stretches.
    """
    seconds, first, most = int(within.total_seconds()), 0, 0
    for number, at in enumerate(times):
        while times[first] <= at - seconds:
            first += 1
        if at >= since:
            most = max(most, number - first + 1)
    return most


def _days(forecast: Forecast, limits: Limits) -> Iterator[Breach]:
    if limits.per_day is not None:
        over = {d: n for (d,), n in forecast.by("day").items() if n > limits.per_day}
        yield from _busy("per_day", "", over, limits.per_day)
    for channel, most in limits.channels.items():
        found = forecast.by("day", "channel").items()
        over = {day: n for (day, name), n in found if name == channel and n > most}
        yield from _busy(f"channels: {channel}", f" over {channel}", over, most)


def _busy(key: str, where: str, over: Mapping[object, int], most: int) -> Iterator[Breach]:
    if over:
        day = max(over, key=lambda one: over[one])
        days = "1 day has" if len(over) == 1 else f"{len(over)} days have"
        yield Breach(
            key=key,
            says=f"{days} more than {most:,} messages{where}; most on {day:%a %d %b}: "
            f"{over[day]:,}",
        )
