"""Comment cards beside questions that are open, or were."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from surveys.response import Answer
from tests.scheduler.carding import KEPT, card_spine, cards, heard, say
from tests.scheduler.spine import MINUTE, Spine


@pytest.fixture
async def spine(tmp_path: Path) -> AsyncIterator[Spine]:
    async with card_spine(tmp_path) as made:
        yield made


async def test_words_off_script_are_never_lost_and_never_nag(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    spine.now += MINUTE
    await say(spine, "1001", "I have called three times now", "and nobody answers")
    asked = [text for text in heard(spine, "1001") if "How likely" in text]
    assert len(asked) == 2
    assert len(heard(spine, "1001")) == 2
    spine.now += 11 * MINUTE
    await say(spine, "1001", "Is anybody there?")
    assert heard(spine, "1001")[-1] == KEPT
    assert len([t for t in heard(spine, "1001") if "How likely" in t]) == 2
    assert [card.text for card in await cards(spine)] == [
        "I have called three times now\nand nobody answers",
        "Is anybody there?",
    ]
    await say(spine, "1001", "3")
    assert (await answers(spine))[0].value == 3
    await say(spine, "1001", "My case is still open")
    assert "How satisfied" in heard(spine, "1001")[-1]


async def answers(spine: Spine) -> tuple[Answer, ...]:
    response = (await spine.conversation(1)).response
    return response.answers if response else ()


async def test_small_talk_beside_a_question_is_left_alone(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    await say(spine, "1001", "hi", "thanks")
    assert len(heard(spine, "1001")) == 1
    await say(spine, "1001", "7")
    assert (await answers(spine))[0].value == 7


async def test_an_announced_card_leaves_the_question_open(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    await say(spine, "1001", "feedback 7 people in the queue")
    assert heard(spine, "1001")[-1] == KEPT and await answers(spine) == ()
    [card] = await cards(spine)
    assert (card.text, card.invitation_id) == ("7 people in the queue", 1)
    await say(spine, "1001", "8")
    assert (await answers(spine))[0].value == 8


async def test_an_open_comment_takes_the_words_and_a_command_stays_a_card(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    for label in ("9", "5"):
        await spine.hear(spine.press("1001", label))
        await spine.dispatch()
    await say(spine, "1001", "/feedback the lift is broken", "Feedback was quick")
    assert (await answers(spine))[-1].text == "Feedback was quick"
    assert [card.text for card in await cards(spine)] == ["the lift is broken"]


async def test_thanks_after_a_survey_are_not_answered_and_words_are(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    for label in ("9", "5", "Skip"):
        await spine.hear(spine.press("1001", label))
        await spine.dispatch()
    before = len(heard(spine, "1001"))
    await say(spine, "1001", "Thanks!", "👍")
    assert len(heard(spine, "1001")) == before
    await say(spine, "1001", "One more thing: the lift is broken")
    assert heard(spine, "1001")[before:] == [KEPT]


async def test_late_words_are_received_though_the_survey_is_closed(spine: Spine) -> None:
    await spine.invite()
    await spine.dispatch()
    spine.now += timedelta(days=7, hours=1)
    await say(spine, "1001", "I was away, and it was fine")
    line = spine.lines("telegram", "1001")[-1]
    assert line.message and "closed" in line.message.notice and line.message.text == KEPT
