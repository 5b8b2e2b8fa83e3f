"""A service in a child process that is killed without warning, and what its books say after."""

import signal
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field

from tests.faults.node import Node

WRITE_KEY = "fault-write-key"

CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:{port}
  listen: 127.0.0.1:{port}
  database: sqlite://{folder}/faults.db
  write_keys: ["{key}"]
channels:
  email: {{ smtp: "{smtp}", from: Acme <feedback@acme.example>, rate: 100000/s }}
surveys:
  after_call: {{ questions: [nps, comment] }}
triggers:
  after_call: {{ event: Call Ended, survey: after_call, via: [email] }}
"""


@dataclass
class Child(Node):
    """One service on one SQLite file that sends mail to ``smtp``."""

    smtp: str = ""
    in_flight: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "config.yaml").write_text(
            CONFIG.format(port=self.port, folder=self.folder, key=WRITE_KEY, smtp=self.smtp)
        )

    async def kill(self, number: int = signal.SIGKILL) -> None:
        """Kill it, and note how many sends were under way by its own books."""
        await super().kill(number)
        self.in_flight.append(self.ask("SELECT COUNT(*) FROM delivery WHERE state = 'sending'"))

    def ask(self, query: str) -> int:
        """Ask the database file while nobody has it open."""
        with closing(sqlite3.connect(self.folder / "faults.db")) as book:
            found: int = book.execute(query).fetchone()[0]
            return found
