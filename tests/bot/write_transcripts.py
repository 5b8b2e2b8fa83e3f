"""Write the transcripts anew: ``python -m tests.bot.write_transcripts [CHANNEL ...]``.

Look at each difference before you keep it.
"""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bot.drivers.story import play
from tests.bot.drivers.table import NAMES, driver_of

TRANSCRIPTS = Path(__file__).parents[2] / "docs" / "transcripts"


def write_transcript(name: str) -> None:
    """Play the story on one channel and keep what went over the wires."""
    with TemporaryDirectory() as folder:
        page = asyncio.run(play(driver_of(name), Path(folder)))
    TRANSCRIPTS.mkdir(exist_ok=True)
    (TRANSCRIPTS / f"{name}.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or NAMES:
        write_transcript(wanted)
