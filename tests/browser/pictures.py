"""Pictures for the docs: ``python -m tests.browser.pictures`` draws the survey page on a phone and
a desktop, in every language, as contact sheets in docs/pictures.
"""

import asyncio
import base64
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser

from tests.browser.answering import ANSWERS, press_answer
from tests.browser.browsing import DESKTOP, LANGUAGES, PHONE, Screen, chromium, visit
from tests.browser.ready import missing
from tests.browser.site import Site, running_site

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"

_SHEET = """<!doctype html><style>
body {{ margin: 0; padding: 12px; width: {width}px; background: #d9dedd; display: grid; gap: 12px;
  grid-template-columns: repeat({columns}, 1fr); }}
img {{ width: 100%; display: block; border-radius: 6px; }}
</style>{images}"""


async def photograph(
    browser: Browser, site: Site, screen: Screen, language: str, *, dark: bool
) -> list[bytes]:
    """Walk through the survey of all kinds and give a picture of each page."""
    link = await site.invite("kinds", language)
    taken = []
    async with visit(browser, screen=screen, language=language, dark=dark) as page:
        await page.goto(link)
        for answer in ANSWERS.values():
            taken.append(await page.screenshot())
            await press_answer(page, answer)
        taken.append(await page.screenshot())
    return taken


async def paste(browser: Browser, shots: Sequence[bytes], *, columns: int, width: int) -> bytes:
    """Give one picture of many, as a JPEG."""
    images = "".join(
        f'<img src="data:image/png;base64,{base64.b64encode(shot).decode()}">' for shot in shots
    )
    page = await browser.new_page(viewport={"width": width + 24, "height": 100})
    await page.set_content(_SHEET.format(width=width, columns=columns, images=images))
    sheet: bytes = await page.screenshot(full_page=True, type="jpeg", quality=72)
    await page.close()
    return sheet


async def draw(folder: Path, *, everything: bool = False) -> None:
    """Draw the sheets: each page of the survey once, every language beside the others.

    ``everything`` draws a sheet for each language, screen and scheme instead, to look at.
    """
    with tempfile.TemporaryDirectory() as place:
        async with chromium() as browser, running_site(Path(place)) as site:
            for screen, columns, width in ((PHONE, 6, 1280), (DESKTOP, 4, 1280)):
                shots = {
                    (code, dark): await photograph(browser, site, screen, code, dark=dark)
                    for code in LANGUAGES
                    for dark in (False, True)
                }
                if everything:
                    for (code, dark), taken in shots.items():
                        sheet = await paste(browser, taken, columns=columns, width=width)
                        name = f"{screen.name}-{code}-{'dark' if dark else 'light'}.jpg"
                        (folder / name).write_bytes(sheet)
                    continue
                mixed = [
                    shots[code, number % 6 == 5][number]
                    for number, code in zip(
                        range(12), (*LANGUAGES, *LANGUAGES, "en", "fi"), strict=True
                    )
                ]
                sheet = await paste(browser, mixed, columns=columns, width=width)
                (folder / f"survey-{screen.name}.jpg").write_bytes(sheet)


if __name__ == "__main__":
    if missing():
        sys.exit("\n".join(missing()))
    if len(sys.argv) > 1:
        asyncio.run(draw(Path(sys.argv[1]), everything=True))
    else:
        asyncio.run(draw(PICTURES))
