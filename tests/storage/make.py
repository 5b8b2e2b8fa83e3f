"""Values for the store's tests, with defaults that do not matter to the test at hand."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from storage.store import SavedTurn, Store, Transaction
from surveys.contact import Address, Contact
from surveys.conversation import Conversation
from surveys.due import Due, Outcome
from surveys.event import Event, EventKind, Interaction
from surveys.invitation import Delivery, DeliveryState, Invitation, InvitationState
from surveys.message import Message
from surveys.response import Answer, Response

NOW = datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)
LEASE = timedelta(seconds=60)
HOUR = timedelta(hours=1)
PHONE = Interaction(id="c-1", agent="ann", team="north", line="sales")
_numbers = count(1)


def event(message_id: str = "m-1", **given: Any) -> Event:
    return Event(
        **{
            "message_id": message_id,
            "kind": EventKind.TRACK,
            "occurred_at": NOW,
            "received_at": NOW,
            "name": "Call Ended",
            "user_id": "u-1",
            **given,
        }
    )


def contact(*keys: str, addresses: Iterable[tuple[str, str]] = (), **given: Any) -> Contact:
    places = tuple(Address(channel=channel, value=value) for channel, value in addresses)
    return Contact(keys=keys, addresses=places, **given)


def invitation(contact_id: int, **given: Any) -> Invitation:
    return Invitation(
        **{
            "key": f"key-{next(_numbers)}",
            "contact_id": contact_id,
            "survey": "phone",
            "survey_version": "v1",
            "trigger": "after_call",
            "via": ("telegram", "email"),
            "due_at": NOW,
            "expires_at": NOW + timedelta(days=7),
            "interaction": PHONE,
            "facts": {"line": "sales"},
            "language": "fi",
            **given,
        }
    )


def answer(question_id: str = "nps", **given: Any) -> Answer:
    measured = {"metric_id": "nps", "metric_version": "nps-2003", "scale_id": "0-10"}
    return Answer(
        **{
            "question_id": question_id,
            "wording": question_id,
            "language": "fi",
            "channel": "telegram",
            "at": NOW,
            **(measured if given.get("value") is not None else {}),
            **given,
        }
    )


def message(text: str = "How was it?", address: str = "1001") -> Message:
    return Message(text=text, address=address)


def delivery(due: Due, address: str = "1001", **given: Any) -> Delivery:
    return Delivery(
        invitation_id=due.invitation_id,
        channel=due.lane,
        address=address,
        started_at=NOW,
        **given,
    )


async def add_contacts(store: Store, *contacts: Contact) -> list[Contact]:
    return await store.unit_of_work(lambda t: t.save_contacts(contacts))


async def add_invitations(store: Store, *invitations: Invitation) -> list[Invitation]:
    return await store.unit_of_work(lambda t: t.add_invitations(invitations))


async def plan(store: Store, n: int = 1, **given: Any) -> list[Invitation]:
    """Contacts with Telegram addresses 1001, 1002, … and an invitation each."""
    people = [
        contact(
            f"user:u-{i}", addresses=[("telegram", str(1001 + i)), ("email", f"u{i}@x.example")]
        )
        for i in range(n)
    ]
    saved = await add_contacts(store, *people)
    return await add_invitations(store, *(invitation(person.id, **given) for person in saved))


async def claim(
    store: Store, lane: str = "telegram", now: datetime = NOW, limit: int = 500
) -> list[Due]:
    return await store.claim_due(lane, now, LEASE, limit)


async def ask(
    store: Store, now: datetime = NOW, *, delivered: bool = True, limit: int = 500
) -> list[Outcome]:
    """Claim and ask everything due on Telegram, as a dispatcher would."""
    dues = await claim(store, now=now, limit=limit)
    ids = await store.begin_deliveries([(due, delivery(due)) for due in dues])
    outcomes = [
        asked(due, delivery_id, delivered=delivered)
        for due, delivery_id in zip(dues, ids, strict=True)
    ]
    assert await store.end_deliveries(outcomes, now) == []
    return outcomes


def asked(due: Due, delivery_id: int, **given: Any) -> Outcome:
    return Outcome(
        **{
            "due": due,
            "delivery_id": delivery_id,
            "delivery": DeliveryState.SENT,
            "external_id": f"ext-{delivery_id}",
            "state": InvitationState.ASKED,
            "delivered": True,
            **given,
        }
    )


def turn(
    conversation: Conversation,
    recorded: Answer | None,
    *,
    state: InvitationState = InvitationState.STARTED,
    completed_at: datetime | None = None,
    weight: float = 1.0,
) -> SavedTurn:
    """The turn that records an answer in a conversation as it was locked."""
    before = conversation.response
    after = before or Response(
        invitation_id=conversation.invitation.id,
        contact_id=conversation.contact.id,
        survey=conversation.invitation.survey,
        survey_version=conversation.invitation.survey_version,
        started_at=NOW,
        language="fi",
        channel="telegram",
        trigger=conversation.invitation.trigger,
        weight=weight,
        interaction=conversation.invitation.interaction,
    )
    if recorded:
        after = after.with_answer(recorded)
    if completed_at:
        after = replace(after, completed_at=after.completed_at or completed_at)
    return SavedTurn(
        before=before,
        after=after,
        recorded=recorded,
        state=state,
        invitation=conversation.invitation,
    )


async def reply(store: Store, invitation_id: int, recorded: Answer | None, **given: Any) -> None:
    """Lock a conversation and record one answer, as the intake would."""

    async def work(t: Transaction) -> Any:
        locked = await t.lock_conversations([invitation_id])
        await t.save_turns([turn(locked[invitation_id], recorded, **given)])

    await store.unit_of_work(work)
