"""Painting: from SVG to PNG without keeping anybody waiting.

resvg takes a tenth of a second for a picture and lets nothing else in this process run meanwhile,
threads included. So a service has its pictures painted in a process of their own, which is started
with the first picture and ends with the service; who has nobody to serve paints where they are.
"""

import asyncio
import atexit
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar

import resvg_py

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger("afterword.charts")

_ASIDE: ContextVar[bool] = ContextVar("pictures are painted in a process of their own")


async def aside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run pure work that takes its time, pictures included, while everybody else is served."""
    marked = _ASIDE.set(True)  # the thread gets a copy
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    finally:
        _ASIDE.reset(marked)


def paint(wanted: Mapping[str, Any]) -> bytes:
    """Give the PNG of resvg's arguments; inside `aside` another process paints it."""
    if _ASIDE.get(False):
        try:
            if png := _PAINTER.paint(wanted):
                return png
        except OSError as error:
            log.warning("pictures are painted here: %s", error)
    return bytes(resvg_py.svg_to_bytes(**wanted))


class Painter:
    """The process that paints, one picture at a time, for threads that may wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def paint(self, wanted: Mapping[str, Any]) -> bytes:
        """Give a picture, b"" where it cannot be drawn. A process that has died is replaced once.

        :raises OSError: where there cannot be such a process.
        """
        body = json.dumps(wanted).encode()
        request = len(body).to_bytes(4) + body
        with self._lock:
            try:
                return self._ask(request)
            except OSError:
                self._end()
                return self._ask(request)

    def close(self) -> None:
        """End the process. The next picture starts another."""
        with self._lock:
            self._end()

    def _ask(self, request: bytes) -> bytes:
        process = self.process or self._start()
        write, read = _pipes(process)
        write.write(request)
        write.flush()
        return _read(read, int.from_bytes(_read(read, 4)))

    def _start(self) -> "subprocess.Popen[bytes]":
        file = Path(__file__).with_name("painter.py")
        self.process = subprocess.Popen(  # noqa: S603 - our own file, and the Python we run on
            [sys.executable, "-I", str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self.process

    def _end(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        for pipe in _pipes(process):
            with suppress(OSError):  # what was not written yet goes nowhere
                pipe.close()
        process.wait()


def _pipes(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes]]:
    """Give where to write to a process and where to read from it."""
    if process.stdin is None or process.stdout is None:
        raise BrokenPipeError("the painter has no pipes")
    return process.stdin, process.stdout


def _read(pipe: IO[bytes], size: int) -> bytes:
    found = pipe.read(size)
    if len(found) < size:
        raise BrokenPipeError("the painter is away")
    return found


_PAINTER = Painter()
atexit.register(_PAINTER.close)
