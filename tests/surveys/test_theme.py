"""Themes: found by words and their beginnings, as well as docs/comments.md says."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.config.lexicons import load_themes
from surveys.theme import BUILT_IN, GistReader, Theme

SHIPPED = load_themes()
READER = GistReader(SHIPPED.themes, SHIPPED.lexicons)
LANGUAGES = ("en", "fi", "de", "hr", "lv")
LABELLED = Path(__file__).parent / "comments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A comment as a person reads it. ``held`` ones were never looked at to choose words."""

    held: bool
    tone: str
    themes: frozenset[str]
    text: str


def labelled(code: str) -> list[Labelled]:
    found, held = [], False
    for line in (LABELLED / f"{code}.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            held = line == "# held out"
            continue
        tone, themes, text = (part.strip() for part in line.split("|"))
        given = frozenset(themes.split()) - {"-"}
        found.append(Labelled(held=held, tone=tone, themes=given, text=text))
    return found


def test_the_labels_are_known_and_there_are_enough() -> None:
    found = [one for code in LANGUAGES for one in labelled(code)]
    assert {theme for one in found for theme in one.themes} == set(BUILT_IN)
    assert {one.tone for one in found} == {"positive", "negative", "mixed", "neutral"}
    assert sum(one.held for one in found) >= 150
    assert len({one.text for one in found}) == len(found)


@pytest.mark.parametrize("code", LANGUAGES)
def test_themes_and_tone_of_comments_nobody_tuned_on(code: str) -> None:
    held = [one for one in labelled(code) if one.held]
    right, tones = 0, 0
    said, meant = 0, 0
    for one in held:
        gist = READER.read(one.text, code)
        said, meant = said + len(gist.themes), meant + len(one.themes)
        right += len(one.themes & set(gist.themes))
        tones += gist.tone == one.tone
    assert right / said >= 0.9, "themes that are found are meant"
    assert right / meant >= 0.9, "themes that are meant are found"
    assert tones / len(held) >= 0.7, "the tone is right"


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_the_words_were_chosen_by_is_read(code: str) -> None:
    for one in labelled(code):
        if not one.held:
            gist = READER.read(one.text, code)
            assert one.themes <= set(gist.themes), one.text
            assert gist.tone == one.tone, one.text


@pytest.mark.parametrize(
    ("code", "text", "theme"),
    [
        ("fi", "odotin", "waiting"),
        ("fi", "jonotus", "waiting"),
        ("fi", "asiakaspalvelijalta", "staff"),
        ("de", "Wartezeiten", "waiting"),
        ("de", "Telefonwarteschlange", ""),
        ("de", "Versandkosten", "price"),
        ("hr", "cekala", "waiting"),
        ("hr", "dostavljac", "delivery"),
        ("lv", "gaidijam", "waiting"),
        ("lv", "atrisinat", "solution"),
        ("fi", "ylitti odotukset", ""),
    ],
)
def test_inflected_and_plainly_typed_words_are_found(code: str, text: str, theme: str) -> None:
    themes = READER.read(text, code).themes
    assert (theme in themes) if theme else not themes


def test_words_of_a_theme_are_its_languages_and_everybodys() -> None:
    own = Theme(id="parking", words={"all": ("parking*",), "fi": ("pysäköi*",)})
    reader = GistReader((own,), {})
    assert reader.read("Pysäköinti", "fi").themes == ("parking",)
    assert reader.read("Pysäköinti", "sv").themes == ()
    assert reader.read("Parkingplats", "sv").themes == ("parking",)


def test_themes_come_in_their_order() -> None:
    assert READER.read("expensive, and I waited", "en").themes == ("waiting", "price")


def test_every_theme_has_a_name_and_words_in_every_language() -> None:
    for theme in SHIPPED.themes:
        assert set(theme.names) == set(theme.words) == set(LANGUAGES)
        assert len({theme.names[code] for code in LANGUAGES}) >= 3
    assert READER.theme("waiting") is SHIPPED.themes[0]
    assert READER.theme("none") is None
