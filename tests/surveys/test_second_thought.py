"""Changing one's mind in words: what is about the answer before, and what about the open question."""

from datetime import timedelta

import pytest

from surveys.conversation import Said, TurnKind
from tests.surveys.test_conversation import NOW, SURVEY, after, press, say


@pytest.mark.parametrize("words", ["no, 9", "No 9", "nope: nine", "no - 9!", "NO. 9/10"])
def test_no_and_a_number_changes_the_answer_before(words: str) -> None:
    conversation, _ = after(press("nps", "3"))
    turn = say(conversation, Said(text=words))
    assert turn.kind is TurnKind.CHANGED
    assert [(a.question_id, a.value, a.revision) for a in turn.recorded] == [("nps", 9, 2)]
    assert turn.next
    assert turn.next.id == "csat", "what was open stays open"


def test_a_number_answers_the_open_question_first() -> None:
    conversation, _ = after(press("nps", "3"))
    turn = say(conversation, Said(text="4"))
    assert [(a.question_id, a.value) for a in turn.recorded] == [("csat", 4)]
    turn = say(conversation, Said(text="9"))
    assert turn.kind is TurnKind.OFF_SCRIPT, "9 of 5 may be anything"


@pytest.mark.parametrize("ended", [False, True])
def test_a_bare_number_where_none_is_asked_for_changes_the_last_score(ended: bool) -> None:
    comment = (press("comment", "-"),) if ended else ()
    conversation, _ = after(press("nps", "9"), press("csat", "4"), *comment)
    turn = say(conversation, Said(text="5"))
    assert turn.kind is TurnKind.CHANGED
    assert [(a.question_id, a.value) for a in turn.recorded] == [("csat", 5)]
    assert not turn.finished


@pytest.mark.parametrize(
    "words", ["No, 5 people waited", "no, the queue was long", "5 minutes", "4", "45", "no"]
)
def test_everything_else_is_the_comment(words: str) -> None:
    conversation, _ = after(press("nps", "9"), press("csat", "4"))
    turn = say(conversation, Said(text=words))
    assert all(a.question_id == "comment" for a in turn.recorded)


def test_after_the_window_words_are_about_the_open_question() -> None:
    conversation, _ = after(press("nps", "9"), press("csat", "4"))
    late = NOW + SURVEY.change_within + timedelta(seconds=1)
    turn = say(conversation, Said(text="5"), late)
    assert [(a.question_id, a.text) for a in turn.recorded] == [("comment", "5")]
