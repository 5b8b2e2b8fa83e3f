"""The demo: the real service, with a simulated business and simulated customers around it.

Nothing heavy is imported here, so that Ctrl-C is friendly from the very start.
"""

import os
import signal
import sys

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOPPED = "Stopped. Nothing is left behind."
MOST_CALLS = 20_000


def run_demo(*, port: int, calls: int, leave: bool) -> int:
    """Run the demo; with ``leave`` it stops after the report. Gives the exit status."""
    fault = _fault(port, calls)
    if fault:
        print(f"afterword: {fault}", file=sys.stderr)
        return 2
    for number in STOP_SIGNALS:
        signal.signal(number, _leave_at_once)
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr] # bars in an ASCII terminal
    from bot.demo.play import play  # noqa: PLC0415 - takes a second

    return play(port=port, calls=calls, leave=leave)


def _fault(port: int, calls: int) -> str:
    if not 0 <= port <= 65_535:
        return f"--port {port}: a port is a number from 0 (any free one) to 65535"
    if not 1 <= calls <= MOST_CALLS:
        return f"--calls {calls}: simulate from 1 to {MOST_CALLS} calls"
    return ""


def _leave_at_once(_number: int, _frame: object) -> None:
    """Leave while the program is still being read: there is nothing to tidy up yet."""
    print(f"\n{STOPPED}", flush=True)
    os._exit(0)
