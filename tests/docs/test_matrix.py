"""The table of channels is what the channels say of themselves."""

from dataclasses import fields

import pytest

from bot.matrix import ROWS, render_page
from channels import CHANNELS
from surveys.message import Capabilities
from tests.docs.reading import ROOT

PAGE = ROOT / "docs" / "channels" / "README.md"
OURS_ALONE = {"payload_bytes", "markup", "max_caption", "concurrency", "notes"}
"""Capabilities that are the business of adapters and of the dispatcher, and of no reader's."""


def test_the_page_is_what_the_objects_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_page(), "run `make docs`"


def test_every_capability_has_its_row() -> None:
    shown = {about for row in ROWS for about in row.about}
    known = {field.name for field in fields(Capabilities)}
    assert known - shown == OURS_ALONE
    assert shown <= known


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_every_note_of_a_channel_is_on_the_page(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for about, text in CHANNELS[name].capabilities().notes.items():
        assert any(about in row.about for row in ROWS), f"{about} is in no row"
        assert f"**{name}**: {text}" in page


def test_every_channel_is_a_column_and_a_link() -> None:
    head = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "|")
    assert [cell.strip() for cell in head.split("|")[2:-1]] == [f"[{n}]({n}.md)" for n in CHANNELS]
