"""Comment cards by text message, with the whole service."""

from pathlib import Path

from tests.channels.sms.whole import ANNA, whole_service

STRANGER = "+358409999999"


async def test_a_stranger_is_heard_with_one_receipt(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        for text in ("feedback the queue was long", "and it was cold", "thanks"):
            await whole.provider.text(STRANGER, text)
        await whole.provider.until(lambda: whole.provider.sent(STRANGER))
        await whole.provider.text(ANNA, "hi")
        cards = whole.read("SELECT text, channel, quiet FROM comment_card ORDER BY id")
        assert cards == [
            ("the queue was long\nand it was cold", "sms", 0),
            ("thanks", "sms", 1),
        ]
        [receipt] = whole.provider.sent(STRANGER)
        assert "passed your message on" in receipt.body
        assert whole.provider.sent(ANNA) == []


async def test_words_beside_a_question_are_kept_and_it_stays_open(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        await whole.ended("Chat Ended", 1, ANNA)
        await whole.provider.until(lambda: whole.provider.sent(ANNA))
        for text in ("I have called three times", "and nobody answers", "and again"):
            await whole.provider.text(ANNA, text)
        await whole.provider.until(lambda: len(whole.provider.sent(ANNA)) == 2)
        await whole.provider.text(ANNA, "7")
        await whole.provider.until(lambda: len(whole.provider.sent(ANNA)) == 3)
        assert whole.answers()[0][:2] == ("nps", 7.0)
        assert whole.read("SELECT count(*) FROM comment_card") == [(1,)]
