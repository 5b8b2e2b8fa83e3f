"""A scanner with a real browser: it runs scripts, keeps cookies and presses what it can see."""

import asyncio
import re

from playwright.async_api import Browser, Page

from surveys.scanner import CANARY
from tests.browser.answering import press_answer, question_id, take_a_moment
from tests.browser.browsing import visit
from tests.browser.judging import assert_sound
from tests.browser.site import Site

WAIT = re.compile("Please wait a moment")


async def submit(page: Page) -> None:
    """Tick something and send the form, by script and at once."""
    async with page.expect_navigation():
        await page.evaluate(
            """() => {
                const choice = document.querySelector("input[name=v]");
                if (choice) choice.checked = true;
                document.querySelector("button[value=send]").click();
            }"""
        )


async def responses(site: Site) -> int:
    return (await site.counts()).get("responses", 0)


async def test_a_scanner_that_opens_and_sends_everything_records_nothing(
    browser: Browser, site: Site
) -> None:
    link, before = await site.invite("kinds"), await responses(site)

    async with visit(browser) as page:
        for value in range(11):
            await page.request.get(f"{link}?q=nps&v={value}")

    async def scan(value: int) -> None:
        async with visit(browser) as page:
            await page.goto(f"{link}?q=nps&v={value}")
            await submit(page)
            assert WAIT.search(await page.inner_text("#notice"))
            for hidden in await page.locator("main a").all():
                await page.request.get(f"{site.url}/s/{await hidden.get_attribute('href')}")
            await submit(page)

    for start in (0, 4, 8):
        await asyncio.gather(*(scan(value) for value in range(start, min(start + 4, 11))))
    assert await responses(site) == before


async def test_after_it_a_person_presses_and_counts(browser: Browser, site: Site) -> None:
    link, before = await site.invite("kinds"), await responses(site)
    async with visit(browser, javascript=False) as page:
        for value in (0, 1, 2):
            await page.request.get(f"{link}?q=nps&v={value}")
        await page.request.get(f"{link}?{CANARY}=1")
        await page.goto(f"{link}?q=nps&v=9")
        await take_a_moment(page)
        async with page.expect_navigation():
            await page.locator("button[value=send]").click()
        assert WAIT.search(await page.inner_text("#notice"))
        assert await page.locator("input[value='9']").is_checked()
        await assert_sound(page, javascript=False)
        await page.wait_for_timeout(3100)
        await page.locator("button[value=send]").click()
        await page.wait_for_function("document.querySelector('[name=q]').value == 'csat'")
    assert await responses(site) == before + 1


async def test_the_hidden_link_is_hidden(browser: Browser, site: Site) -> None:
    link = await site.invite("kinds")
    async with visit(browser) as page:
        await page.goto(link)
        hidden = page.locator(f"a[href$='?{CANARY}=1']")
        assert await hidden.count() == 1
        assert not await hidden.is_visible()
        reached = []
        for _ in range(20):
            await page.keyboard.press("Tab")
            reached.append(
                await page.evaluate("() => document.activeElement.getAttribute('href') || ''")
            )
        assert not [href for href in reached if f"?{CANARY}=1" in href]
        tree = await page.locator("body").aria_snapshot()
        assert f"?{CANARY}=1" not in tree
        await press_answer(page, "9")
        assert await question_id(page) == "csat"
