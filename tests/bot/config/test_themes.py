"""``themes:`` in the file: words added, a built-in one switched off, and every slip told plainly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import Reading, read_config
from bot.config.themes import shipped_reader
from surveys.theme import BUILT_IN, GistReader

BASE = "service: { name: Acme }\nchannels: { web: {} }\n"


def read(tmp_path: Path, themes: str) -> Reading:
    path = tmp_path / "config.yaml"
    path.write_text(BASE + themes, encoding="utf-8")
    return read_config(path, {})


def themes_of(tmp_path: Path, themes: str) -> GistReader:
    config = read(tmp_path, themes).config
    assert config is not None
    return config.gists


def test_without_the_section_the_built_in_ones_are_there(tmp_path: Path) -> None:
    gists = themes_of(tmp_path, "")
    assert tuple(theme.id for theme in gists.themes) == BUILT_IN
    assert gists == shipped_reader()


def test_own_themes_come_behind_and_built_in_ones_are_extended_or_off(tmp_path: Path) -> None:
    gists = themes_of(
        tmp_path,
        "themes:\n"
        "  parking: { name: { en: Parking, fi: Pysäköinti }, en: [parking*], fi: [pysäköi*] }\n"
        "  loyalty: [kanta-asiak*, bonus]\n"
        "  waiting: { en: lounge }\n"
        "  price: off\n",
    )
    assert [t.id for t in gists.themes] == [
        *(b for b in BUILT_IN if b != "price"),
        "parking",
        "loyalty",
    ]
    assert gists.read("Pysäköintipaikka", "fi").themes == ("parking",)
    assert gists.read("Pysäköintipaikka", "en").themes == ()
    assert gists.read("Kanta-asiakkaana", "hr").themes == ("loyalty",)
    assert gists.read("a lounge", "en").themes == gists.read("a queue", "en").themes == ("waiting",)
    assert gists.read("expensive", "en").themes == ()
    names = {theme.id: theme.name for theme in gists.themes}
    assert (names["parking"]("fi"), names["parking"]("hr")) == ("Pysäköinti", "Parking")
    assert names["waiting"]("fi") == "Odotusaika"


def test_the_version_follows_the_words(tmp_path: Path) -> None:
    one = themes_of(tmp_path, "themes: { parking: [car] }")
    same = themes_of(tmp_path, "themes: { parking: [car] }")
    other = themes_of(tmp_path, "themes: { parking: [cars] }")
    assert one == same != other
    assert shipped_reader() not in (one, other)


def test_the_version_is_the_same_in_every_process() -> None:
    """Else each start would read all comments again, and two nodes each other's without end."""
    says = "from bot.config.themes import shipped_reader; print(shipped_reader().version)"
    found = {
        subprocess.run(
            [sys.executable, "-c", says],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in (1, 2, 3)
    }
    assert found == {shipped_reader().version}


@pytest.mark.parametrize(
    ("themes", "message", "hint"),
    [
        ("themes: [a]", "names of themes with their words are expected", "parking"),
        ("themes: { Parking: [car] }", "cannot be the name of a theme", "small letters"),
        ("themes: { negative: [car] }", "cannot be the name of a theme", "none of"),
        ("themes: { pricing: off }", "no theme 'pricing' to switch off", "price, website"),
        ("themes: { parking: 5 }", "a list of words, words by language, or off", "for example"),
        ("themes: { parking: {} }", "has no words", "to be found by"),
        ("themes: { parking: { name: P } }", "has no words", "to be found by"),
        ("themes: { parking: { eng: [car] } }", "unknown language 'eng'", ""),
        ("themes: { parking: [p*] }", "would be found nearly everywhere", "3 letters"),
        ("themes: { parking: [pa*k] }", "cannot be looked for", "beginning or the end"),
        ("themes: { parking: ['!!'] }", "cannot be looked for", "beginning or the end"),
        ("themes: { parking: [''] }", "a word of 1 to 60 characters", "for example"),
        ("themes: { parking: { name: { xx: P }, en: [car] } }", "unknown language 'xx'", ""),
        (
            "themes: { parking: { name: [P], en: [car] } }",
            "a name, or names by language",
            "Parking",
        ),
    ],
)
def test_slips_are_told_plainly(tmp_path: Path, themes: str, message: str, hint: str) -> None:
    reading = read(tmp_path, themes)
    assert reading.config is None
    [fault] = reading.faults
    assert message in fault.message
    assert hint in fault.hint
    assert fault.line == 3


def test_a_language_typed_wrongly_is_guessed(tmp_path: Path) -> None:
    [fault] = read(tmp_path, "themes: { parking: { eng: [car] } }").faults
    assert fault.nearest == "en"


def test_an_alert_may_ask_for_a_theme_of_the_file(tmp_path: Path) -> None:
    staff = "staff: [{ name: Mia, role: manager }]\n"
    own = "themes: { parking: [parking] }\n"
    config = read(
        tmp_path, f"{staff}{own}alerts: [{{ theme: [parking, waiting], to: Mia }}]"
    ).config
    assert config is not None
    [rule] = config.alerts
    assert rule.themes == ("parking", "waiting")
    assert rule.gists == config.gists
    [fault] = read(tmp_path, f"{staff}alerts: [{{ theme: waitng, to: Mia }}]").faults
    assert (fault.message, fault.nearest) == ("unknown theme 'waitng'", "waiting")
    [fault] = read(
        tmp_path, f"{staff}themes: {{ price: off }}\nalerts: [{{ theme: price }}]"
    ).faults
    assert fault.message == "unknown theme 'price'"
