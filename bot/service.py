"""The composition root: build everything in one place, start it in order, stop it in reverse."""

import asyncio
import logging
import random
import secrets
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Self

from aiohttp import web

from bot.case_posts import CasePosts
from bot.channel_building import build_channels
from bot.chores import start_chores
from bot.commands import Commands, StaffConfig
from bot.config import Config
from bot.config.content import content_hash
from bot.conflict_alert import compose_conflicts
from bot.desk import Desk
from bot.doorkeeper import serve
from bot.errands import Errands
from bot.exporting.building import build_exports
from bot.gateway import Gateway
from bot.http import Door, make_app
from bot.listening import listen
from bot.metrics import render_metrics
from bot.plan.live import write_down
from bot.reloading import tell_keepers
from bot.results.building import build_results
from bot.results.routes import ResultsPage
from bot.rulebook import make_rules, make_staff_config, say_alert, say_call, say_card
from bot.webhooks.caller import Caller
from channels.base import Channel
from scheduler.batch import Batch
from scheduler.case_office import CaseOffice
from scheduler.case_watch import CaseWatch
from scheduler.conflicts import ConflictWatch
from scheduler.dispatch import Lane
from scheduler.intake import EventIntake
from scheduler.outbox import Messages
from scheduler.release import release_press
from scheduler.replies import ReplyIntake
from scheduler.rules import Rules
from scheduler.strays import Strays
from scheduler.travel import compare_if_new
from storage.store import Store
from surveys.event import Event
from surveys.inbound import Inbound
from surveys.message import Capabilities
from surveys.pausing import Pause

log = logging.getLogger("afterword.service")


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
        self.config, self.now, self._jitter = config, clock, jitter
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
        self.errands: Errands
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
        self.channels = build_channels(self.config, self.store.key, self.now)
        self.errands = Errands(self.store, self.channels, self.now)
        self._build_intake()
        self._build_staff_side()
        self._build_lanes()
        await self.desk.refresh()
        await self._start_lanes()
        await self._start_http()
        self._start_listening()
        self._start_comparing()
        self._exits.callback(start_chores(self).stop)
        log.info("ready on %s with %s", self.url, ", ".join(self.channels))

    # Building

    def _build_intake(self) -> None:
        """Build what takes in events and replies, and what staff open in a browser."""
        events = EventIntake(self.store, self._rules, clock=self.now, wake=self.wake)
        self.results = build_results(self.store, lambda: self.config, self._staff_config, self.now)
        self.events = Batch(events.handle_events)
        replies = self._reply_intake(self.now)
        self.replies = Batch(self.results.watch.after(replies.handle_inbound))
        self.caller = Caller(self.store, lambda: self.rules.webhooks, self.now)
        self._exits.push_async_callback(self.caller.close)

    def _reply_intake(self, clock: Callable[[], datetime]) -> ReplyIntake:
        return ReplyIntake(
            self.store,
            self._rules,
            channels=self.capabilities(),
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
        capabilities = self.capabilities()
        self.desk = Desk(
            self.store,
            self._rules,
            self._hold,
            channels=capabilities,
            clock=self.now,
            wake=self.wake,
        )
        office = CaseOffice(
            self.store,
            self._rules,
            channels=capabilities,
            words=CasePosts(),
            clock=self.now,
            wake=self.wake,
        )
        self.cases = CaseWatch(office, capabilities)
        self.commands = commands = Commands(
            store=self.store,
            config=self._staff_config,
            clock=self.now,
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
        capabilities = self.capabilities()
        self.lanes = {
            name: Lane(
                name,
                channel,
                store=self.store,
                rules=self._rules,
                channels=capabilities,
                clock=self.now,
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
            clock=self.now,
            wake=self.wake,
        )
        self.strays = Strays(
            self.store, self._rules, channels=capabilities, clock=self.now, wake=self.wake
        )

    def capabilities(self) -> dict[str, Capabilities]:
        """What each channel can do, by its name."""
        return {name: channel.capabilities for name, channel in self.channels.items()}

    def _rules(self) -> Rules:
        return self.rules

    def _hold(self, paused: Mapping[str, Pause]) -> None:
        self.rules = replace(self.rules, paused=paused)

    def _staff_config(self) -> StaffConfig:
        return make_staff_config(self.config, self.channels)

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
            clock=self.now,
            nonce=lambda: secrets.token_urlsafe(16),
            link=self.errands.opt_in_link,
            erase=self.errands.erase,
            ready=self.store.ping,
            room=self.store.room.check,
            metrics=lambda: render_metrics(self.store),
            exports=build_exports(self.store, self.config.service, self._staff_config, self.now),
        )
        self.app = make_app(door)
        self.results.add_routes(self.app)
        if self._extend:
            self._extend(self.app)
        service = self.config.service
        serving = serve(self.app, service.host, service.port)
        self.port = await self._exits.enter_async_context(serving)

    def _start_listening(self) -> None:
        for name, channel in self.channels.items():
            task = asyncio.create_task(listen(channel, self.gateway), name=f"listen {name}")
            self._exits.push_async_callback(_cancel, task)

    def _start_comparing(self) -> None:
        """Bring people under way in line with journeys that were edited, beside everything else."""
        task = asyncio.create_task(self._compare_journeys(), name="compare journeys")
        self._exits.push_async_callback(_cancel, task)

    async def _compare_journeys(self) -> None:
        version = content_hash([self.rules.journeys, self.rules.surveys])
        await compare_if_new(self.store, self.rules, version, self.now())

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

    async def tell_keepers(self, text: str) -> None:
        """Tell those who keep the file what became of it."""
        dues = tell_keepers(self.config, self.channels, text, self.now())
        await self.store.unit_of_work(lambda transaction: transaction.add_dues(dues))


def _takes_calls(channel: Channel) -> bool:
    """Whether a channel reads webhooks; the page channel has routes of its own."""
    return type(channel).receive is not Channel.receive and channel.name != "web"


async def _finish(task: "asyncio.Task[None]") -> None:
    await asyncio.wait([task], timeout=20)
    await _cancel(task)


async def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
