"""The conformance suite over every channel there is."""

import ast
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.conformance import Conformance
from tests.channels.needs import CAPABILITIES, LEVERS, lacking
from tests.channels.rig import Rig
from tests.channels.rigs import RIGS


@pytest.fixture(params=sorted(RIGS))
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with RIGS[request.param]() as built:
        for reason in lacking(built, request.function):
            pytest.skip(reason)
        yield built


class TestEveryChannel(Conformance):
    """Runs the suite; ``-k telegram`` picks one channel."""


def sections() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Give every section of the suite."""
    return (
        (name, section)
        for name, section in inspect.getmembers(Conformance, inspect.isfunction)
        if name.startswith("test_")
    )


async def test_what_is_left_out_is_left_out_by_what_the_channel_says_it_can_do() -> None:
    """Every section is stood by a channel at least, and spared by a declared capability only."""
    stood: set[str] = set()
    for build in RIGS.values():
        async with build() as made:
            for name, section in sections():
                reasons = list(lacking(made, section))
                stood |= set() if reasons else {name}
                for reason in reasons:
                    owner, _, rest = reason.partition(".")
                    known = {"Capabilities": CAPABILITIES, "Channel": LEVERS.keys()}[owner]
                    assert rest.split()[0] in known
    assert stood == {name for name, _ in sections()}


def test_no_section_skips_by_itself() -> None:
    """`pytest.skip` and its like stand in one place, above."""
    here = Path(__file__).parent
    for path in sorted({Path(inspect.getfile(kind)) for kind in Conformance.__mro__[:-1]}):
        assert path.parent == here
        called = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute)
        }
        assert not called & {"skip", "skipif", "xfail", "importorskip"}, path.name
