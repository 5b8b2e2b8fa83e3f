"""The whole path by phone: an event in, a call out, keys and words in, thanks said."""

from pathlib import Path

import pytest

from tests.channels.sms.whole import ANNA, whole_service
from tests.providers.twilio_call import Spoken

RECORDING = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1"


async def test_a_survey_by_keys_and_words(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        phone = whole.provider
        phone.pick_up(ANNA, "10", "", "7", "5", Spoken(RECORDING))
        await whole.ended("Call Ended", 1, "+358 40 111 0001")
        await phone.until(lambda: phone.conversations and phone.conversations[0].ended)
        call = phone.conversations[0]
        assert call.ended == "completed"
        assert call.hung_up
        assert "This is a short survey from Acme." in call.text
        assert "Press a number from 0 to 10." in call.text
        assert "We did not hear an answer." in call.text
        assert call.text.count("Sorry, we could not read that") == 1
        assert "What did you like most?" in call.text
        assert call.said[-1][1] == "Goodbye."
        heard = [(10.0, ""), (5.0, ""), (None, f"[recording] {RECORDING}")]
        assert [answer[1:] for answer in whole.answers()] == heard
        assert await whole.count("invitations.completed") == 1
        assert {status for _, status in phone.answers} == {200}


async def test_ten_by_the_star_key_and_the_comment_skipped(tmp_path: Path) -> None:
    async with whole_service(tmp_path, voice='ten: "*"') as whole:
        phone = whole.provider
        phone.pick_up(ANNA, "*", "1", "#")
        await whole.ended("Call Ended", 1, ANNA, language="fi")
        await phone.until(lambda: phone.conversations and phone.conversations[0].ended)
        call = phone.conversations[0]
        assert {language for language, _ in call.said} == {"fi-FI"}
        assert "10: paina tähteä." in call.text
        assert await whole.count("invitations.completed") == 1


async def test_faces_ticks_and_numbers(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        phone = whole.provider
        phone.pick_up(ANNA, "3", "1", "2", "#", "99#", "12#")
        await whole.ended("Order Delivered", 1, ANNA)
        await phone.until(lambda: phone.conversations and phone.conversations[0].ended)
        call = phone.conversations[0]
        for words in ("Satisfied: press 3.", "Broken: press 2.", "Done: press the hash key."):
            assert words in call.text
        assert [answer[1] for answer in whole.answers()] == [3.0, None, 12.0]
        assert whole.read("SELECT choices FROM answer WHERE is_latest AND value IS NULL") == [
            ('["late","broken"]',)
        ]
        assert await whole.count("invitations.completed") == 1


async def test_silence_ends_the_call_and_calling_back_goes_on(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        phone = whole.provider
        phone.pick_up(ANNA, "9#")
        await whole.ended("Call Ended", 1, ANNA)
        await phone.until(lambda: phone.conversations and phone.conversations[0].ended)
        call = phone.conversations[0]
        assert call.text.count("We did not hear an answer.") == 2
        assert "Thank you for your time." in call.text
        assert len(whole.answers()) == 1
        back = await phone.call_us(f"{whole.service.url}/voice", ANNA, "4", Spoken(RECORDING))
        assert "could not read" not in back.text
        assert len(whole.answers()) == 3
        assert await whole.count("invitations.completed") == 1
        stranger = await phone.call_us(f"{whole.service.url}/voice", "+358401119999")
        assert "nothing to answer right now" in stranger.text


@pytest.mark.parametrize("ending", ["busy", "no-answer", "failed", "machine"])
async def test_a_call_that_reaches_nobody_has_failed(tmp_path: Path, ending: str) -> None:
    async with whole_service(tmp_path, voice="machine_detection: true") as whole:
        phone = whole.provider
        phone.hang_back(ANNA, ending)
        await whole.ended("Call Ended", 1, ANNA)
        await phone.until(lambda: phone.conversations and phone.conversations[0].ended)
        assert phone.conversations[0].text == ""
        await phone.until(lambda: whole.read("SELECT state FROM delivery") == [("failed",)])
        assert whole.read("SELECT reason FROM delivery") != [("",)]
