"""Results: what the store shows of what came in: counts, answers, and how far asking came."""

from collections.abc import Collection, Mapping
from datetime import datetime

from storage import cases, comments, headway, marks, posts, reporting, reports, setbacks
from storage import dues as queue
from storage.database import Database
from surveys.comment import Comment, Search
from surveys.contact import Contact
from surveys.headway import Headway, Round, Travellers
from surveys.report import Filter, Tally
from surveys.response import Response


class Results:
    """The part of `storage.store.Store` that reports, results pages and metrics are made of."""

    _database: Database

    async def count_due(self) -> dict[str, int]:
        """Give how many rows wait on each lane, claimed ones included."""
        return await self._database.read(queue.count_due)

    async def tally(self, wanted: Filter) -> Tally:
        """Give the counts a report is made of, from rollup rows only.

        Words are counted under value "", choices under each choice's id; drafts and skips are not.
        """
        return await self._database.read(lambda s: reports.tally(s, wanted))

    async def list_responses(
        self, wanted: Filter, limit: int, offset: int
    ) -> list[tuple[Response, Contact]]:
        """Give responses begun in the period, newest first, with the people who gave them.

        ``question`` and ``metric`` limit to responses that answered those.
        """
        return await self._database.read(lambda s: reports.list_responses(s, wanted, limit, offset))

    async def list_comments(self, wanted: Search, limit: int, offset: int) -> list[Comment]:
        """Give customers' own words, newest first: answers of responses begun in the period, and
        comment cards written in it. Small talk is left out.
        """
        return await self._database.read(lambda s: comments.list_comments(s, wanted, limit, offset))

    async def last_said(self) -> str:
        """Give a mark that is another one after every answer, comment card and deed on a case;
        cheap enough for every second.
        """
        return await self._database.read(marks.last_said)

    async def count_cases(self) -> Mapping[str, int]:
        """Give how many cases there are, by state."""
        return await self._database.read(cases.count_cases)

    async def count_lost_posts(self) -> Mapping[str, int]:
        """Give how many messages to colleagues and about cases were lost, by channel."""
        return await self._database.read(posts.count_lost)

    async def count_refusals(self) -> dict[str, int]:
        """Give, by channel, how many messages were refused because of us in the last 90 days."""
        return await self._database.read(setbacks.count_refusals)

    async def counts(self) -> dict[str, int]:
        """Give how many rows there are: ``contacts``, ``events``, ``responses``, ``cards``,
        ``dues``, ``invitations.<state>``, ``deliveries.<state>``, and messages that were let go:
        ``let_go.<channel>``; absent where there are none.
        """
        return await self._database.read(reports.counts)

    async def headway(
        self,
        rules: Collection[str],
        since: datetime,
        until: datetime,
        teams: Collection[str] | None,
    ) -> dict[str, Headway]:
        """Give how far the invitations of campaigns, milestones or triggers came that were due
        from ``since`` to before ``until``, of these teams (None: all).
        """
        return await self._database.read(lambda s: headway.headway(s, rules, since, until, teams))

    async def campaign_tally(
        self,
        campaign: str,
        since: datetime,
        until: datetime,
        teams: Collection[str] | None = None,
    ) -> Tally:
        """Give the counts of scores that one round of a campaign brought, of these teams (None:
        all), without a flow.
        """
        return await self._database.read(
            lambda s: reporting.campaign_tally(s, campaign, since, until, teams)
        )

    async def count_reasons(self, wanted: Filter) -> dict[str, int]:
        """Give how many invitations were not asked in the period, by the rule that ended them."""
        return await self._database.read(lambda s: reporting.count_reasons(s, wanted))

    async def rounds(self, campaign: str, limit: int) -> list[Round]:
        """Give the last times a campaign came round, newest first."""
        return await self._database.read(lambda s: headway.rounds(s, campaign, limit))

    async def travellers(self) -> dict[str, Travellers]:
        """Give how many people are on each journey."""
        return await self._database.read(headway.travellers)
