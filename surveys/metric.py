"""Metrics: what a scored question measures, and how its answers become a score and a band."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from surveys.scale import Scale


class Scoring(StrEnum):
    """How values become one number."""

    NET = "net"  # %(high) - %(low), -100..100
    SHARE = "share"  # % at or above the satisfied threshold, 0..100
    MEAN = "mean"  # arithmetic mean, in scale points


class Band(StrEnum):
    """What one answer says about the customer; follow-ups and thanks are chosen by it."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A measure with its own name, never merged with another.

    ``version`` names the published definition and is stored with every answer.
    ``low_is_good`` is true for effort in CES 1.0 and for problems met. ``opinion`` is false where
    the answer says nothing about how the customer feels.
    """

    id: str
    version: str
    scoring: Scoring
    scales: tuple[str, ...]
    low_is_good: bool = False
    opinion: bool = True

    @property
    def scale(self) -> str:
        """The scale used where a survey names none."""
        return self.scales[0]


METRICS: Mapping[str, Metric] = {
    metric.id: metric
    for metric in (
        # Reichheld 2003: promoters 9-10, detractors 0-6, passives stay in the base.
        Metric(id="nps", version="nps-2003", scoring=Scoring.NET, scales=("0-10",)),
        Metric(
            id="csat",
            version="csat-top-box",
            scoring=Scoring.SHARE,
            scales=("1-5", "1-7", "stars", "faces", "yes-no"),
        ),
        # CEB 2013: "made it easy", agreement 1-7, high is good.
        Metric(id="ces", version="ces-2.0", scoring=Scoring.MEAN, scales=("1-7",)),
        # CEB 2008: effort 1-5, low is good. A metric of its own: the two are never averaged.
        Metric(
            id="ces1", version="ces-1.0", scoring=Scoring.MEAN, scales=("1-5",), low_is_good=True
        ),
        Metric(id="thumbs", version="thumbs-1", scoring=Scoring.SHARE, scales=("thumbs",)),
        Metric(
            id="driver",
            version="driver-1",
            scoring=Scoring.SHARE,
            scales=("1-5", "1-7", "stars", "faces", "yes-no"),
        ),
        Metric(
            id="problems",
            version="problems-1",
            scoring=Scoring.SHARE,
            scales=("yes-no",),
            low_is_good=True,
        ),
        # Whether we may call for an interview: a consent, counted like a share.
        Metric(
            id="panel",
            version="panel-1",
            scoring=Scoring.SHARE,
            scales=("yes-no",),
            opinion=False,
        ),
    )
}


def band(metric: Metric, scale: Scale, value: int, satisfied: int | None = None) -> Band:
    """Give the band of one value.

    NPS 0-6, 7-8, 9-10. CES 1-3, 4, 5-7 (the bands used in practice, `docs/glossary.md`), mirrored
    for low-is-good metrics. Shares: at or above ``satisfied`` is high; below the scale's
    middle is low; what lies between is middle.
    """
    if metric.scoring is Scoring.NET:
        return Band.LOW if value <= 6 else Band.MIDDLE if value <= 8 else Band.HIGH
    middle = (scale.low + scale.high) / 2
    if metric.low_is_good:
        return Band.HIGH if value < middle else Band.LOW if value > middle else Band.MIDDLE
    if metric.scoring is Scoring.MEAN:
        return Band.LOW if value < middle else Band.HIGH if value > middle else Band.MIDDLE
    if value >= (scale.satisfied if satisfied is None else satisfied):
        return Band.HIGH
    return Band.LOW if value < middle else Band.MIDDLE
