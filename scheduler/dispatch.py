"""Dispatch: due rows are claimed in batches, decided, composed, sent and settled.

One `Lane` serves one channel. An attempt row is committed before the first byte leaves and is
settled after, in sub-batches, so that an unclean stop leaves at most a sub-batch in doubt.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from aiolimiter import AsyncLimiter

from channels.base import Channel, Receipt
from channels.errors import ChannelError, Uncertain
from scheduler.allowance import Allowance
from scheduler.batch import Batch
from scheduler.carrying import carry
from scheduler.circumstances import read_circumstances
from scheduler.deciding import Circumstances, compose_due, decide_due
from scheduler.in_doubt import after_crash, not_wanted
from scheduler.job import Job
from scheduler.outcomes import Attempt, failed, held, sent, undecided
from scheduler.rules import Rules
from scheduler.standstill import Standstill
from storage.store import Store, StoreError, StoreUnavailable
from surveys.conversation import Conversation
from surveys.due import Due, DueKind, Outcome
from surveys.invitation import Delivery
from surveys.message import Capabilities

log = logging.getLogger("afterword.dispatch")

LEASE = timedelta(seconds=40)
SPARE = timedelta(seconds=15)
"""What must be left of a claim's lease to begin a send: in a lane that is slower than it thought,
the row is given back rather than sent while another process takes it for lost."""

CLAIM_LIMIT = 500
SUB_BATCH = 50
"""Attempts committed at once before their first byte leaves. After an unclean stop these are in
doubt; a channel that must park what is in doubt begins no more than it sends at once."""

FRESH = timedelta(seconds=0.5)
"""Age above which a decision is taken anew before sending: a stop holds within a second."""

PATIENCE = 2.0
"""Seconds after which a lane looks for due rows though nobody woke it: a tick may fail to come."""

STORE_AGAIN = 0.5  # seconds


class Lane:
    """Carries the due messages of one channel."""

    compose = staticmethod(compose_due)
    alone = False

    def __init__(
        self,
        name: str,
        channel: Channel,
        *,
        store: Store,
        rules: Callable[[], Rules],
        channels: Mapping[str, Capabilities],
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        wake: Callable[[str], None],
    ) -> None:
        self.name, self._channel = name, channel
        self._store, self._rules, self._channels = store, rules, channels
        self._clock, self._jitter, self._wake_other = clock, jitter, wake
        self._woken, self._stopping = asyncio.Event(), False
        self._standstill = Standstill(name, clock)
        self._allowance = Allowance(
            name, channel.capabilities.daily_max, store, rules, alone=self.alone
        )
        rate = max(channel.capabilities.rate, 0.01)
        self._pace = AsyncLimiter(max(rate, 1), max(1.0, 1 / rate))
        self._room = asyncio.Semaphore(channel.capabilities.concurrency)
        self._settling: Batch[Outcome, None] = Batch(self._settle_batch, limit=SUB_BATCH)

    def wake(self) -> None:
        """Say that something may be due now."""
        self._woken.set()

    async def serve(self) -> None:
        """Dispatch until `stop`; wakes by `wake`."""
        while not self._stopping:
            self._woken.clear()
            try:
                count = await self.dispatch_due()
            except Exception:
                log.exception("lane %s: could not dispatch; trying again", self.name)
                count = 0
                await asyncio.sleep(1)
            if count == 0 and not self._stopping:
                with suppress(TimeoutError):
                    async with asyncio.timeout(PATIENCE):
                        await self._woken.wait()

    def stop(self) -> None:
        """Finish the sub-batch under way and give the rest back."""
        self._stopping = True
        self._woken.set()

    def hold(self, wait: timedelta) -> None:
        """Send nothing for a while; a longer wait under way stays."""
        self._standstill.hold(wait)

    async def dispatch_due(self) -> int:
        """Claim, decide, send and settle one batch. Gives how many rows were claimed."""
        now = self._clock()
        if self._standstill.is_on:
            return 0
        dues = await self._store.claim_due(self.name, now, LEASE, self._claim_limit())
        if dues:
            jobs, decided = await self._prepare(dues, now)
            granted, refused = await self._allowance.grant(jobs, now)
            await self._settle([*decided, *refused])
            await self._deliver_all(granted)
        return len(dues)

    def _claim_limit(self) -> int:
        """Claim no more than can be sent in a quarter of the lease."""
        in_time = int(self._channel.capabilities.rate * LEASE.total_seconds() / 4)
        return max(1, min(CLAIM_LIMIT, in_time))

    # Deciding

    async def _prepare(self, dues: Sequence[Due], now: datetime) -> tuple[list[Job], list[Outcome]]:
        conversations = await self._store.load_conversations(
            {due.invitation_id for due in dues if due.invitation_id}
        )
        broken = await self._store.unsettled(dues)
        around = await read_circumstances(
            self._store,
            self._rules(),
            dues,
            conversations,
            [self._moment(due, now) for due in dues],
        )
        jobs: list[Job] = []
        decided: list[Outcome] = []
        for due in dues:
            number, moment = due.invitation_id, self._moment(due, now)
            made = self._decide(due, conversations.get(number), moment, around.get(number))
            if broken.get(due.id):
                made = after_crash(made, broken[due.id][-1], self._channel.capabilities)
            if isinstance(made, Job):
                jobs.append(made)
            else:
                decided.append(made)
        return jobs, decided

    def _moment(self, _due: Due, now: datetime) -> datetime:
        """Give as of when a row is decided."""
        return now

    def _decide(
        self,
        due: Due,
        conversation: Conversation | None,
        now: datetime,
        around: Circumstances | None,
    ) -> Job | Outcome:
        rules, known = self._rules(), self._channels
        try:
            parts = (due, conversation, rules, known, now)
            return decide_due(*parts, around=around, compose=self.compose)
        except Exception:
            # One row that our own code breaks on must not hold up its lane.
            log.exception("lane %s: cannot decide on invitation %d", self.name, due.invitation_id)
            return undecided(due, now, jitter=self._jitter())

    # Sending

    async def _deliver_all(self, jobs: Sequence[Job]) -> None:
        """Send in sub-batches; what is not begun when we must stop or pause is given back."""
        can = self._channel.capabilities
        size = SUB_BATCH if can.resend else min(SUB_BATCH, can.concurrency)
        for start in range(0, len(jobs), size):
            now = self._clock()
            if self._stopping or self._standstill.is_on or _runs_out(jobs[start], now):
                at = self._standstill.ends(now)
                rest = [job.due for job in jobs[start:]]
                await self._settle(
                    [Outcome(due=d, retry_at=at, counts_as_attempt=False) for d in rest]
                )
                return
            await self._deliver(jobs[start : start + size])

    async def _deliver(self, jobs: Sequence[Job]) -> None:
        now = self._clock()
        begun = await self._store.begin_deliveries(
            [(job.due, _delivery(job, self.name, now)) for job in jobs],
            [(job.contact_id, job.basis) for job in jobs if job.basis],
        )
        ours = [replace(j, delivery_id=n) for j, n in zip(jobs, begun, strict=True) if n]
        by_address: dict[str, list[Job]] = {}
        for job in ours:
            by_address.setdefault(job.message.address, []).append(job)
        await asyncio.gather(*[self._send_in_turn(queue) for queue in by_address.values()])

    async def _send_in_turn(self, jobs: Sequence[Job]) -> None:
        """Messages to one address go one after the other, so that they arrive in order.

        Each is settled at once, together with whatever else has ended meanwhile, so that little
        is in doubt at any moment.
        """
        for job in jobs:
            outcome = await self._send(job)
            decision = outcome.decision or job.decision
            via = outcome.via or job.via
            await self._settle([replace(outcome, decision=decision, via=via)])

    def _attempt(self, job: Job) -> Attempt:
        return Attempt(
            due=job.due,
            delivery_id=job.delivery_id,
            capabilities=self._channel.capabilities,
            fallback=job.fallback,
            shared=job.shared,
            repeated=job.repeated,
        )

    async def _send(self, job: Job) -> Outcome:
        attempt = self._attempt(job)
        async with self._room, self._pace:
            now = self._clock()
            if self._stopping or self._standstill.is_on:
                return held(attempt, self._standstill.ends(now), "held: stopping, or asked to wait")
            if _runs_out(job, now):
                return held(attempt, now, "held: this took longer than the claim lasts")
            try:
                if now - job.decided_at > FRESH and (refused := await self._refused(job, now)):
                    return refused
                receipt, moved_to = await self._say(job)
            except StoreError:
                return held(attempt, now, "held: the store is away")
            except ChannelError as error:
                self._standstill.heed(error)
                return failed(attempt, error, self._clock(), jitter=self._jitter())
        self._standstill.note_reached()
        return replace(sent(attempt, receipt), new_address=moved_to, then=job.then)

    async def _refused(self, job: Job, now: datetime) -> Outcome | None:
        """Give what becomes of a job that waited for its turn and is not to be sent any more."""
        _, decided = await self._prepare([job.due], now)
        return not_wanted(job, decided[0]) if decided else None

    async def _say(self, job: Job) -> tuple[Receipt, str]:
        """Send, and give the address it went to where the provider named another one.

        :raises ChannelError: Uncertain too where the adapter itself broke: bytes may have left.
        """
        message = replace(job.message, delivery_id=job.delivery_id)
        try:
            receipt, moved_to = await carry(self._channel, message)
        except ChannelError:
            raise
        except Exception as error:
            log.exception("lane %s: the adapter broke", self.name)
            raise Uncertain(f"the adapter broke: {type(error).__name__}") from error
        if receipt.address and job.contact_id:
            await self._learn(job.contact_id, receipt.address)
        return receipt, moved_to

    async def _learn(self, contact_id: int, address: str) -> None:
        """Keep what the provider calls a person it found for us; else it is found again."""
        try:
            await self._store.unit_of_work(lambda t: t.link_address(contact_id, self.name, address))
        except StoreError as error:
            log.warning("lane %s: an address was not kept: %s", self.name, error)

    async def _settle(self, outcomes: Sequence[Outcome]) -> None:
        """Note what became of rows. One that cannot be noted comes up again when its lease ends."""
        if not outcomes:
            return
        try:
            await self._settling.put_all(outcomes)
        except Exception:
            log.exception("lane %s: a result could not be kept", self.name)
        for lane in {outcome.lane for outcome in outcomes if outcome.lane}:
            self._wake_other(lane)

    async def _settle_batch(self, outcomes: Sequence[Outcome]) -> list[None]:
        late = await self._keep(outcomes)
        if late:
            log.warning("lane %s: %d results came after their lease", self.name, len(late))
        return [None] * len(outcomes)

    async def _keep(self, outcomes: Sequence[Outcome]) -> list[str]:
        """Keep results, however long the store is away: what was sent and forgotten is sent again.

        Gives the due ids whose claim was not ours any more.
        """
        while True:
            try:
                return await self._store.end_deliveries(outcomes, self._clock())
            except StoreUnavailable as error:
                log.error("lane %s: %d results wait: %s", self.name, len(outcomes), error)
                await asyncio.sleep(STORE_AGAIN)


def _runs_out(job: Job, now: datetime) -> bool:
    """Whether too little is left of the lease: a claimed row is due again at its end."""
    return job.due.at - now < SPARE


def _delivery(job: Job, channel: str, now: datetime) -> Delivery:
    return Delivery(
        id=job.delivery_id,
        invitation_id=job.due.invitation_id,
        channel=channel,
        address="" if job.due.kind is DueKind.FAREWELL else job.message.address,
        started_at=now,
    )
