"""Rolls: the people one occurrence of a campaign invites, a batch at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from surveys.invitation import Invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class Enlisted:
    """One of them: ``key`` is the invitation's identity, ``wait`` how long after the campaign's
    beginning they are asked.
    """

    key: str
    contact_id: int
    language: str
    wait: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """Invitations that are alike but for who, when and in which language: a million of them are
    kept as such without making a value of each. ``pattern`` is due at the campaign's beginning.
    """

    pattern: Invitation
    people: Sequence[Enlisted]

    def invitations(self) -> list[Invitation]:
        """Give the invitations one by one."""
        return [self._invite(one) for one in self.people]

    def _invite(self, one: Enlisted) -> Invitation:
        pattern, latest = self.pattern, self.pattern.not_after
        return replace(
            pattern,
            key=one.key,
            contact_id=one.contact_id,
            language=one.language,
            due_at=pattern.due_at + one.wait,
            expires_at=pattern.expires_at + one.wait,
            not_after=latest and latest + one.wait,
        )
