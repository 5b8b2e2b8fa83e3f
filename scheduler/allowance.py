"""Allowance: what of a batch may really be sent, by the limits on asking one person and by the hard
daily budget of a paid channel. Each is taken in a transaction before the first byte leaves.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from scheduler.deciding import refuse
from scheduler.job import Job
from scheduler.patience import Put, keep_limits, keep_manners, known_ask
from scheduler.rules import Rules
from storage.store import Store, Transaction
from surveys.ask import Ask, Ledger
from surveys.case import RECOVERY
from surveys.due import Outcome
from surveys.engagement import Engagement, EngagementKind

log = logging.getLogger("afterword.dispatch")


class Allowance:
    """Keeps one lane within its limits. ``daily_max`` is its hard budget, None for none. Where it
    is ``alone`` no other lane could ask the same people meanwhile, so that nobody has to be held.
    """

    def __init__(
        self,
        lane: str,
        daily_max: int | None,
        store: Store,
        rules: Callable[[], Rules],
        *,
        alone: bool = False,
    ) -> None:
        self._lane, self._daily_max, self._alone = lane, daily_max, alone
        self._store, self._rules = store, rules

    async def grant(self, jobs: Sequence[Job], now: datetime) -> tuple[list[Job], list[Outcome]]:
        """Give the jobs that may be sent, and what becomes of the others."""
        granted, refused = await self._within_limits(jobs)
        granted, late = await self._within_budget(granted, now)
        return granted, [*refused, *late]

    async def _within_limits(self, jobs: Sequence[Job]) -> tuple[list[Job], list[Outcome]]:
        rules = self._rules()
        throttle = rules.throttle
        asking = [j for j in jobs if j.invitation and (throttle.limits or j.rival)]
        if not asking:
            return list(jobs), []

        async def take(transaction: Transaction) -> dict[str, Put]:
            people = {job.contact_id for job in asking}
            first, last = min(j.decided_at for j in asking), max(j.decided_at for j in asking)
            more = last - first
            ledgers = await transaction.lock_ledgers(people, last, throttle.memory + more)
            memory = throttle.manners.memory + more
            engaged = dict(await transaction.load_engagements(people, last, memory))
            number = Counter(job.contact_id for job in asking)
            refused: dict[str, Put] = {}
            held: list[tuple[int, int, Ask]] = []
            for job in asking:
                who = job.contact_id
                ask, put = _judge(job, ledgers[who], engaged.get(who, ()), rules)
                if put:
                    refused[job.due.id] = put
                    continue
                held.append((who, job.due.invitation_id, ask))
                if number[who] > 1:  # the others are to know of it
                    ledgers[who] = _with(ledgers[who], job, ask)
                    engaged[who] = (*engaged.get(who, ()), _begun(job, ask))
            if not self._alone:
                await transaction.hold_asks(held)
            return refused

        refused = await self._store.unit_of_work(take)
        return (
            [job for job in jobs if job.due.id not in refused],
            [refuse(j, refused[j.due.id], j.decided_at) for j in asking if j.due.id in refused],
        )

    async def _within_budget(
        self, jobs: list[Job], now: datetime
    ) -> tuple[list[Job], list[Outcome]]:
        """Give what the day's hard budget still allows; the rest waits for tomorrow.

        The day is the service's own. What is allowed is counted before it is sent.
        """
        most = self._daily_max
        if most is None or not jobs:
            return jobs, []
        rules = self._rules()
        key = self._counter(now)

        async def take(transaction: Transaction) -> int:
            used = (await transaction.take_counters({key})).get(key, 0)
            granted = max(0, min(len(jobs), most - used))
            await transaction.save_counters({key: used + granted})
            return granted

        granted = await self._store.unit_of_work(take)
        if granted < len(jobs):
            log.warning("lane %s: daily_max %d reached", self._lane, most)
        at = rules.next_day(now)
        return jobs[:granted], [_tomorrow(job, at) for job in jobs[granted:]]

    async def left(self, now: datetime) -> int | None:
        """Give how much of the day's hard budget is left, None where there is none."""
        if self._daily_max is None:
            return None
        key = self._counter(now)
        used = await self._store.unit_of_work(lambda transaction: transaction.take_counters({key}))
        return max(0, self._daily_max - used.get(key, 0))

    def _counter(self, now: datetime) -> str:
        return f"budget:{self._lane}:{self._rules().local_day(now).isoformat()}"


def _judge(
    job: Job, ledger: Ledger, engaged: Sequence[Engagement], rules: Rules
) -> tuple[Ask, Put | None]:
    invitation, zone, now = job.invitation, job.zone, job.decided_at
    assert invitation is not None and zone is not None  # noqa: S101, PT018 - it asks
    ask = known_ask(Ask(at=now, survey=invitation.survey, channel=job.due.lane), rules.surveys)
    ahead = now + rules.throttle.memory
    if any(coming.at > ahead for _, coming in ledger.planned):
        ledger = replace(ledger, planned=tuple(p for p in ledger.planned if p[1].at <= ahead))
    put = keep_manners(rules.throttle, invitation, engaged, now)
    if put is None and invitation.trigger != RECOVERY:  # they complained: it is about that
        put = keep_limits(
            rules.throttle, ledger, invitation, ask, rules.surveys, zone, fallback=job.fallback
        )
    return ask, put


def _begun(job: Job, ask: Ask) -> Engagement:
    """Give what the person is in the middle of from now on."""
    return Engagement(
        kind=EngagementKind.SURVEY,
        at=ask.at,
        name=ask.survey,
        invitation_id=job.due.invitation_id,
    )


def _with(ledger: Ledger, job: Job, ask: Ask) -> Ledger:
    if any(number == job.due.invitation_id for number, _ in ledger.asked):
        return ledger  # asked on another channel already: that is one ask
    return replace(ledger, asked=(*ledger.asked, (job.due.invitation_id, ask)))


def _tomorrow(job: Job, at: datetime) -> Outcome:
    decision = job.decision and replace(job.decision, verdict="hold", rule="daily_max reached")
    return Outcome(due=job.due, retry_at=at, counts_as_attempt=False, decision=decision)
