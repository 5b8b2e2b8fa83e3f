"""Colleagues and customers writing to each other about a case, over real wires."""

from pathlib import Path

from tests.bot.test_case_path import ANNA, MAIJA, OTTO, House, a_house
from tests.bot.whole import call, until


def texts(house: House, chat: int) -> list[str]:
    return [m.text for m in house.telegram.sent(chat)]


def said_to(house: House, user: str) -> list[str]:
    return [a.text for a in house.slack.sent(user)]


async def an_open_case(house: House) -> str:
    """Let Anna be angry; gives the message of her case in Slack."""
    await house.be_angry()
    await until(lambda: house.slack.sent(MAIJA))
    await until(lambda: len(house.telegram.sent(ANNA)) == 3)  # asked, edited, asked why
    return house.post(MAIJA).external_id


async def test_a_reply_in_the_thread_is_read_by_the_customer_who_answers_there(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path) as house:
        thread = await an_open_case(house)
        house.slack.say(MAIJA, "I am sorry & will call <you> at 3.", thread=thread)
        await until(lambda: any("sorry & will call <you>" in t for t in texts(house, ANNA)))
        words = next(t for t in texts(house, ANNA) if "sorry &" in t)
        assert words.startswith("Maija M. from Acme:")
        await until(lambda: "Maija has it, contacted" in house.post(MAIJA).text)
        before = len(texts(house, ANNA))
        house.telegram.say(ANNA, "Three is fine, call me back")
        await until(lambda: any("Three is fine" in t for t in said_to(house, MAIJA)))
        note = next(a for a in house.slack.sent(MAIJA) if a.text.startswith("Anna1:"))
        assert note.params["thread_ts"] == thread.partition(":")[2]
        await until(lambda: "Three is fine" in house.post(MAIJA).text)
        assert len(texts(house, ANNA)) == before  # the survey keeps silent
        assert (await house.service.store.counts())["cards"] == 0
        view = await house.service.store.find_case(1, None)
        assert view
        assert [e.kind.value for e in view.story] == [
            "opened", "claimed", "contacted", "said", "heard",
        ]  # fmt: skip


async def test_a_note_in_the_thread_stays_among_colleagues(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        thread = await an_open_case(house)
        before = len(texts(house, ANNA))
        house.slack.say(MAIJA, "Note: she was right", thread=thread)
        house.telegram.say(OTTO, "/case 1")
        await until(
            lambda: (
                any("noted: she was right" in t for t in texts(house, OTTO))
                or house.telegram.say(OTTO, "/case 1")
            )
        )
        assert len(texts(house, ANNA)) == before


async def test_who_has_no_business_in_a_thread_says_nothing_to_customers(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        thread = await an_open_case(house)
        house.slack.say("U0VILLE", "hello", thread=thread)
        house.slack.say("U0SARI", "hello", thread=thread)
        house.slack.say("U0STRANGER", "hello", thread=thread)
        house.slack.say(MAIJA, "From Maija", thread=thread)
        await until(lambda: any("From Maija" in t for t in texts(house, ANNA)))
        assert not any("hello" in t for t in texts(house, ANNA))


async def test_a_stop_in_the_middle_of_a_talk_is_a_stop(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        thread = await an_open_case(house)
        house.slack.say(MAIJA, "May I call you?", thread=thread)
        await until(lambda: any("May I call" in t for t in texts(house, ANNA)))
        house.telegram.say(ANNA, "STOP")
        contact = None
        for _ in range(200):
            contact = await house.service.store.find_contact("telegram", str(ANNA))
            if contact and contact.opted_out_at:
                break
        await until(lambda: len(texts(house, ANNA)) >= 5)
        house.slack.say(MAIJA, "Please?", thread=thread)
        await until(lambda: any("asked us to stop" in t for t in said_to(house, MAIJA)))
        assert not any("Please?" in t for t in texts(house, ANNA))


async def test_words_that_do_not_arrive_are_told_to_who_wrote_them(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        thread = await an_open_case(house)
        house.telegram.refuse(ANNA, 403, "Forbidden: bot was blocked by the user")
        house.slack.say(MAIJA, "I am sorry", thread=thread)
        await until(
            lambda: any("did not reach Anna1 by telegram" in t for t in said_to(house, MAIJA))
        )
        view = await house.service.store.find_case(1, None)
        assert view
        assert (view.case.state, view.case.contacted_at) == ("claimed", None)
        house.slack.say(MAIJA, "Once more", thread=thread)
        await until(lambda: any("their telegram is blocked" in t for t in said_to(house, MAIJA)))


async def test_words_by_command_and_answers_in_the_other_chat(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await an_open_case(house)
        house.telegram.say(OTTO, '/case 1 say I am "sorry".\nOtto')
        await until(lambda: any('I am "sorry".\nOtto' in t for t in texts(house, ANNA)))
        await until(lambda: any("by telegram. What they answer" in t for t in texts(house, OTTO)))
        house.telegram.say(ANNA, "Thank you")
        await until(lambda: any("Thank you" in t for t in texts(house, OTTO)))


async def test_nobody_with_an_open_case_is_asked_until_it_is_closed(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await an_open_case(house)
        house.clock.think(3600)
        before = len(texts(house, ANNA))
        await house.report(call(7, 1))
        house.telegram.say(OTTO, "/why u1")
        await until(
            lambda: (
                any("case 1 is open" in t for t in texts(house, OTTO))
                or house.telegram.say(OTTO, "/why u1")
            ),
            seconds=20,
        )
        assert len(texts(house, ANNA)) == before
        house.telegram.say(OTTO, "/case 1 solved too slow")
        await until(lambda: len(texts(house, ANNA)) > before)
