"""Colours that can be read, and words on their way onto the page."""

import re

import pytest

from channels.web import Settings
from channels.web.colour import contrast
from channels.web.page import make_look
from channels.web.wording import prefer_language, split_heading, split_picture

LOOK = make_look(Settings(), "Acme", "https://acme.example/privacy")


class TestAccent:
    def test_the_default_reads_well_light_and_dark(self) -> None:
        ours = Settings()
        assert contrast(ours.accent, "#ffffff") >= 4.5
        assert contrast(ours.night_accent, "#1b2124") >= 7

    @pytest.mark.parametrize("accent", ["#000000", "#767676", "#B00020", "#3556d4", "#7b1fa2"])
    def test_any_dark_enough_colour_is_taken_and_shown(self, accent: str) -> None:
        look = make_look(Settings(accent=accent), "Acme", "")
        assert f"--accent: {accent};" in look.style
        assert f"--accent: {Settings(accent=accent).night_accent};" in look.style
        assert contrast(Settings(accent=accent).night_accent, "#1b2124") >= 7

    def test_a_light_colour_is_refused_with_one_that_works(self) -> None:
        with pytest.raises(ValueError, match="too hard to read") as caught:
            Settings(accent="#ffcc00")
        offered = re.findall(r"#[0-9a-f]{6}", str(caught.value))[-1]
        assert Settings(accent=offered).accent == offered

    @pytest.mark.parametrize("accent", ["red", "#fff", "", "#12345g", "#0f6b5c;}body{display:none"])
    def test_what_is_no_colour_is_refused(self, accent: str) -> None:
        with pytest.raises(ValueError, match="#rrggbb"):
            Settings(accent=accent)

    @pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
    def test_the_stylesheet_keeps_aa_contrast(self, scheme: int) -> None:
        def colour(name: str) -> str:
            return str(re.findall(rf"--{name}: (#[0-9a-f]{{6}});", LOOK.style)[scheme])

        for ink, grounds in {
            "text": ("page", "card", "wash"),
            "soft": ("page", "card"),
            "on-accent": ("accent",),
        }.items():
            for ground in grounds:
                assert contrast(colour(ink), colour(ground)) >= 4.5, (ink, ground)
        for mark in ("line", "accent"):
            assert contrast(colour(mark), colour("card")) >= 3, mark  # WCAG 1.4.11

    def test_the_dark_accent_is_made_for_the_dark_card(self) -> None:
        assert re.findall(r"--card: (#[0-9a-f]{6});", LOOK.style) == ["#ffffff", "#1b2124"]


class TestWording:
    @pytest.mark.parametrize(
        ("header", "code"),
        [
            ("", "en"),
            ("fi-FI,fi;q=0.9,en;q=0.8", "fi"),
            ("sv, en;q=0.1, fi;q=0.9", "fi"),
            ("fi;q=0, en", "en"),
            ("xx", "en"),
            (";;;,,q=, *", "en"),
            ("FI", "fi"),
        ],
    )
    def test_the_browser_names_the_language(self, header: str, code: str) -> None:
        assert prefer_language(header, ("en", "fi"), "en") == code

    @pytest.mark.parametrize(
        ("label", "picture", "words"),
        [
            ("👍 Yes", "👍", "Yes"),
            ("🙂", "🙂", ""),
            ("👍🏽 Jā", "👍🏽", "Jā"),
            ("Yes", "", "Yes"),
            ("(none)", "", "(none)"),
            ("«Da»", "", "«Da»"),
            ("", "", ""),
        ],
    )
    def test_pictures_and_words_are_told_apart(self, label: str, picture: str, words: str) -> None:
        assert split_picture(label) == (picture, words)

    def test_a_heading_is_a_sentence(self) -> None:
        assert split_heading("Short. Text.") == ("Short. Text.", "")
        assert split_heading("One.\nTwo.") == ("One.", "Two.")
        assert split_heading("a" * 300) == ("a" * 300, "")
