"""Write the transcripts anew: ``python -m tests.bot.write_transcripts [CHANNEL ...]``.

Look at each difference before you keep it.
"""

import asyncio
import socket
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bot.drivers.story import play
from tests.bot.drivers.table import NAMES, driver_of
from tests.bot.loop_story import play_loop

TRANSCRIPTS = Path(__file__).parents[2] / "docs" / "transcripts"
LOOP = "loop"
"""The transcript that is of two channels: a bad answer on one, put right from the other."""


def write_transcript(name: str) -> None:
    """Play the story on one channel, or the loop, and keep what went over the wires."""
    with TemporaryDirectory() as folder:
        told = (
            play_loop(Path(folder), free_port())
            if name == LOOP
            else play(driver_of(name), Path(folder))
        )
        page = asyncio.run(told)
    TRANSCRIPTS.mkdir(exist_ok=True)
    (TRANSCRIPTS / f"{name}.md").write_text(page, encoding="utf-8")


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    for wanted in sys.argv[1:] or (*NAMES, LOOP):
        write_transcript(wanted)
