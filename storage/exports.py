"""Exports: everything of one kind, page after page in the order of their numbers.

A page is what is held in memory; the next begins behind the last number of the one before. Rows
that come meanwhile are in it or not, but none is twice.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from storage.codec import Row, from_ms, load_json
from storage.contacts import load_contacts
from storage.sql import Session, Statement, statement
from surveys.contact import Contact

PAGE = 2_000
"""Rows read at once."""

_LIMITS = """
    AND ($2::bigint = 0 OR {at} >= $2::bigint) AND ($3::bigint = 0 OR {at} < $3::bigint)
    AND ($4::text = '' OR {survey} = $4::text)
    AND ($5::bigint = 0 OR {team} = ANY($6::text[]))
"""
_RESPONSES = statement(f"""
    SELECT a.*, a.id AS number, r.contact_id, r.survey, r.survey_version, r.started_at,
        r.completed_at, r.channel AS response_channel, r.trigger, r.weight, r.interaction_id,
        r.agent, r.team, r.line, r.population, COALESCE(g.themes, '') AS themes,
        COALESCE(g.tone, '') AS tone
    FROM answer a JOIN response r ON r.invitation_id = a.invitation_id
    LEFT JOIN comment_gist g ON a.text <> '' AND g.ref = a.invitation_id AND g.kind = 'answer'
        AND g.question_id = a.question_id
    WHERE a.id > $1::bigint AND a.is_latest AND NOT a.draft
    {_LIMITS.format(at="a.at", survey="r.survey", team="r.team")}
    ORDER BY a.id LIMIT $7::bigint
""")  # noqa: S608 - made of constants only
_COMMENTS = statement(f"""
    SELECT k.*, k.id AS number, COALESCE(g.themes, '') AS themes, COALESCE(g.tone, '') AS tone
    FROM comment_card k LEFT JOIN comment_gist g ON g.ref = k.id AND g.kind = 'card'
    WHERE k.id > $1::bigint AND k.text <> '' AND NOT k.quiet
    {_LIMITS.format(at="k.at", survey="''", team="k.team")}
    ORDER BY k.id LIMIT $7::bigint
""")  # noqa: S608 - made of constants only
_INVITATIONS = statement(f"""
    SELECT i.*, i.id AS number FROM invitation i WHERE i.id > $1::bigint
    {_LIMITS.format(at="i.due_at", survey="i.survey", team="i.team")}
    ORDER BY i.id LIMIT $7::bigint
""")  # noqa: S608 - made of constants only
_CASES = statement(f"""
    SELECT c.*, c.id AS number, a.metric_id AS recovery_metric, a.value AS recovery_value,
        a.at AS recovery_at
    FROM customer_case c LEFT JOIN answer a ON c.recovery_id <> 0 AND a.id = (
        SELECT MIN(o.id) FROM answer o WHERE o.invitation_id = c.recovery_id
            AND o.is_latest AND o.value IS NOT NULL AND o.metric_id <> '')
    WHERE c.id > $1::bigint
    {_LIMITS.format(at="c.opened_at", survey="c.survey", team="c.team")}
    ORDER BY c.id LIMIT $7::bigint
""")  # noqa: S608 - made of constants only
_CONTACTS = statement("""
    SELECT id AS number, id AS contact_id FROM contact
    WHERE id > $1::bigint AND $2::bigint = $2::bigint AND $3::bigint = $3::bigint
        AND $4::text = $4::text AND $5::bigint = 0 AND NOT ('' = ANY($6::text[]))
    ORDER BY id LIMIT $7::bigint
""")
_AUDIT = statement("""
    SELECT * FROM audit WHERE number > $1::bigint
        AND ($2::bigint = 0 OR at >= $2::bigint) AND ($3::bigint = 0 OR at < $3::bigint)
        AND $4::text = $4::text AND $5::bigint = 0 AND NOT ('' = ANY($6::text[]))
    ORDER BY number LIMIT $7::bigint
""")

QUERIES: Mapping[str, Statement] = {
    "responses": _RESPONSES,
    "comments": _COMMENTS,
    "invitations": _INVITATIONS,
    "cases": _CASES,
    "contacts": _CONTACTS,
    "audit": _AUDIT,
}
"""What can be exported -> how it is read: behind a number, from and to a time, of a survey ("" for
any), of teams where they are limited, so many.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which rows: begun or said from ``since`` on and before ``until`` (epoch milliseconds, 0 for
    no limit), of a survey, of teams (None: all).
    """

    kind: str
    since: int = 0
    until: int = 0
    survey: str = ""
    teams: Sequence[str] | None = None


Page = list[tuple[Row, Contact]]
"""Rows with whom they are about; a contact of id 0 where nobody is."""

Read = Callable[[Callable[[Session], Awaitable[Any]]], Awaitable[Any]]


async def read_pages(read: Read, part: Part) -> AsyncIterator[Page]:
    """Give the rows of a part, page after page. ``read`` runs statements (`Database.read`)."""
    after = 0
    while True:
        page: Page = await read(partial(_page, part, after))
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = page[-1][0]["number"]


async def _page(part: Part, after: int, session: Session) -> Page:
    limited = part.teams is not None
    rows = await session.fetch(
        QUERIES[part.kind],
        after,
        part.since,
        part.until,
        part.survey,
        int(limited),
        list(part.teams or ()),
        PAGE,
    )
    people = await load_contacts(session, {row.get("contact_id", 0) for row in rows})
    return [(row, people.get(row.get("contact_id", 0), Contact())) for row in rows]


def moment(row: Row, name: str) -> datetime | None:
    """Give a time of a row."""
    return None if row[name] is None else from_ms(row[name])


def listed(row: Row, name: str) -> list[str]:
    """Give the texts of a JSON column."""
    return [str(item) for item in load_json(row[name])]
