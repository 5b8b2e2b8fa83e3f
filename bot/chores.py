"""What a running service does again and again beside its customers: look, sweep, sum, report."""

import os
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.config import Config, Reading, read_config
from bot.desk import Desk
from bot.reloading import Reloading
from bot.reports.sending import Reporter
from bot.webhooks.caller import Caller
from scheduler.case_watch import CaseWatch
from scheduler.clock import Clock
from scheduler.compacting import Compacting
from scheduler.conflicts import ConflictWatch
from scheduler.dispatch import Lane
from scheduler.enlisting import Enlisting
from scheduler.hearing import Hearing
from scheduler.parting import Parting
from scheduler.retaining import Retaining
from scheduler.rules import Rules
from scheduler.strays import Strays
from scheduler.sweeping import Sweeping
from storage.store import Store
from surveys.message import Capabilities

TICK = timedelta(seconds=1)
SWEEP = timedelta(minutes=1)
SUMS = timedelta(minutes=10)
CAMPAIGNS = timedelta(seconds=5)
TIDY = timedelta(hours=1)
RELOAD = timedelta(seconds=0.5)


class Running(Protocol):
    """A running service, as far as its chores look into it."""

    config: Config
    store: Store
    rules: Rules
    lanes: dict[str, Lane]
    desk: Desk
    caller: Caller
    cases: CaseWatch
    strays: Strays
    conflicts: ConflictWatch

    def now(self) -> datetime:
        """The time, aware, in UTC."""

    def wake(self, lane: str) -> None:
        """Tell a lane that something is due."""

    def capabilities(self) -> dict[str, Capabilities]:
        """What each channel can do, by its name."""

    async def apply(self, config: Config) -> None:
        """Put a configuration in force."""

    async def tell_keepers(self, text: str) -> None:
        """Tell those who keep the file what became of it."""


def start_chores(service: Running) -> Clock:
    """Start every chore; stop the clock that is given to stop them."""
    clock, store = Clock(), service.store
    clock.every(TICK, "dispatch", partial(_wake_all, service))
    clock.every(TICK, "pauses", service.desk.refresh)
    clock.every(TICK, "webhooks", service.caller.tick)
    clock.every(TICK, "cases", service.cases.sweep)
    clock.every(SWEEP, "old webhooks", service.caller.forget)
    clock.every(SWEEP, "expire", partial(_expire, service))
    clock.every(SWEEP, "strays", service.strays.sweep)
    clock.every(SWEEP, "conflicts", service.conflicts.sweep)
    clock.every(SUMS, "sums", lambda: store.sum_periods(service.now()), at_once=True)
    _start_rounds(service, clock)
    clock.start()
    return clock


def _start_rounds(service: Running, clock: Clock) -> None:
    """Start what goes by the file as it is: campaigns, reports, retention, and its reload."""
    store = service.store
    campaigns = Enlisting(store, lambda: service.rules, clock=service.now, wake=service.wake)
    clock.every(CAMPAIGNS, "campaigns", campaigns.tick, at_once=True)
    reporter = Reporter(
        store,
        lambda: service.config,
        channels=service.capabilities(),
        clock=service.now,
        wake=service.wake,
    )
    clock.every(CAMPAIGNS, "reports", reporter.tick)
    sweeping = Sweeping(store, lambda: service.config.retention.decisions, service.now)
    clock.every(TIDY, "sweeping", sweeping.tick)
    retaining = Retaining(store, lambda: service.config.retention.rules, service.now)
    clock.every(TIDY, "retention", retaining.tick)
    compacting = Compacting(store, lambda: ZoneInfo(service.config.service.timezone), service.now)
    clock.every(TIDY, "compacting", compacting.tick)
    clock.every(SWEEP, "anonymous", Parting(store, service.now).tick)
    hearing = Hearing(store, lambda: service.config.gists, service.now)
    clock.every(TICK, "comments", hearing.tick)
    reloading = Reloading(
        service.config, read=_read, apply=service.apply, tell=service.tell_keepers
    )
    clock.every(RELOAD, "reload", reloading.tick)


async def _wake_all(service: Running) -> None:
    for lane in service.lanes.values():
        lane.wake()


async def _expire(service: Running) -> None:
    now = service.now()
    await service.store.unit_of_work(lambda transaction: transaction.expire(now))
    await service.store.scrub()


def _read(path: Path) -> Reading:
    return read_config(path, os.environ)
