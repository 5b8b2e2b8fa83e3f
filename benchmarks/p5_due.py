"""P5, the due queue: a campaign of a million enlisted, then claimed by the five hundred.

Claims are measured beside the same statement put to the same database through the bare driver.
``make bench`` or ``python -m benchmarks.p5_due``.
"""

import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from benchmarks.measuring import (
    Line,
    arguments,
    at_least,
    at_most,
    compare_cost,
    median,
    percentile,
    print_table,
)
from benchmarks.process import memory
from benchmarks.setting import databases
from scheduler.campaigns import Campaign
from scheduler.enlisting import Enlisting
from scheduler.schedule import Schedule
from storage.store import Store
from surveys.condition import parse
from tests.faults.crowd import Books
from tests.scheduler.spine import SURVEY, make_rules

LIMIT = 500
CLAIMS_A_ROUND = 20
POLLS_A_ROUND = 200
LEASE = timedelta(minutes=5)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CAMPAIGN = Campaign(
    name="quarterly",
    schedule=Schedule(times=(clock(12),), source="every day at 12:00"),
    survey=SURVEY.id,
    via=("telegram", "email"),
    audience=parse("plan = pro"),
)
BEFORE_ALL, AFTER_ALL = NOON - timedelta(days=1), NOON + timedelta(days=30)

_SQLITE = """
    UPDATE due SET at = ?3, fence = fence + 1 WHERE (lane, at, id) IN (
        SELECT lane, at, id FROM due WHERE lane = ?1 AND at <= ?2 ORDER BY at, id LIMIT ?4)
    RETURNING at, id, due_at, kind, invitation_id, message, attempts, fence
"""
_POSTGRES = """
    UPDATE due SET at = $3, fence = fence + 1 WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM due WHERE lane = $1 AND at <= $2 ORDER BY at, id LIMIT $4
        FOR UPDATE SKIP LOCKED))
    RETURNING at, id, due_at, kind, invitation_id, message, attempts, fence
"""

Claim = Callable[[datetime], Awaitable[int]]
"""Claims what is due then, and gives how many rows that was."""


@dataclass(slots=True)
class Taken:
    """Seconds each claim took, ours and the bare driver's."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


async def enlist(store: Store, size: int) -> tuple[float, float]:
    """Enlist the store's customers for a campaign, a thousand due each second, and give the seconds
    it took, looking at what is known of each included: by the clock, and of our processor time.
    """
    now, campaign = BEFORE_ALL, replace(CAMPAIGN, spread=timedelta(milliseconds=size))
    rules = make_rules(triggers=(), campaigns=(campaign,))
    enlisting = Enlisting(store, lambda: rules, clock=lambda: now, wake=lambda _: None)
    await enlisting.tick()  # the campaign is first seen
    now = NOON
    began, spent = time.perf_counter(), time.process_time()
    await enlisting.tick()
    return time.perf_counter() - began, time.process_time() - spent


async def measure(ours: Claim, bare: Claim, now: datetime, *, count: int) -> Taken:
    """Claim in turn, ``count`` times each after two that warm up."""
    taken = Taken()
    for number in range(count + 2):
        for claim, seconds in ((ours, taken.ours), (bare, taken.bare)):
            began = time.perf_counter()
            await claim(now)
            if number >= 2:
                seconds.append(time.perf_counter() - began)
    return taken


def our_claim(store: Store) -> Claim:
    """Give the store's own claim."""

    async def claim(now: datetime) -> int:
        return len(await store.claim_due("telegram", now, LEASE, LIMIT))

    return claim


def bare_sqlite(connection: sqlite3.Connection) -> Claim:
    """Give the same claim by the driver alone."""

    async def claim(now: datetime) -> int:
        return len(connection.execute(_SQLITE, _values(now)).fetchall())

    return claim


def bare_postgres(connection: "asyncpg.Connection[Any]") -> Claim:
    """Give the same claim by the driver alone."""

    async def claim(now: datetime) -> int:
        return len(await connection.fetch(_POSTGRES, *_values(now)))

    return claim


def _values(now: datetime) -> tuple[str, int, int, int]:
    at, ends = (int(moment.timestamp() * 1000) for moment in (now, now + LEASE))
    return "telegram", at, ends, LIMIT


async def _open_bare(url: str) -> tuple[Claim, Callable[[], Awaitable[None]]]:
    if url.startswith("postgres"):
        pool = await asyncpg.connect(url)
        return bare_postgres(pool), pool.close
    connection = sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")

    async def close() -> None:
        connection.close()

    return bare_sqlite(connection), close


async def run(kind: str, url: str, *, size: int, rounds: int) -> list[Line]:
    """Measure one database."""
    await Books(url).make(size)
    store = await Store.open(url)
    before = memory()
    seconds, spent = await enlist(store, size)
    bare, close = await _open_bare(url)
    ours = our_claim(store)
    polls = await measure(ours, bare, BEFORE_ALL, count=rounds * POLLS_A_ROUND)
    count = max(1, min(rounds * CLAIMS_A_ROUND, size // (2 * LIMIT) - 2))
    claims = await measure(ours, bare, AFTER_ALL, count=count)
    grown = memory() - before
    await close()
    await store.close()
    return [
        _costs(f"{kind}: claim {LIMIT} of {size:,}, median", claims, median, "ms", 1e3, most=1.5),
        at_most(f"{kind}: claim {LIMIT}, median", median(claims.ours) * 1e3, 15, "ms"),
        _costs(f"{kind}: claim {LIMIT}, p99", claims, _p99, "ms", 1e3),
        _costs(f"{kind}: empty poll, median", polls, median, "µs", 1e6),
        at_least(f"{kind}: enlist", size / seconds, 40_000, "contacts/s"),
        Line(workload=f"{kind}: enlist, processor", ours=f"{spent / size * 1e6:.1f} µs a contact"),
        Line(workload=f"{kind}: memory grown by", ours=f"{grown:.0f} MB", target="flat"),
    ]


def _p99(values: list[float]) -> float:
    return percentile(values, 0.99)


def _costs(
    workload: str,
    taken: Taken,
    measure_of: Callable[[list[float]], float],
    unit: str,
    scale: float,
    most: float | None = None,
) -> Line:
    ours, bare = measure_of(taken.ours) * scale, measure_of(taken.bare) * scale
    return compare_cost(workload, ours, bare, unit=unit, most=most, peer="bare SQL")


def main() -> None:
    parser = arguments(__doc__ or "", size=1_000_000, unit="customers")
    parser.add_argument("--no-postgres", action="store_true", help="measure SQLite only")
    options = parser.parse_args()
    lines = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name,
        databases(Path(name), postgres=not options.no_postgres) as urls,
    ):
        for kind, url in urls.items():
            lines += uvloop.run(run(kind, url, size=options.size, rounds=options.rounds))
    print_table("P5 due queue", lines)


if __name__ == "__main__":
    main()
