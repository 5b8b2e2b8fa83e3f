"""Staff: who may ask for results, and who is told when it is bad."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """From least to most; each may do what those before it may."""

    VIEWER = "viewer"
    TEAM_LEAD = "team_lead"
    MANAGER = "manager"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """One listed colleague. ``addresses`` maps channel names to the platform's own id of them.

    ``teams`` limits a viewer and a team lead to those teams' rows; empty means none for them.
    Managers and admins see every team. ``display_name`` is what customers read, "" for ``name``.
    ``language`` is what reports, pictures and the results page are read in, "" for the service's.
    """

    name: str
    role: Role
    teams: tuple[str, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)
    display_name: str = ""
    language: str = ""

    @property
    def shown_name(self) -> str:
        """What customers read of who writes to them."""
        return self.display_name or self.name

    @property
    def sees_all(self) -> bool:
        return self.role in (Role.MANAGER, Role.ADMIN)

    @property
    def may_act(self) -> bool:
        """Whether they may do casework; a viewer looks on."""
        return self.role is not Role.VIEWER

    @property
    def sees_people(self) -> bool:
        """Whether they read customers' names and addresses; a viewer reads what was said."""
        return self.role is not Role.VIEWER

    def sees(self, team: str) -> bool:
        """Whether a team's rows are theirs to see."""
        return self.sees_all or team in self.teams


def addresses_of(staff: Sequence[StaffMember]) -> Mapping[str, tuple[str, ...]]:
    """Give what colleagues are called on each channel that any of them is on."""
    found: dict[str, tuple[str, ...]] = {}
    for member in staff:
        for channel, address in member.addresses.items():
            found[channel] = (*found.get(channel, ()), address)
    return found


def find_member(staff: Sequence[StaffMember], channel: str, address: str) -> StaffMember | None:
    """Give the colleague with that id on that channel, or None: deny by default."""
    return next((m for m in staff if m.addresses.get(channel) == address), None)
