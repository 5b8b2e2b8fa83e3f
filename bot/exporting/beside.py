"""Beside: an export written by a process of its own, so that the service goes on as ever.

The process is told on its input what to write, as JSON, and says on its output how many rows it has
written by now, a number a line; what goes wrong it says in words.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from bot.exporting.jobs import Write
from bot.exporting.work import Report, write_export
from bot.exporting.writers import ExportError
from storage.exports import Part
from storage.store import Store
from surveys.errors import AfterwordError

_ROOT = Path(__file__).parents[2]
_NICE = 10
_LINE = 200
"""Characters of what went wrong that are passed on."""


def write_beside(url: str, timezone: str) -> Write:
    """Give what writes an export of the database at ``url`` (a file's path in full)."""

    async def write(part: Part, form: str, path: Path, report: Report) -> int:
        wish = {"url": url, "timezone": timezone, "form": form, "path": str(path)}
        return await _run({**wish, "part": asdict(part)}, report)

    return write


async def _run(wish: dict[str, object], report: Report) -> int:
    """Run the process and give how many rows it wrote.

    :raises ExportError: where it wrote none, and why.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.exporting.beside",
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )
    try:
        return await _follow(process, json.dumps(wish).encode(), report)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _follow(process: Process, wish: bytes, report: Report) -> int:
    if process.stdin is None or process.stdout is None:
        raise ExportError("the export has no pipes")
    process.stdin.write(wish)
    process.stdin.close()
    rows, said = 0, ""
    async for line in process.stdout:
        text = line.decode(errors="replace").strip()
        if text.isdecimal():
            rows = int(text)
            report(rows)
        else:
            said = text
    if await process.wait() or said:
        raise ExportError(said or "the export was cut off")
    return rows


async def _write(wish: dict[str, object]) -> None:
    store = await Store.open_beside(str(wish["url"]), str(wish["timezone"]))
    try:
        part = Part(**wish["part"])  # type: ignore[arg-type]  # as it was handed over
        path = Path(str(wish["path"]))
        await write_export(store, part, str(wish["form"]), path, _say)
    finally:
        await store.close()


def _say(what: object) -> None:
    """Say something; fails, and so ends this process, once nobody is left to hear it."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main() -> int:
    """Write what is asked for; gives the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asks
    os.nice(_NICE)
    try:
        asyncio.run(_write(json.load(sys.stdin)))
    except BrokenPipeError:
        return 1
    except (AfterwordError, OSError) as error:
        _say(str(error).replace("\n", " ")[:_LINE])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
