"""P6, knowing: reports and lists over a million answers, as staff ask for them.

Each figure is the time the store takes for what one command reads; the counts are compared with a
full recount. ``make bench`` or ``python -m benchmarks.p6_report``.
"""

import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import uvloop

from benchmarks.archive import UNTIL, ZONE, Archive, load_archive
from benchmarks.measuring import Line, arguments, at_most, percentile, print_table
from benchmarks.setting import databases
from storage.store import Store
from surveys.comment import Search
from surveys.report import Filter

TODAY = UNTIL.astimezone(ZONE).date()
EVER = date(2020, 1, 1)
ROUNDS_OF_EACH = 10
COMMAND_MS = 1000.0
"""What staff wait for an answer at the most, 19 times in 20."""

Ask = Callable[[Store], Awaitable[object]]


def rows(days: int | None = None, **wanted: str) -> Filter:
    """Give a filter of the last days, or of all of them."""
    since = EVER if days is None else TODAY - timedelta(days=days - 1)
    return Filter(since=since, until=TODAY, **wanted)  # type: ignore[arg-type]  # names are strings


QUESTIONS: Mapping[str, Ask] = {
    "counts of everything": lambda store: store.tally(rows()),
    "counts of everything by team": lambda store: store.tally(rows(by="team")),
    "counts of everything by agent": lambda store: store.tally(rows(by="agent")),
    "counts of one survey, 30 days": lambda store: store.tally(rows(30, survey="delivery")),
    "counts of one metric, 30 days by team": lambda store: store.tally(
        rows(30, metric="nps", by="team")
    ),
    "newest responses": lambda store: store.list_responses(rows(30), 10, 0),
    "responses, page 100": lambda store: store.list_responses(rows(), 10, 1000),
    "responses of one agent, ever": lambda store: store.list_responses(
        rows(agent="sales-3"), 10, 0
    ),
    "newest comments": lambda store: store.list_comments(Search(rows=rows(30)), 10, 0),
    "newest comments, ever": lambda store: store.list_comments(Search(rows=rows()), 10, 0),
    "comments with a word, 30 days": lambda store: store.list_comments(
        Search(rows=rows(30), words=("pekka",)), 10, 0
    ),
    "comments with a rare word, ever": lambda store: store.list_comments(
        Search(rows=rows(), words=("zebra",)), 10, 0
    ),
}


async def measure(store: Store, ask: Ask) -> float:
    """Give the 95th percentile of the milliseconds it takes."""
    taken = []
    for _ in range(ROUNDS_OF_EACH):
        began = time.perf_counter()
        await ask(store)
        taken.append((time.perf_counter() - began) * 1000)
    return percentile(taken, 0.95)


async def run(name: str, url: str, size: int, *, recount: bool) -> list[Line]:
    """Fill a database and ask it; gives the lines of the table."""
    store = await Store.open(url, "Europe/Helsinki")
    await store.close()
    await load_archive(url, Archive(size))
    store = await Store.open(url, "Europe/Helsinki")
    try:
        await store.sum_periods(UNTIL, settled=timedelta(0))
        lines = [
            at_most(f"{name}: {what}, p95", await measure(store, ask), COMMAND_MS, "ms")
            for what, ask in QUESTIONS.items()
        ]
        if recount:
            wrong = await store.recount()
            text = "equal" if not wrong else f"{len(wrong)} differences: {wrong[0]}"
            lines.append(Line(workload=f"{name}: against a recount", ours=text, met=not wrong))
    finally:
        await store.close()
    return lines


def main() -> None:
    """Measure and print."""
    parser = arguments("P6: reports and lists", size=1_000_000, unit="answers in the store")
    parser.add_argument("--recount", action="store_true", help="compare with a full recount")
    given = parser.parse_args()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as found:
        for name, url in found.items():
            lines += uvloop.run(run(name, url, given.size, recount=given.recount))
    print_table(f"P6: {given.size:,} answers", lines)


if __name__ == "__main__":
    main()
