"""One fence a library: what one adapter is built on is imported by that adapter only."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from channels import CHANNELS

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "channels", "scheduler", "storage", "surveys")
SHARED = {"aiohttp", "jinja2", "markupsafe", "orjson"}
"""Libraries that several parts are built on."""


def imports(path: Path) -> Iterator[str]:
    """Give the libraries a file imports, by their first name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        yield from (name.partition(".")[0] for name in names)


def part_of(path: Path) -> str:
    """Give the channel a file belongs to, else its room."""
    room, *rest = path.relative_to(ROOT).with_suffix("").parts
    return rest[0] if room == "channels" and rest[0] in CHANNELS else room


def users() -> dict[str, set[str]]:
    """Give the parts that import each library that is not Python's own."""
    found: dict[str, set[str]] = defaultdict(set)
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for library in imports(path):
                if library not in sys.stdlib_module_names and library not in ROOMS:
                    found[library].add(part_of(path))
    return found


def test_a_channels_own_library_is_used_by_that_channel_only() -> None:
    strayed = {
        library: sorted(parts)
        for library, parts in users().items()
        if parts & CHANNELS.keys() and len(parts) > 1 and library not in SHARED
    }
    assert not strayed, f"used by more than the channel they are for: {strayed}"


def test_what_is_shared_is_shared() -> None:
    assert {library for library in SHARED if len(users()[library]) < 2} == set()
