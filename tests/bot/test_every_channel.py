"""The same story on every channel, over sockets: asked, answered, changed, stopped, blocked,
throttled, forged, repeated. What is left out is left out by what the channel can do.
"""

from pathlib import Path

import pytest

from channels import CHANNELS
from tests.bot.drivers.story import SECTIONS, play
from tests.bot.drivers.table import NAMES, driver_of
from tests.bot.write_transcripts import LOOP, TRANSCRIPTS

LEFT_OUT = {
    "sandbox": {"Forged"},
    "web": {"Blocked", "Throttled"},
    "email": set(),
    "telegram": set(),
    "slack": set(),
    "messenger": {"Changed"},
    "sms": {"Changed"},
    "voice": {"Changed"},
}
"""Channel -> the sections that cannot be played there: written here once more for the channels we
ship, so that no capability takes a section away unnoticed. One that is added need not be here."""


@pytest.mark.parametrize("name", NAMES)
async def test_the_story_is_played_and_its_transcript_kept(name: str, tmp_path: Path) -> None:
    page = await play(driver_of(name), tmp_path)
    kept = TRANSCRIPTS / f"{name}.md"
    assert kept.is_file(), f"run `make transcripts`: there is no docs/transcripts/{name}.md"
    assert page == kept.read_text(encoding="utf-8"), "run `make transcripts` and look at the diff"


@pytest.mark.parametrize("name", NAMES)
def test_a_section_is_left_out_only_by_a_capability(name: str) -> None:
    entry = CHANNELS[name]
    adapter, can = entry.adapter_class(), entry.capabilities()
    reasons = {part.title: part.ruled_out(adapter, can) for part in SECTIONS}
    left_out = {title for title, reason in reasons.items() if reason}
    assert left_out == LEFT_OUT.get(name, left_out)
    for reason in filter(None, reasons.values()):
        assert "`Capabilities." in reason or "`Channel." in reason


def test_every_transcript_is_of_a_channel() -> None:
    pages = {page.stem for page in TRANSCRIPTS.glob("*.md")} - {"README", LOOP}
    assert pages == set(CHANNELS)
