"""Stopping and coming back, by words, pages and links."""

import pytest

from surveys.inbound import Linked
from surveys.link import Purpose
from tests.scheduler.spine import Spine, asked, texts


async def test_stop_is_for_the_person_on_every_channel(spine: Spine) -> None:
    await asked(spine)
    await spine.hear(spine.stop("1001"))
    await spine.invite(1, telegram_id="")
    await spine.dispatch()
    assert spine.lines("email", "u1@x.example") == []
    await spine.hear(spine.resume("1001"))
    await spine.dispatch()
    assert "START" not in texts(spine)[-1]
    assert (await spine.conversation(1)).contact.opted_out_at is None


async def test_the_stop_page_asks_first_and_leads_back(spine: Spine) -> None:
    conversation = await spine.invite()
    token = spine.token(conversation.contact.id, Purpose.STOP)
    [view] = await spine.hear(spine.view(token))
    assert view[0].buttons[0].payload == "stop"
    [stopped] = await spine.hear(spine.stop("", "web", token))
    assert stopped[0].buttons[0].payload == "resume"
    assert await spine.hear(spine.view(token)) == [stopped]
    [resumed] = await spine.hear(spine.resume("", "web", token))
    assert resumed[0].buttons[0].payload == "stop"


async def test_an_old_page_sent_again_does_not_undo_a_later_stop(spine: Spine) -> None:
    conversation = await spine.invite()
    token = spine.token(conversation.contact.id, Purpose.STOP)
    resume = spine.resume("", "web", token)
    await spine.hear(spine.stop("", "web", token), resume)
    await spine.hear(spine.stop("", "web", token))
    [page] = await spine.hear(resume)
    assert page[0].buttons[0].payload == "resume"
    assert (await spine.conversation(1)).contact.opted_out_at


async def test_a_stop_delivered_again_does_not_undo_a_later_start(spine: Spine) -> None:
    await asked(spine)
    stop = spine.stop("1001")
    await spine.hear(stop)
    await spine.hear(Linked(**spine.source("1001")))
    await spine.hear(stop)
    await spine.dispatch()
    assert (await spine.conversation(1)).contact.opted_out_at is None
    assert len(texts(spine)) == 3


@pytest.mark.parametrize(("language", "word"), [("en", "STOP"), ("fi", "Lopeta!"), ("fi", "stop")])
async def test_a_plain_stop_is_understood_while_a_question_is_open(
    spine: Spine, language: str, word: str
) -> None:
    await asked(spine, 1, language=language)
    await spine.hear(spine.said("1001", text=word))
    await spine.dispatch()
    assert (await spine.conversation(1)).contact.opted_out_at
    assert len(texts(spine)) == 2 and (await spine.store.counts())["cards"] == 0
    await spine.hear(spine.said("1001", text="START"))
    assert (await spine.conversation(1)).contact.opted_out_at is None


async def test_stop_inside_a_sentence_is_feedback(spine: Spine) -> None:
    await asked(spine)
    await spine.hear(spine.said("1001", text="Stop sending me to the wrong department, please"))
    assert (await spine.conversation(1)).contact.opted_out_at is None


async def test_nobody_is_stopped_by_a_bad_link(spine: Spine) -> None:
    await spine.invite()
    for token in ("", "x", "A" * 32, spine.token(99, Purpose.STOP)):
        assert await spine.hear(spine.stop("", "web", token)) == [()]
    assert (await spine.conversation(1)).contact.opted_out_at is None
