"""The stage: the service's real parts without its process, on a clock that is moved from one due
time to the next, with people who read, press and write.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bot.case_posts import CasePosts
from bot.commands import Commands, StaffConfig
from bot.config import Config, Reading, load_languages, read_config
from bot.config.content import content_hash
from bot.desk import Desk
from bot.gateway import split_picture
from bot.reloading import Reloading, tell_keepers
from bot.reports.sending import Reporter
from bot.rulebook import make_rules, make_staff_config, say_alert, say_call, say_card
from bot.segment import read_call
from channels import CHANNELS
from channels.base import Receipt
from channels.sandbox import Sandbox
from scheduler.case_office import CaseOffice
from scheduler.case_watch import CaseWatch
from scheduler.dispatch import Lane
from scheduler.enlisting import Enlisting
from scheduler.intake import EventIntake
from scheduler.replies import ReplyIntake
from scheduler.rules import Rules
from scheduler.schedule import Schedule, next_occurrence
from scheduler.strays import Strays
from scheduler.travel import compare_if_new
from storage.store import Store
from surveys.contact import Contact
from surveys.inbound import CommandGiven, Inbound
from surveys.message import Message
from surveys.pausing import Pause
from tests.scenarios.script import Scenario
from tests.scenarios.telling import Telling

PAUSED = timedelta(minutes=15)
"""How the clock moves on while something is due and cannot go out: a channel is paused."""
BANKS = load_languages()


class Heard(Sandbox):
    """A sandbox whose messages are told as they arrive."""

    telling: Telling

    async def send(self, message: Message) -> Receipt:
        """Take a message as any sandbox does."""
        receipt = await super().send(message)
        self.telling.hears(self.name, message)
        return receipt


@dataclass(slots=True, kw_only=True)
class Stage:
    """What a scenario is played on."""

    scenario: Scenario
    path: Path
    store: Store
    config: Config
    rules: Rules
    now: datetime
    telling: Telling
    channels: dict[str, Heard] = field(default_factory=dict)
    lanes: dict[str, Lane] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: count(1))
    settings: Mapping[str, Any] = field(default_factory=dict)
    budgets: Mapping[str, int] = field(default_factory=dict)
    intake: EventIntake = field(init=False)
    replies: ReplyIntake = field(init=False)
    commands: Commands = field(init=False)
    campaigns: Enlisting = field(init=False)
    strays: Strays = field(init=False)
    cases: CaseWatch = field(init=False)
    reloading: Reloading = field(init=False)
    reporter: Reporter = field(init=False)

    def build(self) -> None:
        """Stand the parts up, as `bot.service.Service` does."""
        for name in {*self.config.channels, "web"}:
            # The provider's pace is kept in real seconds, and here they do not pass.
            can = replace(CHANNELS[name].capabilities(), rate=1000.0)
            can = replace(can, daily_max=self.budgets.get(name, can.daily_max))
            self.channels[name] = Heard(name=name, capabilities=can, clock=self.clock)
            self.channels[name].telling = self.telling
        can_do = {name: channel.capabilities for name, channel in self.channels.items()}
        for name, channel in self.channels.items():
            self.lanes[name] = Lane(
                name,
                channel,
                store=self.store,
                rules=self.read_rules,
                channels=can_do,
                clock=self.clock,
                jitter=lambda: 0.0,
                wake=lambda _lane: None,
            )
        parts: dict[str, Any] = {"clock": self.clock, "wake": lambda _lane: None}
        self.intake = EventIntake(self.store, self.read_rules, **parts)
        self.campaigns = Enlisting(self.store, self.read_rules, **parts)
        self.strays = Strays(self.store, self.read_rules, channels=can_do, **parts)
        office = CaseOffice(
            self.store, self.read_rules, channels=can_do, words=CasePosts(), **parts
        )
        self.cases = CaseWatch(office, can_do)
        self.replies = ReplyIntake(
            self.store,
            self.read_rules,
            channels=can_do,
            compose_alert=say_alert,
            compose_card=say_card,
            compose_call=say_call,
            case_words=CasePosts(),
            hold=lambda lane, wait: self.lanes[lane].hold(wait),
            **parts,
        )
        self.commands = Commands(
            store=self.store,
            config=self._staff,
            clock=self.clock,
            desk=Desk(self.store, self.read_rules, self._hold, channels=can_do, **parts),
            act=office.act,
            say=office.say,
        )
        self.reporter = Reporter(self.store, lambda: self.config, channels=can_do, **parts)
        self.reloading = Reloading(self.config, read=_read, apply=self._apply, tell=self._tell)

    def clock(self) -> datetime:
        """The time of the story."""
        return self.now

    def read_rules(self) -> Rules:
        """The rules in force."""
        return self.rules

    # Time

    async def move_to(self, moment: datetime) -> None:
        """Let time pass, stopping wherever something is due."""
        await self.settle()
        while self.now < moment:
            self.now = min(await self._next(), moment)
            await self.settle()

    async def miss(self, wait: timedelta) -> None:
        """Let time pass in which nothing of ours runs."""
        self.now += wait
        await self.settle()

    async def settle(self) -> None:
        """Do all there is to do now."""
        now = self.now
        await self.store.unit_of_work(lambda transaction: transaction.expire(now))
        await self.campaigns.tick()
        await self.strays.sweep()
        await self.cases.sweep()
        await self.reporter.tick()
        while await self._hear() + sum([await lane.dispatch_due() for lane in self._in_turn()]):
            await self.cases.sweep()

    def _in_turn(self) -> list[Lane]:
        return [self.lanes[name] for name in sorted(self.lanes)]

    async def _next(self) -> datetime:
        """Give when something happens next; the end of time where nothing does."""
        dues = [await self.store.next_due(name) for name in self.lanes]
        dues.append(await self.store.next_late())
        found = [due for due in dues if due]
        late = [self.now + PAUSED for due in found if due <= self.now]
        schedules = [campaign.schedule for campaign in self.rules.campaigns]
        schedules += [report.schedule for report in self.config.reports if report.schedule]
        rounds = [self._comes(schedule) for schedule in schedules]
        times = [*(due for due in found if due > self.now), *late, *filter(None, rounds)]
        return min(times, default=datetime.max.replace(tzinfo=UTC))

    def _comes(self, schedule: Schedule) -> datetime | None:
        found = next_occurrence(schedule, self.now, self.scenario.zone)
        return found.at if found else None

    # What comes in

    async def report(self, kind: str, **body: Any) -> None:
        """Report an event, as Segment would send it."""
        body.setdefault("messageId", f"m{next(self.ids)}")
        read = read_call(kind, body, received_at=self.now, new_id=lambda: f"m{next(self.ids)}")
        assert not read.unusable, read.unusable[0].reason
        await self.intake.handle_events(read.events)
        await self.settle()

    async def hear(self, item: Inbound) -> tuple[Message, ...]:
        """Take one thing in and give what an inline channel says back."""
        if isinstance(item, CommandGiven):
            await self._answer(item)
            return ()
        (said,) = await self.replies.handle_inbound([item])
        return tuple(said)

    async def _hear(self) -> int:
        """Take in what the channels give, until they give nothing more."""
        number = 0
        for channel in self.channels.values():
            listening = channel.listen()
            while True:
                coming = asyncio.ensure_future(anext(listening))
                await asyncio.sleep(0)
                if not coming.done():
                    coming.cancel()
                    await asyncio.gather(coming, return_exceptions=True)
                    break
                await self.hear(coming.result())
                number += 1
        return number

    async def _answer(self, item: CommandGiven) -> None:
        message = await self.commands.answer(item.channel, item.address, item.text)
        channel = self.channels[item.channel]
        for part in split_picture(message, channel.capabilities) if message else ():
            await channel.send(part)

    # The file

    async def save(self, settings: Mapping[str, Any]) -> None:
        """Save the file anew, as somebody would in an editor, and let the service notice."""
        self.settings = settings
        write(self.path, settings)
        await self.reloading.tick()
        await self.settle()

    def _hold(self, paused: Mapping[str, Pause]) -> None:
        self.rules = replace(self.rules, paused=paused)

    async def _apply(self, config: Config) -> None:
        paused = self.rules.paused
        self.config, self.rules = config, replace(make_rules(config, self.store.key), paused=paused)
        await self.compare()

    async def compare(self) -> None:
        """Bring people under way in line with the journeys of the file."""
        version = content_hash([self.rules.journeys, self.rules.surveys])
        await compare_if_new(self.store, self.rules, version, self.now)

    async def _tell(self, text: str) -> None:
        self.telling.notes(text)
        dues = tell_keepers(self.config, self.channels, text, self.now)
        await self.store.unit_of_work(lambda transaction: transaction.add_dues(dues))

    def _staff(self) -> StaffConfig:
        return make_staff_config(self.config, self.channels)

    async def contact(self, name: str) -> Contact | None:
        """Give what is known of one of the people."""
        keys = {f"user:{name}", f"anon:{name}"}
        found = await self.store.unit_of_work(lambda t: t.lock_contacts(keys))
        return next(iter(found.values()), None)


def write(path: Path, settings: Mapping[str, Any]) -> None:
    """Write a configuration; JSON is YAML too. Its time is another at every save."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(json.dumps(settings, ensure_ascii=False, indent=1), encoding="utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))


def _read(path: Path) -> Reading:
    return read_config(path, {}, languages=BANKS)


@asynccontextmanager
async def a_stage(
    scenario: Scenario,
    folder: Path,
    budgets: Mapping[str, int] | None = None,
    opens: Callable[[str, str], Awaitable[Store]] = Store.open,
) -> AsyncIterator[Stage]:
    """Read the scenario's configuration and stand the service's parts up on an empty store.

    ``budgets`` are what channels may send a day; ``opens`` opens the store.
    """
    path = folder / "config.yaml"
    for name, text in scenario.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    write(path, scenario.config)
    reading = _read(path)
    assert reading.config, "\n".join(fault.render() for fault in reading.faults)
    config = reading.config
    store = await opens(config.service.database, config.service.timezone)
    stage = Stage(
        scenario=scenario,
        path=path,
        store=store,
        config=config,
        rules=make_rules(config, store.key),
        now=scenario.starts,
        telling=Telling(zone=scenario.zone),
        settings=scenario.config,
        budgets=budgets or {},
    )
    stage.telling.clock = stage.clock
    try:
        stage.build()
        await stage.compare()
        yield stage
    finally:
        await store.close()
