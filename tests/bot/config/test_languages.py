"""Languages: the shipped ones are whole, and a file with a hole is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config import ConfigError, load_languages
from bot.config.languages import SHIPPED, with_own_languages
from surveys.language import COUNTED, TEXT_KEYS
from surveys.plural import plural_forms
from surveys.preset import PRESETS, VARIANTS
from surveys.request import Request, RequestKind, read_request
from surveys.survey import Survey


def test_five_languages_are_shipped() -> None:
    languages = load_languages()
    assert set(languages) == {"de", "en", "fi", "hr", "lv"}
    for language in languages.values():
        forms = {f"{key}_{form}" for key in COUNTED for form in plural_forms(language.code)}
        assert set(language.texts) == {*TEXT_KEYS, *forms}
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
        (lambda t: t.replace("\n  know: [", "\n  knwo: ["), "unknown key 'knwo'"),
        (lambda t: t.replace("\n  know: [", "\n  knwo: ["), "'know' is missing"),
        (lambda t: t.replace("\n  know: [", "\n  language.xx: ["), "unknown key 'language.xx'"),
        (lambda t: t.replace("confirm: [delete]", "confirm: []"), "this needs at least 1"),
        (lambda t: t.replace("confirm: [delete]", "confirm: [Delete]"), "are written small"),
        (lambda t: t.replace('"mute for {time}"', '"mute for {date}"'), "{date} in 'mute for"),
        (lambda t: t.replace('"mute for {time}"', '"mute for {time"'), "this { is never closed"),
        (lambda t: t.replace('"mute for {time}"', '"mute {time} {time}{code}"'), "one {slot} at"),
        (lambda t: t.replace("\n  sms: [", "\n  sns: ["), "'sms' is missing"),
        (lambda t: t.replace("\n  week: [", "\n  year: ["), "unknown key 'year'"),
        (lambda t: t.replace("\n  en: [english]", ""), "'en' is missing"),
        (lambda t: t.replace("\n  pl: [polish", "\n  pol-PL: [polish"), "no language code"),
        (lambda t: t.replace("\n  answers_one:", "\n  answers_few:"), "unknown key 'answers_few'"),
        (lambda t: t.replace("\n  answers_one:", "\n  answers_few:"), "'answers_one' is missing"),
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


def test_a_language_is_asked_for_in_its_own_words() -> None:
    german = Request(kind=RequestKind.LANGUAGE, language="de")
    for language in load_languages().values():
        assert read_request("Bitte auf Deutsch!", language) == german
        assert read_request("saksaksi", language) == german


def test_a_language_of_ones_own_is_asked_for_by_its_code() -> None:
    bank = load_languages()
    survey = Survey(id="s", questions=(), languages=("tlh", "fi"), version="1")
    found = with_own_languages(bank, "fi", [survey])
    asked = Request(kind=RequestKind.LANGUAGE, language="tlh")
    assert [read_request("kieli tlh", language) for language in found.values()] == [asked] * 6
    assert read_request("kieli tlh", bank["fi"]) is None
    assert found["tlh"].name == "tlh"
