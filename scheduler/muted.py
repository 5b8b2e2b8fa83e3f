"""Muted: a lane up to where its first byte would leave, for rehearsals."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from channels.base import Channel, Receipt
from scheduler.deciding import what_to_ask
from scheduler.dispatch import Lane
from scheduler.job import Job
from scheduler.outcomes import sent
from scheduler.rules import Rules
from scheduler.throttle import Send
from surveys.conversation import Conversation
from surveys.due import Due, DueKind, Outcome
from surveys.message import Capabilities, Message


class MuteChannel(Channel):
    """A channel by its capabilities only: nothing is ever said over it."""

    def __init__(self, name: str, capabilities: Capabilities) -> None:
        self.name, self.capabilities = name, capabilities

    async def send(self, message: Message) -> Receipt:
        raise AssertionError(f"a rehearsal says nothing, and this was {len(message.text)} long")


class MutedLane(Lane):
    """A lane up to where its first byte would leave. No other lane is at work meanwhile."""

    alone = True
    late: Mapping[str, datetime] = {}
    """Before when rows cannot come up: what led to them was reported then."""

    @staticmethod
    def compose(
        verdict: Send,
        conversation: Conversation,
        rules: Rules,
        _capabilities: Capabilities,
        _kind: DueKind,
    ) -> Message | None:
        """Give a message of which only matters that there is one."""
        asked = what_to_ask(conversation, rules)
        return Message(address=verdict.address.value, text="") if asked else None

    async def rehearse(self, dues: Sequence[Due], now: datetime) -> list[Outcome]:
        """Give what becomes of rows, each as of its own time but not before ``now``."""
        jobs, decided = await self._prepare(dues, now)
        granted, refused = await self._allowance.grant(jobs, now)
        return [*decided, *refused, *(self._sent(job) for job in granted)]

    async def left_today(self) -> int | None:
        """Give how many messages the day's budget still allows, None where there is none."""
        return await self._allowance.left(self._clock())

    def _moment(self, due: Due, now: datetime) -> datetime:
        return own_moment(due, now, self.late)

    def _sent(self, job: Job) -> Outcome:
        outcome = sent(self._attempt(job), Receipt(external_id=""))
        return replace(
            outcome, then=job.then, via=job.via, decision=job.decision, at=job.decided_at
        )


def own_moment(due: Due, now: datetime, late: Mapping[str, datetime]) -> datetime:
    """Give as of when a row is decided: ``late`` says before when rows cannot come up, by id."""
    return max(due.at, now, late.get(due.id, now))
