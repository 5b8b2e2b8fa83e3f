"""P3, intake: one event a call, authenticated, validated and committed before the 200.

Beside it a bare aiohttp handler that parses the same bodies and stores nothing, with the same
client and 64 connections. ``make bench`` or ``python -m benchmarks.p3_intake``.
"""

import base64
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import orjson

from benchmarks.load import Load, post_all
from benchmarks.measuring import (
    Line,
    arguments,
    at_least,
    compare,
    compare_cost,
    in_turn,
    median,
    print_table,
)
from benchmarks.process import Child, running
from benchmarks.setting import WRITE_KEY, databases, write_config

CUSTOMERS = 2000
BATCH = 500
_TARGETS = {"SQLite": 0.9, "PostgreSQL": 0.85}
_KEY = base64.b64encode(f"{WRITE_KEY}:".encode()).decode()
_HEADERS = (f"Authorization: Basic {_KEY}",)


def make_event(number: int) -> dict[str, object]:
    """Give a ``Call Ended`` as a business system sends it, with an id of its own."""
    return {
        "type": "track",
        "messageId": f"m-{number:012}",
        "userId": f"u{number % CUSTOMERS}",
        "event": "Call Ended",
        "timestamp": "2026-11-21T12:00:00.000Z",
        "context": {"library": {"name": "analytics-python", "version": "2.3.4"}},
        "properties": {
            "interaction_id": f"c{number}",
            "agent_id": f"a{number % 50}",
            "team": "support",
            "queue": "sales",
            "duration_s": 30 + number % 600,
            "transferred": False,
        },
    }


class Numbers:
    """Numbers no event has had before."""

    def __init__(self) -> None:
        self._next = 0

    def take(self, count: int) -> range:
        """Give the next ``count``."""
        start, self._next = self._next, self._next + count
        return range(start, self._next)


def main() -> None:
    parser = arguments(__doc__ or "", size=6000, unit="events a round")
    parser.add_argument("--no-postgres", action="store_true", help="measure SQLite only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        urls = stack.enter_context(databases(folder, postgres=not options.no_postgres))
        servers = {"bare": stack.enter_context(running("benchmarks.peers", "bare"))}
        for kind, url in urls.items():
            (folder / kind).mkdir()
            config = write_config(folder / kind, url)
            servers[kind] = stack.enter_context(
                running("bot", "run", "--log", "warning", "--config", str(config))
            )
        numbers = Numbers()
        single = in_turn(
            options.rounds,
            {
                kind: _single(server, numbers, options.size, folder)
                for kind, server in servers.items()
            },
        )
        batches = in_turn(
            options.rounds,
            {kind: _batch(servers[kind], numbers, 2 * options.size, folder) for kind in urls},
        )
    print_table("P3 intake", [line for kind in urls for line in _lines(kind, single, batches)])


def _single(server: Child, numbers: Numbers, size: int, folder: Path) -> Callable[[int], Load]:
    def run(_round: int) -> Load:
        bodies = [orjson.dumps(make_event(number)) for number in numbers.take(size)]
        return post_all(server, "/v1/track", bodies, folder=folder, headers=_HEADERS)

    return run


def _batch(server: Child, numbers: Numbers, size: int, folder: Path) -> Callable[[int], Load]:
    def run(_round: int) -> Load:
        bodies = [
            orjson.dumps({"batch": [make_event(number) for number in numbers.take(BATCH)]})
            for _ in range(max(1, size // BATCH))
        ]
        return post_all(server, "/v1/batch", bodies, folder=folder, headers=_HEADERS, connections=8)

    return run


def _lines(kind: str, single: dict[str, list[Load]], batches: dict[str, list[Load]]) -> list[Line]:
    ours, bare = single[kind], single["bare"]

    def both(measure: Callable[[Load], float]) -> tuple[float, float]:
        return median([measure(load) for load in ours]), median([measure(load) for load in bare])

    return [
        compare(
            f"{kind}: one event a call",
            *both(lambda load: load.rate),
            unit="calls/s",
            least=_TARGETS[kind],
            peer="bare",
        ),
        compare_cost(
            f"{kind}: processor a call",
            *both(lambda load: load.server_cpu * 1e6),
            unit="µs",
            peer="bare",
        ),
        compare_cost(f"{kind}: p50", *both(lambda load: load.p50 * 1e3), unit="ms", peer="bare"),
        compare_cost(f"{kind}: p99", *both(lambda load: load.p99 * 1e3), unit="ms", peer="bare"),
        at_least(
            f"{kind}: batches of {BATCH}",
            median([load.rate * BATCH for load in batches[kind]]),
            20_000,
            "events/s",
        ),
    ]


if __name__ == "__main__":
    main()
