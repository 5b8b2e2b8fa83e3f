"""Repeats: one person, known as two until now, is not asked the same survey twice."""

from collections.abc import Sequence
from datetime import datetime

from storage.codec import Row, to_ms
from storage.sql import Session, insert, statement
from surveys.invitation import InvitationState

REPEATED = "two contacts became one person, who is asked this survey already"
"""The rule of the decision, for whoever asks why."""

_OPEN = statement("""
    SELECT id, contact_id, survey, state, due_at FROM invitation
    WHERE contact_id = ANY($1::bigint[]) AND state IN ('planned', 'asked', 'started')
    ORDER BY id FOR NO KEY UPDATE
""")
_SKIP = statement("UPDATE invitation SET state = 'skipped' WHERE id = ANY($1::bigint[])")
_DECIDE = insert(
    "decision", "invitation_id bigint, at bigint, verdict text, rule text, inputs jsonb"
)


async def skip_repeats(session: Session, keep: int, gone: int, now: datetime) -> None:
    """Skip what one of two contacts is still to be asked and the other is asked already, or sooner.

    Its due rows stay: they come up, find it skipped, and go.
    """
    found = await session.fetch(_OPEN, [keep, gone])
    again = find_repeats(found)
    if not again:
        return
    await session.run(_SKIP, again)
    about = {"at": to_ms(now), "verdict": "skip", "rule": REPEATED, "inputs": {"merged": gone}}
    await session.run(_DECIDE, [{"invitation_id": number, **about} for number in again])


def find_repeats(invitations: Sequence[Row]) -> list[int]:
    """Give those to skip. Two of one side are two for a reason, and are left alone."""
    planned = InvitationState.PLANNED
    in_order = sorted(invitations, key=lambda i: (i["state"] == planned, i["due_at"], i["id"]))
    asked: set[tuple[str, int]] = set()
    again = []
    for one in in_order:
        others = any(s == one["survey"] and c != one["contact_id"] for s, c in asked)
        if others and one["state"] == planned:
            again.append(one["id"])
        else:
            asked.add((one["survey"], one["contact_id"]))
    return again
