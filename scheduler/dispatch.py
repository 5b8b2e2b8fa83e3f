"""Dispatch: due rows are claimed in batches, decided, composed, sent and settled.

One `Lane` serves one channel. An attempt row is committed before the first byte leaves and is
settled after, in sub-batches, so that an unclean stop leaves at most a sub-batch in doubt.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aiolimiter import AsyncLimiter

from channels.base import Channel
from channels.errors import ChannelError, Misconfigured, Throttled, Unavailable
from scheduler.batch import Batch
from scheduler.outcomes import Attempt, failed, sent
from scheduler.rules import Rules
from scheduler.throttle import Hold, Move, Send, Skip, decide, next_channel
from storage.store import Store
from surveys.compose import compose_invitation
from surveys.conversation import Conversation, next_question, progress
from surveys.due import Decision, Due, DueKind, Outcome
from surveys.invitation import Delivery, DeliveryState, InvitationState
from surveys.message import Capabilities, Message

log = logging.getLogger("afterword.dispatch")

LEASE = timedelta(seconds=40)
CLAIM_LIMIT = 500
SUB_BATCH = 50
"""Attempts committed at once before their first byte leaves. After an unclean stop these are in
doubt; a channel that must park what is in doubt begins no more than it sends at once."""

MAX_CRASHES = 3
MISCONFIGURED_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """A due row that is to be sent: the message, and the delivery of an earlier, broken claim
    where there is one. ``fallback`` is the channel to turn to where this one fails for good.
    """

    due: Due
    message: Message
    delivery_id: int = 0
    contact_id: int = 0
    fallback: str = ""
    repeated: bool = False
    decision: Decision | None = None


class Lane:
    """Carries the due messages of one channel."""

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
        self._paused_until: datetime | None = None
        self._away = False
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
                await self._woken.wait()

    def stop(self) -> None:
        """Finish the sub-batch under way and give the rest back."""
        self._stopping = True
        self._woken.set()

    async def dispatch_due(self) -> int:
        """Claim, decide, send and settle one batch. Gives how many rows were claimed."""
        now = self._clock()
        if self._is_paused():
            return 0
        dues = await self._store.claim_due(self.name, now, LEASE, self._claim_limit())
        if dues:
            jobs, decided = await self._prepare(dues, now)
            await self._settle(decided)
            await self._deliver_all(jobs)
        return len(dues)

    def _is_paused(self) -> bool:
        return self._paused_until is not None and self._clock() < self._paused_until

    def _claim_limit(self) -> int:
        """Claim no more than can be sent in a quarter of the lease."""
        in_time = int(self._channel.capabilities.rate * LEASE.total_seconds() / 4)
        return max(1, min(CLAIM_LIMIT, in_time))

    # Deciding

    async def _prepare(
        self, dues: Sequence[Due], now: datetime
    ) -> tuple[list[_Job], list[Outcome]]:
        conversations = await self._store.load_conversations(
            {due.invitation_id for due in dues if due.invitation_id}
        )
        broken = await self._store.unsettled(dues)
        jobs: list[_Job] = []
        decided: list[Outcome] = []
        for due in dues:
            made = self._decide(due, conversations.get(due.invitation_id), now)
            if isinstance(made, _Job) and broken.get(due.id):
                made = self._after_crash(made, broken[due.id][-1])
            if isinstance(made, _Job):
                jobs.append(made)
            else:
                decided.append(made)
        return jobs, decided

    def _decide(self, due: Due, conversation: Conversation | None, now: datetime) -> _Job | Outcome:
        if due.kind is DueKind.SAY and due.message:
            stopped = conversation is not None and conversation.contact.opted_out_at is not None
            if stopped:
                return Outcome(due=due, reason="the person said stop")
            # What answers somebody was put when they wrote.
            return _Job(due=due, message=replace(due.message, heard_at=due.at))
        if conversation is None:
            return Outcome(due=due, reason="its invitation is gone")
        return self._decide_ask(due, conversation, now)

    def _decide_ask(self, due: Due, conversation: Conversation, now: datetime) -> _Job | Outcome:
        invitation, rules = conversation.invitation, self._rules()
        verdict = decide(invitation, conversation.contact, self.name, self._channels, now)
        survey = rules.surveys.get(invitation.survey)
        question = next_question(survey, conversation.response) if survey else None
        if isinstance(verdict, Send) and (survey is None or question is None):
            verdict = Skip(rule="the survey is not in the file any more")
        decision = Decision(
            invitation_id=invitation.id,
            at=now,
            verdict=type(verdict).__name__.lower(),
            rule=verdict.rule,
            inputs={"channel": self.name, "state": invitation.state.value, "attempt": due.attempts},
        )
        if isinstance(verdict, Send) and survey and question:
            setting = rules.setting(survey, invitation, conversation.contact, verdict.address.value)
            _, steps = progress(survey, conversation.response)
            message = compose_invitation(setting, question, self._channel.capabilities, steps=steps)
            message = replace(message, heard_at=verdict.address.heard_at)
            return _Job(
                due=due,
                message=message,
                contact_id=invitation.contact_id,
                fallback=next_channel(
                    invitation, conversation.contact, self.name, self._channels, now
                ),
                decision=decision,
            )
        if isinstance(verdict, Hold):
            return Outcome(
                due=due, retry_at=verdict.until, counts_as_attempt=False, decision=decision
            )
        if isinstance(verdict, Move):
            self._wake_other(verdict.channel)
            return Outcome(
                due=due,
                retry_at=now,
                lane=verdict.channel,
                counts_as_attempt=False,
                decision=decision,
            )
        assert isinstance(verdict, Skip)  # noqa: S101 - the last of the four verdicts
        changes = verdict.state is not invitation.state
        return Outcome(due=due, state=verdict.state if changes else None, decision=decision)

    def _after_crash(self, job: _Job, earlier: Delivery) -> _Job | Outcome:
        """An earlier claim began to send and never settled: the message may have gone out.

        Sent once more under the same delivery id where the channel says so, else parked.
        """
        if self._channel.capabilities.resend and job.due.fence <= MAX_CRASHES:
            return replace(job, delivery_id=earlier.id, repeated=True)
        asks = job.due.kind is DueKind.ASK
        return Outcome(
            due=job.due,
            delivery_id=earlier.id,
            delivery=DeliveryState.UNCERTAIN,
            reason="stopped while sending; not repeated",
            state=InvitationState.ASKED if asks else None,
        )

    # Sending

    async def _deliver_all(self, jobs: Sequence[_Job]) -> None:
        """Send in sub-batches; what is not begun when we must stop or pause is given back."""
        can = self._channel.capabilities
        size = SUB_BATCH if can.resend else min(SUB_BATCH, can.concurrency)
        for start in range(0, len(jobs), size):
            now = self._clock()
            if self._stopping or self._is_paused():
                at = max(now, self._paused_until or now)
                rest = [job.due for job in jobs[start:]]
                await self._settle(
                    [Outcome(due=d, retry_at=at, counts_as_attempt=False) for d in rest]
                )
                return
            await self._deliver(jobs[start : start + size])

    async def _deliver(self, jobs: Sequence[_Job]) -> None:
        now = self._clock()
        begun = await self._store.begin_deliveries(
            [(job.due, _delivery(job, self.name, now)) for job in jobs]
        )
        ours = [replace(j, delivery_id=n) for j, n in zip(jobs, begun, strict=True) if n]
        by_address: dict[str, list[_Job]] = {}
        for job in ours:
            by_address.setdefault(job.message.address, []).append(job)
        await asyncio.gather(*[self._send_in_turn(queue) for queue in by_address.values()])

    async def _send_in_turn(self, jobs: Sequence[_Job]) -> None:
        """Messages to one address go one after the other, so that they arrive in order.

        Each is settled at once, together with whatever else has ended meanwhile, so that little
        is in doubt at any moment.
        """
        for job in jobs:
            outcome = await self._send(job)
            await self._settling.put(replace(outcome, decision=job.decision))
            if outcome.lane:
                self._wake_other(outcome.lane)

    async def _send(self, job: _Job) -> Outcome:
        attempt = Attempt(
            due=job.due,
            delivery_id=job.delivery_id,
            capabilities=self._channel.capabilities,
            fallback=job.fallback,
            repeated=job.repeated,
        )
        async with self._room, self._pace:
            if self._is_paused():
                return Outcome(
                    due=job.due,
                    delivery_id=job.delivery_id,
                    delivery=DeliveryState.DEFERRED,
                    reason="the provider asked us to wait",
                    retry_at=self._paused_until,
                    counts_as_attempt=False,
                )
            try:
                receipt = await self._channel.send(
                    replace(job.message, delivery_id=job.delivery_id)
                )
            except ChannelError as error:
                self._heed(error)
                return failed(attempt, error, self._clock(), jitter=self._jitter())
        if self._away:
            self._away = False
            log.warning("lane %s: the provider is back", self.name)
        if receipt.address and job.contact_id:
            await self._learn(job.contact_id, receipt.address)
        return sent(attempt, receipt)

    async def _learn(self, contact_id: int, address: str) -> None:
        """Keep what the provider calls a person it found for us."""
        await self._store.unit_of_work(lambda t: t.link_address(contact_id, self.name, address))

    def _heed(self, error: ChannelError) -> None:
        """Pause the whole lane where the provider means all of us."""
        if isinstance(error, Throttled) and error.account:
            self._paused_until = self._clock() + timedelta(seconds=error.retry_after)
            log.warning("lane %s: paused %.0f s by the provider", self.name, error.retry_after)
        elif isinstance(error, Misconfigured) and not self._is_paused():
            self._paused_until = self._clock() + MISCONFIGURED_PAUSE
            log.error("lane %s: paused until somebody mends it: %s", self.name, error)
        elif isinstance(error, Unavailable) and not self._away:
            self._away = True
            log.warning("lane %s: the provider is away, messages wait: %s", self.name, error)

    async def _settle(self, outcomes: Sequence[Outcome]) -> None:
        if outcomes:
            await self._settling.put_all(outcomes)

    async def _settle_batch(self, outcomes: Sequence[Outcome]) -> list[None]:
        late = await self._store.end_deliveries(outcomes, self._clock())
        if late:
            log.warning("lane %s: %d results came after their lease", self.name, len(late))
        return [None] * len(outcomes)


def _delivery(job: _Job, channel: str, now: datetime) -> Delivery:
    return Delivery(
        id=job.delivery_id,
        invitation_id=job.due.invitation_id,
        channel=channel,
        address=job.message.address,
        started_at=now,
    )
