"""Job: a due row that is to be sent, as it was decided."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from surveys.consent import Consent
from surveys.due import Decision, Due
from surveys.invitation import Invitation
from surveys.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A due row that is to be sent, as decided at ``decided_at``.

    ``delivery_id`` is the attempt that carries it; ``repeated`` where it was begun before and left
    in doubt. ``fallback`` is the channel to turn to where this one fails for good, ``shared``
    whether other channels ask the same as well. ``invitation`` is set where it asks for the
    first time, with the time ``zone`` the person is in. ``then`` are the rows that follow it.
    ``basis`` is what asking rests on, where that is not recorded yet. ``rival`` is true where the
    person is about to be asked something else as well, so that one has to wait for the other.
    ``via`` is the order of channels that was chosen, () where there was nothing to choose.
    """

    due: Due
    message: Message
    decided_at: datetime
    delivery_id: int = 0
    contact_id: int = 0
    fallback: str = ""
    shared: bool = False
    repeated: bool = False
    decision: Decision | None = None
    invitation: Invitation | None = None
    zone: ZoneInfo | None = None
    then: tuple[Due, ...] = ()
    basis: Consent | None = None
    rival: bool = False
    via: tuple[str, ...] = ()
