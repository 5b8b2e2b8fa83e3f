"""Making a plan: a private copy of the store is taken, and what is to come is rehearsed on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.config import Config
from bot.plan.folder import a_folder
from bot.plan.forecast import Forecast
from bot.plan.replay import WEEK, Replay, choose_period
from bot.preview.album import capabilities_of
from bot.rulebook import make_rules
from channels import CHANNELS
from scheduler.rehearsal import Rehearsal
from storage.private import Private
from surveys.message import Capabilities

PAGES = "web"
"""Runs always: links in messages need their page."""

LOOKED_BACK = timedelta(days=92)
"""How far back it matters for limits of a plan that somebody was asked before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The time that is planned."""

    now: datetime
    days: int

    @property
    def until(self) -> datetime:
        """When it ends."""
        return self.now + timedelta(days=self.days)


async def make_forecast(
    config: Config, database: str, span: Span, *, passed: Callable[[float], None] | None = None
) -> Forecast:
    """Give what a configuration would do to the people and events of a store.

    ``passed`` is told which share of the time is planned. The store is only read.

    :raises storage.store.StoreError: where it cannot be.
    """
    zone = config.service.timezone
    forecast = Forecast(start=span.now, days=span.days, zone=ZoneInfo(zone))
    with a_folder() as folder:
        store = await Private.copy(database, zone, folder)
        try:
            await _rehearse(config, store, span, forecast, passed)
        finally:
            await store.close()
    return forecast


async def read_in_force(config: Config) -> str:
    """Give what the service that has the store loaded last, "" where none ever ran."""
    with a_folder() as folder:
        service = config.service
        store = await Private.copy(service.database, service.timezone, folder)
        try:
            return await store.in_force()
        finally:
            await store.close()


def running(config: Config) -> Mapping[str, Capabilities]:
    """Give what the channels that would run can do."""
    return {name: capabilities_of(config, name, CHANNELS) for name in {*config.channels, PAGES}}


async def _rehearse(
    config: Config,
    store: Private,
    span: Span,
    forecast: Forecast,
    passed: Callable[[float], None] | None,
) -> None:
    await store.order_events(span.now - timedelta(days=span.days) - WEEK, span.now)
    period = choose_period(await store.first_event(), span.now, span.days)
    replay = Replay(store=store, now=span.now, period=period)
    forecast.people, forecast.period = await store.count_people(), period
    paused = {one.name: one for one in await store.list_paused()}
    forecast.paused = tuple(one.spelled for one in paused.values())
    for who, at in await store.list_asked(span.now - LOOKED_BACK):
        forecast.before.setdefault(who, []).append(int(at.timestamp()))
    rehearsal = Rehearsal(
        store,
        make_rules(config, store.key, paused),
        channels=running(config),
        now=span.now,
        told=forecast.note,
    )

    def tell(now: datetime) -> None:
        if passed:
            passed((now - span.now) / (span.until - span.now))

    await rehearsal.play(span.until, replay, passed=tell)
    forecast.played = replay.played
    for times in (*forecast.asked.values(), *forecast.messages.values()):
        times.sort()
