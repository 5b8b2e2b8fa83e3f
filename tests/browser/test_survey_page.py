"""The survey page in a real browser: every kind of question, two screens, five languages."""

import asyncio

import pytest
from playwright.async_api import Browser

from tests.browser.answering import (
    ANSWERS,
    WORDS,
    press_answer,
    question_id,
    take_a_moment,
    type_answer,
)
from tests.browser.browsing import LANGUAGES, PHONE, SCREENS, Screen, visit
from tests.browser.judging import assert_sound, focus_ring
from tests.browser.site import Site

EVERYWHERE = [(screen, code) for screen in SCREENS for code in LANGUAGES]


@pytest.mark.parametrize(
    ("screen", "language"), EVERYWHERE, ids=[f"{s.name}-{c}" for s, c in EVERYWHERE]
)
async def test_every_question_is_sound_from_link_to_thanks(
    browser: Browser, site: Site, screen: Screen, language: str
) -> None:
    link = await site.invite("kinds", language)
    async with visit(browser, screen=screen, language=language) as page:
        await page.goto(link)
        assert await page.get_attribute("html", "lang") == language
        for name, answer in ANSWERS.items():
            assert await question_id(page) == name
            await assert_sound(page)
            await press_answer(page, answer)
        assert await question_id(page) == ""
        await assert_sound(page)
        await page.reload()
        assert await question_id(page) == ""


@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.name)
async def test_dark_pages_can_be_read(browser: Browser, site: Site, screen: Screen) -> None:
    link = await site.invite("kinds")
    async with visit(browser, screen=screen, dark=True) as page:
        await page.goto(link)
        ground = await page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert max(map(int, ground[4:-1].split(","))) < 64
        for answer in ANSWERS.values():
            if await page.locator("input[name=v]").count():
                await page.locator("input[name=v]").first.check(force=True)
            await assert_sound(page)
            await press_answer(page, answer)
        await assert_sound(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
async def test_the_keyboard_alone_is_enough(browser: Browser, site: Site, javascript: bool) -> None:
    link = await site.invite("kinds")
    before = (await site.counts()).get("responses", 0)
    async with visit(browser, javascript=javascript) as page:
        await page.goto(link)
        for name, answer in ANSWERS.items():
            assert await question_id(page) == name
            await type_answer(page, answer)
        assert await question_id(page) == ""
    counts = await site.counts()
    assert counts["responses"] == before + 1
    export = await site.service.store.counts()
    assert export["invitations.completed"] >= 1


async def test_the_focus_can_be_seen(browser: Browser, site: Site) -> None:
    link = await site.invite("kinds")
    async with visit(browser) as page:
        await page.goto(link)
        for _ in range(4):  # the scale, Send, the two links at the foot
            await page.keyboard.press("Tab")
            assert await focus_ring(page.locator(":focus")) >= 2


@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.name)
async def test_without_a_script_it_is_the_same_page(
    browser: Browser, site: Site, screen: Screen
) -> None:
    link = await site.invite("kinds", "fi")
    async with visit(browser, screen=screen, language="fi", javascript=False) as page:
        await page.goto(link)
        for name, answer in ANSWERS.items():
            assert await question_id(page) == name
            await assert_sound(page, javascript=False)
            await press_answer(page, answer)
        assert await question_id(page) == ""
        assert WORDS in await page.inner_text("#notice")


async def test_a_link_from_a_mail_ticks_and_a_person_sends(browser: Browser, site: Site) -> None:
    link = await site.invite("kinds")
    before = (await site.counts()).get("responses", 0)
    async with visit(browser) as page:
        await page.goto(f"{link}?q=nps&v=7")
        assert await page.locator("input[value='7']").is_checked()
        assert (await site.counts()).get("responses", 0) == before
        await assert_sound(page)
        await take_a_moment(page)
        await page.locator("button[value=send]").click()
        assert await question_id(page) == "csat"
    assert (await site.counts())["responses"] == before + 1


async def test_nothing_chosen_is_not_sent(browser: Browser, site: Site) -> None:
    link = await site.invite("kinds")
    async with visit(browser) as page:
        await page.goto(link)
        await page.locator("button[value=send]").click()
        assert await question_id(page) == "nps"


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
async def test_the_answer_just_given_can_be_changed(
    browser: Browser, site: Site, javascript: bool
) -> None:
    link = await site.invite("kinds")
    before = (await site.counts()).get("responses", 0)
    async with visit(browser, javascript=javascript) as page:
        await page.goto(link)
        await press_answer(page, "3")
        await assert_sound(page, javascript=javascript)
        await page.locator(".change").click()
        await page.locator("input[value='3']:checked").wait_for(state="attached")
        await press_answer(page, "8")
        assert await question_id(page) == "csat"
        assert "8" in await page.inner_text("#notice")
    assert (await site.counts())["responses"] == before + 1


async def test_another_answer_pressed_in_the_mail_replaces_the_first(
    browser: Browser, site: Site
) -> None:
    link = await site.invite("kinds")
    async with visit(browser) as page:
        for value in ("9", "4"):
            await page.goto(f"{link}?q=nps&v={value}")
            assert await question_id(page) == "nps"
            assert await page.locator(f"input[value='{value}']").is_checked()
            await take_a_moment(page)
            await page.locator("button[value=send]").click()
            await page.locator("#notice").wait_for()
        assert "4" in await page.inner_text("#notice")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_closed_survey_and_a_wrong_link_say_so(
    browser: Browser, site: Site, language: str
) -> None:
    link = await site.invite("brief", language)
    await asyncio.sleep(1.1)  # the survey closes a second after it was sent
    bank = site.service.config.languages[language]
    async with visit(browser, screen=PHONE, language=language) as page:
        await page.goto(link)
        assert bank.texts["closed"].split(".")[0] in await page.inner_text("main")
        await assert_sound(page)
    async with visit(browser, screen=PHONE, language=language, quiet=False) as page:
        answer = await page.goto(link[:-4] + "AAAA")
        assert answer is not None
        assert answer.status == 404
        assert bank.texts["gone"].split(".")[0] in await page.inner_text("main")
        await assert_sound(page)
