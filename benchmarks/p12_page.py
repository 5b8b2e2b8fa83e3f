"""P12, the live results page over a million answers: how soon it is there, how soon an answer is on
ten open ones, and that the work does not grow with how many are open.

Everything goes over sockets, as browsers do it. ``make bench`` or
``python -m benchmarks.p12_page``.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop

from benchmarks.archive import CHANNELS, SURVEYS, TEAMS
from benchmarks.measuring import Line, arguments, at_most, median, number, percentile, print_table
from benchmarks.office import ADMIN, LEADER, Office, fill, open_office
from benchmarks.setting import databases
from benchmarks.windows import Window, open_windows

PAGE_MS = 1000.0
PATIENCE = 120.0
OPEN = 10
MANY = 20
"""Windows open where the work is compared with that of one."""

BURST = 3.0
"""Seconds of answers for that."""

VIEWS: dict[str, dict[str, str]] = {
    "as it opens": {},
    "90 days": {"period": "90d"},
    "two years": {"period": "700d"},
    "a survey": {"survey": SURVEYS[1], "period": "365d"},
    "a team": {"team": TEAMS[0], "period": "365d"},
    "a channel": {"channel": CHANNELS[0], "period": "2025"},
    "an agent": {"agent": f"{TEAMS[1]}-3", "period": "700d"},
    "several": {"survey": SURVEYS[0], "team": TEAMS[1], "channel": CHANNELS[1], "language": "fi"},
    "words": {"q": "pekka", "period": "90d"},
    "rare words": {"q": "zebra", "period": "700d"},
    "comments, page 50": {"page": "50", "period": "365d"},
}


async def first_bytes(office: Office, times: int) -> Iterator[tuple[str, list[float], list[float]]]:
    """Give for each view the milliseconds to the first byte, and the longest stalls meanwhile."""
    found = []
    async with office.busy():
        for name, view in VIEWS.items():
            window = Window(office, view)
            async with window.http:
                await window.open(ADMIN)
                await window.fetch()
                office.stalls.take()
                took, busy = [], []
                for _ in range(times):
                    took.append(await window.fetch() * 1000)
                    busy.append(office.stalls.take()[1] * 1000)
                found.append((name, took, busy))
    return iter(found)


async def updates(office: Office, times: int) -> list[float]:
    """Give the milliseconds from a press until it is on every one of ten open pages, as they open,
    of two colleagues who see different teams.
    """
    took = []
    async with open_windows(office, [{}] * OPEN, (ADMIN, LEADER)) as windows:
        for _ in range(times):
            began = time.perf_counter()
            await office.press()
            mark = await office.service.results.watch.look()
            async with asyncio.timeout(PATIENCE):
                while any(window.shown != mark for window in windows):
                    await asyncio.sleep(0.002)
            took.append((time.perf_counter() - began) * 1000)
            # A page's script rests for twice as long as its last fetch took.
            await asyncio.sleep(1.0 + 2 * took[-1] / 1000)
    return took


async def burst(office: Office, open_: int) -> float:
    """Give the processor seconds a second while customers answer and so many windows are open."""
    async with open_windows(office, [{}] * open_, (ADMIN, LEADER)), office.busy():
        await asyncio.sleep(0.5)
        cpu, began = time.process_time(), time.perf_counter()
        await asyncio.sleep(BURST)
        return (time.process_time() - cpu) / (time.perf_counter() - began)


async def run(kind: str, folder: Path, url: str, given: argparse.Namespace) -> None:
    """Fill a database, look at it and print the table."""
    await fill(url, given.size)
    async with open_office(folder, url, given.size) as office:
        lines = []
        for name, took, busy in await first_bytes(office, given.rounds):
            p50, p95 = median(took), percentile(took, 0.95)
            lines.append(
                Line(
                    workload=f"{kind}: {name}, first byte",
                    ours=f"p50 {number(p50)}, p95 {number(p95)} ms",
                    other=f"busy {number(max(busy))} ms",
                    ratio=p95 / PAGE_MS,
                    target=f"≤ {number(PAGE_MS)} ms",
                    met=p95 <= PAGE_MS,
                )
            )
        shown = percentile(await updates(office, given.rounds), 0.95)
        lines.append(at_most(f"{kind}: an answer on {OPEN} open pages, p95", shown, PAGE_MS, "ms"))
        more = await burst(office, MANY) / await burst(office, 1)
        lines.append(at_most(f"{kind}: work of {MANY} open pages to that of one", more, 3, "×"))
    print_table(f"P12: {kind}, {given.size:,} answers", lines)


def main() -> None:
    """Measure and print."""
    parser = arguments(__doc__ or "", size=1_000_000, unit="answers in the store")
    parser.set_defaults(rounds=20)
    parser.add_argument("--no-postgres", action="store_true", help="measure SQLite only")
    parser.add_argument("--no-sqlite", action="store_true", help="measure PostgreSQL only")
    parser.add_argument("--store", type=Path, help="a folder to keep the SQLite file in")
    parser.add_argument(
        "--postgres", default="", help="the address of a database to keep, likewise"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        fresh = not (given.no_postgres or given.postgres)
        with databases(given.store or folder, postgres=fresh) as found:
            kept = {"PostgreSQL": given.postgres} if given.postgres else {}
            for kind, url in {**found, **kept}.items():
                if not (given.no_sqlite and kind == "SQLite"):
                    uvloop.run(run(kind, folder, url, given))


if __name__ == "__main__":
    main()
