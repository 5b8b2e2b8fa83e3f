"""Uncertain deliveries: bytes left and no verdict came. Staff look into them and decide."""

from datetime import datetime
from enum import StrEnum

from storage.codec import to_ms
from storage.conversations import load_conversations, lock_conversations
from storage.deliveries import read_delivery
from storage.setbacks import take_back
from storage.sql import Session, statement
from surveys.conversation import Conversation
from surveys.due import Decision
from surveys.invitation import Delivery, InvitationState

_LIST = statement("""
    SELECT * FROM delivery WHERE state = 'uncertain' ORDER BY id DESC
    LIMIT $1::bigint OFFSET $2::bigint
""")
_FIND = statement("SELECT * FROM delivery WHERE id = $1 AND state = 'uncertain' FOR UPDATE")
_SETTLE = statement(
    "UPDATE delivery SET state = 'failed', reason = $2, settled_at = $3 WHERE id = $1"
)

Uncertain = tuple[Delivery, Conversation | None]
"""An attempt without a verdict, and what it asked; None for a note that asked nothing."""


class Cleared(StrEnum):
    """What became of one that staff decided about."""

    DONE = "done"
    UNKNOWN = "unknown"  # it has a verdict meanwhile
    ANSWERED = "answered"  # so it had arrived
    NOTE = "note"  # it asked nothing, and its words are gone
    LATE = "late"  # it is too old to be asked again


async def list_uncertain(session: Session, limit: int, offset: int) -> list[Uncertain]:
    """Give attempts without a verdict, newest first."""
    found = [read_delivery(row) for row in await session.fetch(_LIST, limit, offset)]
    about = await load_conversations(session, {d.invitation_id for d in found if d.invitation_id})
    return [(delivery, about.get(delivery.invitation_id)) for delivery in found]


async def let_go(session: Session, number: int, by: str, now: datetime) -> Cleared:
    """Settle one as not to be sent again. What was asked by it stays open: an answer may come."""
    found = await session.fetch(_FIND, number)
    if not found:
        return Cleared.UNKNOWN
    await session.run(_SETTLE, number, f"let go by {by}", to_ms(now))
    return Cleared.DONE


async def send_again(session: Session, number: int, by: str, now: datetime) -> Cleared:
    """Have the question of one asked once more over the same channel, by the rules of any first
    question; the customer may get it twice.
    """
    found = await session.fetch(_FIND, number)
    if not found:
        return Cleared.UNKNOWN
    delivery = read_delivery(found[0])
    asked = await lock_conversations(session, {delivery.invitation_id})
    conversation = asked.get(delivery.invitation_id)
    if conversation is None:
        return Cleared.NOTE
    invitation = conversation.invitation
    if invitation.state is not InvitationState.ASKED:
        return Cleared.ANSWERED
    last = min(invitation.expires_at, invitation.not_after or invitation.expires_at)
    if now >= last:
        return Cleared.LATE
    why = Decision(
        invitation_id=invitation.id,
        at=now,
        verdict="send",
        rule=f"asked once more: {by} looked into an uncertain delivery",
    )
    await take_back(session, invitation.id, delivery.channel, why)
    await session.run(_SETTLE, number, f"sent again by {by}", to_ms(now))
    return Cleared.DONE
