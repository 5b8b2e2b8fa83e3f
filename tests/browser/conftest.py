"""What a test in a real browser may ask for. All of them share one event loop, browser and site.

Every test in this folder carries the marker ``browser`` and is left out of the default run; where
Playwright is not installed the files are not even imported.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.browser.ready import missing

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.site import Site

collect_ignore_glob = ["test_*.py"] if missing() else []
_HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands here before pytest chooses what to run."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> "AsyncIterator[Browser]":
    """Chromium, started once. Each test opens a window of its own in it (`browsing.visit`)."""
    from tests.browser.browsing import chromium

    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> "AsyncIterator[Site]":
    """The whole service over sockets, with a mail server that carries its invitations."""
    from tests.browser.site import running_site

    async with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running
