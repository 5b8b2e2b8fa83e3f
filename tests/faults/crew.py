"""Four processes on one PostgreSQL, each of which both schedules and sends: nothing happens twice.

``python -m tests.faults.crew --contacts 100000`` prints the figures. All four take the same
campaign's occurrence at the same moment, enlist its people beside each other, and send what is due
at once; each has a mail server of its own, so that we know who sent what.
"""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults.crowd import Books
from tests.faults.node import Node
from tests.faults.sink import Sink
from tests.postgres import run_postgres

NODES = 4
CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:{port}
  listen: 127.0.0.1:{port}
  database: {database}
  timezone: UTC
  write_keys: [crew-write-key]
channels:
  email: {{ smtp: "{smtp}", from: Acme <feedback@acme.example>, rate: 100000/s }}
surveys:
  quarterly: {{ questions: [nps, comment] }}
triggers:
  after_call: {{ event: Call Ended, survey: quarterly, via: [email], max_age: 1d }}
{more}
"""
CAMPAIGN = """
campaigns:
  quarterly: {{ schedule: "{schedule}", survey: quarterly, via: [email] }}
"""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one run showed. ``sent`` is the mails of each process; times are in seconds."""

    contacts: int
    invitations: int
    invited: int
    deliveries: int
    asked: int
    sent: tuple[int, ...]
    reached: int
    seconds: float
    peak: float

    def __str__(self) -> str:
        return (
            f"{self.contacts:,} contacts: {self.invitations:,} invitations to {self.invited:,}"
            f" people, {self.asked:,} asked in {self.deliveries:,} deliveries; mails by process"
            f" {', '.join(f'{n:,}' for n in self.sent)} = {sum(self.sent):,} to {self.reached:,}"
            f" people; {self.seconds:.0f} s, peak {self.peak:.0f} MB each"
        )


@dataclass
class Crew:
    """The processes, their mail servers, and the database they share."""

    nodes: Sequence[Node]
    sinks: Sequence[Sink]
    books: Books

    @property
    def got(self) -> Counter[str]:
        return Counter(name for sink in self.sinks for name in sink.ledger)

    async def start(self) -> None:
        await asyncio.gather(*[node.start() for node in self.nodes])

    async def stop(self) -> None:
        await asyncio.gather(*[node.kill(15) for node in self.nodes])

    async def wait_until(self, query: str, number: int, seconds: float) -> None:
        """Wait until a query gives that number."""
        found = -1
        for _ in range(int(seconds * 4)):
            if (found := await self.books.ask(query)) == number:
                return
            await asyncio.sleep(0.25)
        logs = "\n".join(node.log[-2000:] for node in self.nodes)
        raise AssertionError(f"{query}: {found} after {seconds:.0f} s, not {number}\n{logs}")


async def gather_crew(
    stack: AsyncExitStack, url: str, folder: Path, more: str, count: int = NODES
) -> Crew:
    """Make processes with their files and mail servers; none is started."""
    nodes, sinks = [], []
    for number in range(count):
        home = folder / f"node-{number}"
        home.mkdir()
        node, sink = Node(home), await stack.enter_async_context(Sink())
        text = CONFIG.format(port=node.port, database=url, smtp=sink.url, more=more)
        (home / "config.yaml").write_text(text)
        nodes.append(node)
        sinks.append(sink)
    return Crew(nodes, sinks, Books(url))


async def run(url: str, folder: Path, contacts: int) -> Figures:
    """Have the crew ask every contact once."""
    now = datetime.now(UTC)
    schedule = (now - timedelta(minutes=2)).strftime("%M %H * * *")
    async with AsyncExitStack() as stack:
        more = CAMPAIGN.format(schedule=schedule)
        crew = await gather_crew(stack, url, folder, more)
        await crew.books.make(contacts)
        seen = int((now - timedelta(hours=1)).timestamp() * 1000)
        await crew.books.change(
            f"INSERT INTO campaign_seen (name, at) VALUES ('quarterly: {schedule}', {seen})"
        )
        began = time.monotonic()
        stack.push_async_callback(crew.stop)
        await crew.start()
        patience = 60 + contacts / 50
        await crew.wait_until(
            "SELECT SUM(enlisted) FROM campaign_run WHERE done", contacts, patience
        )
        await crew.wait_until("SELECT COUNT(*) FROM due", 0, patience)
        seconds = time.monotonic() - began
        await crew.stop()
        return await _count(crew, contacts, seconds)


async def _count(crew: Crew, contacts: int, seconds: float) -> Figures:
    ask, got = crew.books.ask, crew.got
    return Figures(
        contacts=contacts,
        invitations=await ask("SELECT COUNT(*) FROM invitation"),
        invited=await ask("SELECT COUNT(DISTINCT contact_id) FROM invitation"),
        deliveries=await ask("SELECT COUNT(*) FROM delivery WHERE state = 'sent'"),
        asked=await ask("SELECT COUNT(*) FROM invitation WHERE state = 'asked'"),
        sent=tuple(len(sink.ledger) for sink in crew.sinks),
        reached=len(got),
        seconds=seconds,
        peak=max(node.peak for node in crew.nodes),
    )


def check(figures: Figures) -> None:
    """Everybody invited once, and written to once, by whichever process."""
    everybody = figures.contacts
    assert figures.invitations == figures.invited == everybody, figures
    assert figures.deliveries == figures.asked == everybody, figures
    assert sum(figures.sent) == figures.reached == everybody, figures
    assert sum(n > 0 for n in figures.sent) > 1, figures  # else nobody was beside anybody


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crew-") as name, run_postgres() as server:
        figures = asyncio.run(run(server.url(), Path(name), options.contacts))
        print(figures, flush=True)
        check(figures)


if __name__ == "__main__":
    main()
