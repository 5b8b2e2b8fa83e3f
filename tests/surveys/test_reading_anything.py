"""Whatever is written, reading never fails and never gives what the question does not allow."""

from hypothesis import given
from hypothesis import strategies as st

from surveys.folding import LIMIT
from surveys.metric import METRICS
from surveys.question import Kind, Question
from surveys.reading import is_start, is_stop, read_answer, read_value
from tests.surveys.bank import CODES, language, spoken
from tests.surveys.questions import NPS, REASON, REASONS, choice, number, rating, words_question

EN = language("en")

ANSWERISH = st.text(
    st.sampled_from(
        "0123456789٣９.,;:!/-–+ \n\u00a0\u200b\u200d½²①🔟👍👎🏽⭐☆🙂🙁\u20e3\ufe0fabeinorst'\"()"
    )
)
QUESTIONS = [
    *(rating(m.id, scale, required=False) for m in METRICS.values() for scale in m.scales),
    NPS, REASON, REASONS, number(-3, 12.5), words_question(Kind.COMMENT, required=False),
    choice(Kind.CHOICES, "", "🚚", "{name}"),
]  # fmt: skip


@given(st.one_of(st.text(), ANSWERISH), st.sampled_from(QUESTIONS), st.sampled_from(CODES))
def test_anything_at_all_is_read_within_the_question_or_not(
    words: str, question: Question, code: str
) -> None:
    for found in (read_answer(question, words, spoken(code)), read_value(question, words)):
        if found is None:
            continue
        said = (found.value is not None, bool(found.choices), bool(found.text), found.skipped)
        assert sum(said) == 1
        assert len(found.text) <= LIMIT
        assert len(found.comment) <= LIMIT
        assert set(found.choices) <= {c.id for c in question.choices}
        if found.value is not None and question.scale:
            assert found.value in question.scale.values
        if found.value is not None and question.kind is Kind.NUMBER:
            assert -3 <= found.value <= 12.5
        assert question.required is False or not found.skipped
        found.comment.encode()
        found.text.encode()
    assert is_stop(words, spoken(code)) in (True, False)
    assert is_start(words, spoken(code)) in (True, False)


@given(
    st.integers(0, 10), st.integers(0, 10), st.sampled_from([" ", " or ", "-", ", ", "/", ".", ":"])
)
def test_two_numbers_are_never_one_answer(one: int, two: int, between: str) -> None:
    found = read_answer(NPS, f"{one}{between}{two}", EN)
    assert found is None or (between == "/" and two == 10)


@given(st.integers(0, 10), st.text(st.sampled_from("abcdefgh ijk"), min_size=30))
def test_a_number_inside_a_sentence_is_never_an_answer(inside: int, words: str) -> None:
    assert read_answer(NPS, f"we {words} {inside} {words}", EN) is None
    assert read_answer(NPS, f"{inside} x{words}", EN) is None
