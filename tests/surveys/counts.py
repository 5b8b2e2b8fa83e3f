"""Counts to summarise, in few words: NPS answers of one survey where nothing else is said."""

from collections.abc import Mapping
from typing import Any

from surveys.report import Report, Row, Tally, ValueCount, summarise


def count(
    value: str, n: int, weight: float | None = None, squared: float | None = None, **more: Any
) -> ValueCount:
    """A count of NPS answers where nothing else is said; unweighted where no weight is."""
    facts: dict[str, Any] = {
        "survey": "call", "question": "nps", "metric": "nps", "metric_version": "nps-2003",
        "scale": "0-10", "population": "customer", "group": "",
    }  # fmt: skip
    of_weight = n if weight is None else weight
    of_square = n if squared is None else squared
    return ValueCount(
        **(facts | more), value=value, n=n, weight=of_weight, weight_squared=of_square
    )


CSAT = {"question": "csat", "metric": "csat", "metric_version": "csat-top-box", "scale": "1-5"}
CES = {"question": "ces", "metric": "ces", "metric_version": "ces-2.0", "scale": "1-7"}
CES1 = {"question": "ces1", "metric": "ces1", "metric_version": "ces-1.0", "scale": "1-5"}
PLAIN = {"metric": "", "metric_version": "", "scale": ""}
HIGH = {"4": 1, "5": 3, "2": 1}


def counts_of(given: Mapping[str, int], **more: Any) -> list[ValueCount]:
    return [count(value, n, **more) for value, n in given.items()]


def summarised(
    counts: list[ValueCount],
    *,
    minimum: int = 1,
    thresholds: Mapping[tuple[str, str], int] | None = None,
    goals: Mapping[tuple[str, str], float] | None = None,
) -> Report:
    tally = Tally(values=tuple(counts), flows=())
    return summarise(tally, thresholds=thresholds or {}, goals=goals or {}, minimum=minimum)


def only(counts: list[ValueCount], **more: Any) -> Row:
    (row,) = summarised(counts, **more).rows
    return row


def ends(row: Row) -> tuple[float, float]:
    assert row.interval is not None
    return row.interval.low, row.interval.high
