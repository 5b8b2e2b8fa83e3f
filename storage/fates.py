"""Fates: how many cases are open, and what became of those of a stretch of time."""

from dataclasses import replace
from datetime import datetime

from storage.cases import limit_cases
from storage.codec import Row, from_ms, from_ms_or_none, to_ms
from storage.sql import Session, statement
from storage.where import Where
from surveys.case import CaseState
from surveys.casework import CaseCounts, CaseList
from surveys.recovery import Fate

_FATES = """
    SELECT c.opened_at, c.respond_by, c.contacted_at, c.closed_at, c.state, c.cause,
        a.metric_id, a.scale_id, a.value, a.satisfied, a.at
    FROM customer_case c LEFT JOIN answer a ON c.recovery_id <> 0 AND a.id = (
        SELECT MIN(o.id) FROM answer o WHERE o.invitation_id = c.recovery_id
            AND o.is_latest AND o.value IS NOT NULL AND o.metric_id <> '')
"""
_HAPPENED = ("c.opened_at", "c.contacted_at", "c.respond_by", "c.closed_at", "a.at")


async def sum_cases(session: Session, wanted: CaseList, now: datetime) -> CaseCounts:
    """Give how many cases are open, late and nobody's, of those wanted."""
    where = limit_cases(replace(wanted, closed=False), now)
    last = len(where.values) + 1
    late = f"state IN ('open', 'claimed') AND respond_by <= ${last}::bigint"
    found = await session.fetch(
        statement(
            "SELECT COUNT(*) AS n, MIN(opened_at) AS oldest,"  # noqa: S608 - constants
            f" COALESCE(SUM(CASE WHEN {late} THEN 1 ELSE 0 END), 0) AS late,"
            " COALESCE(SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END), 0) AS free"
            f" FROM customer_case WHERE {where}"
        ),
        *where.values,
        to_ms(now),
    )
    row = found[0]
    return CaseCounts(
        open=int(row["n"]),
        late=int(row["late"]),
        free=int(row["free"]),
        oldest=from_ms_or_none(row["oldest"]),
    )


async def read_fates(
    session: Session, wanted: CaseList, since: datetime, until: datetime
) -> list[Fate]:
    """Give what became of the cases to which anything happened from ``since`` on and that were
    opened before ``until``, by the teams and surveys of ``wanted``.
    """
    where = Where()
    where.add("c.opened_at < $::bigint", to_ms(until))
    where.values.append(to_ms(since))
    happened = " OR ".join(f"{at} >= ${len(where.values)}::bigint" for at in _HAPPENED)
    where.parts.append(f"({happened})")
    if wanted.team:
        where.add("c.team = $::text", wanted.team)
    if wanted.surveys:
        where.add("c.survey = ANY($::text[])", list(wanted.surveys))
    if wanted.teams is not None:
        where.add("c.team = ANY($::text[])", list(wanted.teams))
    text = f"{_FATES} WHERE {where} ORDER BY c.id"
    return [_fate(row) for row in await session.fetch(statement(text), *where.values)]


def _fate(row: Row) -> Fate:
    return Fate(
        opened_at=from_ms(row["opened_at"]),
        respond_by=from_ms_or_none(row["respond_by"]),
        contacted_at=from_ms_or_none(row["contacted_at"]),
        closed_at=from_ms_or_none(row["closed_at"]),
        state=CaseState(row["state"]),
        cause=row["cause"],
        answer=None
        if row["value"] is None
        else (row["metric_id"], row["scale_id"], int(row["value"]), row["satisfied"]),
        answered_at=from_ms_or_none(row["at"]),
    )
