"""A service in a child process that is killed without warning, and what its books say after."""

import asyncio
import os
import signal
import socket
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

ROOT = Path(__file__).resolve().parents[2]
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
class Child:
    """One service on one SQLite file, started and killed again and again."""

    folder: Path
    smtp: str
    port: int = 0
    process: "asyncio.subprocess.Process | None" = None
    in_flight: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (self.folder / "config.yaml").write_text(
            CONFIG.format(port=self.port, folder=self.folder, key=WRITE_KEY, smtp=self.smtp)
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start the service; it is ready when this returns."""
        command = [sys.executable, "-m", "bot", "run", "--log", "error"]
        log = (self.folder / "log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            *command,
            "--config",
            str(self.folder / "config.yaml"),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
        )
        log.close()
        async with aiohttp.ClientSession() as http:
            for _ in range(600):
                assert self.process.returncode is None, (self.folder / "log").read_text()
                try:
                    async with http.get(f"{self.url}/ready") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)
        raise AssertionError("the service did not become ready")

    async def kill(self, number: int = signal.SIGKILL) -> None:
        """Kill it, and note how many sends were under way by its own books."""
        assert self.process
        if self.process.returncode is None:
            self.process.send_signal(number)
        await self.process.wait()
        self.in_flight.append(self.ask("SELECT COUNT(*) FROM delivery WHERE state = 'sending'"))

    def ask(self, query: str) -> int:
        """Ask the database file while nobody has it open."""
        with closing(sqlite3.connect(self.folder / "faults.db")) as book:
            found: int = book.execute(query).fetchone()[0]
            return found
