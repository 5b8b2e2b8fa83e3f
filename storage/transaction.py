"""Transaction: what may be done together, all or nothing. Every method takes and gives batches."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from storage import (
    answers,
    cards,
    confirmations,
    conversations,
    deliveries,
    journal,
    setbacks,
    suppression,
    webhooks,
)
from storage import dues as queue
from storage import invitations as asked
from storage.addresses import Place
from storage.casework import Casework
from storage.held import drop_held, hold_presses
from storage.plans import Plans
from storage.privacy import Privacy
from storage.register import Register
from storage.signals import forget_signals, load_signals, save_signals
from storage.sql import Session
from storage.turn import SavedTurn
from surveys.card import Card
from surveys.conversation import Conversation
from surveys.due import Decision, Due
from surveys.event import Event, Interaction
from surveys.inbound import Inbound
from surveys.invitation import DeliveryState, Invitation
from surveys.scanner import HeldPress, Signals
from surveys.suppression import place_name
from surveys.webhook import Call


class Transaction(Plans, Register, Casework, Privacy):
    """Handed to the function given to `Store.unit_of_work`; good only until that returns.

    Each method issues a constant number of statements, whatever the size of its batch.
    """

    def __init__(self, session: Session, key: bytes) -> None:
        """``key`` is the store's own secret: it makes the hashes of suppressed people."""
        super().__init__(session)
        self._key = key

    async def add_events(self, events: Sequence[Event]) -> set[str]:
        """Keep events and give the message ids that are new; a repeat in the batch counts once."""
        return await journal.add_events(self._session, events)

    async def note_events(self, notes: Mapping[str, str]) -> None:
        """Keep why events started nothing (or what they started): message id -> a sentence."""
        await journal.note_events(self._session, notes)

    async def take_counters(self, keys: Collection[str]) -> dict[str, int]:
        """Lock counters and give their values; a new one is 0."""
        return await journal.take_counters(self._session, keys)

    async def save_counters(self, values: Mapping[str, int]) -> None:
        """Set counters that were taken."""
        await journal.save_counters(self._session, values)

    async def add_invitations(self, invitations: Sequence[Invitation]) -> list[Invitation]:
        """Keep invitations with their due rows and give those whose key is new, with ids.

        The row is ``ask:<id>`` on the first lane of ``via``, or ``ask:<id>:<channel>`` on each
        where ``all_channels``.
        """
        return await asked.add_invitations(self._session, invitations)

    async def refresh_facts(self, news: Sequence[tuple[int, str, Mapping[str, Any]]]) -> None:
        """Let facts of open invitations follow their interactions: (contact, its id, facts)."""
        await asked.refresh_facts(self._session, news)

    async def add_inbound(self, items: Sequence[Inbound]) -> set[tuple[str, str]]:
        """Keep what providers told us and give the (channel, event id) pairs that are new. Of
        suppressed addresses nothing but that pair is kept.
        """
        names = {place_name(item.channel, item.address) for item in items if item.address}
        silent = await suppression.find_suppressed(self._session, self._key, names)
        kept = [_unnamed(i) if place_name(i.channel, i.address) in silent else i for i in items]
        return await journal.add_inbound(self._session, kept)

    async def lock_conversations(self, invitation_ids: Collection[int]) -> dict[int, Conversation]:
        """Lock invitations and give their conversations; unknown ids are left out."""
        return await conversations.lock_conversations(self._session, invitation_ids)

    async def find_open(
        self, addresses: Collection[Place], now: datetime | None = None
    ) -> dict[Place, int]:
        """Give, by (channel, address), the invitation a reply without a token is about.

        That is the last asked one still open on that channel, else the last that was completed or
        expired within a day before ``now`` (the system's clock where it is not given).
        """
        return await asked.find_open(self._session, addresses, now)

    async def find_by_message(
        self, items: Collection[tuple[str, str, str]]
    ) -> dict[tuple[str, str, str], int]:
        """Give the invitation of a message we sent: (channel, address, external id) -> id."""
        return await asked.find_by_message(self._session, items)

    async def find_visit(self, contact_id: int, survey: str, trigger: str, now: datetime) -> int:
        """Give the newest invitation of a contact to a survey by that trigger that has not run out,
        0 for none.
        """
        return await asked.find_visit(self._session, contact_id, survey, trigger, now)

    async def save_turns(self, turns: Sequence[SavedTurn]) -> None:
        """Write turns of locked conversations, in the order given: response, answer and its
        earlier revisions, the invitation's state, and the counts that reports are made of.
        """
        await answers.save_turns(self._session, turns)

    async def save_cards(self, given: Sequence[Card]) -> None:
        """Keep new comment cards (id 0), and write the others anew with the words added."""
        await cards.save_cards(self._session, given)

    async def last_cards(self, addresses: Collection[Place], since: datetime) -> dict[Place, Card]:
        """Give the last card begun since then from each (channel, address); quiet ones do not
        count.
        """
        return await cards.last_cards(self._session, addresses, since)

    async def last_interactions(
        self, contact_ids: Collection[int], since: datetime
    ) -> dict[int, Interaction]:
        """Give, by contact, what they were last asked about since then."""
        return await cards.last_interactions(self._session, contact_ids, since)

    async def add_dues(self, dues: Sequence[Due]) -> None:
        """Put rows; the same row (lane, time and id) is put once."""
        await queue.add_dues(self._session, dues)

    async def put_dues(self, dues: Sequence[Due]) -> None:
        """Put rows that say the latest: the same row again says what the later one does."""
        await queue.put_dues(self._session, dues)

    async def change_delivery(
        self,
        channel: str,
        external_id: str,
        status: DeliveryState,
        reason: str,
        now: datetime | None = None,
    ) -> list[deliveries.Reported]:
        """Join a provider's report to its delivery and give how that stands now; the order reports
        come in does not matter. Nothing is given for a message that is not known (yet). ``now`` is
        the system's clock where it is not given.
        """
        at = now or datetime.now(UTC)
        return await deliveries.change_delivery(
            self._session, channel, external_id, status, reason, at
        )

    async def recipient_of(self, channel: str, external_id: str) -> str:
        """Give the address that a message of ours went to, "" where we sent none of that id."""
        return await deliveries.recipient_of(self._session, channel, external_id)

    async def take_back(self, invitation_id: int, lane: str, why: Decision) -> None:
        """Note that a question asked came back unread: it is due at once on ``lane``, or has failed
        where there is none.
        """
        await setbacks.take_back(self._session, invitation_id, lane, why)

    async def add_soft_bounce(self, reported: deliveries.Reported, at: datetime) -> int:
        """Note that an address refused a message for now; give how many it did in
        `setbacks.SOFT_BOUNCES_COUNT`.
        """
        return await setbacks.add_soft_bounce(self._session, reported, at)

    async def add_refusal(
        self, reported: deliveries.Reported, at: datetime, since: datetime
    ) -> int:
        """Note that a message was refused because of us; give how many of its channel were
        ``since``.
        """
        return await setbacks.add_refusal(self._session, reported, at, since)

    async def expire(self, now: datetime) -> int:
        """Close what is open past its time and give how many that were."""
        await forget_signals(self._session, now)
        await self.linkings.forget(now)
        await confirmations.forget_confirmations(self._session, now)
        return await asked.expire(self._session, now)

    async def add_webhook_calls(self, calls: Sequence[Call], now: datetime) -> None:
        """Put what other systems are to be told; the same event is told an endpoint once."""
        await webhooks.add_calls(self._session, calls, now)

    async def forget_inbound(self, keys: Collection[tuple[str, str]]) -> None:
        """Forget that these (channel, event id) came, so that they are new when they come again."""
        await journal.forget_inbound(self._session, keys)

    async def load_signals(self, invitation_ids: Collection[int]) -> dict[int, Signals]:
        """Give what was seen at these invitations' links; those without anything are left out."""
        return await load_signals(self._session, invitation_ids)

    async def save_signals(self, seen: Mapping[int, Signals], now: datetime) -> None:
        """Keep what was seen at links, one row an invitation, for a day."""
        await save_signals(self._session, seen, now)

    async def hold_presses(self, presses: Sequence[HeldPress]) -> None:
        """Hold presses back: they are counted nowhere. One a question is kept, the latest."""
        await hold_presses(self._session, presses)

    async def drop_held(self, questions: Collection[tuple[int, str]]) -> None:
        """Let go of what is held of these questions: (invitation id, question id)."""
        await drop_held(self._session, questions)


def _unnamed(item: Inbound) -> Inbound:
    return replace(item, address="", raw={})
