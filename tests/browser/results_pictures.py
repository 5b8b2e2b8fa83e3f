"""Pictures of the results page for the docs: ``python -m tests.browser.results_pictures`` draws it on
a phone and a desktop, light and dark, as contact sheets in docs/pictures; with a folder, there.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser

from tests.bot.results.office import Given, Office, office
from tests.browser.browsing import DESKTOP, PHONE, Screen, chromium, visit
from tests.browser.pictures import PICTURES, paste
from tests.browser.ready import missing
from tests.browser.site import free_port

SAID = (
    (9, "Quick and friendly, thank you!", "en", "Liisa", "support"),
    (3, "Jonotin neljäkymmentä minuuttia, ja sitten puhelu katkesi.", "fi", "Pekka", "support"),
    (10, "Pekka tiesi heti, mistä oli kyse. Kiitos!", "fi", "Pekka", "support"),
    (6, "The offer was not what I was promised on the phone.", "en", "Mia", "sales"),
    (9, "Alles bestens.", "de", "Tom", "sales"),
)
PLACES = (0, 620, 1240, 1900)
"""How far down the phone's pictures are taken, in CSS pixels."""


def plausible() -> list[Given]:
    """Give two months of answers: this one better than the last, Tom's customers less content."""
    given = []
    for n in range(420):
        agent, team = (
            ("Liisa", "support"),
            ("Pekka", "support"),
            ("Mia", "sales"),
            ("Tom", "sales"),
        )[n % 4]
        days = n * 13 % 60
        bad = (n * 7919) % 100 < (34 if days >= 30 else 16) + (12 if agent == "Tom" else 0)
        score = (n * 31) % 7 if bad else (7, 8, 9, 10, 9, 10, 10, 9)[n // 4 % 8]
        channel = ("telegram", "email", "telegram", "web")[n // 3 % 4]
        csat = 1 + score // 3 if bad else 4 + n // 7 % 2
        given.append(
            Given(nps=score, csat=csat, team=team, agent=agent, channel=channel, days_ago=days)
        )
    words = [
        Given(
            nps=score,
            csat=3 + score // 5,
            words=text,
            language=code,
            agent=agent,
            team=team,
            days_ago=place / 3,
        )
        for place, (score, text, code, agent, team) in enumerate(SAID)
    ]
    delivery = [
        Given(csat=(5, 4, 5, 3, 5)[n % 5], survey="delivery", days_ago=n % 29) for n in range(37)
    ]
    return [*given, *words, *delivery]


async def photograph(
    browser: Browser, here: Office, screen: Screen, places: Sequence[int], *, dark: bool
) -> list[bytes]:
    """Give a picture of the page at each place, scrolled so far down."""
    taken = []
    async with visit(browser, screen=screen, dark=dark) as page:
        await page.goto(here.link("Otto"))
        await page.locator("html.live").wait_for(state="attached")
        for place in places:
            await page.evaluate("y => window.scrollTo(0, y)", place)
            taken.append(await page.screenshot())
    return taken


async def draw_results(browser: Browser, folder: Path) -> None:
    """Draw both sheets."""
    with tempfile.TemporaryDirectory() as place:
        port = free_port()
        async with office(Path(place), port=port, public_url=f"http://127.0.0.1:{port}") as here:
            await here.give(*plausible())
            light = await photograph(browser, here, PHONE, PLACES[:2], dark=False)
            dark = await photograph(browser, here, PHONE, PLACES[2:], dark=True)
            sheet = await paste(browser, [*light, *dark], columns=4, width=1280)
            (folder / "results-phone.jpg").write_bytes(sheet)
            wide = [
                shot
                for night, places in ((False, (0, 760)), (True, (1160, 1980)))
                for shot in await photograph(browser, here, DESKTOP, places, dark=night)
            ]
            (folder / "results-desktop.jpg").write_bytes(await paste(browser, wide, columns=2))


async def _draw(folder: Path) -> None:
    async with chromium() as browser:
        await draw_results(browser, folder)


if __name__ == "__main__":
    if missing():
        sys.exit("\n".join(missing()))
    asyncio.run(_draw(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES))
