"""The results page in a real browser: phone and desktop, light and dark, with a script and without,
by keyboard alone, and brought up to date under its reader's eyes.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.bot.results.office import MAIJA, Given, Office, hundred, office
from tests.bot.results.test_live import asked
from tests.browser.answering import press_answer, tab_to
from tests.browser.browsing import DESKTOP, SCREENS, Screen, visit
from tests.browser.judging import assert_accessible, assert_fits, assert_sound, focus_ring
from tests.browser.site import free_port

LONG = "Liikenneturvallisuusasiantuntija-Kahdeksankymmentäkolme von Habsburg-Lothringen"


@asynccontextmanager
async def filled(folder: Path) -> AsyncIterator[Office]:
    """An office with answers of two teams, and comments."""
    port = free_port()
    async with office(folder, port=port, public_url=f"http://127.0.0.1:{port}") as here:
        sales = [
            Given(nps=n % 11, csat=1 + n % 5, team="sales", agent=LONG, days_ago=n % 29)
            for n in range(40)
        ]
        words = [
            Given(nps=9, words="Quick and friendly, thank you!", language="en"),
            Given(nps=2, words="Jonotin 40 minuuttia. " * 12, days_ago=1),
            Given(nps=6, words="x" * 300, team="sales", days_ago=3),
        ]
        choices = [Given(csat=5, survey="delivery", days_ago=4)] * 9
        await here.give(*hundred(), *sales, *words, *choices)
        yield here


async def arrive(page: Page, link: str) -> None:
    """Open a link, and wait for the stream where there is a script."""
    answer = await page.goto(link)
    assert answer is not None
    assert answer.status == 200
    assert "/r/" in page.url
    assert len(page.url.rpartition("/")[2]) < 40


async def is_live(page: Page) -> None:
    await page.locator("html.live").wait_for(state="attached")


async def open_everything(page: Page) -> None:
    await page.evaluate("() => document.querySelectorAll('details').forEach(d => d.open = true)")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.name)
async def test_the_page_is_sound(
    browser: Browser, tmp_path: Path, screen: Screen, dark: bool
) -> None:
    async with filled(tmp_path) as here, visit(browser, screen=screen, dark=dark) as page:
        await arrive(page, here.link("Otto"))
        await is_live(page)
        await assert_sound(page)
        await open_everything(page)
        await assert_sound(page)
        await page.goto(f"{here.service.url}/r/?survey=delivery&period=90d&q=nothing")
        await assert_sound(page)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.name)
async def test_pages_with_nothing_on_them_are_sound(
    browser: Browser, tmp_path: Path, screen: Screen
) -> None:
    async with filled(tmp_path) as here, visit(browser, screen=screen, quiet=False) as page:
        await arrive(page, here.link("Otto", team="nowhere"))
        await assert_sound(page)
        for path in ("?period=today", "?period=whenever", f"{'a' * 40}"):
            await page.goto(f"{here.service.url}/r/{path}")
            await assert_sound(page)


async def test_an_answer_is_on_the_page_within_a_second(browser: Browser, tmp_path: Path) -> None:
    async with filled(tmp_path) as here, visit(browser) as page:
        await arrive(page, here.link("Maija"))
        await is_live(page)
        score = page.locator("#after-call-nps-nps-2003-0-10-customer .score").first
        before = await score.inner_text()
        await page.locator(".question summary").first.click()
        await page.locator("#q").focus()
        await page.keyboard.type("half a wor")
        took = []
        for round_ in range(3):
            text = f"Just now {round_}"
            await here.give(Given(nps=0, words=text, days_ago=0))
            began = time.monotonic()
            await page.locator("blockquote", has_text=text).wait_for()
            took.append(time.monotonic() - began)
        print("an answer was on the page after", [f"{seconds:.2f} s" for seconds in took])
        assert sorted(took)[1] < 1, took  # as from another machine: by the watch's own look
        assert await score.inner_text() != before
        assert await page.locator(".question details[open]").count() == 1
        assert await page.evaluate("() => document.activeElement.id") == "q"
        assert await page.locator("#q").input_value() == "half a wor"


async def test_an_answer_pressed_on_a_page_shows_at_once(browser: Browser, tmp_path: Path) -> None:
    """One window asks for results, another answers a survey."""
    async with filled(tmp_path) as here:
        token = await asked(here)
        async with visit(browser, screen=DESKTOP) as page, visit(browser) as other:
            await arrive(page, here.link("Otto"))
            await is_live(page)
            facts = page.locator(".card .facts").first
            before = await facts.inner_text()
            await other.goto(f"{here.service.url}/s/{token}")
            await press_answer(other, "0")
            began = time.monotonic()
            await page.wait_for_function(
                "before => document.querySelector('.card .facts').innerText !== before", arg=before
            )
            assert time.monotonic() - began < 1


async def test_it_can_be_held_still(browser: Browser, tmp_path: Path) -> None:
    async with filled(tmp_path) as here, visit(browser) as page:
        await arrive(page, here.link("Maija"))
        await is_live(page)
        await page.locator("#pause").click()
        assert await page.locator("#pause").inner_text() == "Go on"
        await here.give(Given(nps=0, words="While you were away", days_ago=0))
        await page.wait_for_timeout(1500)
        assert await page.locator("blockquote", has_text="While you").count() == 0
        await page.locator("#pause").click()
        await page.locator("blockquote", has_text="While you").wait_for()


async def test_who_is_taken_off_the_list_sees_nothing_any_more(
    browser: Browser, tmp_path: Path
) -> None:
    async with filled(tmp_path) as here, visit(browser, quiet=False) as page:
        await arrive(page, here.link("Otto"))
        await is_live(page)
        here.list_staff(MAIJA)
        await page.locator("body.gone").wait_for(timeout=5000)
        assert "no longer good" in await page.inner_text("h1")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
async def test_filters_by_keyboard_alone(
    browser: Browser, tmp_path: Path, javascript: bool
) -> None:
    async with filled(tmp_path) as here, visit(browser, javascript=javascript) as page:
        await arrive(page, here.link("Otto"))
        await page.keyboard.press("Tab")
        assert await page.evaluate("() => document.activeElement.className") == "skip"
        await tab_to(page, ".filters > summary")
        assert await focus_ring(page.locator(":focus")) >= 2
        await page.keyboard.press("Enter")
        await tab_to(page, "#survey")
        await page.keyboard.type("after_call")
        await tab_to(page, "#period")
        await page.keyboard.type("90d")
        await tab_to(page, "#team")
        await page.keyboard.type("sales")
        await tab_to(page, ".filters button")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        assert "team=sales" in page.url
        assert "41 answers" in await page.inner_text("#overview")
        await tab_to(page, "#q", most=60)
        await page.keyboard.type("xxx")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        assert await page.locator("blockquote").count() == 1
        assert await page.locator("#team").input_value() == "sales"


@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.name)
async def test_without_a_script_it_is_the_same_page(
    browser: Browser, tmp_path: Path, screen: Screen
) -> None:
    async with (
        filled(tmp_path) as here,
        visit(browser, screen=screen, javascript=False) as page,
    ):
        await arrive(page, here.link("Otto"))
        await assert_sound(page, javascript=False)
        assert not await page.locator("#pause").is_visible()
        await page.get_by_role("link", name="Load again").click()
        assert await page.locator("svg[role=img]").count() >= 4


async def test_it_prints_in_black_on_white(browser: Browser, tmp_path: Path) -> None:
    async with filled(tmp_path) as here, visit(browser, dark=True) as page:
        await arrive(page, here.link("Otto"))
        await page.emulate_media(media="print", color_scheme="dark")
        ground = await page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        ink = await page.evaluate("() => getComputedStyle(document.body).color")
        assert (ground, ink) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
        for hidden in (".filters", ".search", "#pause", "footer form"):
            assert not await page.locator(hidden).is_visible()
        await assert_fits(page)
        await assert_accessible(page)
