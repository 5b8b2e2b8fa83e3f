"""Which months and days are summed, when, and how what is asked is laid out of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.counts import FlowKey, RollupKey, Rollups, save_flows
from storage.database import Database
from storage.periods import begins, begins_after, day_number, days_from, read_day
from storage.spans import Span, lay_span, pick_dimension, read_spans
from storage.sql import Backend, Session, Statement, statement
from storage.store import Store
from storage.sums import DAY_LATE, DAYS_KEPT, SETTLED, sum_period, touch_periods
from surveys.report import Filter

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOON.date()
DAY = timedelta(days=1)
NO_WAIT = timedelta(0)
_MORE = statement("UPDATE rollup SET n = n + 1 WHERE day = $1::bigint")
_WAITING = statement("SELECT COUNT(*) AS n FROM pg_locks WHERE NOT granted")
_LEFT = statement("""
    SELECT (SELECT COUNT(*) FROM rollup_period WHERE period >= 1000000 AND period < $1::bigint)
        + (SELECT COUNT(*) FROM flow_period WHERE period >= 1000000 AND period < $1::bigint)
        + (SELECT COUNT(*) FROM period_sum WHERE period >= 1000000 AND period < $1::bigint) AS n
""")


_WHERE: Mapping[str, str] = {
    "survey": "phone",
    "channel": "sms",
    "team": "north",
    "agent": "ann",
    "language": "fi",
    "population": "customer",
}


async def answer_on(database: Database, *days: date) -> None:
    """Count somebody who was asked and who answered on each of these days."""

    async def work(session: Session) -> None:
        rollups = Rollups(database.zone)
        for number in map(day_number, days):
            key = RollupKey(
                **_WHERE,
                day=number,
                question="nps",
                metric="nps",
                metric_version="nps-2003",
                scale="0-10",
                value="9",
            )
            rollups.sums[key] = [1, 1.0, 1.0]
        await rollups.save(session)
        flows = [FlowKey(**_WHERE, day=day_number(day), stage="completed") for day in days]
        await save_flows(session, [(flow, 1) for flow in flows])

    await database.transact(work)


async def spans(store: Store, since: date, until: date = TODAY, **given: str) -> dict[str, Span]:
    wanted = Filter(since=since, until=until, **given)  # type: ignore[arg-type]  # names
    return dict(await store._database.read(lambda s: read_spans(s, wanted)))


async def count(store: Store, since: date, until: date = TODAY) -> int:
    found = await store.tally(Filter(since=since, until=until))
    return sum(value.n for value in found.values)


def numbers(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1))


async def test_a_period_is_summed_only_a_while_after_its_announcement(store: Store) -> None:
    first = date(2026, 9, 3)
    await answer_on(store._database, first)
    await store.sum_periods(NOON)
    assert {span.periods for span in (await spans(store, first)).values()} == {()}
    await store.sum_periods(NOON + SETTLED)
    days = (*numbers(20260903, 20260930), 202610, *numbers(20261101, 20261120))
    assert {span.periods for span in (await spans(store, first)).values()} == {days}
    await store.sum_periods(NOON + DAY)
    assert (await spans(store, first, TODAY + DAY))["flow"].days == (20261121, 20261122)
    await store.sum_periods(NOON + DAY + SETTLED)
    assert (await spans(store, first, TODAY + DAY))["flow"].days == (20261122,)


async def test_days_are_summed_where_months_cannot_say(store: Store) -> None:
    await answer_on(store._database, date(2026, 9, 1))
    await store.sum_periods(NOON, settled=NO_WAIT)
    found = await spans(store, date(2026, 9, 29))
    assert found["flow"] == Span(
        periods=(20260929, 20260930, 202610, *numbers(20261101, 20261120)), days=(20261121,)
    )
    found = await spans(store, date(2026, 9, 30), by="day", channel="email")
    assert found["rollup"] == Span(
        dim="channel",
        periods=(20260930, *numbers(20261001, 20261031), *numbers(20261101, 20261120)),
        days=(20261121,),
    )


async def test_a_month_that_was_just_over_is_read_by_its_days(store: Store) -> None:
    await answer_on(store._database, date(2026, 9, 1))
    await store.sum_periods(datetime(2026, 11, 8, 12, tzinfo=UTC), settled=NO_WAIT)
    found = await spans(store, date(2026, 9, 1), date(2026, 10, 31))
    assert found["rollup"].periods == (202609, *numbers(20261001, 20261031))


@pytest.mark.parametrize(
    ("zone", "before", "then"),
    [
        # at 11:00 UTC it is one o'clock in Kiritimati, and midnight in Niue
        ("Pacific/Kiritimati", 20261120, 20261121),
        ("Europe/Helsinki", 20261120, 20261120),
        ("Pacific/Niue", 20261119, 20261119),
    ],
)
async def test_a_day_is_over_where_the_service_is(
    store_url: str, zone: str, before: int, then: int
) -> None:
    assert timedelta(hours=1) == DAY_LATE
    store = await Store.open(store_url, zone)
    await answer_on(store._database, TODAY - DAY * 4)
    now = datetime(2026, 11, 21, 10, 59, tzinfo=UTC)
    for at, last in ((now, before), (now + timedelta(minutes=1), then)):
        await store.sum_periods(at, settled=NO_WAIT)
        assert (await spans(store, TODAY - DAY * 4))["rollup"].periods[-1] == last
    await store.close()


async def test_a_change_takes_its_day_and_month_out_of_use_and_of_its_source_only(
    store: Store,
) -> None:
    first, asked = date(2026, 9, 30), date(2026, 10, 3)
    await answer_on(store._database, first, asked)
    await store.sum_periods(NOON, settled=NO_WAIT)
    await store._database.transact(lambda s: touch_periods(s, "flow", [day_number(asked)]))
    found = await spans(store, first, date(2026, 10, 31))
    assert found["rollup"].periods == (20260930, 202610)
    assert found["flow"].periods == (20260930, 20261001, 20261002, *numbers(20261004, 20261031))
    assert found["flow"].days == (20261003,)
    await store.sum_periods(NOON, settled=NO_WAIT)
    found = await spans(store, first, date(2026, 10, 31))
    assert found["flow"].periods == (20260930, 202610)


async def test_old_days_leave_use_first_and_are_dropped_later(store: Store) -> None:
    oldest = TODAY - DAYS_KEPT * DAY
    await answer_on(store._database, oldest, oldest + DAY, TODAY)
    await store.sum_periods(NOON, settled=NO_WAIT)
    assert (await spans(store, oldest, by="day"))["flow"].periods[0] == day_number(oldest)
    later, limit = NOON + DAY, day_number(oldest + DAY)

    async def left() -> int:
        (found,) = await store._database.read(lambda s: s.fetch(_LEFT, limit))
        return int(found["n"])

    before = await left()
    await store.sum_periods(later)
    for span in (await spans(store, oldest, TODAY - DAY, by="day")).values():
        assert span.days == (day_number(oldest),)
        assert span.periods[0] == limit
    assert await left() == before == 10  # four dimensions and a row of its own, of each source
    await store.sum_periods(later + SETTLED / 2)
    assert await left() == before
    await store.sum_periods(later + SETTLED)
    assert await left() == 0
    assert await count(store, oldest) == 3


async def test_a_change_while_a_day_is_summed_is_not_lost(store: Store) -> None:
    day = TODAY - DAY
    await answer_on(store._database, day)
    await store.sum_periods(NOON, settled=NO_WAIT)
    number = day_number(day)
    await store._database.transact(lambda s: touch_periods(s, "rollup", [number]))
    changed, summed = asyncio.Event(), asyncio.Event()
    if store._database.backend is Backend.SQLITE:
        summed.set()  # its one writer is the change: it is summed before or after

    async def change(session: Session) -> None:
        await session.run(_MORE, number)
        changed.set()
        await summed.wait()
        await touch_periods(session, "rollup", [number])

    async def add_up() -> None:
        await changed.wait()
        await store.sum_periods(NOON, settled=NO_WAIT)
        summed.set()

    await asyncio.gather(store._database.transact(change), add_up())
    assert await count(store, day) == 2
    await store.sum_periods(NOON, settled=NO_WAIT)
    assert (await spans(store, day))["rollup"].periods == (number,)
    assert await count(store, day) == 2


class _Pausing(Session):
    """Has somebody change a day between its summing and the word that it is summed."""

    def __init__(self, session: Session, pause: Callable[[Session], Awaitable[None]]) -> None:
        super().__init__(session.client, session.backend, session.zone)
        self._pause = pause

    async def run(self, wanted: Statement, *values: Any) -> int:
        if "SET built = $3" in wanted.postgres:
            await self._pause(self)
        return await super().run(wanted, *values)


async def test_a_day_that_is_being_summed_is_changed_afterwards(store: Store) -> None:
    day, database = TODAY - DAY, store._database
    await answer_on(database, day)
    await store.sum_periods(NOON, settled=NO_WAIT)
    number = day_number(day)
    tasks: list[asyncio.Task[None]] = []

    async def change(session: Session) -> None:
        await session.run(_MORE, number)
        await touch_periods(session, "rollup", [number])

    async def pause(session: Session) -> None:
        tasks.append(
            asyncio.create_task(database.transact(change), context=Context())
        )  # not inside this transaction
        waits = database.backend is Backend.SQLITE  # for the one writer
        while not (waits or tasks[0].done()):
            (found,) = await session.fetch(_WAITING)
            waits = bool(found["n"])

    async def add_up(session: Session) -> None:
        await sum_period(_Pausing(session, pause), number, ["rollup"])

    await database.transact(add_up)
    await asyncio.gather(*tasks)
    assert (await spans(store, day))["rollup"].periods == ()
    assert await count(store, day) == 2


async def test_two_may_sum_at_once(store: Store) -> None:
    first = TODAY - DAY * 20
    await answer_on(store._database, first)
    await store.sum_periods(NOON)
    await asyncio.gather(*(store.sum_periods(NOON, settled=NO_WAIT) for _ in range(3)))
    assert (await spans(store, first))["flow"].days == (20261121,)
    assert await count(store, first) == 1


_DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
_MONTHS = st.sets(st.sampled_from([*range(202501, 202513), *range(202601, 202613)]))


@given(since=_DAYS, until=_DAYS, months=_MONTHS, days=st.sets(_DAYS.map(day_number)))
def test_every_day_that_is_asked_for_is_read_once(
    since: date, until: date, months: set[int], days: set[int]
) -> None:
    wanted = Filter(since=since, until=until)
    whole = [m for m in months if since <= begins(m) and begins_after(m) - DAY <= until]
    single = [d for d in days if since <= read_day(d) <= until]
    span = lay_span("", wanted, [*whole, *single])
    read = [days_from(begins(period), begins_after(period)) for period in span.periods]
    read += [days_from(read_day(first), read_day(last) + DAY) for first, last in span.ranges]
    assert sorted([*chain(*read), *span.days]) == days_from(since, until + DAY)
    assert set(whole) <= set(span.periods)


@pytest.mark.parametrize(
    ("fields", "dimension"),
    [
        ({}, ""),
        ({"by": "team"}, ""),
        ({"by": "day"}, ""),
        ({"by": "month", "team": "sales"}, ""),
        ({"by": "channel"}, "channel"),
        ({"by": "day", "channel": "email"}, "channel"),
        ({"agent": "a", "by": "agent"}, "agent"),
        ({"agent": "a", "by": "channel"}, None),
    ],
)
def test_the_dimension_that_sums_are_read_by(fields: dict[str, str], dimension: str | None) -> None:
    wanted = Filter(since=TODAY, until=TODAY, **fields)  # type: ignore[arg-type]
    assert pick_dimension(wanted) == dimension
