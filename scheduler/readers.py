"""Readers: where colleagues read what they are told. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scheduler.rules import Rules
from surveys.alert import recipients_of
from surveys.message import Capabilities
from surveys.staff import StaffMember


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A place to tell: ``name`` is the colleague whose it is, "" where several read it."""

    name: str = ""
    lane: str
    address: str


def readers_of(
    rules: Rules, to: Iterable[str], team: str, channels: Mapping[str, Capabilities]
) -> list[Reader]:
    """Give whom these names, roles and places mean for a team, each colleague on their first
    channel that runs, and each place once.
    """
    found: list[Reader] = []
    for name in to:
        members = recipients_of(name, team, rules.staff)
        lane, _, address = name.partition(":")
        if not members and address and lane in channels:
            found.append(Reader(lane=lane, address=address))
        found += [reader for m in members for reader in member_places(m, channels)[:1]]
    return list(dict.fromkeys(found))


def member_places(member: StaffMember, channels: Mapping[str, Capabilities]) -> list[Reader]:
    """Give where one colleague can be told, the first being the one they are told at."""
    return [
        Reader(name=member.name, lane=channel, address=address)
        for channel, address in member.addresses.items()
        if channel in channels
    ]


def find_named(staff: Sequence[StaffMember], name: str) -> StaffMember | None:
    """Give the colleague of that name, whatever its capitals; None for nobody."""
    folded = name.strip().casefold()
    return next((m for m in staff if m.name.casefold() == folded), None)
