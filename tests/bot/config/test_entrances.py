"""Entrances as the file says them."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import Config, ConfigError, Registry, load_config
from bot.config.entrances import MOST_SOURCES
from surveys.entrance import BUILT_IN, Entrance

FILE = """
service: {{ name: Acme, write_keys: ["${{WRITE_KEY}}"] }}
channels: {{ telegram: {{ token: "${{TELEGRAM_TOKEN}}" }} }}
surveys: {{ visit: {{ questions: [nps], {more} }} }}
"""


def load(folder: Path, more: str, registry: Registry, environ: Mapping[str, str]) -> Config:
    path = folder / "config.yaml"
    path.write_text(FILE.format(more=more), encoding="utf-8")
    return load_config(path, environ, registry=registry)


@pytest.mark.parametrize(
    ("more", "entrances"),
    [
        ("", {}),
        ("public: false", {}),
        ("public: true", {"visit": Entrance()}),
        ("public: {}", {"visit": Entrance()}),
        ("public: { sources: door }", {"visit": Entrance(sources=("door",))}),
        (
            "public: { sources: { door: shop, till: null }, team: web }",
            {"visit": Entrance(sources=("door", "till"), team="web", teams={"door": "shop"})},
        ),
        (
            "public: { sources: [door, till-2, door], team: shop, expires: 3d }",
            {"visit": Entrance(sources=("door", "till-2"), team="shop", expires=timedelta(days=3))},
        ),
    ],
)
def test_what_is_written_is_what_is_meant(
    tmp_path: Path,
    registry: Registry,
    environ: Mapping[str, str],
    more: str,
    entrances: Mapping[str, Entrance],
) -> None:
    assert load(tmp_path, more, registry, environ).entrances == entrances


def test_being_public_is_no_new_version_of_a_survey(
    tmp_path: Path, registry: Registry, environ: Mapping[str, str]
) -> None:
    closed = load(tmp_path, "", registry, environ).surveys["visit"]
    assert load(tmp_path, "public: true", registry, environ).surveys["visit"] == closed


def test_too_many_sources_are_refused(
    tmp_path: Path, registry: Registry, environ: Mapping[str, str]
) -> None:
    names = ", ".join(f"s{n}" for n in range(MOST_SOURCES + 1))
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, f"public: {{ sources: [{names}] }}", registry, environ)
    (fault,) = caught.value.faults
    assert fault.message == f"this has more than {MOST_SOURCES}"


def test_the_docs_name_every_source_that_is_always_known() -> None:
    docs = (Path(__file__).parents[3] / "docs" / "config.md").read_text(encoding="utf-8")
    assert not [name for name in BUILT_IN if f"`{name}`" not in docs]
