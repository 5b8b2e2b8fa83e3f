"""The gallery: ``make pictures`` draws what colleagues read, at phone size and in every language, and
keeps it in docs/pictures/gallery. With a folder it draws there, larger, for somebody to look at.

What is drawn is noted beside the pictures (drawn.json), so that a test tells when they are old.
"""

import asyncio
import base64
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser

from bot.charts.canvas import Canvas
from bot.commands.grammar import Request
from bot.reports.page import inside, render_page
from bot.reports.sections import compose
from bot.service import Service
from bot.words import words_of
from tests.bot.gallery.drawings import context_of, draw_chat, drawn_now, extremes, weekly
from tests.bot.gallery.year import LANGUAGES, NOW, kept_year, read_config
from tests.browser.browsing import PHONE, Screen, chromium, visit
from tests.browser.pictures import PICTURES
from tests.browser.ready import missing
from tests.browser.site import free_port

GALLERY = PICTURES / "gallery"
WIDE = Screen("mail", 640, 900, touch=False)
_PASTE = """async ([shots, width, quality]) => {
  const images = await Promise.all(shots.map(async one => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + one;
    await image.decode();
    return image;
  }));
  const gap = 8, sizes = images.map(i => Math.round(i.height * width / i.width));
  const canvas = document.createElement('canvas');
  canvas.width = (width + gap) * images.length - gap;
  canvas.height = Math.max(...sizes);
  const pen = canvas.getContext('2d');
  pen.imageSmoothingQuality = 'high';
  pen.fillStyle = '#aeb6b5';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  images.forEach((image, n) => pen.drawImage(image, n * (width + gap), 0, width, sizes[n]));
  return canvas.toDataURL(quality ? 'image/webp' : 'image/png', quality || undefined).split(',')[1];
}"""


async def paste(
    browser: Browser, shots: Sequence[bytes], *, width: int = 375, quality: float = 0.44
) -> bytes:
    """Give pictures beside each other, each so wide: WebP, or PNG where the quality is 0."""
    page = await browser.new_page()
    given = [[base64.b64encode(shot).decode() for shot in shots], width, quality]
    made: str = await page.evaluate(_PASTE, given)
    await page.close()
    return base64.b64decode(made)


async def photograph_page(
    browser: Browser,
    page_of: str,
    screen: Screen,
    *,
    dark: bool = False,
    parts: int = 3,
    skip: int = 0,
) -> list[bytes]:
    """Give pictures of a page, one screen below the other."""
    taken = []
    async with visit(browser, screen=screen, dark=dark) as page:
        await page.set_content(page_of)
        await page.locator("img").last.wait_for()
        for number in range(skip, skip + parts):
            await page.evaluate("y => window.scrollTo(0, y)", number * screen.height)
            taken.append(await page.screenshot())
    return taken


async def photograph_results(browser: Browser, service: Service, code: str) -> list[bytes]:
    """Give the live page on a phone: its head by day, what is below by night."""
    member = next(one for one in service.config.staff if one.language == code)
    link = service.results.link(member, Request())
    taken = []
    for dark, places in ((False, (0, 1)), (True, (2, 3))):
        async with visit(browser, dark=dark, language=code) as page:
            await page.goto(link)
            await page.locator("html.live").wait_for(state="attached")
            for number in places:
                await page.evaluate("y => window.scrollTo(0, y)", number * PHONE.height)
                taken.append(await page.screenshot())
    return taken


class Drawer:
    """Draws everything into a folder; ``large`` keeps each picture by itself as it was taken."""

    def __init__(self, browser: Browser, folder: Path, *, large: bool) -> None:
        self._browser, self._folder, self._large = browser, folder, large

    async def keep(self, name: str, shots: Sequence[bytes], *, width: int = 375) -> None:
        """Keep pictures as one sheet, or each by itself."""
        if self._large:
            for number, shot in enumerate(shots, 1):
                (self._folder / f"{name}-{number}.png").write_bytes(shot)
            shots = [await paste(self._browser, shots, width=width, quality=0)]
            (self._folder / f"{name}.png").write_bytes(shots[0])
            return
        sheet = await paste(self._browser, shots, width=width)
        (self._folder / f"{name}.webp").write_bytes(sheet)

    async def chat(self, name: str, canvases: Sequence[Canvas]) -> None:
        """Keep what a chat shows."""
        await self.keep(name, [canvas.png() for canvas in canvases])

    async def mail(self, code: str, page: str) -> None:
        """Keep the weekly mail on a phone, by day and by night."""
        shots = await photograph_page(self._browser, page, PHONE, parts=3)
        shots += await photograph_page(self._browser, page, PHONE, dark=True, parts=1, skip=3)
        await self.keep(f"mail-{code}", shots)

    async def draw(self) -> None:
        """Draw it all."""
        with tempfile.TemporaryDirectory() as place:
            config = read_config(Path(place), free_port())
            async with kept_year(Path(place)) as store:
                contents = await weekly(config, store)
                for code in LANGUAGES:
                    words = words_of(code)
                    page = render_page(compose(contents, words), code, inside)
                    await self.mail(code, page)
                    canvases = await draw_chat(context_of(config, store, code))
                    await self.chat(f"chat-{code}", list(canvases.values()))
                    if code in ("de", "lv") or self._large:
                        await self.chat(f"extremes-{code}", list(extremes(code).values()))
                    if code == "en":
                        wide = await photograph_page(self._browser, page, WIDE, parts=2)
                        await self.keep("mail-wide", wide, width=640)
                noted = await drawn_now(config, store)
            async with Service(config, clock=lambda: NOW) as service:
                for code in LANGUAGES:
                    shots = await photograph_results(self._browser, service, code)
                    await self.keep(f"page-{code}", shots)
        (self._folder / "drawn.json").write_text(json.dumps(noted, indent=1, sort_keys=True) + "\n")


async def _draw(folder: Path, *, large: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    async with chromium() as browser:
        await Drawer(browser, folder, large=large).draw()


if __name__ == "__main__":
    if missing():
        sys.exit("\n".join(missing()))
    elsewhere = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    asyncio.run(_draw(elsewhere or GALLERY, large=elsewhere is not None))
