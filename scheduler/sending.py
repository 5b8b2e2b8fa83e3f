"""Sending by hand: a colleague has one customer asked, by the rules of every question."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.deciding import decide_due
from scheduler.intake import Wake
from scheduler.job import Job
from scheduler.journeys import invitation_key
from scheduler.patience import keep_limits, known_ask
from scheduler.rules import Rules
from scheduler.throttle import Hold, Skip, find_address
from storage.store import Store, Transaction
from surveys.ask import Ask, Ledger
from surveys.compose import choose_language
from surveys.contact import Contact
from surveys.conversation import Conversation
from surveys.due import Due, DueKind
from surveys.invitation import OPEN_FOR, Invitation
from surveys.message import Capabilities
from surveys.survey import Survey

BY_HAND = "by hand"
"""What such invitations say they come from."""

_MAX_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What would become of a question asked now. ``channel`` is the one it would go over, "" where
    it would not be asked; ``until`` is set where it would wait. ``rule`` says why.
    """

    channel: str
    rule: str
    until: datetime | None = None


class ByHand:
    """Has single customers asked."""

    def __init__(
        self,
        store: Store,
        rules: Callable[[], Rules],
        *,
        channels: Mapping[str, Capabilities],
        clock: Callable[[], datetime],
        wake: Wake,
    ) -> None:
        self._store, self._rules, self._channels = store, rules, channels
        self._clock, self._wake = clock, wake

    async def foresee(self, survey: Survey, contact: Contact, via: str = "") -> Foreseen:
        """Say what would happen, and change nothing. ``via`` is the channel wanted, "" for any."""
        rules, now = self._rules(), self._clock()
        invitation = self._invitation(survey, contact, via, now, "")
        conversation = Conversation(invitation=invitation, contact=contact)
        lane = invitation.via[0]
        for _ in self._channels:
            due = Due(lane=lane, at=now, id="ask:0", kind=DueKind.ASK)
            made = decide_due(due, conversation, rules, self._channels, now)
            if isinstance(made, Job):
                return await self._within_limits(made, rules, now)
            rule = made.decision.rule if made.decision else made.reason
            if made.retry_at is None:
                return Foreseen(channel="", rule=rule)
            if not made.lane or made.lane == lane:
                return Foreseen(channel=lane, rule=rule, until=made.retry_at)
            lane = made.lane
        return Foreseen(channel="", rule="no channel is left")

    async def send(self, survey: Survey, contact: Contact, via: str, said: str) -> bool:
        """Plan the invitation, due now; False where the same was planned already. ``said`` tells
        one command from another.
        """
        now = self._clock()
        invitation = self._invitation(survey, contact, via, now, said)
        new = await self._store.unit_of_work(lambda t: t.add_invitations([invitation]))
        for planned in new:
            self._wake(planned.via[0])
        return bool(new)

    def _invitation(
        self, survey: Survey, contact: Contact, via: str, now: datetime, said: str
    ) -> Invitation:
        rules = self._rules()
        return Invitation(
            key=invitation_key(BY_HAND, survey.id, str(contact.id), said),
            contact_id=contact.id,
            survey=survey.id,
            survey_version=survey.version,
            trigger=BY_HAND,
            via=(via,) if via else self._ways(survey, contact),
            due_at=now,
            expires_at=now + OPEN_FOR,
            not_after=now + _MAX_AGE,
            language=choose_language(survey, contact.language, rules.language),
        )

    def _ways(self, survey: Survey, contact: Contact) -> tuple[str, ...]:
        """Give the channels that ask this survey otherwise, else those the customer is on; a page
        waits for its visitor, and is nobody's first.
        """
        rules = self._rules()
        milestones = [m for journey in rules.journeys for m in journey.milestones]
        ways = [(trigger.survey, trigger.via) for trigger in rules.triggers]
        ways += [(campaign.survey, campaign.via) for campaign in rules.campaigns]
        ways += [(milestone.survey, milestone.via) for milestone in milestones]
        usual = next((via for name, via in ways if name == survey.id), ())
        running = tuple(channel for channel in usual if channel in self._channels)
        if running:
            return running
        order = sorted(self._channels, key=lambda name: self._channels[name].waits)
        on = [name for name in order if find_address(contact, name, self._channels)[0]]
        return tuple(on) or tuple(order)

    async def _within_limits(self, job: Job, rules: Rules, now: datetime) -> Foreseen:
        rule = job.decision.rule if job.decision else ""
        allowed = Foreseen(channel=job.due.lane, rule=rule)
        if not rules.throttle.limits or job.invitation is None or job.zone is None:
            return allowed
        who = job.invitation.contact_id

        async def look(transaction: Transaction) -> Ledger:
            found = await transaction.lock_ledgers({who}, now, rules.throttle.memory)
            return found[who]

        ledger = await self._store.unit_of_work(look)
        ask = Ask(at=now, survey=job.invitation.survey, channel=job.due.lane)
        put = keep_limits(
            rules.throttle,
            ledger,
            replace(job.invitation, id=-1),
            known_ask(ask, rules.surveys),
            rules.surveys,
            job.zone,
            fallback=job.fallback,
        )
        if put is None:
            return allowed
        if isinstance(put, Skip):
            return Foreseen(channel="", rule=put.rule)
        if isinstance(put, Hold):
            return Foreseen(channel=job.due.lane, rule=put.rule, until=put.until)
        return Foreseen(channel=put.channel, rule=put.rule)
