"""Privacy: what a transaction may do so that less is known of people."""

from collections.abc import Collection
from datetime import datetime

from storage import anonymous, parting
from storage.sql import Session


class Privacy:
    """The part of `storage.transaction.Transaction` that forgets."""

    _session: Session

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
