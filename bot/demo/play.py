"""The play: starts everything, lets the simulation run, tells the terminal, stops cleanly."""

import asyncio
import os
import secrets
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Coroutine
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import uvloop

from bot.config import load_config
from bot.demo import STOP_SIGNALS
from bot.demo.simulation import Simulation
from bot.demo.stage import LEADER, Stage
from bot.demo.terminal import Terminal
from bot.logs import set_up_logs
from bot.service import Service
from channels.sandbox import Sandbox
from surveys.errors import AfterwordError

CONFIG = Path(__file__).parent / "config.yaml"
HOST = "127.0.0.1"
PORTS_TRIED = 20
MANAGER = "ana"
PATIENCE = 1.0
"""Seconds that messages under way get when the demo stops."""
QUESTIONS = ("/results", "/results nps by team")


def play(*, port: int, calls: int, leave: bool) -> int:
    """Run the demo until it ends or is told to stop; gives the exit status."""
    set_up_logs("error")
    try:
        uvloop.run(_play(port, calls, leave=leave))
    except BrokenPipeError:
        raise
    except (AfterwordError, OSError, aiohttp.ClientError) as error:
        print(f"afterword: the demo could not go on: {error}", file=sys.stderr)
        return 1
    return 0


async def _play(port: int, calls: int, *, leave: bool) -> None:
    stop, terminal = _stop_on_signals(), Terminal()
    with tempfile.TemporaryDirectory(prefix="afterword-demo-") as folder:
        environ = make_environ(folder, find_port(port))
        stage = Stage(environ["DEMO_WRITE_KEY"])
        async with Service(load_config(CONFIG, environ), extend=stage.add_routes) as service:
            stage.service = service
            terminal.open(service.url, port, calls)
            simulation = Simulation(service, environ["DEMO_WRITE_KEY"], calls)
            await _until(stop, _perform(service, simulation, terminal, leave=leave))
            hurrying = asyncio.create_task(_hurry(service))
        hurrying.cancel()
    for number in STOP_SIGNALS:  # the loop is about to let go of them
        signal.signal(number, signal.SIG_IGN)
    if stop.is_set():
        terminal.stopped()


async def _perform(
    service: Service, simulation: Simulation, terminal: Terminal, *, leave: bool
) -> None:
    """Simulate, report, and, unless told to leave, stay for the visitor."""
    began = time.monotonic()
    async with aclosing(simulation.run()) as counts:
        with terminal.progress(simulation) as show:
            async for count in counts:
                show(count)
    terminal.simulated(time.monotonic() - began)
    chats = service.channels["telegram"]
    assert isinstance(chats, Sandbox)  # noqa: S101 - the demo's own configuration says so
    alerts = [said for said in chats.history(LEADER) if said.message and said.message.buttons]
    if alerts:
        terminal.quote("What Maija, who leads the support team, was told last", alerts[-1].text)
    for question in QUESTIONS:
        message = await service.commands.answer("telegram", MANAGER, question)
        if message:
            terminal.quote(f"Ana, a manager, asks {question}", message.text)
    if not leave:
        terminal.invite(service.url)
        await asyncio.Event().wait()


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Await some work, and give it up as soon as ``stop`` is set."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    working.cancel()
    ends = await asyncio.gather(working, stopping, return_exceptions=True)
    if isinstance(ends[0], Exception):
        raise ends[0]


async def _hurry(service: Service) -> None:
    """Give up what is still being sent after `PATIENCE`: a real service waits for it, but all of
    this is thrown away.
    """
    await asyncio.sleep(PATIENCE)
    names = {f"lane {name}" for name in service.lanes}
    for task in asyncio.all_tasks():
        if task.get_name() in names:
            task.cancel()


def _stop_on_signals() -> asyncio.Event:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    return stop


def make_environ(folder: str, port: int) -> dict[str, str]:
    """Give what config.yaml is filled in with."""
    return {
        "DEMO_LISTEN": f"{HOST}:{port}",
        "DEMO_URL": f"http://{HOST}:{port}",
        "DEMO_DATABASE": f"sqlite://{folder}/demo.db",
        "DEMO_WRITE_KEY": secrets.token_urlsafe(16),
        "DEMO_TIMEZONE": local_zone(),
    }


def find_port(wished: int) -> int:
    """Give the wished port, else one of those right after it, else any free one."""
    for port in (*range(wished, min(wished + PORTS_TRIED, 65_536)), 0):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise OSError("no port is free on this machine")


def local_zone() -> str:
    """Give the name of this machine's time zone, so that times match the visitor's clock."""
    link = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    for name in (os.environ.get("TZ", "").lstrip(":"), link):
        try:
            ZoneInfo(name)
        except (ValueError, OSError, LookupError):
            continue
        return name
    return "UTC"
