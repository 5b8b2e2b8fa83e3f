"""Routes: where a colleague's words to a customer go. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from surveys.contact import Address, Contact
from surveys.deed import Refused
from surveys.message import Capabilities

STOPPED = "They asked us to stop, so nothing was sent. Only they can take that back."


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where words go: over which channel to which address."""

    lane: str
    address: Address


def choose_route(
    contact: Contact,
    preferred: Sequence[str],
    channels: Mapping[str, Capabilities],
    now: datetime,
) -> Route:
    """Give the first way there is: the ``preferred`` channels in their order, then the others,
    chats before mail before what costs.

    :raises Refused: where there is none, with what is in the way of each.
    """
    if contact.opted_out_at is not None:
        raise Refused(STOPPED)
    reasons = []
    for lane in dict.fromkeys((*preferred, *_others(channels))):
        address = contact.address(lane)
        reason = _obstacle(lane, contact, address, channels, now)
        if reason:
            reasons.append(reason)
        elif address is not None:
            return Route(lane=lane, address=address)
    why = "; ".join(reasons) or "we know no address of theirs"
    raise Refused(f"Nothing was sent: {why}.")


def _others(channels: Mapping[str, Capabilities]) -> Iterator[str]:
    def rank(name: str) -> tuple[bool, bool, str]:
        can = channels[name]
        return can.daily_max is not None, can.subject, name

    yield from sorted(channels, key=rank)


def _obstacle(
    lane: str,
    contact: Contact,
    address: Address | None,
    channels: Mapping[str, Capabilities],
    now: datetime,
) -> str:
    """Give what is in the way of a channel in words, "" where nothing is. A channel that is nothing
    to this person is not named.
    """
    can = channels.get(lane)
    known = [a for a in contact.addresses if a.channel == lane]
    if can is None:
        return f"{lane} does not run here" if known else ""
    if can.inline or can.waits:
        return ""
    if address is None:
        return f"their {lane} is {known[-1].status}" if known else ""
    window = can.talk_window or can.window
    if window and (address.heard_at is None or address.heard_at + window <= now):
        return f"{lane} is closed: their last word there is more than {_spell(window)} old"
    return ""


def _spell(window: timedelta) -> str:
    return f"{int(window.total_seconds()) // 3600} hours"
