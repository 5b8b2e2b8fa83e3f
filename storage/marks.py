"""Marks: whether anything was said or done since somebody last looked, for the price of a look at
the end of four tables.
"""

from storage.sql import Session, statement

_LAST = 200
"""Rows looked at: more than transactions that were begun earlier can commit later."""

_MARK = statement(f"""
    SELECT (SELECT COUNT(*) || '.' || COALESCE(SUM(id), 0) || '.' || COALESCE(SUM(at), 0) FROM
        (SELECT id, at FROM answer ORDER BY id DESC LIMIT {_LAST}) AS a)
    || '-' || (SELECT COUNT(*) || '.' || COALESCE(SUM(id), 0) || '.' || COALESCE(SUM(size), 0) FROM
        (SELECT id, LENGTH(text) AS size FROM comment_card ORDER BY id DESC LIMIT {_LAST}) AS c)
    || '-' || (SELECT COALESCE(SUM(id), 0) FROM
        (SELECT id FROM case_entry ORDER BY id DESC LIMIT {_LAST}) AS e)
    || '-' || (SELECT COALESCE(SUM(id), 0) FROM
        (SELECT id FROM comment_gist ORDER BY at DESC LIMIT {_LAST}) AS g)
    AS mark
""")  # noqa: S608 - a constant


async def last_said(session: Session) -> str:
    """Give a mark that is another one after every answer, comment card and deed on a case, and
    again when a comment was read for what it speaks of: a new one, not one of years ago, of which
    an update reads a million in a row.

    The highest id alone would not do: on PostgreSQL a row with a lower one may become visible
    later, and a row may be written again: choices that are still being ticked, a card that grows.
    """
    found = await session.fetch(_MARK)
    return str(found[0]["mark"])
