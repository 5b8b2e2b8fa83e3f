"""The results page and the weekly mail on a phone in every language: fitting and readable by all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.commands.grammar import Request
from bot.reports.contents import Contents
from bot.reports.page import inside, render_page
from bot.reports.sections import compose
from bot.service import Service
from bot.words import words_of
from tests.bot.gallery.drawings import weekly
from tests.bot.gallery.year import LANGUAGES, NOW, kept_year, read_config
from tests.browser.browsing import visit
from tests.browser.judging import assert_accessible, assert_fits, assert_sound
from tests.browser.site import free_port

_SMALLEST = """() => [...document.querySelectorAll('body *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
  .filter(e => e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 11)
  .map(e => e.outerHTML.slice(0, 120))"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def year(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Service, Contents]]:
    """The year of answers behind the whole service, and what the weekly report says of it."""
    folder: Path = tmp_path_factory.mktemp("year")
    config = read_config(folder, free_port())
    async with kept_year(folder) as store:
        contents = await weekly(config, store)
    async with Service(config, clock=lambda: NOW) as service:
        yield service, contents


@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_page_is_sound_in_every_language(
    browser: Browser, year: tuple[Service, Contents], code: str
) -> None:
    service, _ = year
    member = next(one for one in service.config.staff if one.language == code)
    async with visit(browser, language=code, dark=code in ("hr", "lv")) as page:
        await page.goto(service.results.link(member, Request()))
        await page.locator("html.live").wait_for(state="attached")
        await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        await assert_sound(page)
        assert not await page.evaluate(_SMALLEST)
        await page.locator("#pause").click()
        assert await page.locator("#pause").inner_text() == words_of(code).say("go_on")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_mail_is_sound_in_every_language(
    browser: Browser, year: tuple[Service, Contents], code: str, dark: bool
) -> None:
    _, contents = year
    async with visit(browser, dark=dark) as page:
        fetched: list[str] = []
        page.on("request", lambda request: fetched.append(request.url[:5]))
        await page.set_content(render_page(compose(contents, words_of(code)), code, inside))
        await assert_fits(page)
        await assert_accessible(page)
        assert not await page.evaluate(_SMALLEST)
        assert set(fetched) <= {"data:"}
