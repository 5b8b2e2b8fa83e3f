"""Scores: from how often each value was given to one number and how sure it is."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from math import fsum, sqrt

from surveys.interval import Interval, mean_interval, nps_interval, wilson
from surveys.metric import Band, Metric, Scoring, band
from surveys.scale import Scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """How often a number was given: ``n`` answers, the sum of their weights, and of the squares."""

    value: float
    n: int
    weight: float
    weight_squared: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of all answers: ``n`` counted as they came, ``share`` weighted, as a part of one."""

    value: str
    n: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The answers within a stretch of the scale, such as the top-2-box: how many, and how much.

    ``values`` are the scale values it holds, ``n`` counts answers as they came, ``percent`` is
    weighted, 0 to 100, with its 95 % interval (Wilson, on the effective number of answers).
    """

    values: tuple[int, ...]
    n: int
    percent: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One number for all answers, in the unit of its scoring (`surveys.metric.Scoring`).

    ``interval`` is None where there are too few answers to tell how they spread. ``bands`` are
    the parts ``low``, ``middle`` and ``high``: detractors, passives and promoters for NPS, hard,
    neutral and easy for effort. ``box`` is the satisfied answers of a share, the easy ones of an
    effort score, None for NPS. ``mean`` is set where values are points on a scale of more than two;
    a CSAT's mean stands here and is never its score.
    """

    value: float
    interval: Interval | None
    bands: tuple[Part, ...]
    box: Box | None
    mean: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Weighed numbers, in the order of their values.

    ``whole`` is how many people there are altogether, where each of them was asked; 0 where the
    answers stand for people without number. The sums are made once, since all else is made of them:
    ``effective_n`` says as how many unweighted answers these count, (sum of w)² / sum of w², by
    Kish, L. (1965), Survey Sampling. It is never more than ``n``, and equal weights give ``n``.
    """

    counts: tuple[Weighed, ...]
    whole: int = 0
    n: int = field(init=False, compare=False, repr=False)
    weight: float = field(init=False, compare=False, repr=False)
    effective_n: float = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        n = sum(c.n for c in self.counts)
        weight = fsum(c.weight for c in self.counts)
        squares = fsum(c.weight_squared for c in self.counts)
        # Each n >= weight² / weight_squared by Cauchy and Schwarz; the minimum mends rounding.
        effective = min(float(n), weight**2 / squares) if self.counts else 0.0
        for name, value in (("n", n), ("weight", weight), ("effective_n", effective)):
            object.__setattr__(self, name, value)

    @property
    def left(self) -> float:
        """How much of the variance is left to chance: the finite population correction.

        (N - n) / (N - 1), Cochran, W. G. (1977), Sampling Techniques, 3rd edition, 2.6 and 3.2.
        1 where the whole is not known, or where answers do not weigh the same.
        """
        if self.whole <= 1 or self.n - self.effective_n > 1e-6 * self.n:
            return 1.0
        return max(self.whole - self.n, 0) / (self.whole - 1)

    @property
    def base(self) -> float:
        """As how many answers out of people without number these count; at most 10¹²."""
        return self.effective_n / max(self.left, self.effective_n / 1e12)

    @property
    def variance(self) -> float:
        """How the numbers spread, divisor n - 1; from two effective answers on."""
        base, mean = self.effective_n, self.mean
        spread = fsum(c.weight * (c.value - mean) ** 2 for c in self.counts) / self.weight
        return spread * base / (base - 1)

    @property
    def mean(self) -> float:
        mean = fsum(c.value * c.weight for c in self.counts) / self.weight
        return min(max(mean, self.counts[0].value), self.counts[-1].value)

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the mean; None below two effective answers."""
        if self.effective_n < 2:
            return None
        return mean_interval(self.mean, sqrt(self.variance * self.left), self.effective_n)

    def without(self, other: "Sample") -> "Sample":
        """Give what remains where another sample, a part of this one, is taken out."""
        gone = {c.value: c for c in other.counts}
        return weigh(_less(c, gone.get(c.value)) for c in self.counts)

    def part(self, name: str, values: Collection[float]) -> Part:
        """Give the part with these values."""
        held = [c for c in self.counts if c.value in values]
        share = fsum(c.weight for c in held) / self.weight
        return Part(value=name, n=sum(c.n for c in held), share=min(share, 1.0))


def weigh(counts: Iterable[Weighed]) -> Sample:
    """Give the sample of some counts; counts of the same number are joined, empty ones dropped.

    :raises ValueError: where answers have no positive weight.
    """
    found: dict[float, list[Weighed]] = {}
    for count in counts:
        if count.n > 0:
            found.setdefault(count.value, []).append(count)
    joined = tuple(_join(found[value]) for value in sorted(found))
    if any(c.weight <= 0 or c.weight_squared <= 0 for c in joined):
        raise ValueError("the weights of answers must be above zero")
    return Sample(counts=joined)


def rate(metric: Metric, scale: Scale, sample: Sample, satisfied: int | None = None) -> Score:
    """Give the score of a sample that is not empty.

    ``satisfied`` is the first value that counts as satisfied, the scale's own where None.
    """
    threshold = scale.satisfied if satisfied is None else satisfied
    bands = tuple(sample.part(b.value, _values(metric, scale, threshold, b)) for b in Band)
    mean = sample.mean if len(scale.values) > 2 and metric.scoring is not Scoring.NET else None
    box = _box(sample, metric, scale, threshold)
    if metric.scoring is Scoring.NET:
        value, interval = _net(sample, bands)
        return Score(value=value, interval=interval, bands=bands, box=None, mean=None)
    if metric.scoring is Scoring.SHARE:
        return Score(value=box.percent, interval=box.interval, bands=bands, box=box, mean=mean)
    sure = sample.interval
    interval_of_mean = sure.within(scale.low, scale.high) if sure else None
    return Score(value=sample.mean, interval=interval_of_mean, bands=bands, box=box, mean=mean)


def distribution(scale: Scale, sample: Sample) -> tuple[Part, ...]:
    """Give every value of the scale in its order, those nobody gave too."""
    return tuple(sample.part(str(value), (value,)) for value in scale.values)


def _join(counts: Sequence[Weighed]) -> Weighed:
    return Weighed(
        value=counts[0].value,
        n=sum(c.n for c in counts),
        weight=fsum(c.weight for c in counts),
        weight_squared=fsum(c.weight_squared for c in counts),
    )


def _less(count: Weighed, gone: Weighed | None) -> Weighed:
    if gone is None:
        return count
    return Weighed(
        value=count.value,
        n=count.n - gone.n,
        weight=count.weight - gone.weight,
        weight_squared=count.weight_squared - gone.weight_squared,
    )


def _net(sample: Sample, bands: Sequence[Part]) -> tuple[float, Interval]:
    low, _, high = (part.share for part in bands)
    base = sample.base
    return 100 * (high - low), nps_interval(high * base, low * base, base)


def _values(metric: Metric, scale: Scale, threshold: int, of: Band) -> tuple[int, ...]:
    return tuple(v for v in scale.values if band(metric, scale, v, threshold) is of)


def _box(sample: Sample, metric: Metric, scale: Scale, threshold: int) -> Box:
    """Hold a share's satisfied values, or the easy ones of effort (CES 2.0: 5-7, CES 1.0: 1-2)."""
    values = _values(metric, scale, threshold, Band.HIGH)
    if metric.scoring is Scoring.SHARE:
        values = tuple(v for v in scale.values if v >= threshold)
    held, base = sample.part("", values), sample.base
    sure = wilson(held.share * base, base)
    return Box(
        values=values,
        n=held.n,
        percent=100 * held.share,
        interval=Interval(low=100 * sure.low, high=100 * sure.high),
    )
