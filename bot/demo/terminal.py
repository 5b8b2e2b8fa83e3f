"""What the demo says on the terminal: live bars for a person, plain lines for a file or a pipe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from bot.demo import STOPPED
from bot.demo.simulation import Count, Simulation

Show = Callable[[Count], None]


class _PipedConsole(Console):
    """Whoever reads us may stop reading; that is theirs to decide and no fault."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class Terminal:
    """Speaks to whoever started the demo."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or _PipedConsole(highlight=False)

    def open(self, url: str, wished: int, calls: int) -> None:
        """Say what runs and what happens now."""
        port = int(url.rpartition(":")[2])
        if wished not in (0, port):
            self._say(f"Port {wished} is taken, so the demo uses {port}.")
        self._say(f"The real service runs on {url} with a throw-away database.")
        self._say(
            f"Acme's telephone system now reports {calls:,} ended {_plural('call', calls)}. Every "
            "tenth caller is asked, in a chat or by mail, and some of them answer."
        )
        self._say("")

    @contextmanager
    def progress(self, simulation: Simulation) -> Iterator[Show]:
        """Give what shows each count while the simulation runs."""
        if not self._console.is_terminal:
            yield self._lines(simulation)
            return
        with _Bars(self._console, simulation) as show:
            yield show

    def simulated(self, seconds: float) -> None:
        """Say how long it all took."""
        self._say(f"\nAsked, answered and counted in {seconds:.0f} s.")

    def quote(self, title: str, text: str) -> None:
        """Show one message as it was received."""
        self._say("")
        self._console.print(Panel(Text(text), title=title, title_align="left", expand=False))

    def invite(self, url: str) -> None:
        """Name the page and what to try on it."""
        self._say("\nNow play it yourself:", style="bold")
        self._console.print(f"  {url}/demo", style="bold", soft_wrap=True)
        self._say(
            "  1. End a call, and answer as Sam, the customer: a 2, say.\n"
            "  2. Watch the phone of Maija, who leads the team.\n"
            "  3. Press Claim as Maija, then Solved: Sam is asked whether it is put right.\n"
            "  4. Ask as Maija: /results nps by agent\n"
            "Ctrl-C stops the demo and removes everything."
        )

    def stopped(self) -> None:
        """Say goodbye; the terminal itself may be gone by now."""
        try:
            self._say(f"\n{STOPPED}")
        except OSError:
            return

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style))

    def _lines(self, simulation: Simulation) -> Show:
        """Print a line whenever another quarter of the calls is in, and one at the end."""
        quarter, printed = max(1, simulation.calls // 4), -1

        def show(count: Count) -> None:
            nonlocal printed
            if count.calls // quarter > printed or count.finished:
                printed = count.calls // quarter
                self._say(
                    f"customers {count.customers}, calls {count.calls}, asked {count.asked}, "
                    f"answered {count.answered}, alerts {count.alerts}"
                )

        return show


class _Bars:
    """Live bars; what has no known end is only counted."""

    def __init__(self, console: Console, simulation: Simulation) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            _Bar(30 if console.width >= 70 else 10),
            TextColumn("{task.completed:.0f}"),
            console=console,
        )
        add = self._progress.add_task
        self._tasks = (
            add("customers registered", total=simulation.customers),
            add("calls reported", total=simulation.calls),
            add("customers asked", total=simulation.asked),
            add("of these answered", total=simulation.asked),
            add("alerts to leaders", total=None),
        )

    def __enter__(self) -> Show:
        self._progress.start()
        return self._show

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def _show(self, count: Count) -> None:
        values = (count.customers, count.calls, count.asked, count.answered, count.alerts)
        for task, value in zip(self._tasks, values, strict=True):
            self._progress.update(task, completed=value)


class _Bar(ProgressColumn):
    """A bar in one colour, and none where there is no end to come near to."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self._bar = BarColumn(width, style="dim", complete_style="green", finished_style="green")

    def render(self, task: Task) -> RenderableType:
        """Give the bar of one task."""
        return self._bar.render(task) if task.total is not None else ""


def _plural(word: str, number: int) -> str:
    return word if number == 1 else f"{word}s"
