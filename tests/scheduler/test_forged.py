"""Replies of attackers: tokens and payloads that are not theirs."""

from dataclasses import replace

import pytest

from surveys.compose import payload
from surveys.link import Purpose
from tests.scheduler.spine import Spine, answers, asked, texts


async def test_a_button_of_one_person_pressed_by_another_is_nothing(spine: Spine) -> None:
    await asked(spine, 1)
    await asked(spine, 2)
    stolen = replace(spine.press("1001", "0"), address="1002", event_id="evil")
    await spine.hear(stolen)
    await spine.dispatch()
    assert await answers(spine, 1) == {} and await answers(spine, 2) == {}
    assert texts(spine, "777") == []


@pytest.mark.parametrize(
    "purpose", [Purpose.STOP, Purpose.OPT_IN, Purpose.FORM], ids=lambda p: p.name
)
@pytest.mark.parametrize("channel", ["telegram", "web"])
async def test_a_token_for_something_else_answers_nothing(
    spine: Spine, purpose: Purpose, channel: str
) -> None:
    await asked(spine)
    given = (payload(spine.token(1, purpose), "nps", "0"),)
    address = "1001" if channel == "telegram" else ""
    assert await spine.hear(spine.said(address, channel=channel, payloads=given)) == [()]
    assert await answers(spine) == {}


async def test_payloads_of_two_surveys_at_once_are_nothing(spine: Spine) -> None:
    await asked(spine, 1)
    await asked(spine, 1)
    both = (payload(spine.token(1), "nps", "0"), payload(spine.token(2), "nps", "0"))
    await spine.hear(spine.said("1001", payloads=both))
    assert await answers(spine, 1) == {} and await answers(spine, 2) == {}


@pytest.mark.parametrize("bad", ["", ".", "x.nps.9", "a" * 32 + ".nps.9", "..", "nps.9", "🙂.a.b"])
async def test_a_forged_payload_is_nothing(spine: Spine, bad: str) -> None:
    await asked(spine)
    await spine.hear(spine.said("1001", payloads=(bad,)))
    assert await answers(spine) == {}


async def test_an_answer_token_shows_no_stop_page_and_stops_nobody(spine: Spine) -> None:
    conversation = await spine.invite()
    token = spine.token(conversation.contact.id, Purpose.ANSWER)
    assert await spine.hear(spine.stop("", "web", token)) == [()]
    assert (await spine.conversation(1)).contact.opted_out_at is None
