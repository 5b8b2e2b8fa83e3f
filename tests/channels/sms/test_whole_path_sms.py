"""The whole path by text message: an event in, a question out, answers, a change, a stop."""

from pathlib import Path

from tests.channels.sms.whole import ANNA, whole_service


async def test_a_survey_question_by_question(tmp_path: Path) -> None:
    async with whole_service(tmp_path, reports=("sent", "delivered")) as whole:
        sms = whole.provider
        await whole.ended("Chat Ended", 1, "+358 40 111 0001")
        await sms.until(lambda: len(sms.sent(ANNA)) == 1)
        first = sms.sent(ANNA)[0]
        assert "Answer with a number from 0 to 10." in first.body
        assert first.body.startswith("Acme: ")
        await sms.until(lambda: "delivered" in str(sms.answers) or len(sms.answers) >= 2)
        await sms.text(ANNA, "9", times=3)
        await sms.until(lambda: len(sms.sent(ANNA)) == 2)
        assert "from 1 to 5" in sms.sent(ANNA)[1].body
        assert len(whole.answers()) == 1, "the same bytes three times are one answer"
        await sms.text(ANNA, "banana")
        await sms.until(lambda: len(sms.sent(ANNA)) == 3)
        assert "from 1 to 5" in sms.sent(ANNA)[2].body, "asked again"
        await sms.text(ANNA, "five")
        await sms.until(lambda: len(sms.sent(ANNA)) == 4)
        await sms.text(ANNA, "Kiitos, Pekka oli mahtava 👍")
        await sms.until(lambda: len(sms.sent(ANNA)) == 5)
        assert "glad to hear it" in sms.sent(ANNA)[4].body
        words = "Kiitos, Pekka oli mahtava 👍"
        assert [answer[1:] for answer in whole.answers()] == [(9.0, ""), (5.0, ""), (None, words)]
        assert await whole.count("invitations.completed") == 1
        assert {status for _, status in sms.answers} == {200}


async def test_a_mind_is_changed_by_words(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        sms = whole.provider
        await whole.ended("Chat Ended", 1, ANNA)
        await sms.until(lambda: len(sms.sent(ANNA)) == 1)
        await sms.text(ANNA, "3")
        await sms.until(lambda: len(sms.sent(ANNA)) == 2)
        await sms.text(ANNA, "no, 9")
        await sms.until(lambda: len(sms.sent(ANNA)) == 3)
        assert "Your answer is now: 9" in sms.sent(ANNA)[2].body
        await sms.text(ANNA, "4")
        await sms.until(lambda: len(sms.sent(ANNA)) == 4)
        assert [answer[1] for answer in whole.answers()] == [9.0, 4.0]


async def test_stop_is_heeded_and_start_opens_again(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        sms = whole.provider
        await whole.ended("Chat Ended", 1, ANNA)
        await sms.until(lambda: len(sms.sent(ANNA)) == 1)
        await sms.text(ANNA, "STOP")
        await whole.ended("Call Ended", 1, ANNA)
        skipped = [("asked",), ("skipped",)]
        await sms.until(lambda: whole.read("SELECT state FROM invitation ORDER BY id") == skipped)
        assert len(sms.ledger) == 1, "neither a text nor a call after STOP"
        await sms.text(ANNA, "START")
        await sms.until(lambda: len(sms.sent(ANNA)) == 2)
        assert "ask you for feedback again" in sms.sent(ANNA)[1].body
        assert sms.turned_away == [], "the provider confirmed the stop; we do not try to"


async def test_what_became_of_a_message_is_kept(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        sms = whole.provider
        await whole.ended("Chat Ended", 1, ANNA)
        await sms.until(lambda: len(sms.sent(ANNA)) == 1)
        for status, code in (("sent", 0), ("undelivered", 30006), ("sent", 0)):
            await sms.report(sms.sent(ANNA)[0].sid, status, code)
        await sms.until(lambda: whole.read("SELECT state FROM delivery") == [("bounced",)])
        found = whole.read("SELECT status FROM address WHERE channel = 'sms'")
        assert found == [("bounced",)], "a landline is not written to again"


async def test_a_blocked_number_is_left_alone(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        sms = whole.provider
        sms.opted_out.add(ANNA)
        await whole.ended("Chat Ended", 1, ANNA)
        await sms.until(lambda: whole.read("SELECT state FROM delivery") == [("blocked",)])
        assert whole.read("SELECT status FROM address WHERE channel = 'sms'") == [("blocked",)]
        assert not sms.ledger


async def test_a_forged_answer_is_refused(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        sms = whole.provider
        await whole.ended("Chat Ended", 1, ANNA)
        await sms.until(lambda: len(sms.sent(ANNA)) == 1)
        fields = {"MessageSid": "SM1", "From": ANNA, "Body": "0"}
        for headers in ({}, {"X-Twilio-Signature": sms.sign("https://other.example/sms", fields)}):
            async with whole.http.post(sms.sms_url, data=fields, headers=headers) as answer:
                assert answer.status == 403
        assert not whole.answers()
        assert len(sms.sent(ANNA)) == 1


async def test_the_days_budget_is_hard_and_the_rest_waits_for_tomorrow(tmp_path: Path) -> None:
    async with whole_service(tmp_path, budget=2) as whole:
        sms = whole.provider
        for number in range(4):
            await whole.ended("Chat Ended", number, f"+35840111100{number}")
        await sms.until(lambda: len(sms.ledger) == 2)
        held = "SELECT rule FROM decision WHERE verdict = 'hold'"
        await sms.until(lambda: whole.read(held) == [("daily_max reached",)] * 2)
        await sms.until(lambda: whole.read("SELECT COUNT(*) FROM due") == [(2,)])
        assert len(sms.ledger) == 2
