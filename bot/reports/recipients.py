"""Recipients: where a report goes, and whose numbers it may show there. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from surveys.staff import Role, StaffMember


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One place a report goes to. ``teams`` is what may be shown there; None: all. ``language`` is
    the colleague's own, "" where there is none.
    """

    lane: str
    address: str
    teams: tuple[str, ...] | None = None
    language: str = ""


def recipients(
    to: Sequence[str], staff: Sequence[StaffMember], channels: Collection[str]
) -> tuple[Recipient, ...]:
    """Give the places a report goes to, each once; channels that do not run are left out.

    Viewers and team leads get their own teams' numbers, or nothing where they have none.
    """
    found: dict[tuple[str, str], Recipient] = {}
    for one in to:
        for place in _places(one, staff, channels):
            found.setdefault((place.lane, place.address), place)
    return tuple(found.values())


def _places(
    to: str, staff: Sequence[StaffMember], channels: Collection[str]
) -> Iterator[Recipient]:
    lane, colon, address = to.partition(":")
    if colon:
        if lane in channels and address.strip():
            yield Recipient(lane=lane, address=address.strip())
        return
    named = [member for member in staff if member.name == to]
    members = named or [m for m in staff if to in list(Role) and m.role is Role(to)]
    for member in members:
        teams = None if member.sees_all else member.teams
        usable = [(c, a) for c, a in member.addresses.items() if c in channels]
        if usable and teams != ():
            lane, address = usable[0]
            yield Recipient(lane=lane, address=address, teams=teams, language=member.language)
