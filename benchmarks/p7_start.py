"""P7, starting: from ``python -m bot run`` to a 200 of /ready, and the memory held then.

``make bench`` or ``python -m benchmarks.p7_start``.
"""

import http.client
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Line, arguments, at_most, in_turn, median, print_table
from benchmarks.process import Child, running
from benchmarks.setting import email_block, telegram_block, write_config

_LIMITS = {"e-mail + web": (1.5, 90), "e-mail + web + Telegram": (8, 220)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Seconds to /ready, of the clock and of the processor, and megabytes held then."""

    seconds: float
    cpu: float
    memory: float


def main() -> None:
    parser = arguments(__doc__ or "", size=1, unit="starts a round")
    parser.add_argument("--no-telegram", action="store_true", help="measure the lean start only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        telegram = stack.enter_context(running("benchmarks.provider", "telegram"))
        mail = stack.enter_context(running("benchmarks.provider", "mail"))
        lean = {"email": email_block(mail.port), "web": "{}"}
        wanted = {"e-mail + web": lean}
        if not options.no_telegram:
            wanted["e-mail + web + Telegram"] = {**lean, "telegram": telegram_block(telegram.url)}
        starts = in_turn(
            options.rounds * options.size,
            {
                kind: _starting(Path(name) / str(number), channels)
                for number, (kind, channels) in enumerate(wanted.items())
            },
        )
    print_table("P7 start", [line for kind in wanted for line in _lines(kind, starts[kind])])


def _starting(folder: Path, channels: Mapping[str, str]) -> Callable[[int], Start]:
    folder.mkdir()
    config = write_config(folder, f"sqlite://{folder}/afterword.db", channels)

    def start(_round: int) -> Start:
        child = Child("bot", "run", "--log", "warning", "--config", str(config))
        try:
            child.wait()
            while not _is_ready(child):
                time.sleep(0.005)
            return Start(seconds=child.age, cpu=child.cpu(), memory=child.memory())
        finally:
            child.stop()

    return start


def _is_ready(child: Child) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", child.port, timeout=5)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _lines(kind: str, starts: list[Start]) -> list[Line]:
    seconds, megabytes = _LIMITS[kind]
    cpu = median([start.cpu for start in starts])
    return [
        at_most(f"{kind}: to /ready", median([s.seconds for s in starts]), seconds, "s"),
        Line(workload=f"{kind}: processor", ours=f"{cpu:.2f} s"),
        at_most(f"{kind}: memory", median([s.memory for s in starts]), megabytes, "MB"),
    ]


if __name__ == "__main__":
    main()
