"""Alarms: answers that colleagues are told of at once, as a case where a rule says so.

One person has one open case: what they answer badly meanwhile is added to it.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduler.answering import ComposeAlert
from scheduler.casebook import Casebook
from scheduler.outbox import Outbox
from scheduler.readers import Reader, readers_of
from scheduler.repeating import Repeating
from scheduler.rules import Rules
from scheduler.worktime import next_work_time
from storage.store import Transaction
from surveys.alert import AlertRule
from surveys.card import pace, window_end
from surveys.case import Case, CasePlan
from surveys.conversation import Conversation
from surveys.due import Due, DueKind
from surveys.inbound import Inbound
from surveys.message import Button, Capabilities, Message
from surveys.post import Post, PostKind
from surveys.response import Response

BURST = 9
"""Alerts a colleague is told one by one within five minutes; the rest is a number."""

log = logging.getLogger("afterword.replies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A turn that set off alert rules; ``added`` where it only added words to one that had.
    ``remark`` is what colleagues should know besides.
    """

    conversation: Conversation
    response: Response
    rules: tuple[AlertRule, ...]
    added: bool
    item: Inbound
    remark: str = ""

    @property
    def plan(self) -> CasePlan | None:
        """How the case is handled that is opened, None where none is."""
        return next((rule.case for rule in self.rules if rule.case), None)


@dataclass(slots=True, kw_only=True)
class Alarms:
    """Gathers the alarms of one transaction and tells colleagues once all turns are taken."""

    transaction: Transaction
    rules: Rules
    channels: Mapping[str, Capabilities]
    compose: ComposeAlert
    outbox: Outbox
    casebook: Casebook
    _raised: list[Alarm] = field(default_factory=list)
    _recovered: dict[int, Conversation] = field(default_factory=dict)

    def sound(self, alarm: Alarm) -> None:
        """Take an alarm."""
        self._raised.append(alarm)

    def recovered(self, conversation: Conversation) -> None:
        """Take what a customer answered when asked whether their case was put right."""
        self._recovered[conversation.invitation.id] = conversation

    async def tell(self) -> None:
        """Open cases and queue what colleagues read."""
        await self._tell_recovered()
        self._raised = [
            alarm for alarm in [await self._sift(a) for a in self._raised] if alarm.rules
        ]
        people = {a.conversation.contact.id for a in self._raised if a.plan}
        cases = await self.transaction.lock_open_cases(people) if people else {}
        for alarm in self._raised:
            readers = self._readers(alarm)
            if not readers:
                number = alarm.conversation.invitation.id
                log.error("an alert about invitation %d reached nobody: check staff", number)
            case = cases.get(alarm.conversation.contact.id)
            if case is None or not alarm.plan:
                readers = await self._spare(readers, cases=bool(alarm.plan))
            if alarm.plan and (case or not alarm.added):
                cases[alarm.conversation.contact.id] = await self._work(alarm, case, readers)
            else:
                self._alert(alarm, readers)

    async def _sift(self, alarm: Alarm) -> Alarm:
        """Leave out the rules that wait for more answers like this."""
        repeating = Repeating(
            transaction=self.transaction, outbox=self.outbox, now=self.casebook.now
        )
        sifted = await repeating.sift(alarm.rules, alarm.response, added=alarm.added)
        return replace(alarm, rules=sifted.rules, remark=sifted.remark)

    async def _tell_recovered(self) -> None:
        cases = await self.transaction.lock_recovering(self._recovered) if self._recovered else {}
        for number, case in cases.items():
            about = self._recovered[number]
            assert about.response is not None  # noqa: S101 - something was answered
            words = self.casebook.words.sum_up(self.rules, about, about.response, added=False)
            await self.casebook.hear_recovery(case, words)

    async def _work(self, alarm: Alarm, case: Case | None, readers: list[Reader]) -> Case:
        """Open a case, or add to the one that is open."""
        about = alarm.conversation
        if case is not None:
            words = self.casebook.words
            text = words.sum_up(self.rules, about, alarm.response, added=alarm.added)
            told = " · ".join(part for part in (text, alarm.remark) if part)
            grown = await self.casebook.add(case, about, told)
            if alarm.remark:  # who waits for the second time may know nothing of the first
                await self.casebook.show_to(grown, readers)
            return grown
        assert alarm.plan is not None  # noqa: S101 - callers look
        return await self.casebook.open(about, alarm.plan, readers, self._time(alarm), alarm.remark)

    def _alert(self, alarm: Alarm, readers: list[Reader]) -> None:
        item, at = alarm.item, self._time(alarm)
        for number, reader in enumerate(readers):
            message = self.compose(
                self.rules, alarm.conversation, alarm.response, reader.address, alarm.added
            )
            if alarm.remark:
                message = replace(message, text=f"{alarm.remark}\n{message.text}")
            due_id = f"alert:{item.channel}:{item.event_id}:{number:02}"
            self.outbox.dues.append(
                Due(lane=reader.lane, at=at, id=due_id, kind=DueKind.SAY, message=message)
            )
            self.outbox.posts.append(
                Post(
                    due_id=due_id,
                    kind=PostKind.ALERT,
                    lane=reader.lane,
                    address=reader.address,
                    name=reader.name,
                    at=at,
                )
            )

    def _readers(self, alarm: Alarm) -> list[Reader]:
        team = alarm.conversation.invitation.interaction.team
        to = [name for rule in alarm.rules for name in rule.to]
        return readers_of(self.rules, to, team, self.channels)

    def _time(self, alarm: Alarm) -> datetime:
        """Give when colleagues are told: now, or when they work next, the earliest of the rules."""
        now = self.casebook.now
        where = (ZoneInfo(self.rules.timezone), self.rules.is_day_off)
        times = [
            now if rule.urgent else next_work_time(rule.hours, now, *where) for rule in alarm.rules
        ]
        return min(times, default=now)

    async def _spare(self, readers: list[Reader], *, cases: bool) -> list[Reader]:
        """Give those who are not being flooded; the others are told a number at the end of the
        window, which each further answer raises. ``cases`` says that each of them is a case.
        """
        keys = {reader: f"alerts:{reader.lane}:{reader.address}" for reader in readers}
        counters = await self.transaction.take_counters(set(keys.values())) if keys else {}
        spared = []
        for reader, key in keys.items():
            counters[key], number = pace(counters[key], self.casebook.now)
            if number <= BURST:
                spared.append(reader)
            else:
                self._queue_digest(reader, number - BURST, cases=cases)
        await self.transaction.save_counters(counters)
        return spared

    def _queue_digest(self, reader: Reader, more: int, *, cases: bool) -> None:
        at = window_end(self.casebook.now)
        noun = "answer" if more == 1 else "answers"
        command, rest = ("/cases new", "them") if cases else ("/responses", "the latest answers")
        text = f"{more} more {noun} of the last minutes set off an alert. {command} lists {rest}."
        can = self.channels[reader.lane]
        presses = can.max_buttons > 0 and not can.links
        buttons = (Button(label="Show them", payload=command),) if presses else ()
        message = Message(address=reader.address, text=text, buttons=buttons)
        due_id = f"alerts:{int(at.timestamp())}:{reader.address}"
        self.outbox.latest.append(
            Due(lane=reader.lane, at=at, id=due_id, kind=DueKind.SAY, message=message)
        )
