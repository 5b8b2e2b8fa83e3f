from pathlib import Path
from typing import Any

import pytest
import yaml

from surveys.folding import LIMIT
from surveys.metric import METRICS
from surveys.question import Choice, Kind, Question
from surveys.reading import Reading, is_start, is_stop, read_answer, read_value
from surveys.scale import SCALES
from tests.surveys.bank import CODES, language, spoken
from tests.surveys.questions import NPS, REASON, REASONS, choice, number, rating, words_question

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "replies.yaml").read_text(encoding="utf-8")
)


EN = language("en")


@pytest.mark.parametrize(
    ("case", "words"),
    [
        pytest.param(case, words, id=f"{case['metric']} {case['language']} {words!r}")
        for case in CASES
        for words in case["reads"]
    ],
)
def test_reads(case: dict[str, Any], words: str) -> None:
    expected = case["reads"][words]
    found = read_answer(rating(case["metric"], case["scale"]), words, spoken(case["language"]))
    if expected is None:
        assert found is None
        return
    value, comment = expected if isinstance(expected, list) else (expected, "")
    assert found is not None
    assert found.value == value
    assert found.comment.casefold() == str(comment).casefold()
    assert (found.choices, found.text, found.skipped) == ((), "", False)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        pytest.param(case, words, id=f"{case['metric']} {case['language']} {words!r}")
        for case in CASES
        for words in case["refuses"]
    ],
)
def test_refuses(case: dict[str, Any], words: str) -> None:
    question = rating(case["metric"], case["scale"])
    assert read_answer(question, words, spoken(case["language"])) is None


# Choices


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ("Late", "c1"), ("late", "c1"), ("LATE!", "c1"), ("la", "c1"), ("2", "c2"), ("two", "c2"),
        ("2.", "c2"), ("wrong colour", "c3"), ("wrong c", "c3"), ("Wróng sizé", "c4"),
    ],
)  # fmt: skip
def test_reads_one_choice(words: str, chosen: str) -> None:
    assert read_answer(REASON, words, EN) == Reading(choices=(chosen,))


@pytest.mark.parametrize(
    "words",
    ["wrong", "l", "5", "0", "-1", "1.5", "late broken", "late or broken", "late, broken", "1, 3",
     "it was late", "lateness", "", "!", "…"],
)  # fmt: skip
def test_refuses_what_is_not_one_choice(words: str) -> None:
    assert read_answer(REASON, words, EN) is None


def test_a_choice_may_carry_a_comment() -> None:
    found = read_answer(REASON, "late, three days after the promised date", EN)
    assert found == Reading(choices=("c1",), comment="three days after the promised date")


def test_labels_of_any_language_of_the_question_are_read() -> None:
    question = Question(
        id="q", kind=Kind.CHOICE, wording="q",
        choices=(Choice(id="late", label={"en": "Late", "hr": "Zakašnjela pošiljka"}),
                 Choice(id="broken", label={"en": "Broken", "hr": "Oštećena pošiljka"})),
    )  # fmt: skip
    assert read_answer(question, "ostecena", spoken("hr")) == Reading(choices=("broken",))
    assert read_answer(question, "broken", spoken("hr")) == Reading(choices=("broken",))
    assert read_answer(question, "druga", spoken("hr")) is None


def test_a_label_that_is_a_number_wins_over_the_place_in_the_list() -> None:
    question = choice(Kind.CHOICE, "3", "2", "1", "10", "10+")
    assert read_answer(question, "1", EN) == Reading(choices=("c3",))
    assert read_answer(question, "10", EN) == Reading(choices=("c4",))
    assert read_answer(question, "10+", EN) == Reading(choices=("c5",))


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ("1, 3", ("c1", "c3")), ("1,3", ("c1", "c3")), ("3 1", ("c1", "c3")), ("1 3", ("c1", "c3")),
        ("1 and 3", ("c1", "c3")), ("1 & 3", ("c1", "c3")), ("1+3", ("c1", "c3")),
        ("late, broken", ("c1", "c2")), ("Broken and late", ("c1", "c2")), ("late; 2", ("c1", "c2")),
        ("1\n2\n4", ("c1", "c2", "c4")), ("2", ("c2",)), ("2, 2", ("c2",)), ("late,", ("c1",)),
        ("one, two", ("c1", "c2")), ("wrong s, late", ("c1", "c4")),
    ],
)  # fmt: skip
def test_reads_several_choices(words: str, chosen: tuple[str, ...]) -> None:
    assert read_answer(REASONS, words, EN) == Reading(choices=chosen)


@pytest.mark.parametrize(
    "words", ["1, 9", "late, wrong", "late and other things", "13", "1-3", ","]
)
def test_refuses_a_list_with_anything_unknown(words: str) -> None:
    assert read_answer(REASONS, words, EN) is None


def test_several_choices_then_a_comment_on_the_next_line() -> None:
    found = read_answer(REASONS, "1, 3\nand the box was wet", EN)
    assert found == Reading(choices=("c1", "c3"), comment="and the box was wet")


# Numbers


@pytest.mark.parametrize(
    ("words", "value"),
    [("3", 3), ("3,5", 3.5), ("3.5", 3.5), ("-2", -2), ("−2", -2), ("0", 0), ("-0", 0), ("1 500", 1500),
     ("1\u00a0500", 1500), ("٣٫٥", None), ("0,125", 0.125), ("2026", 2026), ("three", 3),
     ("999999999999999", 999999999999999), ("3.", 3)],
)  # fmt: skip
def test_reads_a_number(words: str, value: float | None) -> None:
    found = read_answer(number(), words, EN)
    assert (found.value if found else None) == value


@pytest.mark.parametrize(
    "words",
    ["1.500", "1,500", "12.345", "1,2,3", "9.10.2026", "12:30", "3 kg", "3-4", "1e5", "nan", "inf",
     "0x10", "040 123 456", "+358401234567", "9999999999999999", "1_000", "three or four", "½"],
)  # fmt: skip
def test_refuses_what_is_no_single_number(words: str) -> None:
    assert read_answer(number(), words, EN) is None


def test_a_number_keeps_to_its_bounds_both_included() -> None:
    bounded = number(0, 24)
    given = [read_answer(bounded, words, EN) for words in ("-1", "0", "24", "24,5", "25")]
    assert [g.value if g else None for g in given] == [None, 0, 24, None, None]


def test_a_number_may_carry_a_comment() -> None:
    assert read_answer(number(), "5,5, roughly", EN) == Reading(value=5.5, comment="roughly")


# Words


def test_words_are_kept_as_written_and_cleaned() -> None:
    comment = words_question(Kind.COMMENT, required=False)
    found = read_answer(comment, "  Très\u00a0bien!\r\nمرحبا 👩‍👩‍👧 \x00\u202eabc\ud800 ", EN)
    assert found == Reading(text="Très bien!\nمرحبا 👩‍👩‍👧 abc\N{REPLACEMENT CHARACTER}")


def test_words_are_bounded() -> None:
    found = read_answer(words_question(Kind.TEXT, required=True), "a" * 100_000, EN)
    assert found is not None
    assert len(found.text) == LIMIT == 4000


def test_a_comment_behind_an_answer_is_bounded() -> None:
    found = read_answer(NPS, "9, " + "a" * 100_000, EN)
    assert found is not None
    assert (found.value, len(found.comment)) == (9, LIMIT - 3)


@pytest.mark.parametrize("words", ["", "   ", "\u200b\u200d", "\n\n", "\u00ad", "\x00"])
def test_nothing_visible_is_nothing_said(words: str) -> None:
    for question in (NPS, REASON, REASONS, number(), words_question(Kind.COMMENT, required=False)):
        assert read_answer(question, words, EN) is None


@pytest.mark.parametrize("code", CODES)
def test_every_skip_word_skips_what_may_be_skipped_and_nothing_else(code: str) -> None:
    for word in language(code).skip:
        for said in (word, word.upper(), f"{word} "):
            for question in (
                rating("nps", "0-10", required=False),
                words_question(Kind.COMMENT, required=False),
            ):
                assert read_answer(question, said, language(code)) == Reading(skipped=True)
            assert read_answer(NPS, said, language(code)) is None
    assert read_answer(words_question(Kind.TEXT, required=True), "pass", EN) == Reading(text="pass")


# Buttons


@pytest.mark.parametrize("scale", SCALES)
def test_buttons_of_every_scale(scale: str) -> None:
    question = next(rating(m.id, scale) for m in METRICS.values() if scale in m.scales)
    for value in SCALES[scale].values:
        assert read_value(question, str(value)) == Reading(value=float(value))
    for odd in ("", "-1", "11", "1.0", " 1", "+1", "١", "1\n", "x", "=", "!"):
        assert read_value(question, odd) is None


def test_buttons_of_choices_are_ids() -> None:
    for question in (REASON, REASONS):
        assert read_value(question, "c2") == Reading(choices=("c2",))
        assert read_value(question, "Broken") is None
        assert read_value(question, "2") is None


def test_the_skip_button_counts_only_where_the_question_may_be_skipped() -> None:
    assert read_value(rating("nps", "0-10", required=False), "-") == Reading(skipped=True)
    assert read_value(NPS, "-") is None
    assert read_value(words_question(Kind.COMMENT, required=False), "-") == Reading(skipped=True)


def test_a_number_field_is_read_within_its_bounds() -> None:
    assert read_value(number(0, 10), "2,5") == Reading(value=2.5)
    assert read_value(number(0, 10), "11") is None
    assert read_value(words_question(Kind.TEXT, required=True), "x") is None


# Stop and start


@pytest.mark.parametrize("code", CODES)
def test_every_stop_and_start_word_is_heard_as_a_whole_message_only(code: str) -> None:
    for words, hears in ((language(code).stop, is_stop), (language(code).start, is_start)):
        for word in words:
            for said in (word, word.upper(), f" {word}! ", f"“{word}”", f"/{word}"):
                assert hears(said, spoken(code)), said
            assert not hears(f"the shop {word} xyz", spoken(code))
            assert not hears(f"{word} 9", spoken(code))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("word", ["STOP", "stop", "Unsubscribe", "QUIT", "cancel.", "END"])
def test_international_stop_words_are_heard_in_every_language(code: str, word: str) -> None:
    assert is_stop(word, spoken(code))


@pytest.mark.parametrize("said", ["", "the bus stop", "yes", "9", "nine", "👍", "don't stop", "-"])
def test_other_words_neither_stop_nor_start(said: str) -> None:
    assert not is_stop(said, EN)
    assert not is_start(said, EN)


@pytest.mark.parametrize("code", CODES)
def test_every_number_word_and_yes_and_no_is_read(code: str) -> None:
    for word, value in language(code).numbers.items():
        assert read_answer(NPS, word.upper(), spoken(code)) == Reading(value=float(value))
    thumbs = rating("thumbs", "thumbs")
    for words, meant in ((language(code).yes, 1.0), (language(code).no, 0.0)):
        for word in words:
            assert read_answer(thumbs, word.capitalize(), spoken(code)) == Reading(value=meant)


def test_english_is_understood_besides_the_language_and_its_own_words_win() -> None:
    assert read_answer(NPS, "nine", language("fi")) is None
    assert read_answer(NPS, "nine", spoken("fi")) == Reading(value=9.0)
    assert spoken("fi").numbers.items() >= language("fi").numbers.items()
