"""Enlisting: occurrences of campaigns are taken once, and their people invited batch by batch.

Each batch is one transaction that moves the occurrence's cursor along with its invitations: a kill
loses nothing and doubles nothing, and memory holds one batch.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduler.campaigns import Campaign, enlist, occurrence_due
from scheduler.intake import Wake
from scheduler.rules import Rules
from storage.campaigns import Run
from storage.store import Store, Transaction

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


async def _enlist(
    transaction: Transaction, rules: Rules
) -> tuple[Run | None, Campaign | None, int]:
    run = await transaction.open_run()
    if run is None:
        return None, None, 0
    campaign = next((c for c in rules.campaigns if c.name == run.campaign), None)
    if campaign is None:  # taken out of the file: it ends where it stands
        return await _end(transaction, run), None, 0
    people = await transaction.page_people(run.cursor, BATCH)
    last = await transaction.last_answers({p.id for p in people}, campaign.asks_for)
    survey = rules.surveys[campaign.survey]
    roll = enlist(
        campaign, run.wall, run.begins, people, survey, language=rules.language, last=last
    )
    new = await transaction.enlist(roll)
    done = len(people) < BATCH
    cursor = people[-1].id if people else run.cursor
    await transaction.go_on(run, cursor, new, done=done)
    ended = Run(
        campaign=run.campaign, wall=run.wall, begins=run.begins, enlisted=run.enlisted, done=done
    )
    return ended, campaign, new


async def _end(transaction: Transaction, run: Run) -> Run:
    await transaction.go_on(run, run.cursor, 0, done=True)
    return Run(
        campaign=run.campaign, wall=run.wall, begins=run.begins, enlisted=run.enlisted, done=True
    )
