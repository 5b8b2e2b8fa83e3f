"""Expected figures come from statsmodels 0.14 (proportion_confint, method "wilson", z = 1.96), from
scipy 1.17 (stats.t.ppf), and for NPS from the mean and standard deviation, by numpy, of the answers
written out as +1, 0 and -1 with one more of each."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.interval import Interval, critical_t, mean_interval, nps_interval, wilson


def _ends(interval: Interval | None) -> tuple[float, float]:
    assert interval is not None
    return interval.low, interval.high


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.27754016876661647),
        (10, 10, 0.7224598312333836, 1.0),
        (1, 1, 0.20654329147389294, 1.0),
        (15, 20, 0.5312949900419365, 0.888139947210597),
        (3, 7, 0.1582169222626268, 0.749545769590974),
        (81, 263, 0.25528761306366965, 0.3662106840534215),
        (480, 1000, 0.4491702320581413, 0.5109828438853143),
        (2.5, 6.25, 0.133418902887671, 0.7427157041122102),
    ],
)
def test_wilson_gives_the_known_figures(
    successes: float, n: float, low: float, high: float
) -> None:
    assert _ends(wilson(successes, n)) == pytest.approx((low, high), abs=1e-12)


def test_wilson_gives_the_published_table() -> None:
    """Newcombe (1998), Statistics in Medicine 17: 81 of 263 is 0.2553 to 0.3662."""
    low, high = _ends(wilson(81, 263))
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_wilson_of_nothing_is_anything() -> None:
    assert wilson(0, 0) == Interval(low=0.0, high=1.0)


@pytest.mark.parametrize(("successes", "n"), [(-1, 10), (11, 10), (1, 0), (0, -1)])
def test_wilson_refuses_impossible_counts(successes: float, n: float) -> None:
    with pytest.raises(ValueError, match="successes"):
        wilson(successes, n)


@given(st.floats(0, 1), st.floats(1, 1e7))
def test_wilson_stays_within_bounds_and_holds_the_share(share: float, n: float) -> None:
    successes = share * n
    found = wilson(successes, n)
    assert 0 <= found.low <= found.high <= 1
    assert successes / n in found


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_narrows_with_more_answers(successes: int, more: int) -> None:
    n = 500
    few, many = wilson(successes, n), wilson(successes * (1 + more), n * (1 + more))
    assert many.high - many.low < few.high - few.low


@pytest.mark.parametrize(
    ("promoters", "detractors", "n", "low", "high"),
    [
        (6, 2, 10, -13.877891180643209, 75.41635271910475),
        (0, 0, 5, -34.648232278140824, 34.648232278140824),
        (50, 20, 100, 13.990922705735558, 44.26150447873046),
        (700, 100, 1000, 55.707198196711346, 63.93387857297959),
    ],
)
def test_nps_interval_gives_the_known_figures(
    promoters: int, detractors: int, n: float, low: float, high: float
) -> None:
    assert _ends(nps_interval(promoters, detractors, n)) == pytest.approx((low, high), abs=1e-10)


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 2000))
def test_nps_interval_holds_the_score_and_stays_within_bounds(
    promoters: int, passives: int, detractors: int
) -> None:
    n = max(promoters + passives + detractors, 1)
    found = nps_interval(promoters, detractors, n)
    assert 100 * (promoters - detractors) / n in found
    assert -100 <= found.low < found.high <= 100


@pytest.mark.parametrize("counts", [(-1, 0, 5), (0, -1, 5), (3, 3, 5)])
def test_nps_interval_refuses_impossible_counts(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="promoters"):
        nps_interval(*counts)


@pytest.mark.parametrize(
    ("freedom", "at_95", "at_99"),
    [
        (1, 12.706204736174694, 63.656741162871526),
        (1.5, 6.016663104427929, 17.820310514462804),
        (2, 4.302652729749462, 9.924843200918287),
        (2.941176470588235, 3.218758614532883, 5.958245805147036),
        (5, 2.5705818356363146, 4.032142983555228),
        (9, 2.262157162798205, 3.249835541592126),
        (30.5, 2.04086944518632, 2.746967063704737),
        (99, 1.9842169515864174, 2.626405457280827),
        (999, 1.9623414611334493, 2.5807596372676365),
        (1000, 1.9623390808264083, 2.580754698065951),
        (12345, 1.9601561676005668, 2.576227623786519),
    ],
)
def test_critical_t_is_right_to_nine_places(freedom: float, at_95: float, at_99: float) -> None:
    assert critical_t(freedom) == pytest.approx(at_95, abs=1e-9)
    assert critical_t(freedom, 0.99) == pytest.approx(at_99, abs=1e-9)


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_critical_t_has_closed_forms_at_one_and_two_degrees(confidence: float) -> None:
    assert critical_t(1, confidence) == pytest.approx(math.tan(math.pi * confidence / 2), abs=1e-9)
    known = confidence * math.sqrt(2 / (1 - confidence**2))
    assert critical_t(2, confidence) == pytest.approx(known, abs=1e-9)


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_critical_t_shrinks_with_more_freedom_towards_the_normal(one: float, two: float) -> None:
    few, many = sorted((one, two))
    assert critical_t(few) >= critical_t(many) - 1e-9
    assert critical_t(many) > 1.9599639845


@pytest.mark.parametrize(("freedom", "confidence"), [(0, 0.95), (0.9, 0.95), (5, 0), (5, 1)])
def test_critical_t_refuses_what_it_cannot_say(freedom: float, confidence: float) -> None:
    with pytest.raises(ValueError, match="no t for"):
        critical_t(freedom, confidence)


def test_mean_interval_gives_the_known_figures() -> None:
    found = mean_interval(5.142857142857143, 1.7728105208558367, 7)
    assert _ends(found) == pytest.approx((3.503280870070125, 6.782433415644162), abs=1e-9)


@pytest.mark.parametrize("n", [0, 1, 1.9])
def test_mean_interval_of_fewer_than_two_answers_is_unknown(n: float) -> None:
    assert mean_interval(3.0, 1.0, n) is None


def test_an_interval_is_cut_to_what_can_occur() -> None:
    assert Interval(low=-3, high=8).within(1, 7) == Interval(low=1, high=7)
    assert Interval(low=2, high=3).within(1, 7) == Interval(low=2, high=3)
    assert 2 in Interval(low=2, high=3)
    assert 3.1 not in Interval(low=2, high=3)
