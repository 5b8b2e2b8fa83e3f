"""The conformance suite over every channel there is."""

from collections.abc import AsyncIterator

import pytest

from tests.channels.conformance import Conformance
from tests.channels.rig import Rig
from tests.channels.rigs import RIGS


@pytest.fixture(params=sorted(RIGS))
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with RIGS[request.param]() as built:
        yield built


class TestEveryChannel(Conformance):
    """Runs the suite; ``-k telegram`` picks one channel."""
