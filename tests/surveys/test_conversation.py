from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from surveys.condition import parse
from surveys.contact import Contact
from surveys.conversation import (
    GRACE,
    Conversation,
    Said,
    Turn,
    TurnKind,
    advance,
    next_question,
    progress,
)
from surveys.invitation import Invitation, InvitationState
from surveys.metric import Band
from surveys.preset import PRESETS
from surveys.question import Choice, Kind, Question
from surveys.survey import Survey
from tests.banks import BANKS

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PROBLEM = Question(
    id="problem",
    kind=Kind.CHOICES,
    wording="problem",
    choices=(
        Choice(id="late", label={"en": "Late"}),
        Choice(id="broken", label={"en": "Broken"}),
        Choice(id="rude", label={"en": "Rude"}),
    ),
    condition=parse("csat <= 2"),
)
SURVEY = Survey(
    id="call",
    questions=(PRESETS["nps"], PRESETS["csat"], PROBLEM, PRESETS["comment"]),
    languages=("en", "fi"),
    version="v1",
)
INVITATION = Invitation(
    id=7,
    key="k",
    contact_id=1,
    survey="call",
    survey_version="v1",
    trigger="t",
    via=("telegram",),
    state=InvitationState.ASKED,
    due_at=NOW,
    expires_at=NOW + timedelta(days=3),
    language="en",
    weight=10,
)
START = Conversation(invitation=INVITATION, contact=Contact(id=1))


def say(conversation: Conversation, said: Said, now: datetime = NOW) -> Turn:
    bank = BANKS[conversation.invitation.language]
    return advance(SURVEY, conversation, said, bank, channel="telegram", now=now)


def press(question: str, *values: str) -> Said:
    return Said(question_id=question, values=values)


def after(*said: Said, now: datetime = NOW) -> tuple[Conversation, Turn]:
    conversation, turn = START, Turn(kind=TurnKind.CLOSED, response=None)
    for one in said:
        turn = say(conversation, one, now)
        conversation = replace(conversation, response=turn.response)
    return conversation, turn


def test_a_whole_survey_by_buttons_and_words() -> None:
    conversation, turn = after(press("nps", "9"), press("csat", "5"), Said(text="Great help!"))
    assert turn.finished and turn.next is None
    assert turn.response and turn.response.completed_at == NOW
    assert [(a.question_id, a.value, a.text) for a in turn.response.answers] == [
        ("nps", 9, ""),
        ("csat", 5, ""),
        ("comment", None, "Great help!"),
    ]
    assert turn.response.answers[0].metric_version == "nps-2003"
    assert turn.response.weight == 10
    assert turn.band is Band.HIGH
    assert conversation.response == turn.response


def test_the_comment_is_asked_in_the_words_of_the_band() -> None:
    _, bad = after(press("nps", "2"), press("csat", "4"))
    assert bad.next and bad.next.wording == "comment.low"
    _, good = after(press("nps", "10"), press("csat", "4"))
    assert good.next and good.next.wording == "comment.high"


def test_a_condition_opens_a_branch_only_where_it_holds() -> None:
    assert after(press("nps", "9"), press("csat", "5"))[1].next == replace(
        PRESETS["comment"], wording="comment.high"
    )
    assert after(press("nps", "9"), press("csat", "2"))[1].next == PROBLEM


def test_choices_are_ticked_one_by_one_and_sent_with_done() -> None:
    base = (press("nps", "3"), press("csat", "1"))
    _, ticked = after(*base, press("problem", "rude"), press("problem", "late"))
    assert ticked.kind is TurnKind.TICKED
    assert ticked.recorded[0].draft and ticked.recorded[0].choices == ("late", "rude")
    assert ticked.next == PROBLEM
    _, unticked = after(*base, press("problem", "rude"), press("problem", "rude"))
    assert unticked.recorded[0].choices == ()
    _, done = after(*base, press("problem", "rude"), press("problem", "!"))
    assert done.recorded[0].choices == ("rude",) and not done.recorded[0].draft
    assert done.next and done.next.id == "comment"


def test_choices_that_were_sent_are_changed_by_each_tick_and_never_lost() -> None:
    sent = (press("nps", "3"), press("csat", "1"), press("problem", "late", "!"))
    _, more = after(*sent, press("problem", "rude"))
    assert more.kind is TurnKind.CHANGED
    assert more.recorded[0].choices == ("late", "rude") and not more.recorded[0].draft
    _, less = after(*sent, press("problem", "rude"), press("problem", "late"))
    assert less.recorded[0].choices == ("rude",) and not less.recorded[0].draft
    _, none = after(*sent, press("problem", "late"))
    assert none.recorded[0].choices == () and none.recorded[0].draft
    assert none.next == PROBLEM


def test_a_page_sends_all_choices_at_once() -> None:
    _, turn = after(press("nps", "3"), press("csat", "1"), press("problem", "late", "broken", "!"))
    assert turn.recorded[0].choices == ("late", "broken") and not turn.recorded[0].draft


def test_done_without_any_choice_is_no_answer() -> None:
    _, turn = after(press("nps", "3"), press("csat", "1"), press("problem", "!"))
    assert turn.kind is TurnKind.NOT_UNDERSTOOD and turn.recorded == ()


def test_the_same_button_again_changes_nothing() -> None:
    _, turn = after(press("nps", "9"), press("nps", "9"))
    assert turn.kind is TurnKind.REPEATED and turn.recorded == ()


def test_a_change_of_mind_inside_the_window_is_a_new_revision() -> None:
    conversation, _ = after(press("nps", "9"))
    turn = say(conversation, press("nps", "3"), NOW + timedelta(minutes=15))
    assert turn.kind is TurnKind.CHANGED
    assert (turn.recorded[0].value, turn.recorded[0].revision) == (3, 2)
    assert turn.response and len(turn.response.answers) == 1


def test_after_the_window_the_answer_stays() -> None:
    conversation, _ = after(press("nps", "9"))
    turn = say(conversation, press("nps", "3"), NOW + timedelta(minutes=15, seconds=1))
    assert turn.kind is TurnKind.TOO_LATE and turn.recorded == ()
    assert turn.response == conversation.response


def test_a_completed_survey_can_still_be_changed_but_completes_once() -> None:
    conversation, done = after(press("nps", "9"), press("csat", "5"), press("comment", "-"))
    assert done.finished
    turn = say(conversation, press("nps", "8"))
    assert turn.kind is TurnKind.CHANGED and not turn.finished
    assert turn.response and turn.response.completed_at == NOW


def test_a_score_with_words_answers_the_comment_too() -> None:
    _, turn = after(Said(text="9, great service"))
    assert [a.question_id for a in turn.recorded] == ["nps", "comment"]
    assert turn.recorded[1].text == "great service"
    assert turn.recorded[1].value is None and turn.recorded[1].metric_id == ""


@pytest.mark.parametrize(("text", "value"), [("9", 9), ("nine", 9), ("9/10", 9), ("10!", 10)])
def test_words_answer_the_open_question(text: str, value: int) -> None:
    assert after(Said(text=text))[1].recorded[0].value == value


def test_the_surveys_own_language_is_understood() -> None:
    finnish = replace(START, invitation=replace(INVITATION, language="fi"))
    assert say(finnish, Said(text="yhdeksän")).recorded[0].value == 9


def test_words_off_script_are_kept_as_a_card_and_the_question_stays_open() -> None:
    _, turn = after(Said(text="I called three times and nobody answered"))
    assert turn.kind is TurnKind.OFF_SCRIPT and turn.recorded == ()
    assert turn.card == "I called three times and nobody answered"
    assert turn.next and turn.next.id == "nps" and turn.response is None


def test_words_after_the_end_are_a_card() -> None:
    _, turn = after(
        press("nps", "9"), press("csat", "5"), press("comment", "-"), Said(text="One more thing")
    )
    assert turn.kind is TurnKind.OFF_SCRIPT and turn.card == "One more thing"


def test_a_skip_is_an_answer_of_its_own_kind() -> None:
    _, turn = after(press("nps", "9"), press("csat", "5"), press("comment", "-"))
    assert turn.kind is TurnKind.SKIPPED and turn.finished and turn.recorded[0].skipped


def test_a_required_question_cannot_be_skipped() -> None:
    _, turn = after(press("nps", "-"))
    assert turn.kind is TurnKind.NOT_UNDERSTOOD


@pytest.mark.parametrize("value", ["11", "-1", "x", "", "9.5", "9" * 50])
def test_a_value_outside_the_scale_is_nothing(value: str) -> None:
    assert after(press("nps", value))[1].recorded == ()


def test_a_button_of_a_question_that_is_gone_is_nothing() -> None:
    _, turn = after(press("removed", "5"))
    assert turn.kind is TurnKind.NOT_UNDERSTOOD and turn.next and turn.next.id == "nps"


def test_an_expired_survey_is_closed_but_whoever_is_answering_may_finish() -> None:
    late = INVITATION.expires_at + timedelta(minutes=30)
    assert say(START, press("nps", "9"), late).kind is TurnKind.CLOSED
    begun, _ = after(press("nps", "9"))
    assert say(begun, press("csat", "5"), late).kind is TurnKind.RECORDED
    too_late = INVITATION.expires_at + GRACE + timedelta(seconds=1)
    closed = say(begun, Said(text="words"), too_late)
    assert closed.kind is TurnKind.CLOSED and closed.card == "words"


def test_progress_counts_what_applies() -> None:
    assert progress(SURVEY, None) == (1, 3)
    conversation, _ = after(press("nps", "9"), press("csat", "1"))
    assert progress(SURVEY, conversation.response) == (3, 4)


def test_next_question_of_nothing_is_the_first() -> None:
    assert next_question(SURVEY, None) == PRESETS["nps"]
