"""Setbacks: what was sent and came back: taken back, counted against its address, or against us."""

from datetime import datetime, timedelta

from storage.codec import from_ms, to_ms
from storage.deliveries import Reported
from storage.dues import add_dues
from storage.progress import Progress, save_progress, take_progress
from storage.settlement import add_decisions
from storage.sql import Session, insert, statement
from surveys.due import Decision, Due, DueKind, name_due
from surveys.invitation import InvitationState

SOFT_BOUNCES_COUNT = timedelta(days=30)
"""How long a soft bounce counts."""

REFUSALS_KEPT = timedelta(days=90)

_ADD_SOFT = statement("""
    INSERT INTO soft_bounce (address_id, delivery_id, at)
    SELECT a.id, $3::bigint, $4::bigint FROM address a WHERE a.channel = $1 AND a.value = $2
    ON CONFLICT (address_id, delivery_id) DO NOTHING
""")
_COUNT_SOFT = statement("""
    SELECT COUNT(*) AS n FROM soft_bounce b JOIN address a ON a.id = b.address_id
    WHERE a.channel = $1 AND a.value = $2 AND b.at > $3
""")
_FORGET_SOFT = statement("DELETE FROM soft_bounce WHERE at < $1")
_ADD_REFUSAL = insert(
    "refusal",
    "channel text, delivery_id bigint, at bigint",
    "ON CONFLICT (delivery_id) DO NOTHING",
)
_COUNT_REFUSALS = statement("SELECT COUNT(*) AS n FROM refusal WHERE channel = $1 AND at > $2")
_FORGET_REFUSALS = statement("DELETE FROM refusal WHERE at < $1")
_REFUSALS = statement("SELECT channel, COUNT(*) AS n FROM refusal GROUP BY channel")


async def take_back(session: Session, invitation_id: int, lane: str, why: Decision) -> None:
    """Note that a question asked came back unread: due at once on ``lane``, failed where that
    is "".
    """
    progress = await take_progress(session, {invitation_id})
    for step in progress.values():
        if lane:
            step.take_back()
        else:
            step.lose()
            step.overlook()
            step.become(InvitationState.FAILED)
    await save_progress(session, progress.values())
    if lane:
        await add_dues(session, [_again(step, lane, why.at) for step in progress.values()])
    await add_decisions(session, [why])


def _again(step: Progress, lane: str, at: datetime) -> Due:
    name = name_due(DueKind.ASK, from_ms(step.row["due_at"]), step.row["key"])
    number = step.row["id"]
    return Due(lane=lane, at=at, id=name, kind=DueKind.ASK, invitation_id=number)


async def add_soft_bounce(session: Session, reported: Reported, at: datetime) -> int:
    """Note that an address refused a message for now; give how many it did lately."""
    where, since = (reported.channel, reported.address), to_ms(at - SOFT_BOUNCES_COUNT)
    await session.run(_FORGET_SOFT, since)
    await session.run(_ADD_SOFT, *where, reported.delivery_id, to_ms(at))
    found = await session.fetch(_COUNT_SOFT, *where, since)
    return int(found[0]["n"])


async def add_refusal(session: Session, reported: Reported, at: datetime, since: datetime) -> int:
    """Note that a message was refused because of us; give how many its channel had ``since``."""
    row = {"channel": reported.channel, "delivery_id": reported.delivery_id, "at": to_ms(at)}
    await session.run(_FORGET_REFUSALS, to_ms(at - REFUSALS_KEPT))
    await session.run(_ADD_REFUSAL, [row])
    found = await session.fetch(_COUNT_REFUSALS, reported.channel, to_ms(since))
    return int(found[0]["n"])


async def count_refusals(session: Session) -> dict[str, int]:
    """Give how many messages of each channel were refused because of us, of those still kept."""
    return {row["channel"]: row["n"] for row in await session.fetch(_REFUSALS)}
