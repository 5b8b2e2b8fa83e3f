"""Casework: what a transaction may do with cases and with the messages about them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from storage import cases, conversations, lately, posts
from storage.addresses import Place
from storage.sql import Session
from surveys.case import Case, Entry
from surveys.conversation import Conversation
from surveys.post import Post, Todo
from surveys.response import Response


class Casework:
    """The part of `storage.transaction.Transaction` that is about cases."""

    _session: Session

    async def add_cases(self, new: Sequence[Case]) -> list[Case]:
        """Keep new cases, one a response, and give them with their numbers; those of people who
        were erased meanwhile are left out.
        """
        return await cases.add_cases(self._session, new)

    async def save_cases(self, changed: Sequence[Case]) -> None:
        """Write cases that are locked."""
        await cases.save_cases(self._session, changed)

    async def lock_cases(self, ids: Collection[int]) -> dict[int, Case]:
        """Lock cases and give them as they are then; unknown ones are left out."""
        return await cases.lock_cases(self._session, ids)

    async def lock_open_cases(self, contact_ids: Collection[int]) -> dict[int, Case]:
        """Lock people and give the newest open case of each, locked too: contact id -> case."""
        return await cases.lock_open_cases(self._session, contact_ids)

    async def recent_responses(
        self, contact_id: int, since: datetime, limit: int
    ) -> list[Response]:
        """Give a customer's last responses begun since then, newest first."""
        return await lately.recent_responses(self._session, contact_id, since, limit)

    async def lock_recovering(self, invitation_ids: Collection[int]) -> dict[int, Case]:
        """Lock the cases these invitations ask about: invitation id -> case."""
        return await cases.lock_recovering(self._session, invitation_ids)

    async def take_late_cases(self, now: datetime, limit: int) -> list[Case]:
        """Lock and give cases whose clock has run out and of which nobody was told yet."""
        return await cases.take_late(self._session, now, limit)

    async def find_talking(
        self, places: Collection[Place], now: datetime
    ) -> dict[Place, tuple[int, datetime]]:
        """Give the case in which whoever has an address writes with colleagues, by address, and
        when the last of it was written.
        """
        return await cases.find_talking(self._session, places, now)

    async def add_entries(self, entries: Sequence[tuple[int, Entry]]) -> None:
        """Write into the stories of cases: (case id, entry)."""
        await cases.add_entries(self._session, entries)

    async def read_story(self, case_id: int) -> list[Entry]:
        """Give the story of a case, oldest first."""
        return await cases.read_story(self._session, case_id)

    async def load_conversations(self, ids: Collection[int]) -> Mapping[int, Conversation]:
        """Give the conversations of invitations without locking them."""
        return await conversations.load_conversations(self._session, ids)

    async def add_posts(self, new: Sequence[Post]) -> None:
        """Note messages as they are queued."""
        await posts.add_posts(self._session, new)

    async def posts_of(self, case_ids: Collection[int]) -> list[Post]:
        """Give the messages of these cases, oldest first."""
        return await posts.posts_of(self._session, case_ids)

    async def find_posts(self, messages: Collection[tuple[str, str]]) -> list[Post]:
        """Give the messages of cases by (channel, the provider's id)."""
        return await posts.find_posts(self._session, messages)

    async def mark_posts(self, ids: Collection[int], todo: Todo) -> None:
        """Set what is to be done about messages."""
        await posts.mark_posts(self._session, ids, todo)

    async def mark_stale(self, ids: Collection[int]) -> None:
        """Note that messages which are not out yet say what is not so any more."""
        await posts.mark_stale(self._session, ids)

    async def take_todo(self, overdue: datetime, limit: int) -> list[Post]:
        """Lock and give messages that something is to be done about."""
        return await posts.take_todo(self._session, overdue, limit)

    async def lose_post(self, lane: str, external_id: str, reason: str) -> None:
        """Note that a message that was out came back."""
        await posts.lose_post(self._session, lane, external_id, reason)
