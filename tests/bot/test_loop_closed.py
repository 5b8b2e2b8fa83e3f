"""The whole loop over real wires: a low score in Telegram, taken up in Slack, answered there, read
by the customer, solved, and asked afterwards whether it was put right.
"""

from pathlib import Path

from tests.bot.test_case_path import ANNA, MAIJA, OTTO, a_house
from tests.bot.test_case_talk import an_open_case, said_to, texts
from tests.bot.whole import until

DAY = 24 * 3600


async def test_a_low_score_is_put_right(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        thread = await an_open_case(house)
        assert "NPS 2 of 10" in house.post(MAIJA).text
        await house.press(MAIJA, "Claim")
        await until(lambda: "Maija has it" in house.post(MAIJA).text)
        house.slack.say(MAIJA, "I am sorry. Your money is on its way.", thread=thread)
        await until(lambda: any("Your money is on its way" in t for t in texts(house, ANNA)))
        house.telegram.say(ANNA, "That is kind, thank you")
        await until(lambda: any("That is kind" in t for t in said_to(house, MAIJA)))
        await house.press(MAIJA, "Solved")
        await until(lambda: "what was the cause" in house.post(MAIJA).text)
        await house.press(MAIJA, "Not solved")
        await until(lambda: "solved · Maija" in house.post(MAIJA).text)
        house.clock.think(DAY + 60)
        await until(lambda: "helpful" in texts(house, ANNA)[-1].lower(), seconds=20)
        asked = house.telegram.sent(ANNA)[-1]
        house.telegram.press(ANNA, asked.message_id, "👍")
        await until(lambda: any("Thumbs up" in t for t in said_to(house, MAIJA)))
        house.telegram.say(OTTO, "/cases closed")
        await until(lambda: any("1 solved" in t for t in texts(house, OTTO)))
        told = next(t for t in texts(house, OTTO) if "1 solved" in t)
        assert "1 of 1 in time" in told
        assert "1 of 1 customers content again (100 %)" in told
        view = await house.service.store.find_case(1, ("support",))
        assert view
        assert [entry.kind.value for entry in view.story] == [
            "opened", "claimed", "contacted", "said", "heard", "solved", "recovery",
        ]  # fmt: skip
