"""Intervals: how far a number could be from the truth. Standard library only.

The base of an interval is a count of answers, or of effective answers where answers are weighted
(``surveys.score.Sample``); both may be fractions. `Z` is the 95 % point used for shares and NPS.
"""

from dataclasses import dataclass
from math import exp, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

Z = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """From ``low`` to ``high``, both included, in the unit of the number it is about."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def within(self, low: float, high: float) -> "Interval":
        """Give the part of the interval that can occur, such as the span of a scale."""
        return Interval(
            low=min(max(self.low, low), high),
            high=max(min(self.high, high), low),
        )


def wilson(successes: float, n: float, z: float = Z) -> Interval:
    """Give the interval of a share, as a part of one.

    Source: Wilson, E. B. (1927), Probable inference, the law of succession, and statistical
    inference, Journal of the American Statistical Association 22, the score interval without
    continuity correction. It stays within 0 and 1 and is good for small ``n``. With ``n`` = 0
    nothing is known: 0 to 1.

    :raises ValueError: where ``successes`` is not between 0 and ``n``.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}: give 0 to n successes")
    if n == 0:
        return Interval(low=0.0, high=1.0)
    share = successes / n
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    centre, widening = share + z * z / (2 * n), 1 + z * z / n
    low, high = (centre - spread) / widening, (centre + spread) / widening
    # At 0 and n the bound is the share itself; rounding must not push it past.
    return Interval(low=max(min(low, share), 0.0), high=min(max(high, share), 1.0))


def nps_interval(promoters: float, detractors: float, n: float, z: float = Z) -> Interval:
    """Give the interval of a net promoter score, in points from -100 to 100.

    Each answer counts +1, 0 or -1, so the variance of one is p + d - (p - d)²; one promoter, one
    passive and one detractor are added first (Laplace's rule of succession), so that few or
    one-sided answers do not give a narrow interval. Rocks, B. (2016), Interval estimation for the
    "Net Promoter Score", The American Statistician 70, finds such adjusted Wald intervals among
    the best.

    :raises ValueError: where the counts are negative or exceed ``n``.
    """
    if min(promoters, detractors) < 0 or promoters + detractors > n * (1 + 1e-9):
        raise ValueError(f"{promoters} promoters and {detractors} detractors of {n} answers")
    base = n + 3
    p, d = (promoters + 1) / base, (detractors + 1) / base
    middle = p - d
    margin = z * sqrt((p + d - middle * middle) / base)
    return Interval(low=100 * (middle - margin), high=100 * (middle + margin)).within(-100, 100)


def mean_interval(
    mean: float, deviation: float, n: float, confidence: float = 0.95
) -> Interval | None:
    """Give the interval of a mean by Student's t, in the mean's unit.

    ``deviation`` is the sample's standard deviation (divisor n - 1). None below two answers, where
    nothing is known about the spread. Source: Student (1908), The probable error of a mean,
    Biometrika 6.
    """
    if n < 2:
        return None
    margin = critical_t(n - 1, confidence) * deviation / sqrt(n)
    return Interval(low=mean - margin, high=mean + margin)


def critical_t(freedom: float, confidence: float = 0.95) -> float:
    """Give the t that encloses ``confidence`` of Student's distribution.

    Right to 1e-9 or better for confidences up to 0.999. Below 1,000 degrees of freedom Newton's
    method is run on the distribution itself, from the normal quantile: for t > 0 the distribution
    is concave and the start lies left of the root, so that every step moves right and none passes
    it. From 1,000 on it is the expansion in 1 / freedom of Abramowitz and Stegun, Handbook of
    Mathematical Functions, 26.7.5.

    :raises ValueError: below one degree of freedom, or for a confidence outside 0 to 1.
    """
    if freedom < 1 or not 0 < confidence < 1:
        raise ValueError(f"no t for {freedom} degrees of freedom and confidence {confidence}")
    t = NormalDist().inv_cdf((1 + confidence) / 2)
    if freedom >= 1000:
        return _expand(t, freedom)
    for _ in range(200):
        step = (confidence - _enclosed(t, freedom)) / (2 * _density(t, freedom))
        t += step
        if abs(step) <= 1e-13 * t:
            break
    return t


def two_sided(t: float, freedom: float) -> float:
    """Give the share of Student's distribution farther from 0 than ``t`` on either side."""
    return min(max(1 - _enclosed(abs(t), freedom), 0.0), 1.0)


def _expand(z: float, freedom: float) -> float:
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def _density(t: float, freedom: float) -> float:
    scale = _log_half_step(freedom / 2) - log(freedom * pi) / 2
    return exp(scale - (freedom + 1) / 2 * log1p(t * t / freedom))


def _enclosed(t: float, freedom: float) -> float:
    """Give the share of Student's distribution between -t and t."""
    inside = t * t / (freedom + t * t)
    scale = _log_half_step(freedom / 2) - lgamma(0.5)
    if inside <= 0.5:
        return _beta_share(0.5, freedom / 2, inside, scale)
    return 1 - _beta_share(freedom / 2, 0.5, freedom / (freedom + t * t), scale)


def _beta_share(a: float, b: float, x: float, scale: float) -> float:
    """Give the regularised incomplete beta function I_x(a, b) for x <= 1/2.

    Source: the hypergeometric series of the Digital Library of Mathematical Functions, 8.17.8. Its
    terms are positive, so nothing cancels, and for x <= 1/2 they soon shrink. ``scale`` is
    -ln B(a, b).
    """
    if x == 0:
        return 0.0
    term = total = 1.0
    n = 0
    while term > total * 1e-17:
        term *= (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
    return total * exp(scale + a * log(x) + b * log1p(-x)) / a


def _log_half_step(a: float) -> float:
    """Give ln(Gamma(a + 1/2) / Gamma(a)).

    Far out the difference of two large numbers would lose the digits asked for: from 100 on it is
    the expansion of the Digital Library of Mathematical Functions, 5.11.13.
    """
    if a < 100:
        return lgamma(a + 0.5) - lgamma(a)
    return log(a) / 2 - 1 / (8 * a) + 1 / (192 * a**3) - 1 / (640 * a**5)
