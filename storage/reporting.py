"""Reporting: what reports need besides rollups: rounds of campaigns, reasons, what was sent."""

from collections.abc import Collection
from datetime import datetime

from storage.codec import to_ms
from storage.parting import PARTED_FROM
from storage.sql import Session, statement
from storage.where import Where, bounds
from surveys.report import Filter, Tally, ValueCount

_TAKE = statement("""
    INSERT INTO report_run (report, wall, at) VALUES ($1, $2, $3)
    ON CONFLICT (report, wall) DO NOTHING RETURNING report
""")
# What has parted from whoever gave it (`storage.parting`) has no invitation: it is of the round in
# whose time it parted, as of the day.
_ROUND = statement(f"""
    SELECT r.survey, a.question_id AS question, a.metric_id AS metric, a.metric_version,
        a.scale_id AS scale, r.population, a.value, COUNT(*) AS n, SUM(r.weight) AS weight,
        SUM(r.weight * r.weight) AS weight_squared
    FROM (
        SELECT r.* FROM invitation i JOIN response r ON r.invitation_id = i.id
        WHERE i.trigger = $1 AND i.due_at >= $2::bigint AND i.due_at < $3::bigint
        UNION ALL
        SELECT r.* FROM response r WHERE r.contact_id = 0 AND r.trigger = $1
            AND r.invitation_id >= {PARTED_FROM}
            AND r.started_at > $2::bigint - 86400000 AND r.started_at < $3::bigint
    ) AS r
    JOIN answer a ON a.invitation_id = r.invitation_id
        AND a.is_latest AND NOT a.draft AND NOT a.skipped
    WHERE a.value IS NOT NULL AND ($4::bigint = 0 OR r.team = ANY($5::text[]))
    GROUP BY r.survey, a.question_id, a.metric_id, a.metric_version, a.scale_id, r.population,
        a.value
""")  # noqa: S608 - made of constants only


async def take_report(session: Session, report: str, wall: str, now: datetime) -> bool:
    """Note that a report's occurrence is sent; False where somebody did before."""
    return bool(await session.fetch(_TAKE, report, wall, to_ms(now)))


async def campaign_tally(
    session: Session,
    campaign: str,
    since: datetime,
    until: datetime,
    teams: Collection[str] | None,
) -> Tally:
    """Give the counts of scores and numbers that invitations of a campaign brought which were due
    from ``since`` to before ``until``, of these teams (None: all).
    """
    limit = (int(teams is not None), sorted(teams or ()))
    found = await session.fetch(_ROUND, campaign, to_ms(since), to_ms(until), *limit)
    return Tally(
        values=tuple(
            ValueCount(
                group="",
                **{**row, "value": f"{row['value']:g}", "n": int(row["n"])},
            )
            for row in found
        ),
        flows=(),
    )


async def count_reasons(session: Session, wanted: Filter) -> dict[str, int]:
    """Give how many invitations were not asked in the period, by the rule that ended them."""
    where = Where()
    start, end = bounds(wanted, session.zone)
    where.add("d.at >= $::bigint", start)
    where.add("d.at < $::bigint", end)
    where.add_given(wanted, ("survey", "team"), "i.")
    found = await session.fetch(
        statement(
            "SELECT d.rule, COUNT(DISTINCT d.invitation_id) AS n FROM decision d"  # noqa: S608 - constants
            " JOIN invitation i ON i.id = d.invitation_id"
            f" WHERE d.verdict IN ('skip', 'fail') AND i.asked_at IS NULL AND {where}"
            " GROUP BY d.rule"
        ),
        *where.values,
    )
    return {row["rule"]: int(row["n"]) for row in found}
