"""Broken files: each names below itself every fault it has, where, and what is suggested.

A line ``# fault LINE:COLUMN | message | nearest name | hint`` expects one fault; there are no others.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.config import ConfigError, Fault, Registry, load_config

FILES = sorted((Path(__file__).parent / "broken").glob("*.yaml"))


def expected_faults(path: Path) -> list[tuple[str, ...]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    parts = [
        [part.strip() for part in line.removeprefix("# fault ").split("|")]
        for line in lines
        if line.startswith("# fault ")
    ]
    return [(*part, "", "")[:4] for part in parts]


def as_written(fault: Fault) -> tuple[str, ...]:
    return (f"{fault.line}:{fault.column}", fault.message, fault.nearest, fault.hint)


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_fault_is_named(path: Path, registry: Registry, environ: Mapping[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(path, environ, registry=registry)
    assert [as_written(fault) for fault in caught.value.faults] == expected_faults(path)
    for fault in caught.value.faults:
        assert fault.file == path.name
        shown = fault.render()
        assert shown.startswith(f"{path.name}:{fault.line}:{fault.column}: error: ")
        if len(fault.source) <= 120:  # longer lines are shown in part
            caret = next(line for line in shown.splitlines() if line.endswith("^"))
            assert caret.index("^") - caret.index("|") == fault.column + 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_secret_is_named(path: Path, registry: Registry, environ: Mapping[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(path, environ, registry=registry)
    told = str(caught.value) + repr(caught.value.faults)
    for secret in (
        "write-key-value",
        "telegram-value",
        "literal-secret",
        "secret-token",
        "me:pass",
        "not-a-real-one",
    ):
        assert secret not in told
