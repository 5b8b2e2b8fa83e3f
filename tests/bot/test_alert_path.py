"""Alerts over real wires: to places and several people, by words, in hours, as a number in a flood,
and told to the next in line where they do not arrive.
"""

from pathlib import Path

import pytest

from surveys.casework import CaseList
from tests.bot.test_case_path import CASE, MAIJA, OTTO, House, a_house
from tests.bot.whole import call, person, until

CX = "C0CX"


async def answer(house: House, number: int, score: str = "2", words: str = "") -> None:
    chat = 10_000 + number
    await house.report(person(number), call(number, number))
    await until(lambda: house.telegram.sent(chat))
    house.telegram.press(chat, house.telegram.sent(chat)[-1].message_id, score)
    if words:
        await until(lambda: len(house.telegram.sent(chat)) == 3)
        house.telegram.say(chat, words)


def said_in(house: House, channel: str) -> list[str]:
    return [a.text for a in house.slack.ledger if a.channel == channel]


def bad_feedback(house: House) -> set[str]:
    return {a.external_id for a in house.slack.sent(MAIJA) if "Bad feedback" in a.text}


async def test_a_channel_of_slack_is_told_and_its_thread_reaches_the_customer(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path, CASE, to='["slack:#customer-experience", manager]') as house:
        await answer(house, 1)
        await until(lambda: said_in(house, CX) and house.telegram.sent(OTTO))
        post = next(a for a in house.slack.ledger if a.channel == CX)
        house.slack.press(MAIJA, post.external_id, "Claim")
        await until(lambda: "Maija has it" in house.slack.now(post.external_id).text)
        more = {"channel": CX, "channel_type": "channel"}
        house.slack.say("U0STRANGER", "Not mine", thread=post.external_id, **more)
        house.slack.say("U0VILLE", "Nor mine", thread=post.external_id, **more)
        house.slack.say(MAIJA, "We are on it", thread=post.external_id, **more)
        await until(lambda: any("We are on it" in m.text for m in house.telegram.sent(10_001)))
        assert not any("mine" in m.text for m in house.telegram.sent(10_001))


async def test_a_flood_is_nine_messages_and_a_number(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        for number in range(1, 13):
            await answer(house, number)
        store = house.service.store

        async def opened() -> int:
            return (await store.sum_cases(CaseList(), house.clock())).open

        while await opened() < 12:
            pass
        await until(lambda: len(bad_feedback(house)) == 9)
        house.clock.think(300)
        await until(lambda: any("3 more answers" in a.text for a in house.slack.sent(MAIJA)))
        shown = next(a for a in house.slack.sent(MAIJA) if "3 more answers" in a.text)
        house.slack.press(MAIJA, shown.external_id, "Show them")
        await until(lambda: any("12 open, 0 late" in a.text for a in house.slack.sent(MAIJA)))
        assert len(bad_feedback(house)) == 9
        listed = house.slack.sent(MAIJA)[-1].text
        assert listed.startswith("Open cases · newest first")
        assert all(f"\n{number} · Anna{number} " in listed for number in (10, 11, 12))


async def test_a_flood_without_cases_leads_to_the_answers(tmp_path: Path) -> None:
    rules = "{ if: nps <= 6, to: team_lead }\n  - words: [lawyer]"
    async with a_house(tmp_path, condition=rules) as house:
        for number in range(1, 12):
            await answer(house, number)
        await until(lambda: len(house.slack.sent(MAIJA)) == 9)
        while (await house.service.store.counts())["responses"] < 11:
            pass
        house.clock.think(300)
        await until(lambda: len(house.slack.sent(MAIJA)) == 10)
        told = house.slack.sent(MAIJA)[-1]
        assert told.text.endswith("set off an alert. /responses lists the latest answers.")
        house.slack.press(MAIJA, told.external_id, "Show them")
        await until(lambda: "Anna11 ·" in house.slack.sent(MAIJA)[-1].text)


async def test_an_alert_that_does_not_arrive_is_told_to_the_manager(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.slack.refuse(MAIJA, "user_disabled")
        await answer(house, 1)
        await until(
            lambda: any(
                "Maija did not get a message about case 1" in m.text
                for m in house.telegram.sent(OTTO)
            )
        )
        assert any("Bad feedback" in m.text for m in house.telegram.sent(OTTO))
        lost = await house.service.store.count_lost_posts()
        assert lost == {"slack": 1}
        async with house.http.get(f"{house.service.url}/metrics") as page:
            assert 'afterword_posts_lost{channel="slack"} 1.0' in await page.text()


@pytest.mark.parametrize(
    ("words", "told"), [("I will call my LAWYER!", True), ("outlawyered", False)]
)
async def test_words_set_an_alert_off_whatever_the_score(
    tmp_path: Path, words: str, told: bool
) -> None:
    async with a_house(tmp_path, "{}", condition="words: [lawyer, money back]") as house:
        await answer(house, 1, "9", words)
        await until(lambda: len(house.telegram.sent(10_001)) >= 4)
        if told:
            await until(lambda: house.slack.sent(MAIJA))
        assert bool(house.slack.sent(MAIJA)) is told
