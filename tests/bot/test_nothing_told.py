"""A busy day of the whole service: neither its logs nor its metrics say who, what, or any secret."""

import asyncio
import logging
import re
from pathlib import Path

import pytest

from bot.logs import JsonLines
from tests.bot.whole import LEADER, MANAGER, WRITE_KEY, Whole, call, person, until, whole_service

NAME, MAIL, CHAT, STRANGER = "Rumpelstilzchen", "rumpel@stilz.example", 190_190_190, 555_000_111
WORDS, KEY, LINE = "the straw was wet", "straw-key-7", "spinning-line-9"
PLANTED = (NAME, MAIL, "stilz.example", str(CHAT), str(STRANGER), WORDS, KEY, LINE)


def busy(number: int, **traits: object) -> list[dict[str, object]]:
    known = {"first_name": NAME, "email": f"{number}{MAIL}", **traits}
    told = {**person(number, **known), "userId": f"{KEY}-{number}"}
    ended = {**call(number, number, line=LINE), "userId": f"{KEY}-{number}"}
    return [told, ended]


async def customer(whole: Whole) -> None:
    """Answers badly, speaks up, wants something of us, and is forgotten."""
    chat = whole.telegram
    await until(lambda: chat.sent(CHAT))
    chat.press(CHAT, chat.sent(CHAT)[0].message_id, "2")
    await until(lambda: chat.sent(LEADER))
    for words in (f"feedback {WORDS}", "call me", "what do you know about me", "/nonsense", "stop"):
        seen = len(chat.sent(CHAT))
        chat.say(CHAT, words)
        await until(lambda seen=seen: len(chat.sent(CHAT)) > seen)  # type: ignore[misc]
    for words in ("forget me", "DELETE"):
        seen = len(chat.sent(CHAT))
        chat.say(CHAT, words)
        await until(lambda seen=seen: len(chat.sent(CHAT)) > seen)  # type: ignore[misc]


async def staff(whole: Whole) -> None:
    """Colleagues look for people, and strangers try to."""
    for line in (f"/why {NAME}", f"/find {MAIL}", f"/comments {WORDS}", "/cases", "/export"):
        for who in (LEADER, MANAGER):
            seen = len(whole.telegram.sent(who))
            whole.telegram.say(who, line)
            await until(lambda who=who, seen=seen: len(whole.telegram.sent(who)) > seen)  # type: ignore[misc]
    whole.telegram.say(STRANGER, f"/why {NAME}")
    whole.telegram.say(STRANGER, f"hello, {WORDS}")
    await until(lambda: whole.telegram.sent(STRANGER))


async def attackers(whole: Whole) -> list[str]:
    """Links, keys and bodies that are wrong; gives the links that were right."""
    mail = next(m for m in whole.mail.ledger if m.recipient.endswith(MAIL))
    links = re.findall(r"/[su]/([A-Za-z0-9_-]{32})", mail.body("plain"))
    base = whole.service.url
    for path in (f"/s/{links[0]}", f"/s/{links[0][:-1]}x", f"/u/{links[0]}", f"/r/{links[0]}"):
        async with whole.http.get(f"{base}{path}?name={NAME}&email={MAIL}") as answer:
            await answer.read()
    bad = {"type": "track", "userId": KEY, "event": NAME, "properties": WORDS}
    for path in ("/v1/track", "/v1/batch", "/telegram", f"/s/{links[0]}", "/export/x"):
        async with whole.http.post(f"{base}{path}", json=bad) as answer:
            await answer.read()
        async with whole.http.post(f"{base}{path}", data=f"{MAIL} {WORDS}".encode()) as answer:
            await answer.read()
    return links


async def providers(whole: Whole) -> None:
    """Refuse, break and are told of people in their own words."""
    whole.mail.refuse(f"3{MAIL}", f"550 5.1.1 <3{MAIL}>: no such user {NAME}")
    whole.mail.refuse(f"4{MAIL}", f"451 4.2.0 <4{MAIL}>: try again")
    whole.telegram.refuse(CHAT + 5, 403, f"Forbidden: bot was blocked by {NAME} {CHAT + 5}")
    whole.telegram.refuse(CHAT + 6, 400, f"Bad Request: {NAME} {CHAT} of {MAIL} is odd")
    for number in (3, 4):
        await whole.report(*busy(number, telegram_id=None))
    for number in (5, 6):
        await whole.report(*busy(number, telegram_id=str(CHAT + number), email=None))

    while (await whole.counts()).get("invitations.failed", 0) < 3:
        await asyncio.sleep(0.02)


async def test_a_busy_day_tells_nobody_anything(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "afterword")
    async with whole_service(tmp_path) as whole:
        await whole.report(*busy(1, telegram_id=str(CHAT)), *busy(2, telegram_id=None))
        await until(lambda: whole.mail.ledger)
        await customer(whole)
        await staff(whole)
        links = await attackers(whole)
        await providers(whole)
        async with whole.http.get(f"{whole.service.url}/metrics") as page:
            metrics = await page.text()
        secrets = (whole.telegram.token, whole.telegram.token.partition(":")[2], WRITE_KEY, *links)
    lines = [JsonLines().format(record) for record in caplog.records]
    assert len(lines) > 5, "something was logged"
    told = [(word, line) for line in lines for word in (*PLANTED, *secrets) if word in line]
    assert told == []
    assert "afterword_rows" in metrics
    assert [word for word in (*PLANTED, *secrets) if word in metrics] == []
