"""The gallery in the docs shows what is drawn today; where it does not: ``make pictures``."""

import json
from pathlib import Path

from bot.commands.results import answer_results
from tests.bot.gallery.drawings import context_of, draw_chat, drawn_now
from tests.bot.gallery.year import kept_year, read_config

GALLERY = Path(__file__).parents[2] / "docs" / "pictures" / "gallery"
MOST, MOST_TOGETHER = 80_000, 4_000_000


async def test_the_gallery_shows_what_is_drawn_today(tmp_path: Path) -> None:
    config = read_config(tmp_path)
    async with kept_year(tmp_path) as store:
        now = await drawn_now(config, store)
        answer = await answer_results(context_of(config, store, "hr"), ("after_call", "nps"))
        canvases = await draw_chat(context_of(config, store, "hr"))
    noted = json.loads((GALLERY / "drawn.json").read_text())
    old = sorted(name for name in {*now, *noted} if now.get(name) != noted.get(name))
    assert not old, f"drawn otherwise than docs/pictures/gallery shows: {old}. Run: make pictures"
    assert answer.image is not None
    assert answer.image.png == canvases["results"].png()  # what is kept is what is sent


def test_the_gallery_is_small() -> None:
    sizes = {file.name: file.stat().st_size for file in GALLERY.glob("*.webp")}
    assert len(sizes) >= 15
    assert max(sizes.values()) < MOST, sizes
    assert sum(sizes.values()) < MOST_TOGETHER
