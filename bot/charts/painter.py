"""The painter's own process: turns SVG into PNG for `bot.charts.painting`, one after the other.

Run as a file, not as a part of the package, so that it holds the one library and nothing else. A
request is four bytes of length and the arguments of resvg as JSON; the answer is four bytes of
length and the picture, no bytes where it could not be drawn. It ends when nobody is left to ask.
"""

import json
import signal
import sys

import resvg_py


def main() -> None:
    """Answer requests until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asks
    read, write = sys.stdin.buffer, sys.stdout.buffer
    while len(head := read.read(4)) == 4:
        wanted = json.loads(read.read(int.from_bytes(head)))
        try:
            png = bytes(resvg_py.svg_to_bytes(**wanted))
        except ValueError:
            png = b""
        write.write(len(png).to_bytes(4) + png)
        write.flush()


if __name__ == "__main__":
    main()
