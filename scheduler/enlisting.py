"""Enlisting: occurrences of campaigns are taken once, and their people invited batch by batch.

Each batch is one transaction that moves the occurrence's cursor along with its invitations: a kill
loses nothing and doubles nothing, and memory holds one batch.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduler.campaigns import Campaign, enlist, is_in, occurrence_due
from scheduler.intake import Wake
from scheduler.rules import Rules
from storage.campaigns import Run
from storage.store import Store, Transaction
from surveys.contact import Contact

log = logging.getLogger("afterword.campaigns")

BATCH = 2000
"""Contacts looked at in one transaction: about a tenth of a second."""


class Enlisting:
    """Brings campaigns under way."""

    def __init__(
        self,
        store: Store,
        rules: Callable[[], Rules],
        *,
        clock: Callable[[], datetime],
        wake: Wake,
    ) -> None:
        self._store, self._rules, self._clock, self._wake = store, rules, clock, wake

    async def tick(self) -> None:
        """Take what has come round, then enlist until nothing is left."""
        for campaign in self._rules().campaigns:
            await self._take(campaign)
        if self._rules().campaigns:
            while self._store.room.is_enough() and await self.enlist_batch():
                pass

    async def enlist_batch(self) -> bool:
        """Enlist one batch of the oldest open occurrence; False where there is none."""
        rules = self._rules()
        run, campaign, enlisted = await self._store.unit_of_work(lambda t: _enlist(t, rules))
        if run is None:
            return False
        if campaign:
            for lane in campaign.via if campaign.all_channels else campaign.via[:1]:
                self._wake(lane)
        if run.done:
            log.info("campaign %s: %d people enlisted", run.campaign, run.enlisted + enlisted)
        return True

    async def _take(self, campaign: Campaign) -> None:
        """Note an occurrence that has come. A campaign begins with the first one after it was
        first seen in the file: a new schedule does not fire for what is past.
        """
        rules, now = self._rules(), self._clock()
        name = f"{campaign.name}: {campaign.schedule.source}"

        async def work(transaction: Transaction) -> None:
            since = await transaction.first_seen(name, now)
            found = occurrence_due(campaign, since, now, ZoneInfo(rules.timezone))
            if found:
                run = Run(campaign=campaign.name, wall=found.wall, begins=found.at)
                await transaction.take_occurrence(run)

        await self._store.unit_of_work(work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the contacts: of so many that were looked at up to the id ``cursor``, those who are
    in an audience.
    """

    inside: Sequence[Contact]
    looked_at: int
    cursor: int


async def page_audience(
    transaction: Transaction, campaign: Campaign, now: datetime, after: int, limit: int
) -> Page:
    """Look at contacts past an id, for who is in a campaign's audience at a time."""
    named = campaign.listed is not None
    people = await transaction.page_people(after, limit, named=named)
    ids = {person.id for person in people}
    last = await transaction.last_answers(ids, campaign.asks_for)
    counts = await transaction.count_events(ids, campaign.counts, now)
    return Page(
        inside=[p for p in people if is_in(campaign, p, last.get(p.id, {}), counts.get(p.id))],
        looked_at=len(people),
        cursor=people[-1].id if people else after,
    )


async def _enlist(
    transaction: Transaction, rules: Rules
) -> tuple[Run | None, Campaign | None, int]:
    run = await transaction.open_run()
    if run is None:
        return None, None, 0
    campaign = next((c for c in rules.campaigns if c.name == run.campaign), None)
    if campaign is None:  # taken out of the file: it ends where it stands
        return await _end(transaction, run), None, 0
    page = await page_audience(transaction, campaign, run.begins, run.cursor, BATCH)
    survey = rules.surveys[campaign.survey]
    roll = enlist(
        campaign,
        run.wall,
        run.begins,
        page.inside,
        survey,
        language=rules.language,
        earlier=run.enlisted,
    )
    new = await transaction.enlist(roll)
    done = page.looked_at < BATCH
    await transaction.go_on(run, page.cursor, new, done=done)
    ended = Run(
        campaign=run.campaign, wall=run.wall, begins=run.begins, enlisted=run.enlisted, done=done
    )
    return ended, campaign, new


async def _end(transaction: Transaction, run: Run) -> Run:
    await transaction.go_on(run, run.cursor, 0, done=True)
    return Run(
        campaign=run.campaign, wall=run.wall, begins=run.begins, enlisted=run.enlisted, done=True
    )
