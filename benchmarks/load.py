"""The client: posts prepared bodies over keep-alive connections as fast as they are answered.

It speaks HTTP/1.1 on bare sockets and does next to nothing per request (about 15 µs), so that the
server is what is measured. Run as a process of its own; gives its result as JSON.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import cast

import uvloop

from benchmarks.measuring import percentile
from benchmarks.process import ROOT, Child


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one run gave. Times are seconds; ``server_cpu`` is the server's, a request."""

    requests: int
    failed: int
    seconds: float
    p50: float
    p99: float
    client_cpu: float
    server_cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def post_all(
    server: Child,
    path: str,
    bodies: Sequence[bytes],
    *,
    folder: Path,
    headers: Sequence[str] = (),
    connections: int = 64,
) -> Load:
    """Post each body once, from a client process, and give how that went.

    :raises RuntimeError: where an answer was not 200: such figures would mean nothing.
    """
    file = folder / "bodies"
    file.write_bytes(b"\n".join(bodies))
    before = server.cpu()
    words = [str(server.port), path, str(file), f"--connections={connections}"]
    words += [f"--header={header}" for header in headers]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *words],
        check=True,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    found = json.loads(done.stdout)
    if found["failed"]:
        raise RuntimeError(f"{found['failed']} of {len(bodies)} calls to {path} failed")
    return Load(**{**found, "server_cpu": (server.cpu() - before) / len(bodies)})


class _Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, requests: Iterator[bytes], took: list[float], done: asyncio.Event) -> None:
        self._requests, self._took, self._done = requests, took, done
        self._buffer = b""
        self._sent = 0.0
        self.failed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is no subclass

    def begin(self) -> None:
        """Send the next request, or end where there is none."""
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not _is_whole(self._buffer):
            return
        self._took.append(time.perf_counter() - self._sent)
        self.failed += not self._buffer.startswith(b"HTTP/1.1 200")
        self._buffer = b""
        self.begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self.failed += exc is not None
        self._done.set()


def _same(connection: _Connection) -> _Connection:
    return connection


def _is_whole(answer: bytes) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    at = answer.find(b"Content-Length: ", 0, head)
    length = int(answer[at + 16 : answer.index(b"\r", at)]) if at >= 0 else 0
    return len(answer) >= head + 4 + length


async def _run(port: int, requests: Sequence[bytes], connections: int) -> Load:
    loop = asyncio.get_running_loop()
    took: list[float] = []
    waiting = iter(requests)
    ends = [asyncio.Event() for _ in range(connections)]
    opened = [_Connection(waiting, took, end) for end in ends]
    for connection in opened:
        await loop.create_connection(partial(_same, connection), "127.0.0.1", port)
    cpu, start = time.process_time(), time.perf_counter()
    for connection in opened:
        connection.begin()
    await asyncio.gather(*[end.wait() for end in ends])
    return Load(
        requests=len(took),
        failed=sum(connection.failed for connection in opened) + len(requests) - len(took),
        seconds=time.perf_counter() - start,
        p50=percentile(took, 0.5),
        p99=percentile(took, 0.99),
        client_cpu=(time.process_time() - cpu) / max(len(took), 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("bodies", type=Path, help="a file with one body a line")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--header", action="append", default=[])
    options = parser.parse_args()
    head = "".join(f"{line}\r\n" for line in ("Host: localhost", *options.header))
    requests = [
        f"POST {options.path} HTTP/1.1\r\n{head}Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
        for body in options.bodies.read_bytes().split(b"\n")
    ]
    print(json.dumps(asdict(uvloop.run(_run(options.port, requests, options.connections)))))


if __name__ == "__main__":
    main()
