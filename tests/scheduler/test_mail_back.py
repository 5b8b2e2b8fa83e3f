"""What comes back by mail: replies from anywhere, bounces, complaints, and programs that write."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.sparing import UNREAD
from surveys.inbound import OptedOut
from surveys.link import Purpose
from tests.scheduler.mailing import ANNA, WORK, asked, mail_spine, mails, wrote
from tests.scheduler.spine import Spine, answers


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    async with mail_spine(tmp_path) as made:
        yield made


# Replies


async def test_a_reply_with_its_tag_counts_wherever_it_was_written(spine: Spine) -> None:
    await asked(spine)
    await spine.hear(wrote(spine, "9, great", WORK, token=spine.token(1), question_id="nps"))
    await spine.dispatch()
    assert await answers(spine) == {"nps": 9, "comment": "great"}
    assert mails(spine)[-1].question_id == "csat", "what follows goes to the contact's own address"
    assert mails(spine, WORK) == []


async def test_a_stop_with_its_tag_counts_wherever_it_was_written(spine: Spine) -> None:
    await asked(spine)
    await spine.hear(wrote(spine, "STOP", WORK, token=spine.token(1)))
    await spine.dispatch()
    contact = await spine.store.find_contact("email", ANNA)
    assert contact and contact.opted_out_at
    assert "will not ask you" in mails(spine)[-1].text
    assert mails(spine, WORK) == []


@pytest.mark.parametrize("kind", ["forged", "another purpose", "too old"])
async def test_a_bad_tag_is_none(spine: Spine, kind: str) -> None:
    await asked(spine)
    token = spine.token(1, Purpose.STOP if kind == "another purpose" else Purpose.ANSWER)
    if kind == "forged":
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    elif kind == "too old":
        spine.now += timedelta(days=40)
    await spine.hear(wrote(spine, "1", WORK, token=token, question_id="nps"))
    await spine.dispatch()
    assert await answers(spine) == {}
    assert len(mails(spine)) == 1 and mails(spine, WORK) == []


async def test_a_forged_tag_does_not_point_a_known_person_elsewhere(spine: Spine) -> None:
    await asked(spine, 1)
    await asked(spine, 2)
    forged = spine.token(1)[:-2] + "zz"
    await spine.hear(wrote(spine, "7", "u2@x.example", token=forged, question_id="nps"))
    assert await answers(spine, 1) == {}
    assert await answers(spine, 2) == {"nps": 7}


async def test_words_belong_to_the_mail_they_answer_where_they_can(spine: Spine) -> None:
    await asked(spine)
    first = {"token": spine.token(1), "question_id": "nps"}
    await spine.hear(wrote(spine, "9", **first))
    await spine.hear(wrote(spine, "4", token=spine.token(1), question_id="csat"))
    await spine.hear(wrote(spine, "8", **first))
    assert await answers(spine) == {"nps": 8, "csat": 4}
    await spine.hear(wrote(spine, "Quick and kind", **first))
    assert (await answers(spine))["comment"] == "Quick and kind", "the open question took them"
    assert await spine.store.recount() == []


async def test_mail_addresses_have_no_case(spine: Spine) -> None:
    await spine.invite(1, email="Anna.V@X.Example")
    await spine.dispatch()
    assert len(mails(spine, "anna.v@x.example")) == 1
    await spine.hear(wrote(spine, "9", "anna.v@x.example"))
    assert await answers(spine) == {"nps": 9}
    assert await spine.store.find_contact("email", "ANNA.V@x.example")
    await spine.invite(1, email="anna.v@x.example")
    contact = await spine.store.find_contact("email", "anna.v@x.example")
    assert contact and [a.value for a in contact.addresses if a.channel == "email"] == [
        "anna.v@x.example"
    ]


async def test_what_follows_stands_in_the_same_thread(spine: Spine) -> None:
    mail = await asked(spine)
    said = wrote(spine, "9", external_id=mail)
    await spine.hear(said)
    await spine.dispatch()
    following = mails(spine)[-1]
    assert following.subject == f"Re: {mails(spine)[0].subject}"
    assert following.replies_to == (mail, said.event_id)
    stop = wrote(spine, "stop")
    await spine.hear(stop)
    await spine.dispatch()
    assert mails(spine)[-1].subject == following.subject
    assert mails(spine)[-1].replies_to == (stop.event_id,)


# Complaints


async def test_a_complaint_stops_whom_the_mail_went_to_and_writes_nothing(spine: Spine) -> None:
    mail = await asked(spine)
    await asked(spine, 2)
    source = spine.source("u2@x.example", "email")
    await spine.hear(OptedOut(**source, external_id=mail, silent=True))
    await spine.dispatch()
    anna = await spine.store.find_contact("email", ANNA)
    ben = await spine.store.find_contact("email", "u2@x.example")
    assert anna and anna.opted_out_at
    assert ben and not ben.opted_out_at
    assert len(mails(spine)) == 1


# Programs that write


async def test_what_cannot_be_read_is_said_twice_and_then_kept_in_silence(spine: Spine) -> None:
    await asked(spine)
    for n in range(UNREAD + 3):
        await spine.hear(wrote(spine, f"I am at the seaside {n} times"))
        await spine.dispatch()
    assert len(mails(spine)) == 1 + UNREAD
    assert (await spine.store.counts())["cards"] == UNREAD + 3
    await spine.hear(wrote(spine, "9"))
    await spine.dispatch()
    assert mails(spine)[-1].question_id == "csat", "an answer is still one"


@pytest.mark.parametrize("words", ["Thank you for your mail!", "9", "Thank you. 10 of 10", "stop!"])
async def test_a_program_that_answers_every_mail_is_not_answered_for_ever(
    spine: Spine, words: str
) -> None:
    await asked(spine)
    heard = 0
    for _ in range(40):
        await spine.dispatch()
        new = len(mails(spine)) - heard
        heard += new
        if not new:
            break
        for n in range(new):
            await spine.hear(wrote(spine, words, external_id=f"{heard}.{n}"))
    else:
        raise AssertionError("two programs write to each other for ever")
    assert heard <= 8


async def test_who_was_not_asked_is_thanked_twice_a_day(spine: Spine) -> None:
    await spine.report()
    await spine.invite(1)  # known, and not asked yet
    for _ in range(5):
        await spine.hear(wrote(spine, "Your shop is lovely"))
    await spine.dispatch()
    notes = [m for m in mails(spine) if not m.question_id]
    assert len(notes) == 2
    assert (await spine.store.counts())["cards"] == 5
