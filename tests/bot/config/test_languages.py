"""Languages: the shipped ones are whole, and a file with a hole is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config import ConfigError, load_languages
from bot.config.languages import SHIPPED
from surveys.language import TEXT_KEYS
from surveys.preset import PRESETS, VARIANTS


def test_five_languages_are_shipped() -> None:
    languages = load_languages()
    assert set(languages) == {"de", "en", "fi", "hr", "lv"}
    for language in languages.values():
        assert set(language.texts) == set(TEXT_KEYS)
        assert set(PRESETS) <= set(language.questions)
        assert {f"{n}.{v}" for n in VARIANTS for v in VARIANTS[n]} <= set(language.questions)
        assert isinstance(language.yes, frozenset)
        assert language.labels["faces"][1]
        assert isinstance(language.ends["nps"], tuple)


def test_they_are_read_once() -> None:
    assert load_languages() is load_languages()


def test_finnish_phone_wording_is_as_given() -> None:
    questions = load_languages()["fi"].questions
    assert questions["ces.phone"] == "Kuinka helppoa oli saada asiasi hoidettua kuntoon?"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace("code: en", "code: eng"), "the file of 'eng' is called en.yaml"),
        (lambda t: t.replace("\n  send:", "\n  sned:"), "unknown key 'sned'"),
        (lambda t: t.replace("\n  send:", "\n  sned:"), "'send' is missing"),
        (lambda t: t.replace("\n  nps:", "\n  npx:", 1), "'nps' is missing"),
        (lambda t: t.replace("nps: [not at all likely, ", "nps: ["), "this list is too short"),
        (
            lambda t: t.replace("faces: { 1:", "faces: { 4:"),
            "every value of the scale faces needs one label",
        ),
        (lambda t: t.replace("\nname: English", "\ntitel: English"), "unknown key 'titel'"),
        (lambda t: t.replace("{company}", "{Company}", 1), "{Company} is not a name"),
        (lambda t: t.replace("\nskip:", "\nskip: 5\nskp:"), "expected here"),
    ],
)
def test_a_hole_is_a_fault(tmp_path: Path, change: Callable[[str], str], said: str) -> None:
    text = (SHIPPED / "en.yaml").read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    (tmp_path / "en.yaml").write_text(changed, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_languages(tmp_path)
    assert any(said in fault.message for fault in caught.value.faults), caught.value.faults


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load_languages(tmp_path)
