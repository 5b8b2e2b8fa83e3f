"""Spans: how the days of a filter are read with the fewest rows: months, days, then counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from storage.periods import FIRST_DAY, begins, begins_after, day_number, days_from, months_within
from storage.sql import Session, statement
from storage.sums import DIMENSIONS, SOURCES
from surveys.report import Filter

_FEW = 7
"""Days between two sums that are found one by one: a statement stays short however many such gaps
there are.
"""

_READY = statement("""
    SELECT source, period FROM period_sum WHERE built = version AND (
        (period >= $1::bigint AND period <= $2::bigint)
        OR (period >= $3::bigint AND period <= $4::bigint))
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """How one source is read: the whole ``periods`` (`storage.periods`) from their sums of ``dim``;
    the ``ranges`` (first and last day, yyyymmdd) and the single ``days`` from the counts.
    """

    dim: str = ""
    periods: tuple[int, ...] = ()
    ranges: tuple[tuple[int, int], ...] = ()
    days: tuple[int, ...] = ()


async def read_spans(session: Session, wanted: Filter) -> Mapping[str, Span]:
    """Give how a filter's days are read, for each of `SOURCES`."""
    dim = pick_dimension(wanted)
    if dim is None:
        whole = (day_number(wanted.since), day_number(wanted.until))
        return dict.fromkeys(SOURCES, Span(ranges=(whole,)))
    months = [] if wanted.by == "day" else months_within(wanted.since, wanted.until)
    found = await session.fetch(
        _READY,
        months[0] if months else 0,
        months[-1] if months else 0,
        day_number(wanted.since),
        day_number(wanted.until),
    )
    ready = {s: [row["period"] for row in found if row["source"] == s] for s in SOURCES}
    return {source: lay_span(dim, wanted, periods) for source, periods in ready.items()}


def pick_dimension(wanted: Filter) -> str | None:
    """Give the one dimension a filter limits or groups by, "" for none; None where sums cannot say:
    two dimensions at once.
    """
    used = [name for name in DIMENSIONS if getattr(wanted, name) or wanted.by == name]
    return None if len(used) > 1 else used[0] if used else ""


def lay_span(dim: str, wanted: Filter, ready: Sequence[int]) -> Span:
    """Lay what is asked for out of the periods that are summed: months first, then days."""
    months = {period for period in ready if period < FIRST_DAY}
    periods = sorted((p for p in ready if p // 100 not in months), key=begins)
    gaps = list(_gaps(wanted, periods))
    return Span(
        dim=dim,
        periods=tuple(periods),
        ranges=tuple(
            (day_number(first), day_number(after - timedelta(days=1)))
            for first, after in gaps
            if (after - first).days > _FEW
        ),
        days=tuple(
            day
            for first, after in gaps
            if (after - first).days <= _FEW
            for day in days_from(first, after)
        ),
    )


def _gaps(wanted: Filter, periods: Iterable[int]) -> Iterable[tuple[date, date]]:
    """Give what lies between whole periods: its first day, and the first after it."""
    at = wanted.since
    for period in periods:
        if at < begins(period):
            yield at, begins(period)
        at = begins_after(period)
    if at <= wanted.until:
        yield at, wanted.until + timedelta(days=1)
