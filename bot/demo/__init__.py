"""The demo: the real service, with a simulated business and simulated customers around it."""

import asyncio
import random
import secrets
import signal
import socket
import tempfile
from pathlib import Path

import uvloop
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.config import load_config
from bot.demo.business import Business, call_ended, make_people
from bot.demo.customers import Customers
from bot.demo.stage import Stage
from bot.logs import set_up_logs
from bot.service import Service
from channels.sandbox import Sandbox

CONFIG = Path(__file__).parent / "config.yaml"
SEED = 2026
QUIET_ROUNDS = 8
ROUND = 0.15


def run_demo(*, port: int, calls: int, leave: bool) -> int:
    """Run the demo; with ``leave`` it stops after the report. Gives the exit status."""
    set_up_logs("error")
    with tempfile.TemporaryDirectory(prefix="afterword-demo-") as folder:
        environ = {
            "DEMO_LISTEN": f"127.0.0.1:{_free(port)}",
            "DEMO_DATABASE": f"sqlite://{folder}/demo.db",
            "DEMO_WRITE_KEY": secrets.token_urlsafe(16),
        }
        environ["DEMO_URL"] = f"http://{environ['DEMO_LISTEN']}"
        return uvloop.run(_play(environ, calls, leave=leave))


async def _play(environ: dict[str, str], calls: int, *, leave: bool) -> int:
    config, console = load_config(CONFIG, environ), Console()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stage = Stage(environ["DEMO_WRITE_KEY"])
    async with Service(config, extend=stage.add_routes) as service:
        stage.service = service
        console.print(
            f"[bold]Afterword[/] is up on {service.url}. A telephone system now reports "
            f"{calls} ended calls; every tenth caller is asked."
        )
        playing = asyncio.create_task(_simulate(service, environ, calls, console))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([playing, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not playing.done():
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
            console.print("Stopped.")
            return 0
        await playing
        await _report(service, console)
        if not leave:
            console.print(f"\nPlay a customer and a team leader: [bold]{service.url}/demo[/]")
            console.print("Ctrl-C stops the demo; nothing is left behind.")
            await stopping
            console.print("Stopped.")
        stopping.cancel()
    return 0


async def _simulate(
    service: Service, environ: dict[str, str], calls: int, console: Console
) -> None:
    dice = random.Random(SEED)  # noqa: S311 - a play, not a secret
    people = make_people(max(1, calls // 3), dice)
    business = Business(service.url, environ["DEMO_WRITE_KEY"])
    sandboxes = {n: c for n, c in service.channels.items() if isinstance(c, Sandbox)}
    customers = Customers(people, sandboxes, dice)
    items = [person.identify() for person in people]
    items += [call_ended(n, dice.choice(people), dice) for n in range(1, calls + 1)]
    try:
        with _bars(console) as bars:
            sent = bars.add_task("events reported", total=len(items))
            asked = bars.add_task("customers asked", total=calls // 10)
            answered = bars.add_task("customers answering", total=calls // 10)
            told = bars.add_task("team leaders alerted", total=None)

            async def show() -> None:
                counts = await service.store.counts()
                alerts = sum(_lines(sandboxes, who) for who in ("maija", "ilze", "ana"))
                bars.update(asked, completed=sum(c for n, c in counts.items() if _is_asked(n)))
                bars.update(answered, completed=counts.get("responses", 0))
                bars.update(told, completed=alerts)

            async for done in business.send(items):
                bars.update(sent, completed=done)
                await customers.look()
                await show()
            quiet = 0
            while quiet < QUIET_ROUNDS:
                await asyncio.sleep(ROUND)
                quiet = 0 if await customers.look() else quiet + 1
                await show()
    finally:
        await customers.close()
        await business.close()


def _is_asked(name: str) -> bool:
    return name in ("invitations.asked", "invitations.started", "invitations.completed")


def _lines(sandboxes: dict[str, Sandbox], address: str) -> int:
    return sum(line.sender == "us" for line in sandboxes["telegram"].history(address))


async def _report(service: Service, console: Console) -> None:
    for question in ("/results", "/results nps by team"):
        message = await service.commands.answer("telegram", "ana", question)
        if message:
            console.print(Panel(message.text, title=f"Ana, manager: {question}", expand=False))


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<21}"), BarColumn(), MofNCompleteColumn(), console=console
    )


def _free(port: int) -> int:
    """Give the wished port, or a free one where it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found
