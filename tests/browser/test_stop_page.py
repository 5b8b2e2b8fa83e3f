"""The stop page in a real browser: asks once, stops, and offers the way back."""

import pytest
from playwright.async_api import Browser

from tests.browser.answering import tab_to
from tests.browser.browsing import LANGUAGES, SCREENS, Screen, visit
from tests.browser.judging import assert_sound
from tests.browser.site import Site

EVERYWHERE = [(screen, code) for screen in SCREENS for code in LANGUAGES]


@pytest.mark.parametrize(
    ("screen", "language"), EVERYWHERE, ids=[f"{s.name}-{c}" for s, c in EVERYWHERE]
)
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
async def test_stop_and_the_way_back(
    browser: Browser, site: Site, screen: Screen, language: str, javascript: bool
) -> None:
    link = await site.stop_link(language)
    bank = site.service.config.languages[language]
    async with visit(browser, screen=screen, language=language, javascript=javascript) as page:
        await page.goto(link)
        for key in ("stop", "resume", "stop"):
            await assert_sound(page, javascript=javascript)
            words = bank.texts[key].replace("{company}", "Acme")
            async with page.expect_navigation():
                await page.get_by_role("button", name=words).click()


async def test_the_keyboard_stops_too(browser: Browser, site: Site) -> None:
    link = await site.stop_link()
    async with visit(browser) as page:
        await page.goto(link)
        await tab_to(page, "button")
        await page.keyboard.press("Enter")
        bank = site.service.config.languages["en"]
        await page.get_by_role("button", name=bank.texts["resume"]).wait_for()
