"""Conversations: everything about an invitation when a reply comes in, in a few statements."""

from collections.abc import Collection

from storage.anonymous import load_replies
from storage.answers import RESPONSE, load_answers, read_response
from storage.contacts import load_contacts
from storage.invitations import INVITATION, read_invitation
from storage.sql import Session, lock, select_list, statement
from surveys.conversation import Conversation

_LOCK = lock("SELECT id FROM invitation WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE")
_LOAD = statement(f"""
    SELECT {select_list(INVITATION, "i")}, {select_list(RESPONSE, "r", "r_")}, COALESCE((
        SELECT d.external_id FROM delivery d WHERE d.invitation_id = i.id AND d.external_id <> ''
        GROUP BY d.external_id ORDER BY MIN(d.id) DESC LIMIT 1), '') AS asked_external_id
    FROM invitation i LEFT JOIN response r ON r.invitation_id = i.id
    WHERE i.id = ANY($1::bigint[]) ORDER BY i.id
""")  # noqa: S608 - made of constants only


async def lock_conversations(session: Session, ids: Collection[int]) -> dict[int, Conversation]:
    """Lock invitations and give their conversations as they are once the locks are ours."""
    if ids:
        await session.fetch(_LOCK, sorted(set(ids)))
    return await load_conversations(session, ids)


async def load_conversations(session: Session, ids: Collection[int]) -> dict[int, Conversation]:
    """Give the conversations of these invitations; unknown ids are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    found = await session.fetch(_LOAD, wanted)
    contacts = await load_contacts(session, [row["contact_id"] for row in found])
    begun = [row["id"] for row in found if row["r_invitation_id"] is not None]
    answers = await load_answers(session, begun) if begun else {}
    anonymous = await load_replies(session, [row["id"] for row in found])
    conversations = {}
    for row in found:
        invitation = read_invitation(row)
        if invitation.contact_id not in contacts:
            continue  # erased
        response = anonymous.get(invitation.id)
        if row["r_invitation_id"] is not None:
            response = read_response(row, answers.get(invitation.id, ()), "r_")
        conversations[invitation.id] = Conversation(
            invitation=invitation,
            contact=contacts[invitation.contact_id],
            response=response,
            asked_external_id=row["asked_external_id"],
        )
    return conversations
