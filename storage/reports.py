"""Reports: counts from rollup rows, and the list of responses behind them."""

from collections.abc import Mapping, Sequence
from typing import Any

from storage.answers import load_answers, read_response
from storage.contacts import load_contacts
from storage.periods import FIRST_DAY
from storage.spans import Span, read_spans
from storage.sql import Session, statement
from storage.sums import DIMENSIONS, list_surveys
from storage.where import Where, bounds
from surveys.contact import Contact
from surveys.entrance import VISITOR
from surveys.flow import BY_THEMSELVES, FlowCount
from surveys.report import Filter, Tally, ValueCount
from surveys.response import Response

GROUPS: Mapping[str, str] = {
    "": "''",
    **{name: name for name in ("channel", "team", "agent", "language")},
    "day": "CAST(day AS TEXT)",
    "month": "CAST(day / 100 AS TEXT)",
}
"""What a tally may be grouped by -> the group's name; days are yyyymmdd, months yyyymm."""

_PERIOD_GROUPS: Mapping[str, str] = {
    "team": "team",
    "day": "CAST(period AS TEXT)",
    "month": f"CAST(CASE WHEN period < {FIRST_DAY} THEN period ELSE period / 100 END AS TEXT)",
}
"""The same for whole months and days (`storage.periods`)."""

_COLUMNS = {
    "rollup": "survey, question, metric, metric_version, scale, population, value, n, weight,"
    " weight_squared",
    "flow": "survey, population, stage, n",
}

_COUNTS = statement("""
    SELECT 'contacts' AS name, COUNT(*) AS n FROM contact
    UNION ALL SELECT 'events', COUNT(*) FROM event
    UNION ALL SELECT 'responses', COUNT(*) FROM response
    UNION ALL SELECT 'cards', COUNT(*) FROM comment_card WHERE text <> '' AND NOT quiet
    UNION ALL SELECT 'dues', COUNT(*) FROM due
    UNION ALL SELECT 'invitations.' || state, COUNT(*) FROM invitation GROUP BY state
    UNION ALL SELECT 'deliveries.' || state, COUNT(*) FROM delivery GROUP BY state
    UNION ALL SELECT 'let_go.' || SUBSTR(key, 8), value FROM counter WHERE key LIKE 'let_go:%'
""")


async def tally(session: Session, wanted: Filter) -> Tally:
    """Give the counts of answers by value and of invitations by stage, from rollup rows only.

    :raises ValueError: where ``by`` is none of `GROUPS`.
    """
    if wanted.by not in GROUPS:
        known = ", ".join(name for name in GROUPS if name)
        raise ValueError(f"cannot group by {wanted.by!r}, only by one of {known}")
    spans = await read_spans(session, wanted)
    return Tally(
        values=tuple(await _values(session, wanted, spans["rollup"])),
        flows=tuple(await _flows(session, wanted, spans["flow"])),
    )


async def list_responses(
    session: Session, wanted: Filter, limit: int, offset: int
) -> list[tuple[Response, Contact]]:
    """Give responses, newest first, with the people who gave them; those that are nobody's are only
    counted.
    """
    where = Where()
    where.parts.append("r.contact_id <> 0")
    start, end = bounds(wanted, session.zone)
    where.add("r.started_at >= $", start)
    where.add("r.started_at < $", end)
    where.add_given(wanted, ("survey", "channel", "team", "agent", "language"), "r.")
    answered = (
        "EXISTS (SELECT 1 FROM answer a WHERE a.invitation_id = r.invitation_id"
        " AND a.is_latest AND NOT a.draft AND NOT a.skipped AND a.{} = $)"
    )
    for name, value in (("question_id", wanted.question), ("metric_id", wanted.metric)):
        if value:
            where.add(answered.format(name), value)
    page = len(where.values)
    found = await session.fetch(
        statement(
            f"SELECT r.* FROM response r WHERE {where} ORDER BY r.started_at DESC,"  # noqa: S608 - constants
            f" r.invitation_id DESC LIMIT ${page + 1}::bigint OFFSET ${page + 2}::bigint"
        ),
        *where.values,
        limit,
        offset,
    )
    answers = await load_answers(session, [row["invitation_id"] for row in found])
    contacts = await load_contacts(session, [row["contact_id"] for row in found])
    responses = [read_response(row, answers.get(row["invitation_id"], ())) for row in found]
    return [(r, contacts.get(r.contact_id, Contact(id=r.contact_id))) for r in responses]


async def counts(session: Session) -> dict[str, int]:
    """Give how many rows there are: ``contacts``, ``events``, ``responses``, ``cards``, ``dues``,
    ``invitations.<state>``, ``deliveries.<state>``, and ``let_go.<channel>``, the messages nobody
    could carry. Reads whole tables: not for every second.
    """
    return {row["name"]: row["n"] for row in await session.fetch(_COUNTS)}


async def _values(session: Session, wanted: Filter, span: Span) -> list[ValueCount]:
    limits = ("survey", "question", "metric", "team")
    source, values = await _source(session, wanted, span, "rollup", limits)
    keys = "survey, question, metric, metric_version, scale, population"
    found = await session.fetch(
        statement(
            f"SELECT {keys}, g AS grp, value, CAST(SUM(n) AS BIGINT) AS n,"  # noqa: S608 - constants
            " SUM(weight) AS weight, SUM(weight_squared) AS weight_squared"
            f" FROM ({source}) AS counted GROUP BY {keys}, g, value HAVING SUM(n) <> 0"
            f" ORDER BY {keys}, g, value"
        ),
        *values,
    )
    return [ValueCount(group=row.pop("grp"), **row) for row in found]


async def _flows(session: Session, wanted: Filter, span: Span) -> list[FlowCount]:
    source, values = await _source(session, wanted, span, "flow", ("survey", "team"))
    found = await session.fetch(
        statement(
            "SELECT survey, g AS grp, CAST(SUM(n) AS BIGINT) AS n,"  # noqa: S608 - constants
            f" CASE WHEN population = '{VISITOR}' THEN '{BY_THEMSELVES}' || stage ELSE stage END"
            f" AS reached FROM ({source}) AS counted GROUP BY survey, g, reached"
            " HAVING SUM(n) <> 0 ORDER BY survey, g, reached"
        ),
        *values,
    )
    return [FlowCount(group=row.pop("grp"), stage=row.pop("reached"), **row) for row in found]


async def _source(
    session: Session, wanted: Filter, span: Span, table: str, limits: Sequence[str]
) -> tuple[str, list[Any]]:
    """Give the rows to sum as text and parameters: of whole periods their sums, of other days the
    counts; ``g`` is the group.
    """
    values: list[Any] = []
    parts = [_summed(span, wanted, table, limits, values)] if span.periods else []
    if span.ranges or span.days:
        surveys = [wanted.survey] if wanted.survey else await list_surveys(session, table)
        for first, last in span.ranges:
            where = Where(values=values)
            where.add("day >= $::bigint", first)
            where.add("day <= $::bigint", last)
            parts.append(_counted(where, surveys, wanted, table, limits))
        if span.days:
            where = Where(values=values)
            where.add("day = ANY($::bigint[])", list(span.days))
            parts.append(_counted(where, surveys, wanted, table, limits))
    return " UNION ALL ".join(parts), values


def _summed(
    span: Span, wanted: Filter, table: str, limits: Sequence[str], values: list[Any]
) -> str:
    where = Where(values=values)
    where.add("dim = $::text", span.dim)
    where.add("period = ANY($::bigint[])", list(span.periods))
    where.add_given(wanted, limits)
    if span.dim and (only := getattr(wanted, span.dim)):
        where.add("grp = $", only)
    groups = {**_PERIOD_GROUPS, span.dim: "grp"}
    group = groups[wanted.by] if wanted.by else "''"
    return f"SELECT {_COLUMNS[table]}, {group} AS g FROM {table}_period WHERE {where}"  # noqa: S608 - constants


def _counted(
    where: Where, surveys: Sequence[str], wanted: Filter, table: str, limits: Sequence[str]
) -> str:
    """Each survey is named, so that the days of ``where`` are found in the index."""
    where.add("survey = ANY($::text[])", list(surveys))
    where.add_given(wanted, (*limits, *DIMENSIONS))
    return f"SELECT {_COLUMNS[table]}, {GROUPS[wanted.by]} AS g FROM {table} WHERE {where}"  # noqa: S608 - constants
