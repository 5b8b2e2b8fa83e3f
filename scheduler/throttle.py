"""Throttle: whether a due invitation is sent now, and over which channel. Decided once, at send
time, on fresh state.

The ledger of limits on asking (recontact, daily maximum, quiet hours, holidays) will stand here,
as further rules of the same `decide`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from surveys.contact import Address, Contact
from surveys.engagement import Engagement
from surveys.invitation import Invitation, InvitationState
from surveys.message import Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Ask now, at this address."""

    address: Address
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Ask later. ``engagement`` is what the person is let finish first, where it is that. With
    ``grows_old`` the time it waits counts as being late.
    """

    until: datetime
    rule: str
    engagement: Engagement | None = None
    grows_old: bool = False


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

STOPPED = "the person said stop"


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
    settled = _ended(invitation, contact, now) or _waits(invitation, contact, now)
    if settled:
        return settled
    address, obstacle = reach(contact, lane, channels, now)
    if address:
        return Send(address=address, rule=f"reachable by {lane}")
    other = next_channel(invitation, contact, lane, channels, now)
    if other:
        return Move(channel=other, rule=obstacle)
    if is_shared(invitation, contact, lane, channels, now):
        return Skip(rule=f"{obstacle}; asked on other channels", state=invitation.state)
    if contact.only_channel not in ("", lane):
        obstacle = f"{obstacle}, and {reach(contact, contact.only_channel, channels, now)[1]}"
    return Skip(rule=f"not reachable by {', '.join(invitation.via)}: {obstacle}")


def _ended(invitation: Invitation, contact: Contact, now: datetime) -> Skip | None:
    asked_elsewhere = invitation.all_channels and invitation.state is InvitationState.ASKED
    if invitation.state is not InvitationState.PLANNED and not asked_elsewhere:
        return Skip(rule=f"already {invitation.state}", state=invitation.state)
    if contact.opted_out_at is not None:
        return Skip(rule=STOPPED)
    if invitation.not_after and now > invitation.not_after:
        return Skip(rule="too old to ask (max_age)", state=InvitationState.EXPIRED)
    if now >= invitation.expires_at:
        return Skip(rule="expired before it could be asked", state=InvitationState.EXPIRED)
    return None


def _waits(invitation: Invitation, contact: Contact, now: datetime) -> Hold | None:
    if now < invitation.due_at:
        return Hold(until=invitation.due_at, rule="it was put off to a later date")
    if contact.paused_until and now < contact.paused_until:
        # No longer than until it expires, so that what nobody can be asked any more is closed.
        until = contact.paused_until
        rule = f"the person asked for a pause until {until.date().isoformat()}"
        return Hold(until=min(until, invitation.expires_at), rule=rule)
    return None


def next_channel(
    invitation: Invitation,
    contact: Contact,
    lane: str,
    channels: Mapping[str, Capabilities],
    now: datetime,
) -> str:
    """Give the next channel of ``via`` on which the contact can be asked now, "" for none.

    The one channel a person chose for all questions takes the place of ``via``. An invitation for
    all channels has a row of its own on each, and moves nowhere.
    """
    if invitation.all_channels:
        return ""
    chosen = contact.only_channel
    later = tuple(c for c in (chosen,) if c != lane) if chosen else _later(invitation.via, lane)
    return next((c for c in later if reach(contact, c, channels, now)[0]), "")


def is_shared(
    invitation: Invitation,
    contact: Contact,
    lane: str,
    channels: Mapping[str, Capabilities],
    now: datetime,
) -> bool:
    """Whether other channels ask the same: what ends on one lane leaves the invitation to them."""
    others = [c for c in invitation.via if c != lane] if invitation.all_channels else []
    return any(reach(contact, c, channels, now)[0] for c in others)


def reach(
    contact: Contact, channel: str, channels: Mapping[str, Capabilities], now: datetime
) -> tuple[Address | None, str]:
    """Give where the contact may be asked on a channel now, or None and what is in the way."""
    if contact.only_channel not in ("", channel):
        return None, f"the person wants to be asked by {contact.only_channel} only"
    address, obstacle = find_address(contact, channel, channels)
    window = channels[channel].window if address else None
    if address and window and (address.heard_at is None or now - address.heard_at > window):
        return None, f"outside {channel}'s window"
    return address, obstacle


def find_address(
    contact: Contact, channel: str, channels: Mapping[str, Capabilities]
) -> tuple[Address | None, str]:
    """Give where the contact is on a channel that runs, or None and what is in the way.

    A page waits for its visitor, so everybody has an address there. Where a provider finds people
    by another channel's address, that address will do.
    """
    capabilities = channels.get(channel)
    if capabilities is None:
        return None, f"{channel} does not run"
    if channel in contact.closed:
        return None, contact.closed[channel]
    address = contact.address(channel)
    if address is None and any(a.channel == channel for a in contact.addresses):
        return None, f"the {channel} address is not usable"
    address = address or _stand_in(contact, channel, capabilities)
    return (address, "") if address else (None, f"no {channel} address")


def _stand_in(contact: Contact, channel: str, capabilities: Capabilities) -> Address | None:
    if capabilities.waits:
        return Address(channel=channel, value=str(contact.id))
    found = contact.address(capabilities.finds_by) if capabilities.finds_by else None
    return Address(channel=channel, value=found.value) if found else None


def _later(via: tuple[str, ...], lane: str) -> tuple[str, ...]:
    """Give the channels after this one; all of them where it is not on the list."""
    return via[via.index(lane) + 1 :] if lane in via else via
