"""Comments: the words of survey answers and of comment cards, listed and searched together."""

from collections.abc import Sequence
from typing import Any

from storage.answers import load_answers, read_response
from storage.cards import read_card
from storage.codec import Row, from_ms
from storage.contacts import load_contacts
from storage.gists import gist_where
from storage.sql import Session, statement
from storage.where import Where, bounds
from surveys.comment import CARDS, COMPLAINT, PRAISE, Comment, Search

_CARDS = statement("SELECT * FROM comment_card WHERE id = ANY($1::bigint[])")
_RESPONSES = statement("SELECT * FROM response WHERE invitation_id = ANY($1::bigint[])")
_NO_CARD = ("survey", "question", "metric", "agent")
"""What a card has not, so that a search for it finds none."""


async def list_comments(session: Session, wanted: Search, limit: int, offset: int) -> list[Comment]:
    """Give comments, newest first, with the people and the responses they belong to. A comment is
    of the day it was written, which need not be the day its survey began.
    """
    if wanted.by_gist:
        return await _complete(session, await _find_by_gist(session, wanted, limit, offset))
    values: list[Any] = [limit + offset]
    parts = (_answers(session, wanted, values), _cards(session, wanted, values))
    # Each part is cut by itself, so that the newest are found from the end of its index.
    text = " UNION ALL ".join(
        f"SELECT * FROM ({part} LIMIT $1::bigint) AS newest"  # noqa: S608 - constants
        for part in parts
        if part
    )
    if not text:
        return []
    page = len(values)
    found = await session.fetch(
        statement(
            f"SELECT * FROM ({text}) AS said ORDER BY at DESC, kind, id DESC"  # noqa: S608 - constants
            f" LIMIT ${page + 1}::bigint OFFSET ${page + 2}::bigint"
        ),
        *values,
        limit,
        offset,
    )
    return await _complete(session, found)


async def _find_by_gist(session: Session, wanted: Search, limit: int, offset: int) -> Sequence[Row]:
    """Find comments by their narrow rows, from the newest on, so that no more is read than is
    shown.
    """
    where = gist_where(session, wanted.rows)
    if wanted.tone:
        where.add("g.tone = $", wanted.tone)
    for theme in wanted.themes:
        where.add("g.themes LIKE $::text ESCAPE '!'", f"% {_escaped(theme)} %")
    if wanted.only in (CARDS, PRAISE, COMPLAINT):
        where.parts.append("g.kind = 'card'")
    if wanted.only in (PRAISE, COMPLAINT):
        where.parts.append("c.praise" if wanted.only == PRAISE else "NOT c.praise")
    if wanted.rows.metric:
        where.add("g.metric = $", wanted.rows.metric)
    _add_words(where, wanted, "COALESCE(a.text, c.text)")
    page = len(where.values)
    return await session.fetch(
        statement(
            "SELECT g.kind, COALESCE(a.id, c.id) AS id, COALESCE(a.at, c.at) AS at, g.channel,"  # noqa: S608 - constants
            " COALESCE(a.text, c.text) AS text, g.invitation_id, g.question_id, g.contact_id"
            " FROM comment_gist g"
            " LEFT JOIN answer a ON g.kind = 'answer' AND a.invitation_id = g.ref"
            " AND a.question_id = g.question_id AND a.is_latest"
            " LEFT JOIN comment_card c ON g.kind = 'card' AND c.id = g.ref"
            f" WHERE {where} AND COALESCE(a.text, c.text) <> ''"
            f" ORDER BY g.at DESC, g.id DESC LIMIT ${page + 1}::bigint OFFSET ${page + 2}::bigint"
        ),
        *where.values,
        limit,
        offset,
    )


def _answers(session: Session, wanted: Search, values: list[Any]) -> str:
    if wanted.only in (CARDS, PRAISE, COMPLAINT):
        return ""
    where = Where(values=values)
    start, end = bounds(wanted.rows, session.zone)
    where.add("a.at >= $::bigint", start)
    where.add("a.at < $::bigint", end)
    where.add_given(wanted.rows, ("survey", "team", "agent", "language"), "r.")
    if wanted.rows.channel:
        where.add("a.channel = $", wanted.rows.channel)
    if wanted.rows.question:
        where.add("a.question_id = $", wanted.rows.question)
    _add_words(where, wanted, "a.text")
    return (
        "SELECT 'answer' AS kind, a.id, a.at, a.channel, a.text, a.invitation_id, a.question_id,"  # noqa: S608 - constants
        " r.contact_id FROM answer a JOIN response r ON r.invitation_id = a.invitation_id"
        " WHERE a.is_latest AND NOT a.draft AND NOT a.skipped AND a.text <> ''"
        f" AND {where} ORDER BY a.at DESC, a.id DESC"
    )


def _cards(session: Session, wanted: Search, values: list[Any]) -> str:
    if any(getattr(wanted.rows, name) for name in _NO_CARD):
        return ""
    where = Where(values=values)
    start, end = bounds(wanted.rows, session.zone)
    where.add("c.at >= $::bigint", start)
    where.add("c.at < $::bigint", end)
    where.add_given(wanted.rows, ("channel", "team", "language"), "c.")
    if wanted.only in (PRAISE, COMPLAINT):
        where.parts.append("c.praise" if wanted.only == PRAISE else "NOT c.praise")
    _add_words(where, wanted, "c.text")
    return (
        "SELECT 'card' AS kind, c.id, c.at, c.channel, c.text, c.invitation_id, '' AS question_id,"  # noqa: S608 - constants
        " c.contact_id FROM comment_card c WHERE NOT c.quiet AND c.text <> ''"
        f" AND {where} ORDER BY c.at DESC, c.id DESC"
    )


def _add_words(where: Where, wanted: Search, column: str) -> None:
    """Add that each word occurs in the column, whatever its capitals.

    SQLite's LOWER knows ASCII only, so that "Öljy" stays as it is: the word is looked for in each
    of the ways it is usually written.
    """
    for word in wanted.words:
        low = word.lower()
        spellings = dict.fromkeys((low, _ascii_lower(low.capitalize()), _ascii_lower(low.upper())))
        tests = []
        for spelling in spellings:
            where.values.append(f"%{_escaped(spelling)}%")
            tests.append(f"LOWER({column}) LIKE ${len(where.values)}::text ESCAPE '!'")
        where.parts.append(f"({' OR '.join(tests)})")


def _ascii_lower(word: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in word)


def _escaped(word: str) -> str:
    return "".join(f"!{c}" if c in "!%_" else c for c in word)


async def _complete(session: Session, found: Sequence[Row]) -> list[Comment]:
    card_ids = [row["id"] for row in found if row["kind"] == "card"]
    ids = [row["invitation_id"] for row in found if row["kind"] == "answer"]
    cards = {row["id"]: read_card(row) for row in await session.fetch(_CARDS, card_ids)}
    answers = await load_answers(session, ids)
    responses = {
        row["invitation_id"]: read_response(row, answers.get(row["invitation_id"], ()))
        for row in await session.fetch(_RESPONSES, ids)
    }
    contacts = await load_contacts(session, [row["contact_id"] for row in found])
    return [
        Comment(
            at=from_ms(row["at"]),
            channel=row["channel"],
            text=row["text"],
            contact=contacts.get(row["contact_id"]),
            question_id=row["question_id"],
            response=responses.get(row["invitation_id"]) if row["kind"] == "answer" else None,
            card=cards.get(row["id"]) if row["kind"] == "card" else None,
        )
        for row in found
    ]
