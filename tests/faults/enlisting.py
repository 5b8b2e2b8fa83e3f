"""A campaign of a million, killed while it enlists: everybody once, in little memory.

``python -m tests.faults.enlisting --contacts 1000000`` (``--postgres`` for the other database)
prints the figures; ``make mass`` runs both.
"""

import argparse
import asyncio
import random
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults.crowd import Books
from tests.faults.node import Node
from tests.postgres import run_postgres
from tests.providers.smtp import SmtpServer

CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:{port}
  listen: 127.0.0.1:{port}
  database: {database}
  timezone: UTC
channels:
  email: {{ smtp: "{smtp}", from: Acme <feedback@acme.example>, rate: 1000/s }}
surveys:
  quarterly: {{ questions: [nps, comment] }}
campaigns:
  quarterly:
    schedule: "{schedule}"
    survey: quarterly
    via: [email]
    audience: plan = pro
    spread: 12h
"""
ENLISTED = "SELECT SUM(cursor) FROM campaign_run"
UNDONE = "SELECT COUNT(*) FROM campaign_run WHERE NOT done"
PATIENCE = 900.0
"""Seconds a run may take at most."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one run showed. ``rate`` is contacts a second while enlisting, kills left out."""

    contacts: int
    kills: int
    invited: int
    people: int
    most: int
    due: int
    asked: int
    mails: int
    doubles: int
    in_flight: int
    rate: float
    peak: float

    def __str__(self) -> str:
        return (
            f"{self.contacts:,} contacts, {self.kills} kills: {self.invited:,} invitations to"
            f" {self.people:,} people (at most {self.most} each), {self.due:,} wait,"
            f" {self.asked:,} asked by {self.mails:,} mails ({self.doubles} doubles,"
            f" {self.in_flight} in flight at kills); {self.rate:,.0f} contacts/s,"
            f" peak {self.peak:.0f} MB"
        )


@dataclass
class Trial:
    """One service on one store, killed and started anew until everybody is enlisted."""

    node: Node
    books: Books
    contacts: int
    in_flight: int = 0
    seconds: float = 0.0

    async def live_until(self, cursor: int) -> None:
        """Run until that many contacts have been looked at, and measure the enlisting alone."""
        await self.node.start()
        before = await self.books.ask(ENLISTED)
        began = time.monotonic()
        while (now := await self.books.ask(ENLISTED)) < cursor:
            assert time.monotonic() - began < PATIENCE, self.node.log
            if now == before:  # not begun yet
                began = time.monotonic()
            await asyncio.sleep(0.01)
        self.seconds += time.monotonic() - began

    async def kill(self) -> None:
        await self.node.kill()
        sending = "SELECT COUNT(*) FROM delivery WHERE state = 'sending'"
        self.in_flight += await self.books.ask(sending)


async def run(url: str, folder: Path, contacts: int, kills: int, seed: int) -> Figures:
    """Enlist ``contacts`` people, killing the service ``kills`` times on the way."""
    dice, books, now = random.Random(seed), Books(url), datetime.now(UTC)
    await books.make(contacts)
    moments = sorted(dice.randrange(contacts // 20, contacts * 9 // 10) for _ in range(kills))
    async with SmtpServer() as mail:
        trial = Trial(Node(folder), books, contacts)
        schedule = (now - timedelta(minutes=2)).strftime("%M %H * * *")
        text = CONFIG.format(port=trial.node.port, database=url, smtp=mail.url, schedule=schedule)
        (folder / "config.yaml").write_text(text)
        # The service has known this campaign for an hour: what came two minutes ago is taken.
        seen = int((now - timedelta(hours=1)).timestamp() * 1000)
        await books.change(
            f"INSERT INTO campaign_seen (name, at) VALUES ('quarterly: {schedule}', {seen})"
        )
        for moment in moments:
            await trial.live_until(moment)
            await trial.kill()
        left = await books.ask(UNDONE)
        assert left == 1 or not kills, "it was over before the last kill"
        await trial.live_until(contacts)
        first = f"SELECT COUNT(*) FROM due WHERE due_at <= {int(now.timestamp() * 1000)}"
        while await books.ask(UNDONE) or await books.ask(first):
            await asyncio.sleep(0.1)
        await trial.node.kill(signal.SIGTERM)
        return await _count(trial, Counter(m.recipient for m in mail.ledger), kills)


async def _count(trial: Trial, got: Counter[str], kills: int) -> Figures:
    ask = trial.books.ask
    grouped = "SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM invitation GROUP BY contact_id) AS g"
    wait = """
        SELECT COUNT(*) FROM invitation i JOIN due d ON d.invitation_id = i.id
        WHERE i.state = 'planned' AND d.kind = 'ask'
    """
    return Figures(
        contacts=trial.contacts,
        kills=kills,
        invited=await ask("SELECT COUNT(*) FROM invitation"),
        people=await ask("SELECT COUNT(DISTINCT contact_id) FROM invitation"),
        most=await ask(grouped),
        due=await ask(wait),
        asked=await ask("SELECT COUNT(*) FROM invitation WHERE state = 'asked'"),
        mails=sum(got.values()),
        doubles=sum(got.values()) - len(got),
        in_flight=trial.in_flight,
        rate=trial.contacts / trial.seconds,
        peak=trial.node.peak,
    )


def check(figures: Figures) -> None:
    """Everybody exactly once, nothing lost between the two tables, little memory."""
    everybody = figures.contacts
    assert (figures.invited, figures.people, figures.most) == (everybody, everybody, 1), figures
    assert figures.due + figures.asked == everybody, figures
    assert figures.asked <= figures.mails <= figures.asked + figures.in_flight, figures
    assert figures.doubles <= figures.in_flight, figures
    assert figures.peak < 300, figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, not SQLite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="enlisting-") as name:
        folder = Path(name)

        def measure(url: str) -> None:
            work = run(url, folder, options.contacts, options.kills, options.seed)
            figures = asyncio.run(work)
            print(f"{url.partition(':')[0]}, seed {options.seed}: {figures}", flush=True)
            check(figures)

        if options.postgres:
            with run_postgres() as server:
                measure(server.url())
        else:
            measure(f"sqlite://{folder}/enlisting.db")


if __name__ == "__main__":
    main()
