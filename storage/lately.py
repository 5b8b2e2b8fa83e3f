"""Lately: what one customer answered in a stretch of time."""

from datetime import datetime

from storage.answers import load_answers, read_response
from storage.codec import to_ms
from storage.sql import Session, statement
from surveys.response import Response

_LATELY = statement("""
    SELECT * FROM response WHERE contact_id = $1::bigint AND started_at >= $2::bigint
    ORDER BY started_at DESC, invitation_id DESC LIMIT $3::bigint
""")


async def recent_responses(
    session: Session, contact_id: int, since: datetime, limit: int
) -> list[Response]:
    """Give a customer's last responses begun since then, newest first, with their answers."""
    found = await session.fetch(_LATELY, contact_id, to_ms(since), limit)
    answers = await load_answers(session, [row["invitation_id"] for row in found])
    return [read_response(row, answers.get(row["invitation_id"], ())) for row in found]
