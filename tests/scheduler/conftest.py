"""What the tests of the scheduler share: a spine, which tests with needs of their own replace."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scheduler.spine import Spine, a_spine


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    async with a_spine(tmp_path) as made:
        yield made
