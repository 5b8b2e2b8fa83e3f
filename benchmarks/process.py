"""Child processes: each server and each client runs in one of its own, so that none waits for
another's interpreter. They say on their first line where they listen.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PORT = re.compile(rb"//[0-9.]+:(\d+)")
ROOT = Path(__file__).parent.parent


class Child:
    """A server in a process of its own. ``port`` is where it listens."""

    def __init__(self, module: str, *words: str) -> None:
        self._name = " ".join((module, *words))
        self._started = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *words], stdout=subprocess.PIPE, cwd=ROOT
        )
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.perf_counter() - self._started

    def wait(self) -> None:
        """Wait until it says where it listens.

        :raises RuntimeError: where it ends before.
        """
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := _PORT.search(line):
                self.port = int(found[1])
                return
        raise RuntimeError(f"it did not start: {self._name}")

    def cpu(self) -> float:
        """Seconds of processor it has used so far, all its threads together."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text(encoding="utf-8").split()[0]) for task in tasks) / 1e9

    def memory(self) -> float:
        """Megabytes of memory it holds now."""
        return memory(self._process.pid)

    def stop(self) -> None:
        """End it, kindly first."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def running(module: str, *words: str) -> Iterator[Child]:
    """Start a server, wait until it listens, and end it afterwards."""
    child = Child(module, *words)
    try:
        child.wait()
        yield child
    finally:
        child.stop()


def memory(process: int | None = None) -> float:
    """Megabytes of memory a process holds (resident), this one where none is named."""
    status = Path(f"/proc/{process or os.getpid()}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
