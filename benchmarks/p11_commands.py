"""P11, staff commands over a million answers: each command in its forms, each time with other
words, from what a colleague writes in a chat to the last part of the answer, pictures drawn.

Customers answer and systems report meanwhile. "stall" is the longest stretch in which the service
did nothing else; "processor" is this process's own, a server of PostgreSQL left out. Unlike the
other benchmarks this one fails (exit status 1) where a command's 95th percentile is beyond a
second. ``make bench`` or ``python -m benchmarks.p11_commands``.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import uvloop

from benchmarks.lines import OF_A_TEAM, Form, lines
from benchmarks.measuring import Line, arguments, at_most, median, number, percentile, print_table
from benchmarks.office import ADMIN, LEADER, Answer, Office, fill, open_office
from benchmarks.setting import databases

COMMAND_MS = 1000.0
"""What staff wait for an answer at the most, 19 times in 20."""

STALL_MS = 200.0
"""What a command may keep everybody else waiting."""

Taken = Mapping[str, list[Answer]]


async def ask_all(office: Office, wanted: str, times: int) -> Taken:
    """Ask every form so often, in turn, so that no two that are alike follow each other."""
    forms = lines(office.people)
    asked: dict[str, tuple[Form, str]] = {name: (form, ADMIN) for name, form in forms.items()}
    asked |= {f"{name}, a team lead": (forms[name], LEADER) for name in OF_A_TEAM}
    taken: dict[str, list[Answer]] = {name: [] for name in asked if re.search(wanted, name)}
    async with office.busy():
        for i in range(-1, times):  # the first of each warms up
            for name, answers in taken.items():
                form, chat = asked[name]
                found = await office.ask(form(max(i, 0)), chat)
                if i >= 0:
                    answers.append(found)
    return taken


def spell(kind: str, taken: Taken, served: list[float], limit: float) -> Iterator[Line]:
    """Give the lines of the table; the first ones are those of the forms."""
    for name, answers in taken.items():
        p95 = percentile([a.wall for a in answers], 0.95)
        yield Line(
            workload=f"{kind}: {name}",
            ours=f"p50 {number(median([a.wall for a in answers]))}, p95 {number(p95)} ms",
            other=(
                f"processor {number(percentile([a.cpu for a in answers], 0.95))} ms, stall"
                f" {number(max(a.stall for a in answers))} ms"
                f" (busy {number(max(a.busy for a in answers))})"
            ),
            ratio=p95 / limit,
            target=f"≤ {number(limit)} ms",
            met=p95 <= limit,
        )
    every = [answer for answers in taken.values() for answer in answers]
    yield at_most(f"{kind}: longest stall", max(a.stall for a in every), STALL_MS, "ms")
    yield at_most(f"{kind}: longest stall, busy", max(a.busy for a in every), STALL_MS, "ms")
    if served:
        yield at_most(
            f"{kind}: a customer's next question, p95", percentile(served, 0.95), 1000, "ms"
        )


async def run(kind: str, folder: Path, url: str, given: argparse.Namespace) -> bool:
    """Fill a database, ask everything and print the table; gives whether every form is answered in
    time.
    """
    await fill(url, given.size)
    async with open_office(folder, url, given.size) as office:
        taken = await ask_all(office, given.only, given.rounds)
        lines = [*spell(kind, taken, office.served, given.limit)]
    print_table(f"P11: {kind}, {given.size:,} answers", lines)
    return all(line.met for line in lines[: len(taken)])


def main() -> None:
    """Measure and print; the exit status is 1 where a form takes too long."""
    parser = arguments(__doc__ or "", size=1_000_000, unit="answers in the store")
    parser.set_defaults(rounds=20)
    parser.add_argument("--no-postgres", action="store_true", help="measure SQLite only")
    parser.add_argument("--no-sqlite", action="store_true", help="measure PostgreSQL only")
    parser.add_argument("--only", default="", help="forms whose name has this (a pattern)")
    parser.add_argument(
        "--limit", type=float, default=COMMAND_MS, help="milliseconds a form may take"
    )
    parser.add_argument("--store", type=Path, help="a folder to keep the SQLite file in")
    parser.add_argument(
        "--postgres", default="", help="the address of a database to keep, likewise"
    )
    given = parser.parse_args()
    met = True
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        fresh = not (given.no_postgres or given.postgres)
        with databases(given.store or folder, postgres=fresh) as found:
            kept = {"PostgreSQL": given.postgres} if given.postgres else {}
            for kind, url in {**found, **kept}.items():
                if not (given.no_sqlite and kind == "SQLite"):
                    met &= uvloop.run(run(kind, folder, url, given))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
