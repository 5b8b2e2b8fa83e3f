"""Linking over real wires: asked for in Telegram, the code by mail, and the next call asked there."""

import re
from pathlib import Path

from tests.bot.whole import call, person, until, whole_service
from tests.channels.email.reading import body

STRANGER = 4_242


async def test_a_stranger_in_telegram_proves_who_they_are_by_mail(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        known = person(1, email="anna@example.com")
        known["traits"].pop("telegram_id")
        await whole.report(known)

        async def write(text: str) -> str:
            seen = len(whole.telegram.sent(STRANGER))
            whole.telegram.say(STRANGER, text)
            await until(lambda: len(whole.telegram.sent(STRANGER)) > seen)
            return str(whole.telegram.sent(STRANGER)[-1].text)

        assert "email address or phone number" in await write("link")
        assert "If we know that address" in await write("Anna@Example.com")
        await until(lambda: whole.mail.ledger)
        mail = whole.mail.ledger[0].message
        assert mail["Subject"] == "Your code for Acme"
        assert mail["To"] == "anna@example.com"
        code = re.findall(r"\b([0-9]{6}) is your code", body(mail, "plain"))[0]
        wrong = f"{(int(code) + 1) % 10**6:06}"
        assert "Tries left: 4" in await write(wrong)
        assert "may ask you here" in await write(code)
        await whole.report(call(1, 1))
        await until(lambda: "recommend" in whole.telegram.sent(STRANGER)[-1].text)
        assert len(whole.mail.ledger) == 1


async def test_an_opt_in_link_that_leaks_is_worth_nothing(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        known = person(1, email="anna@example.com")
        known["traits"].pop("telegram_id")
        await whole.report(known)
        link = await whole.service.errands.opt_in_link("u1", "telegram")
        token = link.partition("start=")[2]
        whole.telegram.say(10_001, f"/start {token}")
        await until(lambda: whole.telegram.sent(10_001))
        whole.telegram.say(666, f"/start {token}")
        await until(lambda: whole.telegram.sent(666))
        assert "already been opened" in whole.telegram.sent(666)[0].text
        assert await whole.service.store.find_contact("telegram", "666") is None
        found = await whole.service.store.find_contact("telegram", "10001")
        assert found and found.keys == ("user:u1",)
