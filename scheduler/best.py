"""The best channel: where the file says ``via: { best: [...] }``, it is drawn by how people
answered on each so far. Pure: the counts and the random numbers are passed in.

This is Thompson sampling (Thompson 1933; Chapelle and Li, "An Empirical Evaluation of Thompson
Sampling", 2011). What is known of a channel's response rate, after ``answered`` of ``asked``, is
Beta(answered + 1, asked - answered + 1); one rate is drawn from each and the highest is asked over.
A channel that does worse is drawn less and less often, and never not at all: one in ten is asked
over any channel, so that we notice when habits change.

The audience is a survey as started by one trigger, campaign or milestone: those who get it are of a
kind, and each learns on its own.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from math import asin, cos, exp, log, pi, sin, sqrt

from surveys.channel_standing import ChannelStanding, Standings

EXPLORE = 0.1
"""The share of invitations that go over any channel, drawn evenly."""

RIPE = timedelta(days=2)
"""How long people have to answer before it counts that they did or did not. Until then they count
for nothing: who answers quickly would otherwise count, and who is silent would not yet."""

MEMORY = timedelta(days=90)
"""How far back answers count: habits change."""


def days_counted(today: date) -> tuple[date, date]:
    """Give the first and the last of the days on which those were asked whose answers count."""
    return today - MEMORY, today - RIPE - timedelta(days=1)


_NEW = ChannelStanding()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Channels in the order they are to be tried, and how that came about."""

    order: tuple[str, ...]
    rule: str
    drawn: Mapping[str, float]
    explores: bool = False


def choose(channels: Sequence[str], standings: Standings, numbers: Sequence[float]) -> Choice:
    """Draw the order of channels, best first.

    ``numbers`` are as many as there are channels, and two more, each in [0, 1): the first says
    whether this one explores, the second where, the others the rate that is drawn for each.

    :raises ValueError: where there are no channels.
    """
    if not channels:
        raise ValueError("there is no channel to choose from")
    known = {channel: standings.get(channel, _NEW) for channel in channels}
    drawn = {
        channel: draw_rate(one.answered, one.asked, number)
        for (channel, one), number in zip(known.items(), numbers[2:], strict=True)
    }
    order = sorted(channels, key=lambda channel: -drawn[channel])
    explores = len(channels) > 1 and numbers[0] < EXPLORE
    if explores:
        tried = channels[int(numbers[1] * len(channels))]
        order = [tried, *(channel for channel in order if channel != tried)]
    told = ", ".join(f"{c} {one.answered} of {one.asked}" for c, one in known.items())
    return Choice(
        order=tuple(order),
        rule=_say(order, told, drawn, explores=explores),
        drawn=drawn,
        explores=explores,
    )


def random_numbers(name: str, channels: Sequence[str]) -> tuple[float, ...]:
    """Give the numbers `choose` takes, the same ones for the same name: an invitation's key."""
    parts = ("explore", "where", *(f"over {channel}" for channel in channels))
    return tuple(_share(f"{name}\0{part}") for part in parts)


def draw_rate(answered: int, asked: int, number: float) -> float:
    """Give the response rate below which the share ``number`` of what is believed of it lies: the
    quantile of Beta(answered + 1, asked - answered + 1).
    """
    angles, sums = _belief(answered, max(asked, answered))
    place = number * sums[-1]
    right = min(max(bisect_left(sums, place), 1), len(sums) - 1)
    below, above = sums[right - 1], sums[right]
    part = (place - below) / (above - below) if above > below else 0.0
    angle = angles[right - 1] + part * (angles[right] - angles[right - 1])
    return sin(angle) ** 2


_STEPS = 600
_WIDTH = 8.0  # standard deviations to either side, outside of which nothing is left to see


@lru_cache(maxsize=4096)
def _belief(answered: int, asked: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Give a table of the distribution: angles, and how much lies below each, not normalised.

    In the angle t with rate = sin² t the density is sin^(2a-1) t · cos^(2b-1) t, and its width is
    about the same everywhere, 1 / (2 √(a + b)) (the variance-stabilising transformation).
    """
    a, b = answered + 1, asked - answered + 1
    middle, width = asin(sqrt(a / (a + b))), _WIDTH / (2 * sqrt(a + b))
    low, high = max(0.0, middle - width), min(pi / 2, middle + width)
    step = (high - low) / _STEPS
    angles = tuple(low + step * n for n in range(_STEPS + 1))
    peak = _density(middle, a, b)
    heights = [_height(angle, a, b, peak) for angle in angles]
    slices = ((left + right) / 2 for left, right in pairwise(heights))
    return angles, tuple(accumulate(slices, initial=0.0))


def _height(angle: float, a: int, b: int, peak: float) -> float:
    if angle <= 0 or angle >= pi / 2:
        return 0.0
    return exp(_density(angle, a, b) - peak)


def _density(angle: float, a: int, b: int) -> float:
    return (2 * a - 1) * log(sin(angle)) + (2 * b - 1) * log(cos(angle))


def _share(name: str) -> float:
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _say(order: Sequence[str], told: str, drawn: Mapping[str, float], *, explores: bool) -> str:
    if len(order) == 1:
        return f"best: only {order[0]} reaches them"
    if explores:
        return f"best: {order[0]}, to go on learning (one in ten); {told}"
    rates = " against ".join(f"{drawn[channel]:.2f}" for channel in order)
    return f"best: {order[0]}; {told}; drawn {rates}"
