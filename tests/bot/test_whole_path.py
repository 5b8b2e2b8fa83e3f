"""The whole path over real wires: a Segment SDK in, Telegram and mail out, answers back."""

import asyncio
import re
from pathlib import Path

import aiohttp
import pytest

from tests.bot.whole import (
    LEADER,
    MANAGER,
    Whole,
    call,
    person,
    segment_client,
    until,
    whole_service,
)

SECRET = "hook-secret-1234567890"


def last(whole: Whole, chat: int) -> int:
    return whole.telegram.sent(chat)[-1].message_id


async def press(whole: Whole, chat: int, label: str) -> None:
    """Press a button of the newest message and wait for what comes next."""
    seen = len(whole.telegram.sent(chat))
    question = [m for m in whole.telegram.sent(chat) if m.method == "sendMessage"][-1]
    whole.telegram.press(chat, question.message_id, label)
    await until(lambda: len(whole.telegram.sent(chat)) >= seen + 2)


async def test_a_thousand_calls_by_a_segment_sdk_ask_exactly_a_hundred(tmp_path: Path) -> None:
    async with whole_service(tmp_path, every=10) as whole:

        def report() -> None:
            client = segment_client(whole.service)
            for n in range(50):
                channel = {"telegram_id": str(10_000 + n)}
                if n % 2:
                    channel = {"email": f"customer{n}@example.com"}
                client.identify(f"u{n}", {"first_name": f"Anna{n}", **channel})
            for n in range(1000):
                facts = {"duration_s": 60, "team": "support", "agent_id": "Pekka"}
                client.track(f"u{n % 50}", "Call Ended", facts)
            client.shutdown()

        await asyncio.to_thread(report)

        async def asked() -> int:
            return (await whole.counts()).get("invitations.asked", 0)

        for _ in range(1500):
            if await asked() == 100:
                break
            await asyncio.sleep(0.02)
        chats = [m for m in whole.telegram.ledger if m.method == "sendMessage"]
        assert await asked() == 100
        assert len(chats) + len(whole.mail.ledger) == 100
        counts = await whole.counts()
        assert counts["events"] == 1050
        assert counts["dues"] == 0


async def test_buttons_and_a_comment_make_one_response_and_an_alert(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        await whole.report(person(1), call(1, 1))
        await until(lambda: whole.telegram.sent(10_001))
        asked = whole.telegram.sent(10_001)[0]
        assert [len(row) for row in asked.labels] == [6, 5]
        await press(whole, 10_001, "3")
        took = await until(lambda: whole.telegram.sent(LEADER), seconds=1.0)
        assert took < 1.0
        alert = whole.telegram.sent(LEADER)[0].text
        assert "NPS 3 of 10" in alert
        assert "Anna1" in alert
        assert "Pekka" in alert
        await press(whole, 10_001, "2")
        whole.telegram.say(10_001, "Nobody called back")
        await until(lambda: "Nobody called back" in whole.telegram.sent(LEADER)[-1].text)
        edited = [m for m in whole.telegram.sent(10_001) if m.method == "editMessageText"]
        assert edited[0].message_id == asked.message_id
        assert "✓ 3" in str(edited[0].labels)
        counts = await whole.counts()
        assert counts["responses"] == 1
        assert counts["invitations.completed"] == 1
        assert await whole.service.store.recount() == []


async def test_a_change_of_mind_counts_once(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        await whole.report(person(1), call(1, 1))
        await until(lambda: whole.telegram.sent(10_001))
        first = last(whole, 10_001)
        whole.telegram.press(10_001, first, "9")
        await until(lambda: len(whole.telegram.sent(10_001)) == 3)
        whole.telegram.press(10_001, first, "2")
        await until(lambda: "✓ 2" in str(whole.telegram.sent(10_001)[-1].labels))
        answer = await whole.service.commands.answer("telegram", str(MANAGER), "/responses")
        assert answer
        assert "NPS 2 of 10" in answer.text
        assert await whole.service.store.recount() == []


async def test_the_same_update_three_times_is_one_answer(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    more = f"mode: webhook, secret: {SECRET}"
    async with whole_service(tmp_path, telegram_more=more, port=unused_tcp_port) as whole:
        await until(lambda: whole.telegram.hook)
        await whole.report(person(1), call(1, 1))
        await until(lambda: whole.telegram.sent(10_001))
        payload = re.findall(
            r'"callback_data": ?"([^"]+\.nps\.3)"',
            str(whole.telegram.sent(10_001)[0].params["reply_markup"]).replace("'", '"'),
        )[0]
        update = {
            "update_id": 5_000_001,
            "callback_query": {
                "id": "q1",
                "from": {"id": 10_001, "is_bot": False, "first_name": "A"},
                "chat_instance": "1",
                "data": payload,
                "message": {
                    "message_id": last(whole, 10_001),
                    "date": 1,
                    "chat": {"id": 10_001, "type": "private"},
                },
            },
        }
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        url = f"{whole.service.url}/telegram"
        async with aiohttp.ClientSession() as provider:
            for _ in range(3):
                async with provider.post(url, json=update, headers=headers) as answer:
                    assert answer.status == 200
            async with provider.post(url, json=update, headers={}) as answer:
                assert answer.status == 403
        await until(lambda: whole.telegram.sent(LEADER))
        await asyncio.sleep(0.3)
        assert len(whole.telegram.sent(LEADER)) == 1
        assert len(whole.telegram.sent(10_001)) == 3  # asked, edited, next: once each
        counts = await whole.counts()
        assert counts["responses"] == 1


async def test_results_agree_with_a_count_by_hand(tmp_path: Path) -> None:
    scores = [10, 9, 9, 8, 6, 6, 5, 3, 1, 0]  # 6 of 10 bad: NPS 30 % - 60 % = -30
    async with whole_service(tmp_path) as whole:
        await whole.report(*[person(n) for n in range(10)], *[call(n, n) for n in range(10)])
        await until(lambda: all(whole.telegram.sent(10_000 + n) for n in range(10)))
        for n, score in enumerate(scores):
            whole.telegram.press(10_000 + n, last(whole, 10_000 + n), str(score))
        await until(lambda: len(whole.telegram.sent(LEADER)) == 6)
        whole.telegram.say(MANAGER, "/results nps 30d")
        await until(lambda: whole.telegram.sent(MANAGER))
        answer = whole.telegram.sent(MANAGER)[0]
        assert answer.method == "sendPhoto"
        assert answer.photo.startswith(b"\x89PNG")
        assert "NPS −30" in answer.text
        assert "n 10" in answer.text
        whole.telegram.say(999, "/results")
        whole.telegram.say(MANAGER, "/resutls")
        meant = "Did you mean /results"
        await until(lambda: any(meant in m.text for m in whole.telegram.sent(MANAGER)))
        assert whole.telegram.sent(999) == []


async def test_a_mail_is_answered_on_its_page_and_unsubscribes_with_one_click(
    tmp_path: Path,
) -> None:
    async with whole_service(tmp_path) as whole:
        nobody = {"telegram_id": "", "email": "anna@example.com", "language": "fi"}
        await whole.report(person(1, **nobody), call(1, 1))
        await until(lambda: whole.mail.ledger)
        mail = whole.mail.ledger[0]
        page_url = re.findall(r"http://127\.0\.0\.1:1(/s/\S+?)\?", mail.body("plain"))[0]
        stop_url = re.findall(
            r"<http://127\.0\.0\.1:1(/u/[^>]+)>", mail.message["List-Unsubscribe"]
        )
        assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        url = whole.service.url
        async with whole.http.get(f"{url}{page_url}?q=nps&v=2") as page:
            html = await page.text()
        assert (await whole.counts()).get("responses", 0) == 0
        assert re.search(r'value="2"[^>]*checked|checked[^>]*value="2"', html)
        for value in ("2", "5"):
            form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
            whole.clock.think(2)
            async with whole.http.post(
                url + page_url, data={**form, "v": value, "do": "send"}
            ) as page:
                html = await page.text()
                assert page.status == 200
        counts = await whole.counts()
        assert counts["responses"] == 1
        async with whole.http.post(
            url + stop_url[0], data={"List-Unsubscribe": "One-Click"}
        ) as receipt:
            assert receipt.status == 200
        contact = await whole.service.store.find_contact("email", "anna@example.com")
        assert contact
        assert contact.opted_out_at
        await whole.report(call(2, 1))
        await asyncio.sleep(0.5)
        assert len(whole.mail.ledger) == 1


@pytest.mark.parametrize("path", ["/s/" + "A" * 32, "/u/" + "A" * 32, "/s/x", "/s/"])
async def test_every_bad_link_is_the_same_page(tmp_path: Path, path: str) -> None:
    async with (
        whole_service(tmp_path) as whole,
        whole.http.get(whole.service.url + path) as page,
    ):
        assert page.status == 404
        assert "Traceback" not in await page.text()


async def test_a_person_is_tied_to_their_chat_by_a_link(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        await whole.report(
            {"type": "identify", "messageId": "i", "userId": "u7", "traits": {"language": "de"}}
        )
        url = f"{whole.service.url}/v1/link?userId=u7&via=telegram"
        await until(lambda: "getMe" in whole.telegram.calls)
        await asyncio.sleep(0.1)
        async with whole.http.get(url) as answer:
            link = (await answer.json())["link"]
        whole.telegram.start(4242, link.split("start=")[1])
        await until(lambda: whole.telegram.sent(4242))
        await whole.report(call(1, 7))
        await until(lambda: len(whole.telegram.sent(4242)) == 2)
        whole.telegram.say(4242, "/stop")
        await until(lambda: len(whole.telegram.sent(4242)) == 3)
        await whole.report(call(2, 7))
        await asyncio.sleep(0.4)
        assert len(whole.telegram.sent(4242)) == 3


async def test_a_blocked_chat_moves_the_next_survey_to_mail(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        whole.telegram.block(10_001)
        await asyncio.sleep(0.2)
        await whole.report(person(1, email="anna@example.com"), call(1, 1))
        await asyncio.sleep(0.5)
        await whole.report(call(2, 1))
        await until(lambda: whole.mail.ledger)


async def test_a_send_that_is_refused_for_good_goes_over_the_next_channel(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        whole.telegram.refuse(10_001, 403, "Forbidden: bot was blocked by the user")
        await whole.report(person(1, email="anna@example.com"), call(1, 1))
        await until(lambda: whole.mail.ledger)
        await asyncio.sleep(0.2)
        counts = await whole.counts()
        assert counts["invitations.asked"] == 1
        contact = await whole.service.store.find_contact("email", "anna@example.com")
        assert contact
        assert contact.address("telegram") is None


@pytest.mark.parametrize(("language", "word"), [("en", "STOP"), ("fi", "lopeta"), ("hr", "Stop.")])
async def test_a_plain_word_stops_everything_and_another_starts_again(
    tmp_path: Path, language: str, word: str
) -> None:
    async with whole_service(tmp_path) as whole:
        await whole.report(person(1, language=language), call(1, 1))
        await until(lambda: whole.telegram.sent(10_001))
        whole.telegram.say(10_001, word)
        await until(lambda: len(whole.telegram.sent(10_001)) == 2)
        await whole.report(call(2, 1))
        await asyncio.sleep(0.3)
        assert len(whole.telegram.sent(10_001)) == 2
        whole.telegram.say(10_001, "START")
        await until(lambda: len(whole.telegram.sent(10_001)) == 3)
        await whole.report(call(3, 1))
        await until(lambda: len(whole.telegram.sent(10_001)) == 4)
        assert (await whole.counts())["cards"] == 0
