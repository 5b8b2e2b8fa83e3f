"""P10, a plan: thirty days of a hundred thousand people, as ``plan`` makes it.

Everybody is asked once by a campaign that is spread over four hours, half a million events a year
start surveys with reminders, and a limit and quiet hours hold people back. The plan runs in this
process: the seconds are those of its processor, which move less than the clock on the wall when a
machine is busy with other things; both are printed. ``make bench`` or
``python -m benchmarks.p10_plan``.
"""

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import uvloop

from benchmarks.measuring import Line, arguments, at_most, print_table
from benchmarks.process import memory
from bot.config import Config, load_config
from bot.plan.forecast import Forecast
from bot.plan.making import Span, make_forecast
from storage.store import Store, Transaction
from surveys.contact import Address, Contact
from surveys.event import Event, EventKind

DAYS = 30
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
AT_ONCE = 2000
EVENTS = 0.4
"""Events a person in the four weeks that come again."""

_CONFIG = {
    "surveys": {"quick": {"questions": ["nps"]}},
    "channels": {"telegram": {"sandbox": True}, "email": {"sandbox": True}, "web": {}},
    "triggers": {
        "after_call": {
            "event": "Call Ended",
            "survey": "quick",
            "every": 2,
            "per": "agent",
            "via": ["telegram", "email"],
            "remind": {"after": "2d"},
        }
    },
    "campaigns": {
        "yearly": {
            "schedule": "first tuesday of mar at 10:00",
            "survey": "quick",
            "via": ["email"],
            "spread": "4h",
        }
    },
    "throttle": {"recontact": "20d", "quiet_hours": "20:00-09:00"},
}


def write(folder: Path) -> Config:
    """Write the file and read it."""
    service = {
        "name": "Acme",
        "database": f"sqlite://{folder}/live.db",
        "timezone": "Europe/Helsinki",
        "write_keys": ["benchmark"],
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps({"service": service, **_CONFIG}), encoding="utf-8")
    return load_config(path, {})


async def fill(config: Config, people: int) -> None:
    """Put people and the events of four weeks into the store."""
    store = await Store.open(config.service.database, config.service.timezone)
    for start in range(0, people, AT_ONCE):
        some = [_person(n) for n in range(start, min(people, start + AT_ONCE))]
        await store.unit_of_work(partial(_add_people, some))
    events = list(_events(people))
    for start in range(0, len(events), AT_ONCE):
        part = events[start : start + AT_ONCE]
        await store.unit_of_work(partial(_add_events, part))
    await store.close()


async def _add_people(some: list[Contact], work: Transaction) -> None:
    await work.save_contacts(some, NOW)


async def _add_events(some: list[Event], work: Transaction) -> None:
    await work.add_events(some)


def _person(number: int) -> Contact:
    return Contact(
        keys=(f"user:u{number}",),
        attributes={"first_name": "Anna", "country": "FI"},
        addresses=(
            Address(channel="email", value=f"u{number}@x.example"),
            Address(channel="telegram", value=str(number + 1)),
        ),
    )


def _events(people: int) -> Iterator[Event]:
    chance = random.Random(1)
    span = timedelta(days=28) // timedelta(milliseconds=1)
    for number in range(int(people * EVENTS)):
        at = NOW - timedelta(milliseconds=chance.randrange(1, span))
        yield Event(
            message_id=f"m{number}",
            kind=EventKind.TRACK,
            name="Call Ended",
            occurred_at=at,
            received_at=at,
            user_id=f"u{chance.randrange(people)}",
            properties={"agent": f"a{chance.randrange(50)}", "duration_s": 60},
        )


def measure(config: Config, people: int) -> tuple[list[Line], Forecast]:
    """Make the plan once."""
    before, wall, cpu = memory(), time.perf_counter(), time.process_time()
    forecast = uvloop.run(make_forecast(config, config.service.database, Span(now=NOW, days=DAYS)))
    took, worked = time.perf_counter() - wall, time.process_time() - cpu
    decided = forecast.sent.total() + forecast.turned.total()
    return [
        at_most(f"{people:,} people, {DAYS} days: processor", worked, 60, "s"),
        Line(workload="on the wall", ours=f"{took:.0f} s"),
        Line(workload="decisions", ours=f"{decided:,}", target=f"{forecast.played:,} events"),
        Line(workload="a decision", ours=f"{worked / decided * 1e6:.0f} µs"),
        Line(workload="memory grown by", ours=f"{memory() - before:.0f} MB"),
    ], forecast


def main() -> None:
    parser = arguments(__doc__ or "", size=100_000, unit="people")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = write(Path(folder))
        asyncio.run(fill(config, options.size))
        lines, _ = measure(config, options.size)
    print_table("P10 a plan", lines)


if __name__ == "__main__":
    main()
