"""A real browser: Debian's Chromium, driven by Playwright, without a word to the outside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from tests.browser.ready import CHROMIUM

LANGUAGES = ("en", "fi", "de", "hr", "lv")

_FLAGS = (
    "--no-sandbox",  # containers of a CI seldom allow one; only our own pages are opened
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)


@dataclass(frozen=True, slots=True)
class Screen:
    """How large the window is, in CSS pixels, and whether fingers point on it."""

    name: str
    width: int
    height: int
    touch: bool


PHONE = Screen("phone", 375, 800, touch=True)
DESKTOP = Screen("desktop", 1280, 900, touch=False)
SCREENS = (PHONE, DESKTOP)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start Chromium; it is gone afterwards."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(_FLAGS))
        try:
            yield running
        finally:
            await running.close()


@asynccontextmanager
async def visit(
    browser: Browser,
    *,
    screen: Screen = PHONE,
    language: str = "en",
    javascript: bool = True,
    dark: bool = False,
    calm: bool = True,
    quiet: bool = True,
) -> AsyncIterator[Page]:
    """Open a window of its own: no cookies, no history, nothing stored.

    ``calm`` asks for reduced motion. Where ``quiet``, anything the page complains about on the
    console (a blocked style, a failed load, an uncaught error) fails the test at the end.
    """
    context = await browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        has_touch=screen.touch,
        locale=language,
        java_script_enabled=javascript,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce" if calm else "no-preference",
        device_scale_factor=1,
    )
    context.set_default_timeout(10_000)
    complaints: list[str] = []
    try:
        page = await context.new_page()
        page.on("console", lambda said: complaints.extend(_complaint(said)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        assert not (quiet and complaints), complaints
    finally:
        await context.close()


def _complaint(said: ConsoleMessage) -> list[str]:
    return [said.text] if said.type in ("error", "warning") else []
