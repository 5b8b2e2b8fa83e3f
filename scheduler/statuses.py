"""Statuses: what providers report on messages and addresses, and what follows from it.

bounced, blocked     the address that the message went to is not used any more
a passing fault      counted; the third within a month does the same
our own fault        the person is left in peace: many of them hold up the whole channel
a question lost      goes over the next channel of its ``via``, or has failed
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scheduler.throttle import next_channel
from storage.store import Reported, Transaction
from surveys.contact import AddressStatus
from surveys.due import Decision
from surveys.inbound import Fault, StatusChanged
from surveys.invitation import DeliveryState, InvitationState
from surveys.message import Capabilities

log = logging.getLogger("afterword.replies")

SOFT_BOUNCES = 3
"""Messages that an address may refuse for now, within 30 days, before it is given up. Who never
empties a full mailbox does not read it either."""

REFUSALS = 5
REFUSALS_WITHIN = timedelta(minutes=15)
HOLD = timedelta(minutes=15)
"""So many refusals within that time, and the channel waits that long. Each mail more that is
refused makes our standing worse, so there is no hurry."""

_ADDRESS_STATUS: Mapping[DeliveryState, AddressStatus] = {
    DeliveryState.BLOCKED: AddressStatus.BLOCKED,
    DeliveryState.BOUNCED: AddressStatus.BOUNCED,
}
_LOST = frozenset({DeliveryState.BOUNCED, DeliveryState.BLOCKED, DeliveryState.FAILED})


@dataclass(slots=True, kw_only=True)
class Statuses:
    """Takes in one transaction's worth of reports. ``lanes`` are those with something to ask anew,
    ``held`` those that had better wait, with how long.
    """

    transaction: Transaction
    channels: Mapping[str, Capabilities]
    now: datetime
    lanes: set[str] = field(default_factory=set)
    held: dict[str, timedelta] = field(default_factory=dict)

    async def take(self, item: StatusChanged) -> None:
        """Take one report. Who sent it is of no account: only the message it names is."""
        if not item.external_id:
            await self._suppress(item.channel, item.address, _ADDRESS_STATUS.get(item.status))
            return
        for reported in await self.transaction.change_delivery(
            item.channel, item.external_id, item.status, item.reason, self.now
        ):
            if reported.news and reported.state in _LOST and not reported.invitation_id:
                await self.transaction.lose_post(item.channel, item.external_id, item.reason)
            if reported.news and reported.state in _LOST:
                await self._follow(item, reported)

    async def _follow(self, item: StatusChanged, reported: Reported) -> None:
        """See to a message that was lost: its address, its channel, its question."""
        status = _ADDRESS_STATUS.get(reported.state)
        if item.fault is Fault.PASSING:
            count = await self.transaction.add_soft_bounce(reported, self.now)
            status = AddressStatus.BOUNCED if count >= SOFT_BOUNCES else None
        elif item.fault is Fault.OURS:
            await self._count_refusal(item, reported)
        await self._suppress(reported.channel, reported.address, status)
        if reported.asked:
            await self._ask_elsewhere(item, reported)

    async def _suppress(self, channel: str, address: str, status: AddressStatus | None) -> None:
        if status:
            await self.transaction.set_address(channel, address, status)

    async def _count_refusal(self, item: StatusChanged, reported: Reported) -> None:
        since = self.now - REFUSALS_WITHIN
        count = await self.transaction.add_refusal(reported, self.now, since)
        if count >= REFUSALS:
            self.held[item.channel] = HOLD
        if count in (1, REFUSALS):
            waits = "; the channel waits a while" if count == REFUSALS else ""
            log.error("channel %s: refused because of us: %s%s", item.channel, item.reason, waits)

    async def _ask_elsewhere(self, item: StatusChanged, reported: Reported) -> None:
        """Ask over the next channel what was asked in vain, as where a send is refused at once.

        What is refused because of us is not: a whole campaign would go out by text message.
        """
        found = await self.transaction.lock_conversations({reported.invitation_id})
        conversation = found.get(reported.invitation_id)
        if conversation is None:
            return
        invitation = conversation.invitation
        if invitation.all_channels or invitation.state is not InvitationState.ASKED:
            return
        where = (invitation, conversation.contact, reported.channel, self.channels, self.now)
        lane = "" if item.fault is Fault.OURS else next_channel(*where)
        await self.transaction.take_back(invitation.id, lane, self._why(item, reported, lane))
        self.lanes |= {lane} - {""}

    def _why(self, item: StatusChanged, reported: Reported, lane: str) -> Decision:
        return Decision(
            invitation_id=reported.invitation_id,
            at=self.now,
            verdict="move" if lane else "fail",
            rule=f"{reported.channel} came back: {item.reason or reported.state}"[:300],
            inputs={"channel": reported.channel, "state": InvitationState.ASKED.value},
        )
