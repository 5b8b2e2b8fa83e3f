"""Every figure against an independent library: 1,000 random tables each, right to nine places.

The right-hand sides are scipy's or follow a definition from the answers written out one by one;
none uses code of `surveys`.
"""

from collections.abc import Iterator
from itertools import combinations
from math import fsum, isclose, sqrt
from random import Random
from statistics import fmean, variance
from typing import Any

import pytest
from scipy import stats

from surveys.chance import (
    Spread,
    holm,
    mean_difference,
    net_difference,
    share_difference,
)
from surveys.interval import Interval, critical_t, mean_interval, nps_interval, two_sided, wilson
from surveys.score import Sample, Weighed, weigh
from tests.surveys.counts import CES, CSAT, count, ends, only

TABLES = 1_000
MEASURE: dict[str, Any] = dict(CES)
AT_196 = float(2 * stats.norm.cdf(1.96) - 1)  # the product's 95 % point is 1.96


def tables(seed: int) -> Iterator[Random]:
    for table in range(TABLES):
        yield Random(f"{seed}.{table}")


def near(one: float, two: float) -> bool:
    return isclose(one, two, rel_tol=1e-9, abs_tol=1e-9)


def assert_near(found: Interval | None, low: float, high: float) -> None:
    assert found is not None
    assert near(found.low, low), (found, low, high)
    assert near(found.high, high), (found, low, high)


def test_shares() -> None:
    for random in tables(1):
        n = random.randint(1, 20_000)
        x = random.randint(0, n)
        expected = stats.binomtest(x, n).proportion_ci(AT_196, method="wilson")
        assert_near(wilson(x, n), expected.low, expected.high)


def test_means() -> None:
    for random in tables(2):
        given = random.choices(range(1, 8), k=random.randint(2, 400))
        low, high = (
            stats.t.interval(
                0.95, len(given) - 1, loc=fmean(given), scale=sqrt(variance(given) / len(given))
            )
            if len(set(given)) > 1
            else (given[0], given[0])
        )
        counts = [count(str(v), given.count(v), **MEASURE) for v in sorted(set(given))]
        row = only(counts)
        assert row.score is not None
        assert near(row.score, fmean(given))
        found = mean_interval(fmean(given), sqrt(variance(given)), len(given))
        assert_near(found, low, high)
        assert ends(row) == pytest.approx((max(low, 1), min(high, 7)), abs=1e-9)


def test_net_promoter_scores() -> None:
    for random in tables(3):
        p, m, d = (random.randint(0, 700) for _ in range(3))
        smoothed = [1] * (p + 1) + [0] * (m + 1) + [-1] * (d + 1)
        error = sqrt(stats.moment(smoothed, 2) / len(smoothed))
        middle = fmean(smoothed)
        found = nps_interval(p, d, p + m + d) if p + m + d else nps_interval(0, 0, 0)
        low, high = 100 * (middle - 1.96 * error), 100 * (middle + 1.96 * error)
        assert_near(found, max(low, -100), min(high, 100))


def test_points_and_tails_of_student() -> None:
    for random in tables(4):
        freedom = 10 ** random.uniform(0, 6)
        assert near(critical_t(freedom), stats.t.ppf(0.975, freedom))
        t = random.uniform(-12, 12)
        assert near(two_sided(t, freedom), 2 * stats.t.sf(abs(t), freedom))


def test_weighted_samples() -> None:
    """Lines that ask every nth, each with its own n: an answer stands for as many customers."""
    for random in tables(5):
        lines = [
            (random.randint(1, 50), random.randint(1, 60)) for _ in range(random.randint(1, 5))
        ]
        answers = [(random.randint(1, 5), float(w)) for w, k in lines for _ in range(k)]
        row = only([count(str(v), 1, w, w * w, **CSAT) for v, w in answers])
        total = fsum(w for _, w in answers)
        share = fsum(w for v, w in answers if v >= 4) / total
        base = total**2 / fsum(w * w for _, w in answers)
        assert row.score is not None
        assert row.mean is not None
        assert near(row.score, 100 * share)
        assert near(
            row.mean, stats.pmean([v for v, _ in answers], 1, weights=[w for _, w in answers])
        )
        assert near(row.effective_n, base)
        # Wilson's bounds are where the share is 1.96 standard errors away (its definition).
        for end in (end / 100 for end in ends(row)):
            if 0 < end < 1:
                assert near((share - end) ** 2 * base, 1.96**2 * end * (1 - end))


def test_finite_populations() -> None:
    """Asked everybody of N: the hypergeometric variance, as scipy has it, is the one that counts."""
    for random in tables(6):
        whole = random.randint(20, 5_000)
        n = random.randint(5, whole - 1)
        good = random.randint(1, whole - 1)
        exact = stats.hypergeom.var(whole, good, n) / n**2
        p = good / whole
        sample = Sample(counts=weigh([_plain(1, n)]).counts, whole=whole)
        assert near(p * (1 - p) / sample.base, exact)


def test_differences_of_shares() -> None:
    for random in tables(7):
        n, m = random.randint(6, 3_000), random.randint(6, 3_000)
        x, y = random.randint(0, n), random.randint(0, m)
        found = share_difference((x, n), (y, m))
        pooled = (x + y) / (n + m)
        if 0 < pooled < 1 and min(n, m) * min(pooled, 1 - pooled) < 1:
            assert found is None
            continue
        assert found is not None
        chance = 1.0
        if 0 < pooled < 1:
            pearson = stats.chi2_contingency([[x, n - x], [y, m - y]], correction=False).statistic
            chance = float(stats.chi2.sf(pearson * (n + m - 1) / (n + m), 1))
        assert near(found.p, chance)
        one, two = (
            stats.binomtest(k, size).proportion_ci(AT_196, method="wilson")
            for k, size in ((x, n), (y, m))
        )
        by = y / m - x / n
        assert near(found.by, by)
        below = sqrt((y / m - two.low) ** 2 + (one.high - x / n) ** 2)
        above = sqrt((two.high - y / m) ** 2 + (x / n - one.low) ** 2)
        assert_near(found.interval, by - below, by + above)


def test_differences_of_net_promoter_scores() -> None:
    for random in tables(8):
        first, second = ([random.randint(0, 300) for _ in range(3)] for _ in range(2))
        first[0] += 1
        second[0] += 1
        found = net_difference(*((c[0], c[2], sum(c)) for c in (first, second)))
        assert found is not None
        smoothed = [[1] * (p + 1) + [0] * (m + 1) + [-1] * (d + 1) for p, m, d in (first, second)]
        error = sqrt(fsum(stats.moment(s, 2) / len(s) for s in smoothed))
        z = (fmean(smoothed[1]) - fmean(smoothed[0])) / error
        assert near(found.p, 2 * stats.norm.sf(abs(z)))
        raw = [100 * (c[0] - c[2]) / sum(c) for c in (first, second)]
        assert near(found.by, raw[1] - raw[0])


def test_differences_of_means() -> None:
    for random in tables(9):
        one, two = (
            random.choices(range(1, 8), weights=[random.random() for _ in range(7)], k=size)
            for size in (random.randint(2, 300), random.randint(2, 300))
        )
        if min(variance(one), variance(two)) == 0:  # scipy warns of these
            continue
        found = mean_difference(*(_spread(given) for given in (one, two)))
        expected = stats.ttest_ind(two, one, equal_var=False)
        assert found is not None
        assert near(found.p, expected.pvalue)
        span = expected.confidence_interval(0.95)
        assert_near(found.interval, span.low, span.high)


def test_many_comparisons() -> None:
    """Holm's is the closed test by Bonferroni: a comparison is clear where every set of comparisons
    it belongs to is. Tried over all sets, which is another way round altogether.
    """
    for random in tables(10):
        chances = [random.random() ** 4 for _ in range(random.randint(1, 7))]
        places = range(len(chances))
        sets = [c for size in range(1, len(chances) + 1) for c in combinations(places, size)]
        for place, adjusted in enumerate(holm(chances)):
            mine = [s for s in sets if place in s]
            worst = max(min(1.0, len(s) * min(chances[k] for k in s)) for s in mine)
            assert near(adjusted, worst)


def test_adjusted_chances_are_never_smaller_than_by_the_false_discovery_rate() -> None:
    for random in tables(11):
        chances = [random.random() ** 3 for _ in range(random.randint(1, 40))]
        milder = stats.false_discovery_control(chances, method="bh")
        assert all(a >= b - 1e-12 for a, b in zip(holm(chances), milder, strict=True))


def _plain(value: float, n: int) -> Weighed:
    return Weighed(value=value, n=n, weight=n, weight_squared=n)


def _spread(given: list[int]) -> Spread:
    return Spread(mean=fmean(given), variance=float(variance(given)), n=len(given))
