import dataclasses

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from surveys.language import COUNTED
from surveys.plural import OTHER, counted, plural, plural_forms
from tests.surveys.bank import CODES, language

COUNTS = [*range(1000), 1001, 1011, 1012, 1021, 11_111, 1_000_000, 2_000_001]


@pytest.mark.parametrize("code", CODES)
def test_the_rules_are_those_of_cldr(code: str) -> None:
    cldr = Locale.parse(code).plural_form
    assert {n: plural(code, n) for n in COUNTS} == {n: cldr(n) for n in COUNTS}


@pytest.mark.parametrize("code", CODES)
def test_the_forms_are_the_ones_that_whole_numbers_take(code: str) -> None:
    assert set(plural_forms(code)) == {plural(code, n) for n in COUNTS}
    assert plural_forms(code)[-1] == OTHER


@given(st.sampled_from([*CODES, "sv", ""]), st.integers())
def test_every_count_has_a_form(code: str, count: int) -> None:
    assert plural(code, count) in plural_forms(code)
    assert plural(code, count) == plural(code, -count)


def test_another_language_counts_as_english() -> None:
    assert [plural("sv", n) for n in (0, 1, 2, 21)] == ["other", "one", "other", "other"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "0 answers, 1 answer, 2 answers, 5 answers, 11 answers, 21 answers"),
        ("fi", "0 vastausta, 1 vastauksen, 2 vastausta, 5 vastausta, 11 vastausta, 21 vastausta"),
        ("de", "0 Antworten, 1 Antwort, 2 Antworten, 5 Antworten, 11 Antworten, 21 Antworten"),
        ("hr", "0 odgovora, 1 odgovor, 2 odgovora, 5 odgovora, 11 odgovora, 21 odgovor"),
        ("lv", "0 atbilžu, 1 atbildi, 2 atbildes, 5 atbildes, 11 atbilžu, 21 atbildi"),
    ],
)
def test_answers_are_counted_in_each_language(code: str, said: str) -> None:
    found = [counted(language(code), "answers", n) for n in (0, 1, 2, 5, 11, 21)]
    assert ", ".join(found) == said


def test_a_borrowed_text_without_the_form_is_said_as_other() -> None:
    borrowed = dataclasses.replace(language("fi"), code="hr")
    assert counted(borrowed, "answers", 3) == "3 vastausta"


@pytest.mark.parametrize("code", CODES)
def test_every_counted_text_says_its_count(code: str) -> None:
    for key in COUNTED:
        for n in range(30):
            assert counted(language(code), key, n).startswith(f"{n} ")
