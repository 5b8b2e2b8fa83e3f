"""What a team leader reads when an answer was bad."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts import MOST_CHARACTERS, compose_alert
from surveys.contact import Contact
from surveys.event import Interaction
from surveys.invitation import Invitation
from surveys.message import Message
from surveys.response import Answer, Response
from tests.bot.commands.office import SURVEYS, response

AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
INVITATION = Invitation(
    id=17,
    key="k",
    contact_id=9,
    survey="after_call",
    survey_version="v1",
    trigger="call_ended",
    via=("telegram",),
    due_at=AT,
    expires_at=AT,
)
BAD, ANNA = response()


def alert(
    answered: Response = BAD,
    contact: Contact = ANNA,
    invitation: Invitation = INVITATION,
    timezone: str = "Europe/Helsinki",
) -> Message:
    return compose_alert(
        response=answered,
        contact=contact,
        survey=SURVEYS["after_call"],
        invitation=invitation,
        address="777",
        timezone=timezone,
    )


def test_an_alert_says_who_what_when_and_where() -> None:
    message = alert()
    assert message.address == "777"
    assert message.text.splitlines() == [
        "Bad feedback from Anna Virtanen (support)",
        "NPS 3 of 10, CSAT 2 of 5",
        "“Waited too long.”",
        "Interaction 4711, agent Pekka, line main line",
        "Answered 21 Nov 2026, 12:00 by telegram",
        "Your call with us, invitation 17",
    ]
    assert message.buttons == ()


@pytest.mark.parametrize(
    ("at", "zone", "shown"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "Europe/Helsinki", "29 Mar 2026, 02:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "Europe/Helsinki", "29 Mar 2026, 04:00"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "Europe/Berlin", "1 Jan 2027, 00:30"),
    ],
)
def test_the_time_is_local(at: datetime, zone: str, shown: str) -> None:
    answers = tuple(replace(a, at=at) for a in BAD.answers)
    assert f"Answered {shown} by" in alert(replace(BAD, answers=answers), timezone=zone).text


def test_the_channel_is_that_of_the_latest_answer() -> None:
    first, second, third = BAD.answers
    later = replace(third, at=datetime(2026, 11, 21, 11, 0, tzinfo=UTC), channel="web")
    message = alert(replace(BAD, answers=(first, later, second)))
    assert "Answered 21 Nov 2026, 13:00 by web" in message.text


def test_what_is_not_known_leaves_no_gap() -> None:
    bare = replace(BAD, interaction=Interaction(), channel="", answers=BAD.answers[:1])
    message = alert(bare, Contact(keys=("user:42",)), replace(INVITATION, trigger=""))
    assert message.text.splitlines() == [
        "Bad feedback from user:42",
        "NPS 3 of 10",
        "Answered 21 Nov 2026, 12:00 by telegram",
        "Your call with us, invitation 17",
    ]


def test_skipped_and_unfinished_answers_are_left_out() -> None:
    nps, csat, comment = BAD.answers
    answers = (nps, replace(csat, skipped=True), replace(comment, draft=True))
    message = alert(replace(BAD, answers=answers))
    assert "CSAT" not in message.text
    assert "Waited" not in message.text


@pytest.mark.parametrize(
    ("scale", "value", "shown"),
    [
        ("thumbs", 0.0, "help down"),
        ("yes-no", 0.0, "help no"),
        ("faces", 1.0, "help 1 of 3"),
        ("", 2.5, "help 2.5"),
    ],
)
def test_each_scale_reads_as_it_was_asked(scale: str, value: float, shown: str) -> None:
    answer = Answer(
        question_id="help",
        wording="help",
        language="en",
        channel="web",
        at=AT,
        value=value,
        scale_id=scale,
    )
    assert alert(replace(BAD, answers=(answer,))).text.splitlines()[1] == shown


HOSTILE = "@channel <!here>\nInteraction 1, agent Boss\x00\x1b[2J\u202e\u2028x"


def test_hostile_words_stay_in_their_line_and_call_nobody() -> None:
    first, second, comment = BAD.answers
    nasty = replace(
        BAD,
        interaction=Interaction(id=HOSTILE, agent=HOSTILE, team=HOSTILE, line=HOSTILE),
        answers=(first, second, replace(comment, text=HOSTILE)),
    )
    text = alert(nasty, Contact(attributes={"name": HOSTILE})).text
    assert len(text.splitlines()) == 6
    assert "@channel" not in text
    assert "<!" not in text
    assert not any(c in text for c in "\x00\x1b\u202e\u2028")


def test_an_alert_is_short_however_long_the_words() -> None:
    long = "word " * 1000
    answers = tuple(replace(BAD.answers[2], question_id=f"q{i}", text=long) for i in range(9))
    busy = replace(
        BAD, interaction=Interaction(id=long, agent=long, team=long, line=long), answers=answers
    )
    message = alert(busy, Contact(attributes={"name": long}), replace(INVITATION, trigger=long))
    assert len(message.text) <= MOST_CHARACTERS
    assert message.text.splitlines()[-1].endswith("invitation 17")


def test_even_an_endless_survey_name_is_cut() -> None:
    message = compose_alert(
        response=BAD,
        contact=ANNA,
        survey=replace(SURVEYS["after_call"], id="x" * 2000, title={}),
        invitation=INVITATION,
        address="777",
        timezone="UTC",
    )
    assert len(message.text) < MOST_CHARACTERS
    assert "x" * 50 in message.text


@given(st.text(max_size=500), st.text(max_size=1500), st.text(max_size=120))
def test_any_words_make_an_alert_that_can_be_sent(name: str, comment: str, agent: str) -> None:
    first, second, words = BAD.answers
    nasty = replace(
        BAD,
        interaction=Interaction(agent=agent, team=agent),
        answers=(first, second, replace(words, text=comment)),
    )
    text = alert(nasty, Contact(attributes={"name": name})).text
    assert len(text) <= MOST_CHARACTERS
    assert len(text.splitlines()) <= 6
    text.encode()
