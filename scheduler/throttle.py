"""Throttle: whether a due invitation is sent now, and over which channel. Decided once, at send
time, on fresh state.

The ledger of limits on asking (recontact, daily maximum, quiet hours, holidays) will stand here,
as further rules of the same `decide`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from surveys.contact import Address, AddressStatus, Contact
from surveys.invitation import Invitation, InvitationState
from surveys.message import Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Ask now, at this address."""

    address: Address
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Ask later."""

    until: datetime
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Do not ask. ``state`` is how the invitation ends."""

    rule: str
    state: InvitationState = InvitationState.SKIPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Ask over another channel."""

    channel: str
    rule: str


Verdict = Send | Hold | Skip | Move


def decide(
    invitation: Invitation,
    contact: Contact,
    lane: str,
    channels: Mapping[str, Capabilities],
    now: datetime,
) -> Verdict:
    """Decide about one due invitation that came up on the lane of one channel.

    ``channels`` are those that run. Each verdict names the rule that made it.
    """
    asked_elsewhere = invitation.all_channels and invitation.state is InvitationState.ASKED
    if invitation.state is not InvitationState.PLANNED and not asked_elsewhere:
        return Skip(rule=f"already {invitation.state}", state=invitation.state)
    if contact.opted_out_at is not None:
        return Skip(rule="the person said stop")
    if invitation.not_after and now > invitation.not_after:
        return Skip(rule="too old to ask (max_age)", state=InvitationState.EXPIRED)
    if now >= invitation.expires_at:
        return Skip(rule="expired before it could be asked", state=InvitationState.EXPIRED)
    address = reach(contact, lane, channels)
    if address:
        return Send(address=address, rule=f"reachable by {lane}")
    if not invitation.all_channels:
        for other in _later(invitation.via, lane):
            if reach(contact, other, channels):
                return Move(channel=other, rule=f"not reachable by {lane}")
    return Skip(rule=f"not reachable by {', '.join(invitation.via)}")


def reach(contact: Contact, channel: str, channels: Mapping[str, Capabilities]) -> Address | None:
    """Give the contact's address on a channel that runs, or None.

    The web page waits for its visitor, so everybody has an address there.
    """
    capabilities = channels.get(channel)
    if capabilities is None:
        return None
    known = contact.address(channel)
    if known or not capabilities.inline or any(a.channel == channel for a in contact.addresses):
        return known
    return Address(channel=channel, value=str(contact.id), status=AddressStatus.OK)


def _later(via: tuple[str, ...], lane: str) -> tuple[str, ...]:
    """Give the channels after this one; all of them where it is not on the list."""
    return via[via.index(lane) + 1 :] if lane in via else via
