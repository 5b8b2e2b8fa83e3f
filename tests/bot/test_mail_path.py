"""The whole path by mail, over real wires: asked, answered by writing back, stopped, bounced."""

import asyncio
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.bot.mailed import ANNA, CHAT, Mailed, answer_to, bounce_of, mailed_service
from tests.bot.whole import until
from tests.providers.smtp import Mail

LOWER = ANNA.lower()


async def test_a_survey_is_answered_by_writing_back(tmp_path: Path) -> None:
    async with mailed_service(tmp_path) as mailed:
        await mailed.ask()
        [asked] = await mailed.mails(1)
        assert asked.recipient == LOWER
        assert "Write your answer above this line" in asked.body("plain")
        first = await mailed.answer(asked, "9, great service")
        following = (await mailed.mails(2))[1]
        assert following.message["Subject"] == f"Re: {asked.message['Subject']}"
        assert following.message["In-Reply-To"] == message_id(first)
        assert following.message["References"].split() == [
            asked.message["Message-ID"], message_id(first)
        ]  # fmt: skip
        assert following.message["Auto-Submitted"] == "auto-replied"
        assert "customer service adviser" in following.body("plain")
        await mailed.answer(following, "4", From="Anna at home <anna@home.example>")
        thanks = (await mailed.mails(3))[2]
        assert thanks.recipient == LOWER, "never where else it was written"
        assert "Thank you" in thanks.body("plain")
        assert await mailed.answers() == {"nps": 9, "csat": 4, "comment": "great service"}
        await mailed.answer(asked, "7")
        changed = (await mailed.mails(4))[3]
        assert "7" in changed.body("plain")
        assert (await mailed.answers())["nps"] == 7
        counts = await mailed.counts()
        assert (counts["responses"], counts["invitations.completed"]) == (1, 1)
        assert await mailed.service.store.recount() == []


def message_id(raw: bytes) -> str:
    found = re.search(rb"(?m)^Message-ID: (\S+)", raw)
    assert found
    return found[1].decode()


async def test_the_same_mail_three_times_is_one_answer(tmp_path: Path) -> None:
    async with mailed_service(tmp_path) as mailed:
        await mailed.ask()
        [asked] = await mailed.mails(1)
        raw = await mailed.answer(asked, "9, great service")
        for _ in range(2):
            await mailed.mailbox.deliver(raw)
        await mailed.mails(2)
        await mailed.taken()
        await asyncio.sleep(0.2)
        assert len(mailed.relay.ledger) == 2
        assert (await mailed.counts())["responses"] == 1
        assert await mailed.service.store.recount() == []


async def test_a_forged_tag_is_refused(tmp_path: Path) -> None:
    async with mailed_service(tmp_path) as mailed:
        await mailed.ask()
        [asked] = await mailed.mails(1)
        tagged = asked.message["Reply-To"].addresses[0].addr_spec
        token = re.search(r"\+r(\w{39})", tagged)
        assert token
        forged = tagged.replace(token[1], token[1][:-3] + "aaa")
        stranger = {"From": "mallory@evil.example", "In_Reply_To": "<x@evil.example>"}
        await mailed.answer(asked, "0, awful", **stranger, To=forged)
        await mailed.taken()
        await asyncio.sleep(0.2)
        assert (await mailed.counts()).get("responses", 0) == 0
        assert len(mailed.relay.ledger) == 1, "a stranger is not written to"
        await mailed.answer(asked, "10", **stranger)
        await mailed.mails(2)
        assert (await mailed.answers())["nps"] == 10, "the real one is as good as the mail itself"


async def test_stop_by_mail(tmp_path: Path) -> None:
    async with mailed_service(tmp_path) as mailed:
        await mailed.ask()
        [asked] = await mailed.mails(1)
        await mailed.answer(asked, "STOP")
        receipt = (await mailed.mails(2))[1]
        assert "will not ask you" in receipt.body("plain")
        assert receipt.message["Subject"] == f"Re: {asked.message['Subject']}"
        await nothing_more(mailed)


async def test_the_mail_programs_own_button_stops_by_mail_without_a_word(tmp_path: Path) -> None:
    async with mailed_service(tmp_path) as mailed:
        await mailed.ask()
        [asked] = await mailed.mails(1)
        found = re.search(r"<mailto:([^?>]+)\?subject=(\w+)>", asked.message["List-Unsubscribe"])
        assert found
        pressed = (
            f"From: {ANNA}\r\nTo: {unquote(found[1])}\r\nSubject: {found[2]}\r\n"
            "Message-ID: <u1@customer.example>\r\nAuto-Submitted: auto-generated\r\n\r\n"
        )
        await mailed.mailbox.deliver(pressed.encode())
        await mailed.taken()
        await nothing_more(mailed)


async def test_the_mail_programs_own_button_stops_by_one_post(tmp_path: Path) -> None:
    async with mailed_service(tmp_path) as mailed:
        await mailed.ask()
        [asked] = await mailed.mails(1)
        link = re.search(r"<http://127\.0\.0\.1:1(/u/[^>]+)>", asked.message["List-Unsubscribe"])
        assert link
        url = mailed.service.url + link[1]
        async with mailed.http.get(url) as page:
            assert page.status == 200
        contact = await mailed.service.store.find_contact("email", ANNA)
        assert contact and not contact.opted_out_at, "looking stops nothing"
        data = {"List-Unsubscribe": "One-Click"}
        async with mailed.http.post(url, data=data, allow_redirects=False) as done:
            assert done.status == 200
        await nothing_more(mailed)


async def nothing_more(mailed: Mailed) -> None:
    """She said stop, and is not asked on any channel."""

    async def stopped() -> bool:
        contact = await mailed.service.store.find_contact("email", ANNA)
        return contact is not None and contact.opted_out_at is not None

    for _ in range(200):
        if await stopped():
            break
        await asyncio.sleep(0.01)
    assert await stopped()
    before = len(mailed.relay.ledger)
    await mailed.ask(2)
    await asyncio.sleep(0.4)
    assert len(mailed.relay.ledger) == before
    assert mailed.telegram.sent(CHAT) == []


async def test_a_bounce_suppresses_the_address_and_moves_on(tmp_path: Path) -> None:
    async with mailed_service(tmp_path) as mailed:
        await mailed.ask()
        [asked] = await mailed.mails(1)
        await mailed.mailbox.deliver(bounce_of(asked, "5.1.1", "User unknown"))
        await until(lambda: mailed.telegram.sent(CHAT))
        assert "how likely" in mailed.telegram.sent(CHAT)[0].text
        await mailed.ask(2)
        await until(lambda: len(mailed.telegram.sent(CHAT)) == 2)
        assert len(mailed.relay.ledger) == 1
        contact = await mailed.service.store.find_contact("email", ANNA)
        assert contact and contact.address("email") is None
        mailed.telegram.press(CHAT, mailed.telegram.sent(CHAT)[0].message_id, "8")
        await until(lambda: len(mailed.telegram.sent(CHAT)) > 2)
        assert await mailed.answers() == {"nps": 8}
        assert await mailed.service.store.recount() == []


async def test_a_refusal_for_our_standing_shows_and_strikes_nobody_off(tmp_path: Path) -> None:
    async with mailed_service(tmp_path) as mailed:
        await mailed.ask()
        [asked] = await mailed.mails(1)
        await mailed.mailbox.deliver(bounce_of(asked, "5.7.26", "This mail is unauthenticated"))
        await mailed.taken()
        await asyncio.sleep(0.2)
        assert mailed.telegram.sent(CHAT) == []
        contact = await mailed.service.store.find_contact("email", ANNA)
        assert contact and contact.address("email") is not None
        async with mailed.http.get(f"{mailed.service.url}/metrics") as page:
            assert 'afterword_refused{channel="email"} 1.0' in await page.text()


@pytest.mark.parametrize(
    ("heads", "most"),
    [({"Auto_Submitted": "auto-replied"}, 1), ({}, 4)],
    ids=["marked", "unmarked"],
)
async def test_two_programs_that_answer_each_other_come_to_an_end(
    tmp_path: Path, heads: dict[str, str], most: int
) -> None:
    """The customer's mailbox answers every mail at once; one that says so gets no answer at all."""

    async def respond(mailed: Mailed) -> None:
        answered = 0
        while True:
            new: list[Mail] = mailed.relay.ledger[answered:]
            for mail in new:
                await mailed.mailbox.deliver(answer_to(mail, "Thanks for your mail!", **heads))
            answered += len(new)
            await asyncio.sleep(0.01)

    async with mailed_service(tmp_path) as mailed:
        responding = asyncio.create_task(respond(mailed))
        try:
            await mailed.ask()
            await mailed.mails(1)
            quiet = 0
            while quiet < 20:
                before = len(mailed.relay.ledger)
                await asyncio.sleep(0.05)
                quiet = quiet + 1 if len(mailed.relay.ledger) == before else 0
                assert before <= most
        finally:
            responding.cancel()
            await asyncio.gather(responding, return_exceptions=True)
        assert (await mailed.counts())["cards"] == (0 if heads else 3)
