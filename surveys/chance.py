"""Chance: how likely a difference is where nothing changed, and what many comparisons cost.

Standard library only. Every p is two-sided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt

from surveys.interval import Interval, Z, critical_t, two_sided, wilson

SURE = 0.05
"""Below this a difference is called clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How much more the second is than the first, in the unit of the numbers compared.

    ``interval`` is its 95 % interval, not corrected for many comparisons. ``p`` is the
    probability of a difference at least as large where there is none.
    """

    by: float
    interval: Interval
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A mean, how its values spread (variance, divisor n - 1) and how many there are."""

    mean: float
    variance: float
    n: float


def share_difference(first: tuple[float, float], second: tuple[float, float]) -> Difference | None:
    """Compare two shares, each (successes, n), as parts of one; None where too few to tell.

    p is of the "N - 1" chi-squared test: Campbell, I. (2007), Chi-squared and Fisher-Irwin tests
    of two-by-two tables with small sample recommendations, Statistics in Medicine 26. As he
    recommends, it is not used where a cell expects fewer than one answer. The interval is
    Newcombe's hybrid of Wilson intervals: Newcombe, R. G. (1998), Interval estimation for the
    difference between independent proportions, Statistics in Medicine 17, method 10.
    """
    (x, n), (y, m) = first, second
    if min(n, m) <= 0:
        return None
    one, two, whole = x / n, y / m, n + m
    pooled = (x + y) / whole
    by = two - one
    if 0 < pooled < 1:
        if min(n, m) * min(pooled, 1 - pooled) < 1:
            return None
        square = by * by / (pooled * (1 - pooled) * (1 / n + 1 / m)) * (whole - 1) / whole
        p = erfc(sqrt(square / 2))
    else:
        p = 1.0
    low, high = wilson(x, n), wilson(y, m)
    below = sqrt((two - high.low) ** 2 + (low.high - one) ** 2)
    above = sqrt((high.high - two) ** 2 + (one - low.low) ** 2)
    return Difference(by=by, interval=Interval(low=by - below, high=by + above), p=p)


def net_difference(
    first: tuple[float, float, float], second: tuple[float, float, float]
) -> Difference | None:
    """Compare two net promoter scores, each (promoters, detractors, n), in points.

    Both are smoothed as in `surveys.interval.nps_interval`, and their variances add up; so few or
    one-sided answers prove nothing. Adding to each sample before comparing: Agresti, A. and
    Caffo, B. (2000), Simple and effective confidence intervals for proportions and differences of
    proportions, The American Statistician 54.
    """
    if min(first[2], second[2]) <= 0:
        return None
    (one, first_variance), (two, second_variance) = _smooth(first), _smooth(second)
    error = sqrt(first_variance + second_variance)
    smoothed = two - one
    raw = (second[0] - second[1]) / second[2] - (first[0] - first[1]) / first[2]
    span = Interval(low=100 * (smoothed - Z * error), high=100 * (smoothed + Z * error))
    p = erfc(abs(smoothed) / error / sqrt(2))
    return Difference(by=100 * raw, interval=span.within(-200, 200), p=p)


def mean_difference(first: Spread, second: Spread) -> Difference | None:
    """Compare two means by Welch's test; None below two answers, or where none differ at all.

    Source: Welch, B. L. (1947), The generalization of "Student's" problem when several different
    population variances are involved, Biometrika 34.
    """
    by = second.mean - first.mean
    if min(first.n, second.n) < 2:
        return None
    parts = (first.variance / first.n, second.variance / second.n)
    squared = sum(parts)
    if squared <= 0:
        return None if by else Difference(by=0.0, interval=Interval(low=0.0, high=0.0), p=1.0)
    freedom = squared**2 / (parts[0] ** 2 / (first.n - 1) + parts[1] ** 2 / (second.n - 1))
    error = sqrt(squared)
    margin = critical_t(max(freedom, 1.0)) * error
    return Difference(
        by=by,
        interval=Interval(low=by - margin, high=by + margin),
        p=two_sided(by / error, max(freedom, 1.0)),
    )


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """Give each p as it counts among the others, in the order given.

    With these, the chance that any difference at all is wrongly called clear stays below `SURE`,
    however the comparisons hang together: a colleague is not named the worst of thirty by
    luck. Source: Holm, S. (1979), A simple sequentially rejective multiple test procedure,
    Scandinavian Journal of Statistics 6.
    """
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    adjusted = [0.0] * len(chances)
    largest = 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[place]))
        adjusted[place] = largest
    return tuple(adjusted)


def _smooth(counts: tuple[float, float, float]) -> tuple[float, float]:
    """Give the smoothed net share and the variance of its estimate."""
    promoters, detractors, n = counts
    base = n + 3
    high, low = (promoters + 1) / base, (detractors + 1) / base
    net = high - low
    return net, (high + low - net * net) / base
