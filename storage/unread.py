"""Unread comments: marked by whoever writes one, in the same transaction; see `storage.gists`."""

from collections.abc import Collection, Iterable

from storage.sql import Session, insert
from surveys.response import Answer, Response

ANSWER, CARD = "answer", "card"

_MARK = insert(
    "comment_unread",
    "kind text, ref bigint, marks bigint",
    # A row that changes waits for whoever reads it; one that is left alone would not.
    "ON CONFLICT (kind, ref) DO UPDATE SET marks = comment_unread.marks + 1",
)


async def mark_worded(session: Session, responses: Iterable[Response]) -> None:
    """Mark responses unread that hold the customer's own words."""
    worded = {r.invitation_id for r in responses if any(map(is_comment, r.answers))}
    await _mark(session, ANSWER, worded)


async def mark_cards(session: Session, numbers: Collection[int]) -> None:
    """Mark comment cards unread."""
    await _mark(session, CARD, numbers)


def is_comment(answer: Answer) -> bool:
    """Whether an answer is words, and counts."""
    return bool(answer.text) and not answer.draft and not answer.skipped


async def _mark(session: Session, kind: str, refs: Collection[int]) -> None:
    if refs:
        await session.run(_MARK, [{"kind": kind, "ref": ref, "marks": 1} for ref in sorted(refs)])
