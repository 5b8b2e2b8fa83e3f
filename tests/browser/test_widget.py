"""The widget on a page of another origin, in a real browser."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.answering import ANSWERS, WORDS
from tests.browser.browsing import DESKTOP, LANGUAGES, PHONE, SCREENS, Screen, visit
from tests.browser.hosting import Host, hosting
from tests.browser.judging import assert_sound, focus_ring
from tests.browser.site import Site, free_port, running_site

EVERYWHERE = [(screen, code) for screen in SCREENS for code in LANGUAGES]
NAMES = [f"{s.name}-{c}" for s, c in EVERYWHERE]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Site, Host]]:
    port = free_port()
    folder, web = tmp_path_factory.mktemp("widget"), f'{{ origins: ["http://127.0.0.1:{port}"] }}'
    async with (
        running_site(folder, web=web) as site,
        hosting(site.url, port) as host,
    ):
        yield site, host


@pytest.fixture
def site(service: tuple[Site, Host]) -> Site:
    return service[0]


@pytest.fixture
def host(service: tuple[Site, Host]) -> Host:
    """The other site with nothing on its page, however the last test left it."""
    host = service[1]
    host.embedded, host.language, host.strict, host.hostile = "", "en", False, False
    host.asked.clear()
    return host


async def responses(site: Site) -> int:
    return (await site.counts()).get("responses", 0)


async def stored(page: Page) -> str:
    return str(await page.evaluate("() => JSON.stringify({...localStorage}) + document.cookie"))


def words_of(site: Site, language: str) -> dict[str, str]:
    texts = site.service.config.languages[language].texts
    return {key: text.replace("{company}", "Acme") for key, text in texts.items()}


async def begin(page: Page) -> None:
    """Wait until the widget stands on the page, and as long as a person looks at it at least."""
    await page.locator("section.card h2, .opener, dialog h2").first.wait_for()
    await page.wait_for_timeout(1300)


@pytest.mark.parametrize(("screen", "language"), EVERYWHERE, ids=NAMES)
async def test_thumbs_up_is_thanked_and_thumbs_down_is_asked(
    browser: Browser, site: Site, host: Host, screen: Screen, language: str
) -> None:
    host.embed(survey="helpful", source="docs")
    host.language = language
    before = await responses(site)
    for thumb in (1, 0):
        async with visit(browser, screen=screen, language="sv") as page:
            await page.goto(host.url)
            await begin(page)
            assert await page.locator(".root").get_attribute("lang") == language
            await assert_sound(page)
            await page.locator(".options button").nth(thumb).click()
            await page.locator(".notice").wait_for()
            await assert_sound(page)
            if not thumb:
                question = {"en": "How can we help?", "fi": "Miten voimme auttaa?"}.get(language)
                assert (question or "?") in await page.inner_text("h2")
                await page.locator("textarea").fill(WORDS)
                await page.locator(".main").click()
                await page.locator("textarea").wait_for(state="detached")
                await assert_sound(page)
            assert await page.locator(".main").count() == 0
    assert await responses(site) == before + 2


@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.name)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_every_kind_of_question_by_pointer(
    browser: Browser, site: Site, host: Host, screen: Screen, dark: bool
) -> None:
    host.embed(survey="kinds")
    before = await responses(site)
    async with visit(browser, screen=screen, dark=dark) as page:
        await page.goto(host.url)
        await begin(page)
        for answer in ANSWERS.values():
            heading = await page.inner_text("h2")
            await assert_sound(page)
            await give(page, answer)
            await page.wait_for_function(
                "was => [...document.querySelectorAll('main > div')].some(e => e.shadowRoot &&"
                " e.shadowRoot.querySelector('h2').innerText !== was)",
                arg=heading,
            )
        assert await page.locator(".options, textarea").count() == 0
        await assert_sound(page)
    assert await responses(site) == before + 1


async def give(page: Page, answer: str) -> None:
    """Answer the question in the widget with a pointer."""
    field = page.locator("textarea, input[inputmode]")
    tick = page.locator(f"input[type=checkbox][value='{answer}']")
    if await field.count():
        await field.fill(answer)
        await page.locator(".main").click()
    elif await tick.count():
        await tick.check()
        await page.locator(".main").click()
    else:
        order = {"3": 2, "2": 1, "4": 3, "7": 6, "9": 9, "1": 1, "broken": 1}
        await page.locator(".options button").nth(order[answer]).click()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nps_in_a_dialog_by_keyboard_alone(
    browser: Browser, site: Site, host: Host, language: str
) -> None:
    host.embed(survey="opinion", show="button", language=language)
    before = await responses(site)
    async with visit(browser, screen=DESKTOP) as page:
        await page.goto(host.url)
        await begin(page)
        await page.evaluate("() => document.body.focus()")
        await press_until(page, "opener")
        await page.keyboard.press("Enter")
        await page.locator("dialog[open]").wait_for()
        await assert_sound(page)
        await press_until(page, "", tag="BUTTON", inside=".options")
        for _ in range(9):
            await page.keyboard.press("ArrowRight")
        assert await focus_ring(page.locator(".options button").nth(9)) >= 2
        await page.keyboard.press("Enter")
        await page.locator("textarea").wait_for()
        assert await focused(page) == "H2"  # a screen reader goes on with the next question
        await press_until(page, "", tag="TEXTAREA")
        await page.keyboard.type(WORDS)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.locator("textarea").wait_for(state="detached")
        assert WORDS in str(await page.inner_text("[role=status]"))
        await page.keyboard.press("Escape")
        await page.locator("dialog").wait_for(state="detached")
        assert await page.locator(".opener").evaluate("e => e.getRootNode().activeElement === e")
    assert await responses(site) == before + 1


async def test_the_focus_stays_in_the_dialog_and_escape_keeps_nothing(
    browser: Browser, site: Site, host: Host
) -> None:
    host.embed(survey="opinion", show="button")
    before = await site.counts()
    async with visit(browser) as page:
        await page.goto(host.url)
        await page.locator(".opener").click()
        await page.locator("dialog[open]").wait_for()
        for _ in range(30):
            await page.keyboard.press("Tab")
            assert await page.evaluate("() => document.activeElement.tagName") in ("DIV", "BODY")
        await page.locator(".close").click()
        await page.locator("dialog").wait_for(state="detached")
        assert await stored(page) == "{}"
    assert await site.counts() == before


async def focused(page: Page) -> str:
    return str(
        await page.evaluate(
            "() => { const e = document.activeElement;"
            " return ((e.shadowRoot && e.shadowRoot.activeElement) || e).tagName; }"
        )
    )


async def press_until(page: Page, name: str, *, tag: str = "", inside: str = "") -> None:
    """Press Tab until the focus in the widget is on what is looked for."""
    for _ in range(30):
        found = await page.evaluate(
            "([name, tag, inside]) => { const h = document.activeElement;"
            " const e = h && h.shadowRoot && h.shadowRoot.activeElement;"
            " return !!e && (!name || e.classList.contains(name)) && (!tag || e.tagName === tag)"
            " && (!inside || !!e.closest(inside)); }",
            [name, tag, inside],
        )
        if found:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {name or tag}")


@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.name)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_comment_card(
    browser: Browser, site: Site, host: Host, screen: Screen, language: str
) -> None:
    host.embed(survey="@card", language=language)
    before = (await site.counts()).get("cards", 0)
    texts = words_of(site, language)
    async with visit(browser, screen=screen) as page:
        await page.goto(host.url)
        await begin(page)
        await page.get_by_role("button", name=texts["card_open"]).click()
        await assert_sound(page)
        await page.locator(".main:not(.opener)").click()  # nothing written: nothing sent
        await page.get_by_role("textbox", name=texts["card_ask"]).fill(WORDS)
        await page.get_by_role("button", name=texts["card_good"]).click()
        await page.locator("input[type=email]").fill("anna@example.com")
        await page.locator("dialog .main").click()
        await page.locator("textarea").wait_for(state="detached")
        assert await page.inner_text("h2") in texts["card_praised"]
        await assert_sound(page)
        await page.keyboard.press("Escape")
    assert (await site.counts())["cards"] == before + 1


@pytest.mark.parametrize("show", ["inline", "button", "corner"])
async def test_a_strict_policy_and_a_hostile_stylesheet_do_no_harm(
    browser: Browser, site: Site, host: Host, show: str
) -> None:
    host.embed(survey="opinion", show=show)
    host.strict = True
    async with visit(browser) as page:  # anything the browser blocks is a complaint, and fails
        await page.goto(host.url)
        await begin(page)
        if show == "button":
            await page.locator(".opener").click()
        await page.locator(".options button").nth(10).click()
        await page.locator("textarea").wait_for()
        assert await page.evaluate("() => document.styleSheets.length") == 0
    host.strict, host.hostile = False, True
    async with visit(browser) as page:
        await page.goto(host.url)
        await begin(page)
        if show == "button":
            await page.locator(".opener").click()
        size = await page.locator("h2").evaluate("e => getComputedStyle(e).fontSize")
        assert size == "18px"
        spacing = await page.locator("h2").evaluate("e => getComputedStyle(e).letterSpacing")
        assert spacing == "normal"


async def test_nothing_is_stored_before_the_first_press_and_no_cookie_ever(
    browser: Browser, site: Site, host: Host
) -> None:
    host.embed(survey="helpful")
    before = await site.counts()
    async with visit(browser) as page:
        await page.goto(host.url)
        await begin(page)
        assert await stored(page) == "{}"
        assert await site.counts() == before
        await page.locator(".options button").first.click()
        await page.locator(".notice").wait_for()
        assert "visitor" in await stored(page)
        assert await page.context.cookies() == []


async def test_who_answered_is_not_asked_again(browser: Browser, site: Site, host: Host) -> None:
    host.embed(survey="helpful")
    async with visit(browser) as page:
        await page.goto(host.url)
        await begin(page)
        await page.locator(".options button").nth(1).click()
        await page.locator(".notice").wait_for()
        await page.goto(host.url)
        await page.wait_for_load_state("networkidle")
        assert await page.locator(".card").count() == 0


async def test_a_corner_that_was_closed_does_not_come_back(
    browser: Browser, site: Site, host: Host
) -> None:
    host.embed(survey="opinion", show="corner")
    async with visit(browser) as page:
        await page.goto(host.url)
        await begin(page)
        assert await page.evaluate("() => document.activeElement.tagName") == "BODY"
        await assert_sound(page)
        await page.locator(".close").click()
        assert "visitor" not in await stored(page)
        await page.goto(host.url)
        await page.wait_for_load_state("networkidle")
        assert await page.locator(".card").count() == 0


async def test_an_answer_can_be_changed(browser: Browser, site: Site, host: Host) -> None:
    host.embed(survey="helpful")
    before = await responses(site)
    async with visit(browser) as page:
        await page.goto(host.url)
        await begin(page)
        await page.locator(".options button").nth(1).click()
        await page.locator(".change").click()
        await page.locator(".options button[aria-pressed=true]").wait_for()
        await assert_sound(page)
        await page.locator(".options button").nth(0).click()
        await page.locator("textarea").wait_for()
    assert await responses(site) == before + 1


async def test_a_page_opens_a_survey_by_itself_and_the_visitor_goes_on(
    browser: Browser, site: Site, host: Host
) -> None:
    host.embedded = (
        f'<script src="{site.url}/widget.js" defer></script><button id="ask">Ask</button>'
    )
    before = await responses(site)
    async with visit(browser) as page:
        await page.goto(host.url)
        for again in (False, True):
            await page.locator("#ask").focus()
            await page.evaluate("() => Afterword.open('opinion', {source: 'widget'})")
            await page.locator("dialog[open]").wait_for()
            if again:  # where they were
                await page.locator("dialog textarea").wait_for()
                break
            await page.wait_for_timeout(1300)
            await page.locator(".options button").nth(7).click()
            await page.locator("textarea").wait_for()
            await page.keyboard.press("Escape")
            await page.locator("dialog").wait_for(state="detached")
            assert await page.evaluate("() => document.activeElement.id") == "ask"
    assert await responses(site) == before + 1


async def test_several_widgets_stand_on_one_page(browser: Browser, site: Site, host: Host) -> None:
    host.embedded = (
        '<div data-afterword="helpful"></div><div data-afterword="@card" data-show="inline"></div>'
        f'<script src="{site.url}/widget.js" defer></script>'
    )
    async with visit(browser, screen=PHONE) as page:
        await page.goto(host.url)
        await page.locator("textarea").wait_for()
        await page.locator(".pictures").first.wait_for()
        await assert_sound(page)


async def test_what_is_refused_shows_nothing_and_says_why_on_the_console(
    browser: Browser, site: Site, host: Host
) -> None:
    for survey in ("kinds-not-public", "brief"):
        host.embed(survey=survey)
        said: list[str] = []
        async with visit(browser, quiet=False) as page:
            page.on("console", lambda message, said=said: said.append(message.text))
            await page.goto(host.url)
            await page.wait_for_load_state("networkidle")
            assert await page.locator(".card").count() == 0
        assert any("Is the survey public" in text for text in said)


async def test_who_presses_at_once_is_asked_to_press_again(
    browser: Browser, site: Site, host: Host
) -> None:
    host.embed(survey="helpful")
    before = await responses(site)
    async with visit(browser, quiet=False) as page:
        await page.goto(host.url)
        await page.locator(".options button").nth(1).click()
        await page.locator(".notice").wait_for()
        assert words_of(site, "en")["press_again"] in await page.inner_text(".notice")
        assert await responses(site) == before
        await page.wait_for_timeout(1300)
        await page.locator(".options button").nth(1).click()
        await page.locator(".change").wait_for()
    assert await responses(site) == before + 1


async def test_a_page_that_is_not_listed_gets_nothing(
    browser: Browser, site: Site, host: Host
) -> None:
    before = await site.counts()
    async with hosting(site.url, free_port()) as stranger:
        stranger.embed(survey="helpful")
        async with visit(browser, quiet=False) as page:
            await page.goto(stranger.url)
            await page.wait_for_load_state("networkidle")
            assert await page.locator(".card").count() == 0
            sent = await page.evaluate(
                """async url => fetch(url, {method: 'POST', headers: {'Content-Type': 'application/json'},
                body: '{}'}).then(() => 'read', () => 'blocked')""",
                f"{site.url}/w/v1/surveys/helpful",
            )
            assert sent == "blocked"
    assert await site.counts() == before


async def test_a_service_that_is_away_is_said_and_nothing_is_lost(
    browser: Browser, site: Site, host: Host
) -> None:
    host.embed(survey="opinion")
    before = await responses(site)
    async with visit(browser, quiet=False) as page:
        await page.goto(host.url)
        await begin(page)
        await page.route("**/w/v1/**", lambda route: route.abort())
        await page.locator(".options button").nth(4).click()
        await page.locator(".notice").wait_for()
        assert words_of(site, "en")["try_again"] in await page.inner_text(".notice")
        await page.unroute("**/w/v1/**")
        await page.locator(".options button").nth(4).click()
        await page.locator("textarea").wait_for()
    assert await responses(site) == before + 1


async def test_where_storage_is_forbidden_it_works_as_long_as_the_page(
    browser: Browser, site: Site, host: Host
) -> None:
    host.embed(survey="opinion")
    before = await responses(site)
    async with visit(browser) as page:
        await page.add_init_script(
            "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }});"
        )
        await page.goto(host.url)
        await begin(page)
        await page.locator(".options button").nth(8).click()
        await page.locator("textarea").fill(WORDS)
        await page.locator(".main").click()
        await page.locator("textarea").wait_for(state="detached")
    assert await responses(site) == before + 1
