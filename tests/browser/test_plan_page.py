"""The plan's page in a real browser: sound for everybody, on a phone and on a desk."""

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.browsing import SCREENS, Screen, visit
from tests.browser.judging import assert_sound
from tests.plan.test_plan import calls, fill, plan, write


@pytest.mark.parametrize("screen", SCREENS, ids=[screen.name for screen in SCREENS])
async def test_the_plan_is_sound(browser: Browser, tmp_path: Path, screen: Screen) -> None:
    path = write(tmp_path, limits={"per_day": 1}, throttle={"recontact": "3d"})
    await fill(path, calls())
    page = tmp_path / "plan.html"
    other = write(tmp_path, "calmer.yaml", throttle={"recontact": "30d", "on_limit": "skip"})
    await plan(path, format="html", out=page, against=str(other), days=14)
    async with visit(browser, screen=screen, language="en") as window:
        await window.goto(page.as_uri())
        await assert_sound(window)
