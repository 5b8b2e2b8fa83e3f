"""Machines that open every link and press every button count nothing; people all count."""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from surveys.report import Filter
from surveys.response import Response
from surveys.scanner import Reason
from tests.bot.visitors import Letter, Page, Visitor, probe, send_mails
from tests.bot.whole import LEADER, MANAGER, Whole, until, whole_service


async def held(whole: Whole) -> list[tuple[str, tuple[str, ...], Reason]]:
    """What is held back: question, values, reason; oldest first."""
    today = whole.clock().date()
    days = Filter(since=today - timedelta(days=1), until=today)
    found = await whole.service.store.list_held(days, 500, 0)
    return [(press.question_id, press.values, press.reason) for press, _ in reversed(found)]


async def answered(whole: Whole, number: int = 1) -> dict[str, object]:
    found = await whole.service.store.load_conversations({number})
    response = found[number].response
    return {a.question_id: a.value for a in response.answers} if response else {}


async def assert_nothing_counted(whole: Whole, asked: int) -> None:
    counts = await whole.counts()
    assert counts.get("responses", 0) == 0
    assert counts["invitations.asked"] == asked
    assert (counts.get("invitations.started", 0), counts["cards"]) == (0, 0)
    today = whole.clock().date()
    tally = await whole.service.store.tally(Filter(since=today, until=today))
    assert tally.values == ()
    assert {flow.stage for flow in tally.flows} == {"sent", "delivered"}
    assert whole.telegram.sent(LEADER) == []
    assert await whole.service.store.recount() == []


async def responses(whole: Whole) -> AsyncIterator[Response]:
    today = whole.clock().date()
    wanted = Filter(since=today - timedelta(days=1), until=today)
    for response, _ in await whole.service.store.list_responses(wanted, 500, 0):
        yield response


async def mails(whole: Whole, count: int) -> list[Letter]:
    """Send mails; from then on time passes only where somebody takes their time."""
    letters = await send_mails(whole, count)
    whole.clock.stop()
    return letters


# Machines


async def scan(whole: Whole, count: int) -> None:
    letters = await mails(whole, count)
    links = [link for letter in letters for link in letter.links[:10]]
    assert len(links) == 10 * count
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=32)) as http:
        await probe(http, links)
        await probe(http, [letter.hidden for letter in letters], "HEAD")
    await assert_nothing_counted(whole, count)
    assert await held(whole) == []


async def test_a_thousand_links_opened_record_nothing(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        await scan(whole, 100)


@pytest.mark.slow
async def test_ten_thousand_links_opened_record_nothing(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        await scan(whole, 1000)


async def test_a_machine_that_sends_every_form_records_nothing(tmp_path: Path) -> None:
    """It keeps cookies, follows each link of the mail and of the pages, and sends what it finds."""
    async with whole_service(tmp_path) as whole, aiohttp.ClientSession() as http:
        letters = await mails(whole, 10)
        machine = Visitor(http)

        async def devour(link: str) -> None:
            page = await machine.open(link)
            for _ in range(3):
                page = await machine.press(page, page.ticked[0] if page.ticked else "0")
            await probe(http, page.links)
            await machine.press(page, do="skip")

        await asyncio.gather(*(devour(link) for letter in letters for link in letter.links))
        await assert_nothing_counted(whole, 10)
        found = await held(whole)
        assert len(found) == 10, "one row an invitation, however often it presses"
        assert {question for question, _, _ in found} == {"nps"}


async def test_a_patient_machine_that_opened_all_links_is_held_back(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole, aiohttp.ClientSession() as http:
        (letter,) = await mails(whole, 1)
        machine = Visitor(http)
        pages = await asyncio.gather(*(machine.open(link) for link in letter.answers))
        whole.clock.think(10)
        for page in pages:
            await machine.press(page)
        await assert_nothing_counted(whole, 1)
        assert [reason for _, _, reason in await held(whole)] == [Reason.ALL_LINKS]


async def test_who_follows_the_hidden_link_of_the_page_is_held_back(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole, aiohttp.ClientSession() as http:
        (letter,) = await mails(whole, 1)
        machine = Visitor(http)
        page = await machine.open(letter.answer(3))
        await probe(http, page.links)
        whole.clock.think(60)
        await machine.press(page)
        await assert_nothing_counted(whole, 1)
        assert await held(whole) == [("nps", ("3",), Reason.CANARY)]


# Staff


async def test_staff_see_what_is_held_and_let_it_count(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole, aiohttp.ClientSession() as http:
        first, second, third = await mails(whole, 3)
        ask = whole.service.commands.answer
        anna, pressed_at = Visitor(http), whole.clock()
        for letter, value in ((first, 3), (second, 9), (third, 10)):
            await anna.press(await anna.open(letter.answer(value)))
        whole.clock.think(3600)
        shown = await ask("telegram", str(MANAGER), "/results")
        assert shown and "3 answers held back as machine presses" in shown.text
        shown = await ask("telegram", str(LEADER), "/responses held")
        assert shown
        listed = re.findall(r"#(\d+) · .*\nNPS (\d+) · pressed too fast", shown.text)
        number = {int(value): name for name, value in listed}
        assert set(number) == {3, 9, 10}
        assert "team support" in shown.text
        for _ in range(2):
            shown = await ask("telegram", str(LEADER), f"/responses release {number[3]}")
            await until(lambda: whole.telegram.sent(LEADER))
        assert shown and shown.text.startswith(f"No press #{number[3]} is held back")
        told = [r async for r in responses(whole)]
        assert [r.answers[0].value for r in told] == [3]
        assert pressed_at - told[0].started_at < timedelta(milliseconds=1)
        assert len(whole.telegram.sent(LEADER)) == 1, "a bad answer wakes its team"
        page = await anna.open(second.answer(0))
        whole.clock.think(2)
        await anna.press(page)
        shown = await ask("telegram", str(MANAGER), f"/responses release {number[9]}")
        assert shown and shown.text.startswith(f"No press #{number[9]} is held back")
        assert {r.answers[0].value async for r in responses(whole)} == {0, 3}
        assert [values for _, values, _ in await held(whole)] == [("10",)]
        assert await whole.service.store.recount() == []


# People


async def test_too_quick_is_one_more_press(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole, aiohttp.ClientSession() as http:
        (letter,) = await mails(whole, 1)
        anna = Visitor(http)
        page = await anna.press(await anna.open(letter.answer(3)))
        assert page.notices[0].startswith("Please wait a moment")
        assert (page.question, page.ticked) == ("nps", ["3"])
        await assert_nothing_counted(whole, 1)
        whole.clock.think(1.5)
        page = await anna.press(page)
        assert page.question == "csat"
        assert await answered(whole) == {"nps": 3}
        assert await held(whole) == []
        page = await anna.press(page, "5")  # a person is at work: no second question is timed
        assert page.question == "comment"
        assert await answered(whole) == {"nps": 3, "csat": 5}
        assert len(whole.telegram.sent(LEADER)) == 1


async def test_the_same_page_pressed_again_later_counts(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole, aiohttp.ClientSession() as http:
        (letter,) = await mails(whole, 1)
        anna = Visitor(http)
        page = await anna.open(letter.answer(9))
        await anna.press(page)
        await anna.press(page)
        whole.clock.think(2)
        assert (await anna.press(page)).question == "csat"
        assert await answered(whole) == {"nps": 9}
        whole.clock.think(2)
        await anna.press(page)  # now it is a repeat
        assert (await whole.counts())["responses"] == 1
        assert await held(whole) == []


async def test_after_a_machine_the_page_is_still_the_persons(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole, aiohttp.ClientSession() as http:
        patient, quick, late = await mails(whole, 3)
        for letter in (patient, quick, late):
            await probe(http, letter.links)
        anna = Visitor(http)
        whole.clock.think(5)
        page = await anna.open(patient.answer(9))
        whole.clock.think(3)
        assert (await anna.press(page)).question == "csat"
        page = await anna.open(quick.answer(9))
        whole.clock.think(2)
        page = await anna.press(page)
        assert page.question == "nps"
        whole.clock.think(3)
        assert (await anna.press(page)).question == "csat"
        whole.clock.think(3600)
        page = await anna.open(late.answer(9))
        whole.clock.think(1.3)
        assert (await anna.press(page)).question == "csat"
        assert await held(whole) == []


async def test_words_and_ticks_come_back_as_they_were(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole, aiohttp.ClientSession() as http:
        (letter,) = await mails(whole, 1)
        anna = Visitor(http)
        page = await anna.open(letter.answer(9))
        whole.clock.think(2)
        page = await anna.press(await anna.press(page), "5")
        page = await anna.open(letter.page)
        body = page.fields() + "&text=Hyv%C3%A4%C3%A4+ty%C3%B6t%C3%A4"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        async with http.post(page.target, data=body, headers=headers) as answer:
            page = Page(page.target, await answer.text())
        assert page.question == "comment"
        assert page.root.xpath("//textarea")[0].text.strip() == "Hyvää työtä"
        assert (await whole.counts()).get("invitations.completed", 0) == 0


Run = Callable[[Whole, Visitor, Letter, random.Random], Coroutine[Any, Any, int]]


async def plain(whole: Whole, anna: Visitor, letter: Letter, dice: random.Random) -> int:
    value = dice.randrange(11)
    page = await anna.open(letter.answer(value))
    whole.clock.think(dice.uniform(1.5, 60))
    await anna.press(page)
    return value


async def double_press(whole: Whole, anna: Visitor, letter: Letter, dice: random.Random) -> int:
    value = dice.randrange(11)
    page = await anna.open(letter.answer(value))
    whole.clock.think(dice.uniform(1.5, 60))
    await asyncio.gather(anna.press(page), anna.press(page))
    return value


async def back_button(whole: Whole, anna: Visitor, letter: Letter, dice: random.Random) -> int:
    page = await anna.open(letter.answer(dice.randrange(6)))
    whole.clock.think(dice.uniform(1.5, 20))
    await anna.press(page)
    whole.clock.think(dice.uniform(1.5, 20))
    await anna.press(page, "8")
    return 8


async def second_click(whole: Whole, anna: Visitor, letter: Letter, dice: random.Random) -> int:
    await anna.open(letter.answer(2))
    whole.clock.think(dice.uniform(1.5, 30))
    page = await anna.open(letter.answer(9))
    whole.clock.think(dice.uniform(1.5, 30))
    await anna.press(page)
    return 9


async def prefetched(whole: Whole, anna: Visitor, letter: Letter, dice: random.Random) -> int:
    """A browser that fetches ahead takes all it sees; so does it with the hidden link."""
    ahead = {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"}
    for link in letter.links:
        await anna.open(link, **ahead)
    page = await anna.open(letter.answer(7))
    whole.clock.think(dice.uniform(1.5, 60))
    await anna.press(page)
    return 7


async def previewed(whole: Whole, anna: Visitor, letter: Letter, dice: random.Random) -> int:
    """A mail program asks for the link's headers and opens it twice before the browser does."""
    await probe(anna.http, [letter.answer(6)], "HEAD")
    for _ in range(3):
        page = await anna.open(letter.answer(6))
        whole.clock.think(dice.uniform(0.1, 2))
    whole.clock.think(dice.uniform(1.5, 60))
    await anna.press(page)
    return 6


async def hasty(whole: Whole, anna: Visitor, letter: Letter, dice: random.Random) -> int:
    page = await anna.press(await anna.open(letter.answer(4)))
    whole.clock.think(dice.uniform(1.5, 5))
    await anna.press(page)
    return 4


async def scanned(whole: Whole, anna: Visitor, letter: Letter, dice: random.Random) -> int:
    """A gateway was there first, and the person presses as soon as they please."""
    await probe(anna.http, letter.links)
    whole.clock.think(dice.uniform(1.5, 60))
    page = await anna.open(letter.answer(10))
    whole.clock.think(dice.uniform(1.5, 60))
    page = await anna.press(page)
    if page.question == "nps":
        whole.clock.think(dice.uniform(3, 6))
        await anna.press(page)
    return 10


RUNS: tuple[Run, ...] = (
    plain, plain, plain, double_press, back_button, second_click, prefetched, previewed, hasty,
    scanned,
)  # fmt: skip


async def test_a_hundred_people_all_count(tmp_path: Path) -> None:
    dice = random.Random(4711)
    async with whole_service(tmp_path) as whole, aiohttp.ClientSession() as http:
        letters = await mails(whole, 100)
        told = {}
        for number, letter in enumerate(letters):
            value = await RUNS[number % len(RUNS)](whole, Visitor(http), letter, dice)
            told[letter.page] = value
        rows = await whole.service.store.load_conversations(range(1, 101))
        given = [c.response.answer("nps") for c in rows.values() if c.response]
        assert len(given) == 100
        assert sorted(a.value for a in given if a and a.value is not None) == sorted(told.values())
        assert (await whole.counts())["responses"] == 100
        assert await held(whole) == []
        assert await whole.service.store.recount() == []
