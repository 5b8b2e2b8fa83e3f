"""Headway: how far campaigns, milestones and triggers came, from their invitations."""

from collections.abc import Collection
from datetime import datetime

from storage.campaigns import list_runs
from storage.codec import from_ms_or_none, to_ms
from storage.sql import Session, statement
from surveys.headway import Headway, Round, Travellers

_COUNTS = """
    SELECT trigger AS rule, SUM(CASE WHEN state = 'planned' THEN 1 ELSE 0 END) AS planned,
        MIN(CASE WHEN state = 'planned' THEN due_at END) AS next_at,
        COUNT(asked_at) AS asked, SUM(CASE WHEN delivered THEN 1 ELSE 0 END) AS delivered,
        SUM(CASE WHEN state = 'completed' THEN 1 ELSE 0 END) AS completed,
        SUM(CASE WHEN asked_at IS NULL AND state <> 'planned' THEN 1 ELSE 0 END) AS ended
    FROM invitation WHERE trigger = ANY($1::text[])
        AND due_at >= $2::bigint AND due_at < $3::bigint
"""
_ALL = statement(f"{_COUNTS} GROUP BY trigger")
_TEAMS = statement(f"{_COUNTS} AND team = ANY($4::text[]) GROUP BY trigger")
_TRAVELLERS = statement("""
    SELECT journey, SUM(CASE WHEN ended_at IS NULL OR ended_at < entered_at THEN 1 ELSE 0 END)
        AS under_way, COUNT(*) AS entered
    FROM journey_progress WHERE entered_at IS NOT NULL GROUP BY journey
""")


async def headway(
    session: Session,
    rules: Collection[str],
    since: datetime,
    until: datetime,
    teams: Collection[str] | None,
) -> dict[str, Headway]:
    """Give how far the invitations of these rules came that were due from ``since`` to before
    ``until``, of these teams (None: all); rules that have none are left out.
    """
    given = (sorted(rules), to_ms(since), to_ms(until))
    if teams is None:
        found = await session.fetch(_ALL, *given)
    else:
        found = await session.fetch(_TEAMS, *given, sorted(teams))
    return {
        row["rule"]: Headway(
            planned=int(row["planned"]),
            next_at=from_ms_or_none(row["next_at"]),
            asked=int(row["asked"]),
            delivered=int(row["delivered"]),
            completed=int(row["completed"]),
            ended=int(row["ended"]),
        )
        for row in found
    }


async def rounds(session: Session, campaign: str, limit: int) -> list[Round]:
    """Give the last times a campaign came round, newest first."""
    return [
        Round(wall=run.wall, begins=run.begins, enlisted=run.enlisted, done=run.done)
        for run in await list_runs(session, campaign, limit)
    ]


async def travellers(session: Session) -> dict[str, Travellers]:
    """Give how many people are on each journey."""
    return {
        row["journey"]: Travellers(
            under_way=int(row["under_way"]), left=int(row["entered"]) - int(row["under_way"])
        )
        for row in await session.fetch(_TRAVELLERS)
    }
