from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scheduler.answering import (
    Answered,
    answer_reply,
    said,
)
from scheduler.readers import Reader, readers_of
from scheduler.showing import show
from scheduler.steps import saved_steps, state_after
from surveys.compose import payload
from surveys.contact import Address, Contact
from surveys.conversation import Conversation, TurnKind
from surveys.errors import IllegalMove
from surveys.inbound import Replied
from surveys.invitation import Invitation, InvitationState
from surveys.message import Capabilities, Message
from surveys.staff import Role, StaffMember
from tests.scheduler.spine import CHAT, LEADER, PAGE, SURVEY, make_rules

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RULES = make_rules()
PLAIN = replace(CHAT, edits=False)
INVITATION = Invitation(
    id=7,
    key="k",
    contact_id=1,
    survey="call",
    survey_version="v1",
    trigger="after_call",
    via=("telegram",),
    state=InvitationState.ASKED,
    due_at=NOW,
    expires_at=NOW + timedelta(days=7),
    language="en",
)
ANNA = Contact(id=1, keys=("user:1",), addresses=(Address(channel="telegram", value="5"),))
OPEN = Conversation(invitation=INVITATION, contact=ANNA, asked_external_id="m1")


def replied(*values: str, question: str = "nps", text: str = "", message: str = "") -> Replied:
    token = RULES.setting(SURVEY, INVITATION, ANNA, "5").token
    return Replied(
        event_id="e",
        channel="telegram",
        at=NOW,
        address="5",
        payloads=tuple(payload(token, question, value) for value in values),
        text=text,
        external_id=message,
    )


def answered(
    *replies: Replied,
    can: Capabilities = CHAT,
    start: Conversation = OPEN,
    now: datetime = NOW,
) -> tuple[Conversation, Answered]:
    conversation = start
    for reply in replies:
        last = answer_reply(RULES, SURVEY, conversation, reply, can, now)
        conversation = replace(conversation, response=last.turn.response)
    return conversation, last


def told(*replies: Replied, **given: Any) -> tuple[Message, ...]:
    return answered(*replies, **given)[1].messages


# What a reply says


def test_payloads_are_taken_apart() -> None:
    reply = said(replied("late", "rude", "!", question="reasons", text="and more"))
    assert (reply.question_id, reply.values, reply.text) == (
        "reasons",
        ("late", "rude", "!"),
        "and more",
    )


def test_what_is_no_payload_of_ours_is_left_out() -> None:
    assert said(replace(replied(), payloads=("rubbish", "a.b"))).values == ()


# In a chat that can edit


def test_the_pressed_message_shows_the_answer_and_the_next_question_follows() -> None:
    edited, following = told(replied("9", message="m1"))
    assert edited.replaces == "m1" and edited.notice == "Thank you. Your answer: 9"
    assert [b.label for b in edited.buttons if b.chosen] == ["9"]
    assert (following.question_id, following.replaces, following.notice) == ("csat", "", "")


def test_words_edit_the_message_that_asked() -> None:
    assert told(replied(text="nine"))[0].replaces == "m1"


def test_words_edit_nothing_where_another_channel_may_have_asked() -> None:
    everywhere = replace(OPEN, invitation=replace(INVITATION, all_channels=True))
    [following] = told(replied(text="nine"), start=everywhere)
    assert (following.replaces, following.question_id) == ("", "csat")
    assert following.notice == "Thank you. Your answer: 9"


def test_a_change_of_mind_does_not_ask_the_open_question_again() -> None:
    [edited] = told(replied("9", message="m1"), replied("3", message="m1"))
    assert edited.replaces == "m1" and "3" in edited.notice


def test_a_tick_redraws_the_choices_and_done_goes_on() -> None:
    base = (replied("3"), replied("1", question="csat"))
    [ticked] = told(*base, replied("late", question="reasons", message="m3"))
    assert ticked.replaces == "m3" and ticked.notice == ""
    assert [b.label for b in ticked.buttons if b.chosen] == ["Late"]
    edited, following = told(
        *base,
        replied("late", question="reasons", message="m3"),
        replied("!", question="reasons", message="m3"),
    )
    assert "Late" in edited.notice and following.question_id == "comment"


def test_too_late_a_change_takes_the_buttons_away() -> None:
    conversation, _ = answered(replied("9", message="m1"))
    [over] = told(replied("3", message="m1"), start=conversation, now=NOW + timedelta(minutes=16))
    assert over.replaces == "m1" and over.buttons == () and over.notice


def test_the_last_answer_is_thanked_for_by_band() -> None:
    base = (replied("10"), replied("5", question="csat"))
    edited, thanks = told(*base, replied(question="comment", text="Great"))
    assert edited.replaces and thanks.question_id == "" and not thanks.buttons
    critic = (replied("1"), replied("1", question="csat"), replied("-", question="reasons"))
    assert told(*critic, replied(text="Bad"))[-1].text != thanks.text


def test_a_repeat_says_nothing() -> None:
    assert told(replied("9", message="m1"), replied("9", message="m1")) == ()


def test_what_cannot_be_read_is_asked_again_with_a_word_about_it() -> None:
    [again] = told(replied(text="I called three times last week"))
    assert again.question_id == "nps" and again.notice and again.replaces == ""


def test_words_after_the_end_are_thanked_for() -> None:
    base = (replied("9"), replied("5", question="csat"), replied("-", question="comment"))
    _, last = answered(*base, replied(text="One more thing"))
    assert last.turn.card == "One more thing"
    assert [m.question_id for m in last.messages] == [""]


def test_an_expired_survey_says_so() -> None:
    [note] = told(replied("9"), now=NOW + timedelta(days=8))
    assert "closed" in note.text


# In a chat that cannot


def test_without_edits_the_receipt_comes_with_the_next_question() -> None:
    [following] = told(replied("9", message="m1"), can=PLAIN)
    assert (following.question_id, following.notice) == ("csat", "Thank you. Your answer: 9")
    [changed] = told(replied("9"), replied("3"), can=PLAIN)
    assert changed.question_id == "" and "3" in changed.text
    conversation, _ = answered(replied("9"), can=PLAIN)
    [late] = told(replied("3"), can=PLAIN, start=conversation, now=NOW + timedelta(hours=1))
    assert late.question_id == "" and late.text


# On a page


def test_a_page_is_always_one_whole_view() -> None:
    for replies, question in (
        ((replied("9"),), "csat"),
        ((replied("9"), replied("9")), "csat"),
        ((replied("x"),), "nps"),
        ((replied("9"), replied("5", question="csat"), replied("-", question="comment")), ""),
    ):
        [page] = told(*replies, can=PAGE)
        assert page.question_id == question and page.replaces == ""
    [closed] = told(replied("9"), can=PAGE, now=NOW + timedelta(days=8))
    assert "closed" in closed.text


def test_showing_changes_with_time_and_answers() -> None:
    def shown(conversation: Conversation, now: datetime = NOW) -> str:
        page = show(RULES, SURVEY, conversation, "", PAGE, now)
        return page.question_id or page.text

    begun, _ = answered(replied("9"), can=PAGE)
    ended, _ = answered(
        replied("9"), replied("5", question="csat"), replied("-", question="comment"), can=PAGE
    )
    late = NOW + timedelta(days=7, minutes=30)
    assert shown(OPEN) == "nps" and shown(begun) == "csat"
    assert "closed" in shown(OPEN, late) and shown(begun, late) == "csat"
    assert "closed" in shown(begun, late + timedelta(hours=1))
    assert shown(ended) == shown(ended, late + timedelta(days=90)) != "closed"
    cancelled = replace(OPEN, invitation=replace(INVITATION, state=InvitationState.CANCELLED))
    assert "closed" in shown(cancelled)


# What is kept, and who is told


def test_a_score_with_words_is_saved_in_two_steps() -> None:
    _, last = answered(replied(text="9, great service"))
    steps = list(saved_steps(OPEN, last.turn))
    assert [before is None for before, _ in steps] == [True, False]
    assert [len(after.answers) for _, after in steps] == [1, 2]
    nothing = answered(replied(text="what?"))[1].turn
    assert nothing.kind is TurnKind.OFF_SCRIPT and list(saved_steps(OPEN, nothing)) == []


@pytest.mark.parametrize(
    ("state", "started", "completed"),
    [
        ("planned", "started", "completed"),
        ("asked", "started", "completed"),
        ("started", "started", "completed"),
        ("completed", "completed", "completed"),
        ("expired", "started", "completed"),
        ("failed", "started", "completed"),
    ],
)
def test_an_answer_moves_its_invitation_on(state: str, started: str, completed: str) -> None:
    before = InvitationState(state)
    assert state_after(before, completed=False) == started
    assert state_after(before, completed=True) == completed


def test_nobody_answers_what_was_never_asked() -> None:
    with pytest.raises(IllegalMove):
        state_after(InvitationState.SKIPPED, completed=False)


def test_bad_news_fires_once_and_again_with_words() -> None:
    assert len(answered(replied("3"))[1].alerts) == 1
    assert answered(replied("3"), replied("2"))[1].alerts == ()
    assert answered(replied("9"))[1].alerts == ()
    words = (replied("3"), replied("5", question="csat"), replied("-", question="reasons"))
    assert answered(*words)[1].alerts == ()
    assert len(answered(*words, replied(text="Nobody called"))[1].alerts) == 1


def test_each_colleague_is_told_on_the_first_channel_that_runs() -> None:
    [rule] = RULES.alerts
    both = replace(LEADER, addresses={"slack": "U1", "telegram": "777", "email": "m@acme.example"})
    boss = StaffMember(name="Otto", role=Role.MANAGER, addresses={"email": "o@acme.example"})
    rules = replace(RULES, staff=(both, boss))
    running = {"telegram": CHAT, "email": PLAIN}
    lead = Reader(name=both.name, lane="telegram", address="777")
    assert readers_of(rules, rule.to, "support", running) == [lead]
    manager = Reader(name="Otto", lane="email", address="o@acme.example")
    assert readers_of(rules, rule.to, "sales", running) == [manager]
    assert readers_of(rules, rule.to, "sales", {"telegram": CHAT}) == []


# Changing one's mind on a page


def test_a_page_names_the_question_that_may_be_changed() -> None:
    [page] = told(replied("9"), can=PAGE)
    assert (page.question_id, page.changes) == ("csat", "nps")
    [again] = told(replied("9"), replied("9"), can=PAGE)
    assert again.changes == ""  # nothing was just taken
    [unread] = told(replied("77"), can=PAGE)
    assert unread.changes == ""


def test_an_answered_question_is_shown_again_while_it_may_be_changed() -> None:
    conversation, _ = answered(replied("9"), can=PAGE)

    def shown(wish: str, now: datetime) -> Message:
        return show(RULES, SURVEY, conversation, "", PAGE, now, wish=wish)

    page = shown("nps", NOW + SURVEY.change_within)
    assert page.question_id == "nps"
    assert [b.label for b in page.buttons if b.chosen] == ["9"]
    later = NOW + SURVEY.change_within + timedelta(seconds=1)
    for wish, now in (("nps", later), ("csat", NOW), ("comment", NOW), ("nothing", NOW), ("", NOW)):
        assert shown(wish, now).question_id == "csat"
    over = shown("nps", INVITATION.expires_at + timedelta(hours=2))
    assert over.question_id == ""


def test_the_last_answer_of_a_survey_can_be_changed_too() -> None:
    everything = (
        replied("9"),
        replied("5", question="csat"),
        replied("=", question="comment", text="Good"),
    )
    conversation, last = answered(*everything, can=PAGE)
    assert last.messages[0].changes == "comment"
    page = show(RULES, SURVEY, conversation, "", PAGE, NOW, wish="comment")
    assert page.question_id == "comment"
    assert "like" in page.text  # worded as it was asked: for a good score
