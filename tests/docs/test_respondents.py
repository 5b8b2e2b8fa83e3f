"""The page about what customers may ask: each phrase in its table is heard as what it stands for."""

import pytest

from surveys.request import RequestKind, read_request
from tests.banks import BANKS
from tests.docs.reading import ROOT

PAGE = (ROOT / "docs" / "respondents.md").read_text(encoding="utf-8")
CODES = ("en", "fi", "de", "hr", "lv")


def rows() -> list[tuple[str, list[str]]]:
    """The table of phrases: a wish and what may be written, a language each."""
    lines = [line for line in PAGE.splitlines() if line.startswith("|") and line.count("`") > 2]
    cells = [[c.strip().strip("`") for c in line.strip("|").split("|")] for line in lines]
    return [(wish, phrases) for wish, *phrases in cells if len(phrases) == len(CODES)]


def test_every_wish_has_its_row() -> None:
    assert {wish for wish, _ in rows()} == set(RequestKind)


@pytest.mark.parametrize(("wish", "phrases"), rows())
def test_each_phrase_is_heard_as_its_wish(wish: str, phrases: list[str]) -> None:
    for code, phrase in zip(CODES, phrases, strict=True):
        found = read_request(phrase, BANKS[code])
        assert found and found.kind == wish, (code, phrase)
