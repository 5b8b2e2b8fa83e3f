"""Fates: how many cases are open, and what became of those of a stretch of time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from storage.cases import WAITS, limit_cases
from storage.codec import Row, from_ms, from_ms_or_none, to_ms
from storage.sql import Session, statement
from storage.where import Where
from surveys.case import CaseState
from surveys.casework import CaseCounts, CaseList
from surveys.recovery import Fate

# By themselves: joined with the cases, PostgreSQL reads all answers there are.
_SCORES = statement("""
    SELECT invitation_id, metric_id, scale_id, value, satisfied, at FROM answer
    WHERE is_latest AND value IS NOT NULL AND metric_id <> '' AND invitation_id IN (
        SELECT a.invitation_id FROM answer a WHERE a.invitation_id = ANY($1::bigint[])
        AND (a.at >= $3::bigint OR a.invitation_id = ANY($2::bigint[]))
        AND a.is_latest AND a.value IS NOT NULL AND a.metric_id <> '')
    ORDER BY id
""")
"""Of all that were asked ($1) most answered long ago, and nothing else happened to their cases: to
be read are those that are wanted anyway ($2), or that have a score from then on ($3).
"""
_HAPPENED = ("opened_at", "contacted_at", "respond_by", "closed_at")
# Each from an index of its own, so that what was over long ago is not read. What was opened lately
# is open still or was closed lately.
_LATELY = """
    SELECT id FROM customer_case WHERE closed_at IS NULL
    UNION SELECT id FROM customer_case WHERE closed_at >= {since}
    UNION SELECT id FROM customer_case WHERE contacted_at >= {since}
    UNION SELECT id FROM customer_case WHERE respond_by >= {since}
    UNION SELECT id FROM customer_case WHERE closed_at >= {still} AND recovery_id <> 0
"""
_STILL = timedelta(days=180)
"""How long after a case was closed its customer may still say whether it was put right; more."""


async def sum_cases(session: Session, wanted: CaseList, now: datetime) -> CaseCounts:
    """Give how many cases are open, late and nobody's, of those wanted."""
    where = limit_cases(replace(wanted, closed=False), now)
    last = len(where.values) + 1
    late = f"{WAITS} AND respond_by <= ${last}::bigint"
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
    where.add("opened_at < $::bigint", to_ms(until))
    if wanted.team:  # not by the index on teams, which has all of their cases
        where.add("COALESCE(team, '') = $::text", wanted.team)
    if wanted.surveys:
        where.add("survey = ANY($::text[])", list(wanted.surveys))
    if wanted.teams is not None:
        where.add("COALESCE(team, '') = ANY($::text[])", list(wanted.teams))
    first = len(where.values) + 1
    happened = " OR ".join(f"{at} >= ${first}::bigint" for at in _HAPPENED)
    asked = f"recovery_id <> 0 AND (closed_at IS NULL OR closed_at >= ${first + 1}::bigint)"
    lately = _LATELY.format(since=f"${first}::bigint", still=f"${first + 1}::bigint")
    found = await session.fetch(
        statement(
            "SELECT opened_at, respond_by, contacted_at, closed_at, state, cause, recovery_id,"  # noqa: S608 - constants
            f" CASE WHEN {happened} THEN 1 ELSE 0 END AS happened"
            f" FROM customer_case WHERE id IN ({lately}) AND {where}"
            f" AND ({happened} OR {asked}) ORDER BY id"
        ),
        *where.values,
        to_ms(since),
        to_ms(since - _STILL),
    )
    asked_again = [row for row in found if row["recovery_id"]]
    scores = await _scores(session, asked_again, since)
    both = ((row, scores.get(row["recovery_id"])) for row in found)
    return [
        _fate(row, score)
        for row, score in both
        if row["happened"] or (score is not None and score["at"] >= to_ms(since))
    ]


async def _scores(session: Session, cases: Sequence[Row], since: datetime) -> Mapping[int, Row]:
    """Give the first score of each case's second survey, where it is one that can matter."""
    asked = {row["recovery_id"] for row in cases}
    wanted = {row["recovery_id"] for row in cases if row["happened"]}
    scores: dict[int, Row] = {}
    if asked:
        for row in await session.fetch(_SCORES, sorted(asked), sorted(wanted), to_ms(since)):
            scores.setdefault(row["invitation_id"], row)
    return scores


def _fate(row: Row, score: Row | None) -> Fate:
    return Fate(
        opened_at=from_ms(row["opened_at"]),
        respond_by=from_ms_or_none(row["respond_by"]),
        contacted_at=from_ms_or_none(row["contacted_at"]),
        closed_at=from_ms_or_none(row["closed_at"]),
        state=CaseState(row["state"]),
        cause=row["cause"],
        answer=None
        if score is None
        else (score["metric_id"], score["scale_id"], int(score["value"]), score["satisfied"]),
        answered_at=None if score is None else from_ms(score["at"]),
    )
