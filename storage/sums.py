"""Sums of months and days that are over, so that years of answers are read in a few thousand rows.

The counts (`storage.counts`) stay the truth. A period that is over is summed from them once, for
each of channel, agent and language apart; a change to it raises its version, which takes its sums
out of use until they are made anew. A period is announced first and summed a while later, so that
a transaction which changed it before cannot have missed the announcement. Answers and invitations
go apart: what was asked yesterday is answered today, which changes yesterday's flow alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter

from storage.codec import to_ms
from storage.database import Database
from storage.periods import (
    FIRST_DAY,
    begins,
    begins_after,
    day_number,
    days_from,
    months_from,
    read_day,
)
from storage.sql import Session, Statement, insert, statement

DIMENSIONS = ("channel", "agent", "language")
"""What sums are kept apart by, one at a time; survey and team always are."""

SOURCES = ("rollup", "flow")
"""What is summed: answers by value, and invitations by stage. Changed and locked in this order."""

LATE = timedelta(days=10)
"""How long after its end a month still changes often: its days are read meanwhile."""

DAY_LATE = timedelta(hours=1)
"""How long after its end a day still changes often."""

SETTLED = timedelta(minutes=10)
"""How long after its announcement a period is summed, and how long sums that nobody is to read any
more are kept: longer than any transaction.
"""

DAYS_KEPT = 186
"""How many days are summed one by one: ninety and the ninety before them, which they are compared
with. Older ones are read by months, and only at the ends of what is asked for one by one.
"""

_KINDS = """
    WITH RECURSIVE kind(survey) AS (
        SELECT MIN(survey) FROM {table}
        UNION ALL SELECT (SELECT MIN(t.survey) FROM {table} t WHERE t.survey > kind.survey)
        FROM kind WHERE kind.survey IS NOT NULL)
"""
"""Each survey once, by one look into the index for each."""

_SURVEYS = {
    table: statement(f"{_KINDS.format(table=table)} SELECT survey FROM kind WHERE survey <> ''")  # noqa: S608 - constants
    for table in SOURCES
}
_FIRST = statement(f"""
    {_KINDS.format(table="flow")}
    SELECT MIN((SELECT MIN(f.day) FROM flow f WHERE f.survey = kind.survey)) AS day FROM kind
""")  # noqa: S608 - constants
_ANNOUNCE = insert(
    "period_sum",
    "source text, period bigint, announced_at bigint, version bigint, built bigint",
    "ON CONFLICT (source, period) DO NOTHING",
)
_STALE = statement(f"""
    SELECT source, period FROM period_sum WHERE built <> version AND announced_at <= $1::bigint
        AND (period < {FIRST_DAY} OR period >= $2::bigint)
    ORDER BY period DESC, source DESC
""")  # noqa: S608 - a constant
_LOCK = statement("""
    UPDATE period_sum SET built = -1 WHERE source = $1 AND period = $2::bigint RETURNING version
""")
_BUILT = statement("""
    UPDATE period_sum SET built = $3::bigint WHERE source = $1 AND period = $2::bigint
""")
# In the order of their numbers: two transactions that lock the same ones never wait for each other.
_TOUCH = statement("""
    UPDATE period_sum SET version = version + 1 WHERE source = $1 AND period IN (
        SELECT period FROM period_sum WHERE source = $1 AND period = ANY($2::bigint[])
        ORDER BY period FOR NO KEY UPDATE)
""")
_RETIRE = statement(f"""
    UPDATE period_sum SET built = -1, announced_at = $2::bigint
    WHERE period >= {FIRST_DAY} AND period < $1::bigint AND built <> -1
""")  # noqa: S608 - a constant
_RETIRED = statement(f"""
    SELECT source, period FROM period_sum WHERE period >= {FIRST_DAY} AND period < $1::bigint
        AND built = -1 AND announced_at <= $2::bigint
""")  # noqa: S608 - a constant
_STRIKE = statement("DELETE FROM period_sum WHERE source = $1 AND period = $2::bigint")

_VALUE_KEY = "survey, question, metric, metric_version, scale, population, team"
_FLOW_KEY = "survey, population, team"


def _sum(table: str, key: str, last: str, sums: Mapping[str, str]) -> Statement:
    added = ", ".join(f"{how} AS {name}" for name, how in sums.items())
    parts = [
        f"SELECT '{dim}', $1::bigint, {key}, {group} AS g, {last}, {added} FROM {table}"  # noqa: S608 - constants
        " WHERE survey = ANY($2::text[]) AND day >= $3::bigint AND day <= $4::bigint"
        f" GROUP BY {key}, g, {last} HAVING SUM(n) <> 0"
        for dim, group in (("", "''"), *((dim, dim) for dim in DIMENSIONS))
    ]
    into = f"{table}_period (dim, period, {key}, grp, {last}, {', '.join(sums)})"
    return statement(f"INSERT INTO {into} {' UNION ALL '.join(parts)}")


_N = {"n": "CAST(SUM(n) AS BIGINT)"}
_WEIGHTS = {"weight": "SUM(weight)", "weight_squared": "SUM(weight_squared)"}
_SUMS = {
    "rollup": _sum("rollup", _VALUE_KEY, "value", _N | _WEIGHTS),
    "flow": _sum("flow", _FLOW_KEY, "stage", _N),
}
_FORGET = {
    table: statement(f"""
        DELETE FROM {table}_period WHERE dim = ANY($1::text[]) AND period = $2::bigint
    """)  # noqa: S608 - constants
    for table in SOURCES
}


async def list_surveys(session: Session, table: str) -> list[str]:
    """Give the surveys that have counts in ``rollup`` or ``flow``."""
    return [row["survey"] for row in await session.fetch(_SURVEYS[table])]


async def touch_periods(session: Session, source: str, days: Iterable[int]) -> None:
    """Say that counts of these days change: sums of them and their months are out of use now."""
    changed = set(days)
    await session.run(_TOUCH, source, sorted(changed | {day // 100 for day in changed}))


async def sum_periods(database: Database, now: datetime, settled: timedelta = SETTLED) -> None:
    """Announce what is over, sum what was announced and is not summed as it is, and drop the sums
    of old days: each period in a transaction of its own, so that nobody waits for long.
    """
    await database.transact(partial(_announce, now=now))
    for period, sources in await database.read(partial(_list_stale, now=now, settled=settled)):
        await database.transact(partial(sum_period, period=period, sources=sources))
    await database.transact(partial(_drop_old_days, now=now, settled=settled))


async def _announce(session: Session, now: datetime) -> None:
    """Announce the months, and the last days, that are over and have counts."""
    (found,) = await session.fetch(_FIRST)
    if found["day"] is None:
        return
    first, wall = read_day(found["day"]), now.astimezone(session.zone)
    months = months_from(first, (wall - LATE).date())
    days = days_from(max(first, _oldest(session, now)), (wall - DAY_LATE).date())
    row = {"announced_at": to_ms(now), "version": 0, "built": -1}
    over = [{"source": s, "period": p, **row} for s in SOURCES for p in (*months, *days)]
    if over:
        await session.run(_ANNOUNCE, over)


async def _list_stale(
    session: Session, now: datetime, settled: timedelta
) -> list[tuple[int, list[str]]]:
    """Give what was announced and is not summed as it is now, the newest days first: each period
    and what is to be summed of it, in the order of `SOURCES`.
    """
    oldest = day_number(_oldest(session, now))
    found = await session.fetch(_STALE, to_ms(now - settled), oldest)
    periods = groupby(found, key=itemgetter("period"))
    return [(period, [row["source"] for row in rows]) for period, rows in periods]


async def sum_period(session: Session, period: int, sources: Sequence[str]) -> None:
    """Sum one announced period as it is now.

    Its rows are locked meanwhile: whoever changes it waits, and takes these sums out of use.
    """
    days = day_number(begins(period)), day_number(begins_after(period) - timedelta(days=1))
    for source in sources:
        for locked in await session.fetch(_LOCK, source, period):
            await _forget(session, source, period)
            surveys = await list_surveys(session, source)
            await session.run(_SUMS[source], period, surveys, *days)
            await session.run(_BUILT, source, period, locked["version"])


async def _drop_old_days(session: Session, now: datetime, settled: timedelta) -> None:
    """Take days out of use that are too old to be summed one by one, and drop the sums of those
    that nobody can be reading any more.
    """
    oldest = day_number(_oldest(session, now))
    await session.run(_RETIRE, oldest, to_ms(now))
    for row in await session.fetch(_RETIRED, oldest, to_ms(now - settled)):
        await _forget(session, row["source"], row["period"])
        await session.run(_STRIKE, row["source"], row["period"])


async def _forget(session: Session, source: str, period: int) -> None:
    await session.run(_FORGET[source], ["", *DIMENSIONS], period)


def _oldest(session: Session, now: datetime) -> date:
    return now.astimezone(session.zone).date() - timedelta(days=DAYS_KEPT)
