"""Access: who may read the results page, by a link of their own and then by a session.

Neither is kept anywhere. Both are stamps (`surveys.link`) on a mark of the colleague's entry in
the configuration, so that whoever is removed, demoted or moved to another team loses both as soon
as the file is in force; there is nothing in them to read.
"""

import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from surveys.link import Purpose, open_stamp, stamp
from surveys.staff import StaffMember

LIFE = timedelta(hours=12)
"""How long a link is good from when it was made, and the session with it: a working day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Who reads, until when, and the session that says so."""

    member: StaffMember
    until: datetime
    session: str


class Access:
    """Makes links and tells whose they are.

    ``key`` seals them; ``staff`` gives the colleagues as they are listed now.
    """

    def __init__(
        self,
        key: bytes,
        staff: Callable[[], Sequence[StaffMember]],
        clock: Callable[[], datetime],
    ) -> None:
        self._key, self._staff, self._clock = key, staff, clock

    def make_link(self, member: StaffMember) -> str:
        """Give the token of a link for a colleague: 40 characters of ``[A-Za-z0-9_-]``."""
        return stamp(self._key, Purpose.RESULTS, self._mark(member), self._clock())

    def open_link(self, token: str) -> Pass | None:
        """Give whose link that is, with a session that ends when the link does; None for anything
        forged, made for something else, too old, or of somebody who is not listed like that.
        """
        return self._read(Purpose.RESULTS, token)

    def read_session(self, session: str) -> Pass | None:
        """Give whose session that is; None as for a link."""
        return self._read(Purpose.READER, session)

    def _read(self, purpose: Purpose, text: str) -> Pass | None:
        found = open_stamp(self._key, purpose, text)
        if found is None:
            return None
        mark, at, _ = found
        if not timedelta() <= self._clock() - at < LIFE:
            return None
        member = next((m for m in self._staff() if self._mark(m) == mark), None)
        if member is None:
            return None
        session = stamp(self._key, Purpose.READER, mark, at)
        return Pass(member=member, until=at + LIFE, session=session)

    def _mark(self, member: StaffMember) -> int:
        """Give a keyed hash of everything that is listed of a colleague."""
        listed = [member.name, member.role, member.teams, sorted(member.addresses.items())]
        body = b"colleague\0" + json.dumps(listed).encode()
        return int.from_bytes(hmac.digest(self._key, body, "sha256")[:6], "big")
