"""Months that are over, summed: so that years of answers are read in a few thousand rows.

The day's counts (`storage.counts`) stay the truth. A month that is over is summed from them once,
for each of channel, agent and language apart; a change to it raises its version, which takes its
sums out of use until they are made anew. A month is announced first and summed a while later, so
that a transaction which changed it before cannot have missed the announcement.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.codec import to_ms
from storage.sql import Session, Statement, insert, statement
from surveys.report import Filter

DIMENSIONS = ("channel", "agent", "language")
"""What sums are kept apart by, one at a time; survey and team always are."""

LATE = timedelta(days=2)
"""How long after its end a month still changes often."""

SETTLED = timedelta(minutes=10)
"""How long after its announcement a month is summed: longer than any transaction."""

_KINDS = """
    WITH RECURSIVE kind(survey) AS (
        SELECT MIN(survey) FROM {table}
        UNION ALL SELECT (SELECT MIN(t.survey) FROM {table} t WHERE t.survey > kind.survey)
        FROM kind WHERE kind.survey IS NOT NULL)
"""
"""Each survey once, by one look into the index for each."""

_SURVEYS = {
    table: statement(f"{_KINDS.format(table=table)} SELECT survey FROM kind WHERE survey <> ''")  # noqa: S608 - constants
    for table in ("rollup", "flow")
}
_FIRST = statement(f"""
    {_KINDS.format(table="flow")}
    SELECT MIN((SELECT MIN(f.day) FROM flow f WHERE f.survey = kind.survey)) AS day FROM kind
""")  # noqa: S608 - constants
_ANNOUNCE = insert(
    "month_sum",
    "month bigint, announced_at bigint, version bigint, built bigint",
    "ON CONFLICT (month) DO NOTHING",
)
_STALE = statement("""
    SELECT month FROM month_sum WHERE built <> version AND announced_at <= $1::bigint
    ORDER BY month DESC LIMIT 1
""")
_LOCK = statement("UPDATE month_sum SET built = -1 WHERE month = $1::bigint RETURNING version")
_BUILT = statement("UPDATE month_sum SET built = $2::bigint WHERE month = $1::bigint")
_TOUCH = statement("UPDATE month_sum SET version = version + 1 WHERE month = ANY($1::bigint[])")
_READY = statement("""
    SELECT month FROM month_sum
    WHERE built = version AND month >= $1::bigint AND month <= $2::bigint ORDER BY month
""")

_VALUE_KEY = "survey, question, metric, metric_version, scale, population, team"
_FLOW_KEY = "survey, population, team"


def _sum(table: str, dim: str, key: str, last: str, sums: Mapping[str, str]) -> Statement:
    group = dim or "''"
    added = ", ".join(f"{how} AS {name}" for name, how in sums.items())
    return statement(
        f"INSERT INTO {table}_month (dim, month, {key}, grp, {last}, {', '.join(sums)})"  # noqa: S608 - constants
        f" SELECT '{dim}', $1::bigint, {key}, {group} AS g, {last}, {added} FROM {table}"
        " WHERE survey = ANY($2::text[])"
        " AND day >= $1::bigint * 100 AND day <= $1::bigint * 100 + 99"
        f" GROUP BY {key}, g, {last} HAVING SUM(n) <> 0"
    )


_N = {"n": "CAST(SUM(n) AS BIGINT)"}
_WEIGHTS = {"weight": "SUM(weight)", "weight_squared": "SUM(weight_squared)"}
_SUMS = {
    "rollup": [_sum("rollup", d, _VALUE_KEY, "value", _N | _WEIGHTS) for d in ("", *DIMENSIONS)],
    "flow": [_sum("flow", d, _FLOW_KEY, "stage", _N) for d in ("", *DIMENSIONS)],
}
_FORGET = {
    (table, dim): statement(
        f"DELETE FROM {table}_month WHERE dim = '{dim}' AND month = $1::bigint"  # noqa: S608 - constants
    )
    for table in _SUMS
    for dim in ("", *DIMENSIONS)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """How a period is read: these whole ``months`` (yyyymm) from their sums of ``dim``, and the
    ``days`` (first and last, yyyymmdd) from the day's counts.
    """

    dim: str
    months: tuple[int, ...]
    days: tuple[tuple[int, int], ...]


async def read_span(session: Session, wanted: Filter) -> Span:
    """Give how a filter's period is read with the fewest rows."""
    dim = pick_dimension(wanted)
    if dim is None:
        return Span(dim="", months=(), days=((_day(wanted.since), _day(wanted.until)),))
    first = _month(wanted.since)
    if wanted.since.day > 1:
        first = _month(_next_month(first))
    last = _month(wanted.until)
    if _month(wanted.until + timedelta(days=1)) == last:
        last -= 1  # its last day is not wanted; 202600 is after all of 2025
    rows = await session.fetch(_READY, first, last)
    months = tuple(row["month"] for row in rows)
    return Span(dim=dim, months=months, days=tuple(_gaps(wanted, months)))


def pick_dimension(wanted: Filter) -> str | None:
    """Give the one dimension a filter limits or groups by, "" for none; None where the sums of
    months cannot say: two dimensions at once, or days.
    """
    if wanted.by == "day":
        return None
    used = [name for name in DIMENSIONS if getattr(wanted, name) or wanted.by == name]
    return None if len(used) > 1 else used[0] if used else ""


async def list_surveys(session: Session, table: str) -> list[str]:
    """Give the surveys that have counts in ``rollup`` or ``flow``."""
    return [row["survey"] for row in await session.fetch(_SURVEYS[table])]


async def touch_months(session: Session, days: Iterable[int]) -> None:
    """Say that the counts of these days change: sums of their months are out of use from now."""
    await session.run(_TOUCH, sorted({day // 100 for day in days}))


async def announce_months(session: Session, now: datetime) -> None:
    """Announce the months that are over and have counts."""
    (found,) = await session.fetch(_FIRST)
    if found["day"] is None:
        return
    month, over = found["day"] // 100, _month((now.astimezone(session.zone) - LATE).date())
    batch = []
    while month < over:
        batch.append({"month": month, "announced_at": to_ms(now), "version": 0, "built": -1})
        month = _month(_next_month(month))
    if batch:
        await session.run(_ANNOUNCE, batch)


async def sum_one_month(session: Session, now: datetime, settled: timedelta = SETTLED) -> bool:
    """Sum the newest month that was announced and is not summed as it is now; False for none.

    Its row is locked meanwhile: whoever changes the month waits, and takes these sums out of use.
    """
    stale = await session.fetch(_STALE, to_ms(now - settled))
    if not stale:
        return False
    month = stale[0]["month"]
    (locked,) = await session.fetch(_LOCK, month)
    for table, sums in _SUMS.items():
        for dim in ("", *DIMENSIONS):
            await session.run(_FORGET[table, dim], month)
        surveys = await list_surveys(session, table)
        for each in sums:
            await session.run(each, month, surveys)
    await session.run(_BUILT, month, locked["version"])
    return True


def _gaps(wanted: Filter, months: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Give the days of a period between whole months."""
    at = wanted.since
    for month in months:
        begins = date(month // 100, month % 100, 1)
        if at < begins:
            yield _day(at), _day(begins - timedelta(days=1))
        at = _next_month(month)
    if at <= wanted.until:
        yield _day(at), _day(wanted.until)


def _next_month(month: int) -> date:
    year, number = divmod(month, 100)
    return date(year + number // 12, number % 12 + 1, 1)


def _month(day: date) -> int:
    return day.year * 100 + day.month


def _day(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
