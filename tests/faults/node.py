"""One process of the service, started, killed without warning, and started again."""

import asyncio
import os
import re
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

ROOT = Path(__file__).resolve().parents[2]

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def free_port() -> int:
    """Give a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Node:
    """A service on the configuration in ``folder/config.yaml``, which listens on ``port``."""

    folder: Path
    port: int = field(default_factory=free_port)
    level: str = "error"
    process: "asyncio.subprocess.Process | None" = None
    peak: float = 0.0
    """The most memory any of its processes held, in MB, as of `kill`."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    async def start(self) -> None:
        """Start the service; it is ready when this returns."""
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", "--log", self.level),
                *("--config", str(self.folder / "config.yaml")),
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )
        async with aiohttp.ClientSession() as http:
            for _ in range(1200):
                assert self.process.returncode is None, self.log
                try:
                    async with http.get(f"{self.url}/ready") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)
        raise AssertionError("the service did not become ready")

    async def kill(self, number: int = signal.SIGKILL) -> None:
        """Kill it, or stop it by another signal, and wait until it is gone."""
        assert self.process
        if self.process.returncode is None:
            self.peak = max(self.peak, self._memory())
            self.process.send_signal(number)
        await self.process.wait()

    def _memory(self) -> float:
        assert self.process
        found = _PEAK.search(Path(f"/proc/{self.process.pid}/status").read_text())
        return int(found[1]) / 1024 if found else 0.0
