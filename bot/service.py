"""The composition root: build everything in one place, start it in order, stop it in reverse."""

import asyncio
import logging
import os
import random
import secrets
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from aiohttp import web

from bot.case_posts import CasePosts
from bot.commands import COMMANDS, Commands, StaffConfig
from bot.config import Config, Reading, read_config
from bot.config.surveys import content_hash
from bot.conflict_alert import compose_conflicts
from bot.desk import Desk
from bot.doorkeeper import IDLE_SECONDS, KEEPER
from bot.exporting.link import ExportDoor
from bot.gateway import Gateway
from bot.http import Door, make_app
from bot.metrics import render_metrics
from bot.plan.live import write_down
from bot.reloading import Reloading, tell_keepers
from bot.reports.sending import Reporter
from bot.results.building import build_results
from bot.results.routes import ResultsPage
from bot.rulebook import make_rules, name_rules, say_alert, say_call, say_card
from bot.webhooks.caller import Caller
from channels import CHANNELS
from channels.base import Channel, Surroundings
from channels.errors import ChannelError
from channels.sandbox import Sandbox
from channels.web import Settings as WebSettings
from scheduler.batch import Batch
from scheduler.case_office import CaseOffice
from scheduler.case_watch import CaseWatch
from scheduler.clock import Clock
from scheduler.conflicts import ConflictWatch
from scheduler.dispatch import Lane
from scheduler.enlisting import Enlisting
from scheduler.intake import EventIntake
from scheduler.outbox import Messages
from scheduler.release import release_press
from scheduler.replies import ReplyIntake
from scheduler.rules import Rules
from scheduler.strays import Strays
from scheduler.sweeping import Sweeping
from scheduler.travel import compare_if_new
from storage.store import Store
from surveys.event import Event
from surveys.inbound import Inbound
from surveys.link import Purpose, seal, unseal
from surveys.message import Capabilities
from surveys.pausing import Pause
from surveys.staff import addresses_of

log = logging.getLogger("afterword.service")

TICK = timedelta(seconds=1)
SWEEP = timedelta(minutes=1)
MONTHS = timedelta(minutes=10)
CAMPAIGNS = timedelta(seconds=5)
TIDY = timedelta(hours=1)
RELOAD = timedelta(seconds=0.5)
START_AGAIN = 30.0
OPT_IN_LIVES = timedelta(days=30)


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


class Service:
    """One process of Afterword: ``async with Service(config) as service``."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Callable[[], datetime] = utc_now,
        jitter: Callable[[], float] = random.random,
        extend: Callable[[web.Application], None] | None = None,
    ) -> None:
        """``extend`` may add routes of its own to the HTTP server (the demo does)."""
        self.config, self._clock, self._jitter = config, clock, jitter
        self._extend = extend
        self._exits = AsyncExitStack()
        self.store: Store
        self.rules: Rules
        self.channels: dict[str, Channel] = {}
        self.lanes: dict[str, Lane] = {}
        self.strays: Strays
        self.conflicts: ConflictWatch
        self.cases: CaseWatch
        self.gateway: Gateway
        self.desk: Desk
        self.caller: Caller
        self.commands: Commands
        self.results: ResultsPage
        self.events: Batch[Event, bool]
        self.replies: Batch[Inbound, Messages]
        self.app: web.Application
        self.port = 0

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._exits.aclose()
            raise
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._exits.aclose()

    @property
    def url(self) -> str:
        """Where the service listens on this machine."""
        return f"http://{self.config.service.host}:{self.port}"

    def wake(self, lane: str) -> None:
        """Tell a lane that something is due; a channel that does not run has nobody to tell."""
        if lane in self.lanes:
            self.lanes[lane].wake()

    def hold(self, lane: str, wait: timedelta) -> None:
        """Have a lane send nothing for a while."""
        if lane in self.lanes:
            self.lanes[lane].hold(wait)

    async def _start(self) -> None:
        service = self.config.service
        self.store = await Store.open(service.database, service.timezone)
        self._exits.push_async_callback(self.store.close)
        self.rules = make_rules(self.config, self.store.key)
        await self._write_down()
        self._build_channels()
        self._build_intake()
        self._build_staff_side()
        self._build_lanes()
        await self.desk.refresh()
        await self._start_lanes()
        await self._start_http()
        self._start_listening()
        self._start_comparing()
        self._start_clock()
        log.info("ready on %s with %s", self.url, ", ".join(self.channels))

    async def opt_in_link(self, user_id: str, channel: str) -> str:
        """Give the link by which a contact ties their chat to themselves, "" for none."""
        key = f"user:{user_id}"
        found = await self.store.unit_of_work(lambda t: t.lock_contacts({key}))
        if key not in found or channel not in self.channels:
            return ""
        expires = self._clock() + OPT_IN_LIVES
        token = seal(self.store.key, Purpose.OPT_IN, found[key].id, expires)
        return self.channels[channel].deep_link(token)

    async def erase(self, token: str) -> Mapping[str, int] | None:
        """Erase whom a token of the erase command names; gives what went, None for a bad one."""
        number = unseal(self.store.key, Purpose.ERASE, token, self._clock())
        erased = await self.store.erase(number, self._clock()) if number else None
        if erased:
            log.info("contact %d was erased by command", erased.contact_id)
        return asdict(erased) if erased else None

    # Building

    def _build_channels(self) -> None:
        around = Surroundings(
            public_url=self.config.service.public_url,
            company=self.config.service.name,
            privacy_url=self.config.service.privacy_url,
            language=self.config.service.language,
            languages=self.config.languages,
            key=self.store.key,
            clock=self._clock,
            nonce=lambda: secrets.token_urlsafe(9),
            commands=tuple((c.name, c.summary) for c in COMMANDS.values()),
            colleagues=addresses_of(self.config.staff),
        )
        for name, wanted in self.config.channels.items():
            entry = CHANNELS[name]
            if wanted.sandbox:
                self.channels[name] = Sandbox(
                    name=name, capabilities=entry.capabilities(), clock=self._clock
                )
            else:
                self.channels[name] = entry.adapter_class().build(wanted.settings, around)
        if "web" not in self.channels:  # links in messages need their page
            self.channels["web"] = (
                CHANNELS["web"].adapter_class().build(WebSettings(cards=False), around)
            )

    def _build_intake(self) -> None:
        """Build what takes in events and replies, and what staff open in a browser."""
        events = EventIntake(self.store, self._rules, clock=self._clock, wake=self.wake)
        self.results = build_results(
            self.store, lambda: self.config, self._staff_config, self._clock
        )
        self.events = Batch(events.handle_events)
        replies = self._reply_intake(self._clock)
        self.replies = Batch(self.results.watch.after(replies.handle_inbound))
        self.caller = Caller(self.store, lambda: self.rules.webhooks, self._clock)
        self._exits.push_async_callback(self.caller.close)

    def _reply_intake(self, clock: Callable[[], datetime]) -> ReplyIntake:
        return ReplyIntake(
            self.store,
            self._rules,
            channels=self._capabilities(),
            compose_alert=say_alert,
            compose_card=say_card,
            compose_call=say_call,
            case_words=CasePosts(),
            clock=clock,
            wake=self.wake,
            hold=self.hold,
        )

    def _build_staff_side(self) -> None:
        """Build what answers colleagues, and the door through which all of it comes."""
        capabilities = self._capabilities()
        self.desk = Desk(
            self.store,
            self._rules,
            self._hold,
            channels=capabilities,
            clock=self._clock,
            wake=self.wake,
        )
        office = CaseOffice(
            self.store,
            self._rules,
            channels=capabilities,
            words=CasePosts(),
            clock=self._clock,
            wake=self.wake,
        )
        self.cases = CaseWatch(office, capabilities)
        self.commands = commands = Commands(
            store=self.store,
            config=self._staff_config,
            clock=self._clock,
            desk=self.desk,
            act=office.act,
            say=office.say,
            release=lambda number: release_press(
                self.store, self._rules, self._reply_intake, number
            ),
            page_link=self.results.link,
        )
        self.gateway = Gateway(self.channels, self.replies, commands.answer, commands.knows)

    def _build_lanes(self) -> None:
        """Build what sends, and what looks after what cannot be sent."""
        capabilities = self._capabilities()
        self.lanes = {
            name: Lane(
                name,
                channel,
                store=self.store,
                rules=self._rules,
                channels=capabilities,
                clock=self._clock,
                jitter=self._jitter,
                wake=self.wake,
            )
            for name, channel in self.channels.items()
        }
        self.conflicts = ConflictWatch(
            self.store,
            self._rules,
            channels=capabilities,
            compose=compose_conflicts,
            clock=self._clock,
            wake=self.wake,
        )
        self.strays = Strays(
            self.store, self._rules, channels=capabilities, clock=self._clock, wake=self.wake
        )

    def _capabilities(self) -> dict[str, Capabilities]:
        return {name: channel.capabilities for name, channel in self.channels.items()}

    def _rules(self) -> Rules:
        return self.rules

    def _hold(self, paused: Mapping[str, Pause]) -> None:
        self.rules = replace(self.rules, paused=paused)

    def _staff_config(self) -> StaffConfig:
        return StaffConfig(
            surveys=self.config.surveys,
            staff=self.config.staff,
            timezone=self.config.service.timezone,
            channels=tuple(self.channels),
            rules=name_rules(self.config),
            best=self.config.best_routes,
            campaigns=self.config.campaigns,
            journeys=self.config.journeys,
            causes=self.config.causes,
        )

    # Starting, in order; the exit stack stops in reverse

    async def _start_lanes(self) -> None:
        for channel in self.channels.values():
            self._exits.push_async_callback(channel.close)
        self._exits.push_async_callback(self.gateway.close)
        self._exits.push_async_callback(self._drain)
        for name, lane in self.lanes.items():
            task = asyncio.create_task(lane.serve(), name=f"lane {name}")
            self._exits.push_async_callback(_finish, task)
        for lane in self.lanes.values():  # all are told to stop before any is waited for
            self._exits.callback(lane.stop)

    async def _drain(self) -> None:
        await self.events.close()
        await self.replies.close()

    async def _start_http(self) -> None:
        door = Door(
            events=self.events,
            gateway=self.gateway,
            write_keys=self.config.service.write_keys,
            push=[n for n, c in self.channels.items() if _takes_calls(c)],
            clock=self._clock,
            nonce=lambda: secrets.token_urlsafe(16),
            link=self.opt_in_link,
            erase=self.erase,
            ready=self.store.ping,
            room=self.store.room.check,
            metrics=lambda: render_metrics(self.store),
            exports=ExportDoor(self.store, self._staff_config, self._clock),
        )
        self.app = make_app(door)
        self.results.add_routes(self.app)
        if self._extend:
            self._extend(self.app)
        runner = web.AppRunner(
            self.app,
            access_log=None,
            handle_signals=False,
            keepalive_timeout=IDLE_SECONDS,
            shutdown_timeout=15.0,
        )
        await runner.setup()
        self._exits.push_async_callback(runner.cleanup)
        service = self.config.service
        listening = self.app[KEEPER].listen(runner, service.host, service.port)
        self.port = await self._exits.enter_async_context(listening)

    def _start_listening(self) -> None:
        for name in self.channels:
            task = asyncio.create_task(self._listen(name), name=f"listen {name}")
            self._exits.push_async_callback(_cancel, task)

    async def _listen(self, name: str) -> None:
        """Start a channel and take from it; a provider that is away is tried again."""
        while True:
            try:
                await self.channels[name].start()
                break
            except ChannelError as error:
                log.error("channel %s did not start: %s", name, error)
                await asyncio.sleep(START_AGAIN)
            except Exception:
                log.exception("channel %s did not start", name)
                await asyncio.sleep(START_AGAIN)
        await self.gateway.listen(name)

    def _start_comparing(self) -> None:
        """Bring people under way in line with journeys that were edited, beside everything else."""
        task = asyncio.create_task(self._compare_journeys(), name="compare journeys")
        self._exits.push_async_callback(_cancel, task)

    async def _compare_journeys(self) -> None:
        version = content_hash([self.rules.journeys, self.rules.surveys])
        await compare_if_new(self.store, self.rules, version, self._clock())

    async def apply(self, config: Config) -> None:
        """Put a configuration in force. Its channels and service block are those that run."""
        self.rules = make_rules(config, self.store.key, self.rules.paused)
        self.config = config
        await self._write_down()
        await self._compare_journeys()

    async def _write_down(self) -> None:
        """Keep what is in force, for `plan` to compare with."""
        text = await asyncio.to_thread(write_down, self.config.path)
        if text:
            await self.store.unit_of_work(lambda transaction: transaction.note_in_force(text))

    async def _tell_keepers(self, text: str) -> None:
        dues = tell_keepers(self.config, self.channels, text, self._clock())
        await self.store.unit_of_work(lambda transaction: transaction.add_dues(dues))

    def _start_clock(self) -> None:
        clock = Clock()
        clock.every(TICK, "dispatch", self._wake_all)
        clock.every(TICK, "pauses", self.desk.refresh)
        clock.every(TICK, "webhooks", self.caller.tick)
        clock.every(SWEEP, "old webhooks", self.caller.forget)
        clock.every(SWEEP, "expire", self._expire)
        campaigns = Enlisting(self.store, self._rules, clock=self._clock, wake=self.wake)
        clock.every(CAMPAIGNS, "campaigns", campaigns.tick, at_once=True)
        reloading = Reloading(self.config, read=_read, apply=self.apply, tell=self._tell_keepers)
        clock.every(RELOAD, "reload", reloading.tick)
        sweeping = Sweeping(self.store, lambda: self.config.retention.decisions, self._clock)
        clock.every(TIDY, "sweeping", sweeping.tick)
        reporter = Reporter(
            self.store,
            lambda: self.config,
            channels=self._capabilities(),
            clock=self._clock,
            wake=self.wake,
        )
        clock.every(CAMPAIGNS, "reports", reporter.tick)
        clock.every(SWEEP, "strays", self.strays.sweep)
        clock.every(SWEEP, "conflicts", self.conflicts.sweep)
        clock.every(TICK, "cases", self.cases.sweep)
        clock.every(MONTHS, "months", lambda: self.store.sum_months(self._clock()))
        clock.start()
        self._exits.callback(clock.stop)

    async def _wake_all(self) -> None:
        for lane in self.lanes.values():
            lane.wake()

    async def _expire(self) -> None:
        now = self._clock()
        await self.store.unit_of_work(lambda transaction: transaction.expire(now))
        await self.store.scrub()


def _read(path: Path) -> Reading:
    return read_config(path, os.environ)


def _takes_calls(channel: Channel) -> bool:
    """Whether a channel reads webhooks; the page channel has routes of its own."""
    return type(channel).receive is not Channel.receive and channel.name != "web"


async def _finish(task: "asyncio.Task[None]") -> None:
    await asyncio.wait([task], timeout=20)
    await _cancel(task)


async def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
