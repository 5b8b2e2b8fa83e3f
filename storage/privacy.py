"""Privacy: what a transaction may do so that less is known of people."""

from collections.abc import Collection
from datetime import datetime

from storage import anonymous, erasing, parting, retention
from storage.sql import Session


class Privacy:
    """The part of `storage.transaction.Transaction` that forgets."""

    _session: Session
    _key: bytes

    async def part_replies(self, now: datetime) -> int:
        """Let answers to anonymous surveys leave whoever gave them, where enough may do so
        together; gives how many responses did.
        """
        return await parting.part_replies(self._session, now)

    async def give_up_replies(self, now: datetime) -> int:
        """Delete anonymous answers that waited too long for others; gives how many responses."""
        return await parting.give_up(self._session, now)

    async def hush(self, keys: Collection[tuple[str, str]]) -> None:
        """Keep of what came in as (channel, event id) nothing but that, so that it is a repeat."""
        await anonymous.hush(self._session, keys)

    async def fade_answers(self, before: datetime, behind: int, limit: int) -> tuple[int, int]:
        """Make what was asked and answered before then nobody's, among ``limit`` invitations behind
        a number (-1: where the last time ended); gives how many, and behind which number to go on
        (0: done).
        """
        return await retention.fade_answers(self._session, before, behind, limit)

    async def forget_old(self, rule: str, before: datetime, limit: int) -> int:
        """Take away what a rule of `retention.RULES` keeps no longer; gives how much."""
        return await retention.forget_old(self._session, rule, before, limit)

    async def forget_idle(self, before: datetime, behind: int, limit: int) -> tuple[int, int]:
        """Forget who was idle since then, among ``limit`` people behind a number (-1: where the
        last time ended); gives how many, and behind which number to go on (0: done).
        """
        return await retention.forget_idle(self._session, self._key, before, behind, limit)

    async def erase_contact(self, contact_id: int, now: datetime) -> erasing.Erased | None:
        """Erase everything of one person but a hash of each name; None where nobody is known.

        What was read of them before is stale then: write none of it.
        """
        return await erasing.erase_contact(self._session, self._key, contact_id, now)
