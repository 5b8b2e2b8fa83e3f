"""Pictures for the docs: ``python -m tests.browser.pictures`` draws the survey page on a phone and
a desktop and the widget, as contact sheets in docs/pictures. With a folder it draws every page in
every language there, light and dark, for somebody to look at.
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
from tests.browser.hosting import Host, hosting
from tests.browser.ready import missing
from tests.browser.site import Site, free_port, running_site

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


async def paste(
    browser: Browser, shots: Sequence[bytes], *, columns: int, width: int = 1280
) -> bytes:
    """Give one picture of many, as a JPEG."""
    images = "".join(
        f'<img src="data:image/png;base64,{base64.b64encode(shot).decode()}">' for shot in shots
    )
    page = await browser.new_page(viewport={"width": width + 24, "height": 100})
    await page.set_content(_SHEET.format(width=width, columns=columns, images=images))
    sheet: bytes = await page.screenshot(full_page=True, type="jpeg", quality=72)
    await page.close()
    return sheet


async def draw_pages(browser: Browser, folder: Path, *, everything: bool = False) -> None:
    """Draw the sheets of the survey page: each question once, in one language after the other.

    ``everything`` draws a sheet for each language, screen and scheme instead, to look at.
    """
    with tempfile.TemporaryDirectory() as place:
        async with running_site(Path(place)) as site:
            for screen, columns in ((PHONE, 6), (DESKTOP, 4)):
                shots = {
                    (code, dark): await photograph(browser, site, screen, code, dark=dark)
                    for code in LANGUAGES
                    for dark in (False, True)
                }
                if everything:
                    for (code, dark), taken in shots.items():
                        name = f"{screen.name}-{code}-{'dark' if dark else 'light'}.jpg"
                        (folder / name).write_bytes(await paste(browser, taken, columns=columns))
                    continue
                turns = (*LANGUAGES, *LANGUAGES, "en", "fi")
                mixed = [shots[code, n % 6 == 5][n] for n, code in enumerate(turns)]
                sheet = await paste(browser, mixed, columns=columns)
                (folder / f"survey-{screen.name}.jpg").write_bytes(sheet)


async def draw_widget(browser: Browser, folder: Path) -> None:
    """Draw the widget as it stands on somebody's page: eight moments on a phone."""
    port = free_port()
    web = f'{{ origins: ["http://127.0.0.1:{port}"] }}'
    with tempfile.TemporaryDirectory() as place:
        async with running_site(Path(place), web=web) as site, hosting(site.url, port) as host:
            shots = [
                shot
                for dark in (False, True)
                for shot in [
                    *await thumbs(browser, host, dark=dark),
                    await corner(browser, host, dark=dark),
                    await card(browser, host, dark=dark),
                ]
            ]
    (folder / "widget.jpg").write_bytes(await paste(browser, shots, columns=4, width=1160))


async def thumbs(browser: Browser, host: Host, *, dark: bool) -> list[bytes]:
    """Thumbs in the text of a page, and what follows a thumb down."""
    host.embed(survey="helpful", source="docs")
    async with visit(browser, dark=dark) as page:
        await page.goto(host.url)
        await page.locator(".options").wait_for()
        first = await page.screenshot()
        await page.locator(".options button").first.click()
        await page.locator("textarea").wait_for()
        return [first, await page.screenshot()]


async def corner(browser: Browser, host: Host, *, dark: bool) -> bytes:
    """NPS in a corner."""
    host.embed(survey="opinion", show="corner")
    async with visit(browser, dark=dark) as page:
        await page.goto(host.url)
        await page.locator(".options").wait_for()
        shot: bytes = await page.screenshot()
        return shot


async def card(browser: Browser, host: Host, *, dark: bool) -> bytes:
    """The comment card in its window."""
    host.embed(survey="@card")
    async with visit(browser, dark=dark) as page:
        await page.goto(host.url)
        await page.locator(".opener").click()
        await page.locator("dialog[open]").wait_for()
        shot: bytes = await page.screenshot()
        return shot


async def draw(folder: Path, *, everything: bool) -> None:
    """Draw all of it."""
    async with chromium() as browser:
        await draw_widget(browser, folder)
        await draw_pages(browser, folder, everything=everything)


if __name__ == "__main__":
    if missing():
        sys.exit("\n".join(missing()))
    elsewhere = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    asyncio.run(draw(elsewhere or PICTURES, everything=elsewhere is not None))
