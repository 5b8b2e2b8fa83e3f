"""Comment cards over sockets with the whole service: a chat, a page, and the colleague's chat."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.config import load_config
from bot.service import Service
from tests.banks import BANKS
from tests.bot.test_public import Browser
from tests.bot.whole import WRITE_KEY, Clock, call, person, until
from tests.providers.telegram import TelegramServer

MANAGER, LEADER, ANNA, STRANGER = 778, 777, 10_001, 4242
CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:1
  listen: 127.0.0.1:0
  database: sqlite://{folder}/cards.db
  timezone: Europe/Helsinki
  write_keys: ["{key}"]
  privacy_url: https://acme.example/privacy
channels:
  telegram: {{ token: "{token}", api_base: "{telegram}", mode: polling }}
  web: {{}}
staff:
  - {{ name: Maija, role: team_lead, teams: [support], telegram: "{leader}" }}
  - {{ name: Otto, role: manager, telegram: "{manager}" }}
surveys:
  after_call: {{ questions: [nps.phone, csat.phone] }}
triggers:
  after_call: {{ event: Call Ended, survey: after_call, via: [telegram] }}
"""


@dataclass(frozen=True, slots=True)
class Whole:
    service: Service
    telegram: TelegramServer
    clock: Clock

    async def report(self, *items: dict[str, Any]) -> None:
        auth = {"Authorization": aiohttp.encode_basic_auth(WRITE_KEY, "")}
        url = f"{self.service.url}/v1/batch"
        async with (
            aiohttp.ClientSession(headers=auth) as http,
            http.post(url, json={"batch": items}) as answer,
        ):
            assert answer.status == 200, await answer.text()

    async def said(self, chat: int, count: int) -> list[str]:
        """Wait until that much was said in a chat."""
        await until(lambda: len(self.telegram.sent(chat)) >= count)
        return [message.text for message in self.telegram.sent(chat)]

    async def cards(self) -> int:
        return (await self.service.store.counts())["cards"]


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Whole]:
    async with TelegramServer() as telegram:
        path = folder / "config.yaml"
        text = CONFIG.format(
            folder=folder,
            key=WRITE_KEY,
            token=telegram.token,
            telegram=telegram.url,
            leader=LEADER,
            manager=MANAGER,
        )
        path.write_text(text, encoding="utf-8")
        clock = Clock()
        async with Service(load_config(path, {}), clock=clock, jitter=lambda: 0.5) as service:
            yield Whole(service, telegram, clock)


@pytest.fixture
async def whole(tmp_path: Path) -> AsyncIterator[Whole]:
    async with running(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("feedback the queue was long", "en"),
        ("palaute jono oli pitkä", "fi"),
        ("Rückmeldung: die Schlange war lang", "de"),
        ("komentar red je bio dug", "hr"),
        ("atsauksme rinda bija gara", "lv"),
    ],
)
async def test_a_stranger_speaks_up_and_a_manager_reads_it(
    whole: Whole, said: str, code: str
) -> None:
    whole.telegram.say(STRANGER, said)
    [receipt] = await whole.said(STRANGER, 1)
    texts = BANKS[code].texts
    assert receipt.startswith(texts["comment_kept"])
    assert texts["card_privacy"] in receipt
    assert "https://acme.example/privacy" in receipt
    [told] = await whole.said(MANAGER, 1)
    assert told.startswith("Comment card from somebody new (telegram)")
    whole.telegram.say(MANAGER, "/comments cards")
    listed = (await whole.said(MANAGER, 2))[-1]
    assert said.partition(" ")[2] in listed


async def test_the_leader_of_the_last_call_reads_a_customers_card(whole: Whole) -> None:
    await whole.report(person(1), call(1, 1))
    await whole.said(ANNA, 1)
    whole.telegram.say(ANNA, "complaint: nobody called back")
    assert "sorry" in (await whole.said(ANNA, 2))[-1]
    [told] = await whole.said(LEADER, 1)
    assert told.splitlines()[0] == "Comment card from Anna1 (telegram): complaint"
    assert "agent Pekka" in told
    question = whole.telegram.sent(ANNA)[0].message_id
    whole.telegram.press(ANNA, question, "9")
    await whole.said(ANNA, 4)
    counts = await whole.service.store.counts()
    assert (counts["responses"], counts["cards"]) == (1, 1)


async def test_the_command_asks_and_the_next_message_is_the_card(whole: Whole) -> None:
    await whole.report(person(1, language="de"), call(1, 1))
    await whole.said(ANNA, 1)
    whole.telegram.say(ANNA, "/rückmeldung")
    await until(lambda: whole.telegram.sent(ANNA)[-1].text == BANKS["de"].texts["card_ask"])
    whole.telegram.say(ANNA, "9 Leute standen vor mir")
    kept = BANKS["de"].texts["comment_kept"]
    await until(lambda: whole.telegram.sent(ANNA)[-1].text == kept)
    whole.telegram.say(ANNA, "/feedback and it was cold")
    [told, more] = await whole.said(LEADER, 2)
    assert "9 Leute" in told
    assert "and it was cold" in more
    counts = await whole.service.store.counts()
    assert (counts.get("responses", 0), counts["cards"]) == (0, 2), "the command begins a card"


@pytest.mark.parametrize("language", ["en", "fi", "de", "hr", "lv"])
async def test_a_card_from_a_page(whole: Whole, language: str) -> None:
    texts = BANKS[language].texts
    async with Browser(whole.service.url, language, whole.clock) as browser:
        await browser.look("/c?s=till")
        assert (browser.status, browser.language) == (200, language)
        assert browser.heading == texts["card_ask"]
        assert await whole.cards() == 0
        await browser.press(text="", kind="praise")
        assert texts["card_empty"] in browser.page.text_content()
        form = dict(browser.page.forms[0].form_values())
        await browser.press(text="Lovely office", email="anna@x.example")
        assert browser.status == 200
        assert texts["card_praised"] in browser.page.text_content()
        async with browser.http.post(
            f"{whole.service.url}/c",
            data={**form, "text": "Lovely office", "email": "anna@x.example"},
        ) as again:
            assert texts["card_praised"] in await again.text()
    assert await whole.cards() == 1
    [told] = await whole.said(MANAGER, 1)
    assert told.startswith("Comment card from a visitor (web): praise\n“Lovely office”")
    assert "Wants an answer at anna@x.example" in told
    assert "from till" in told


async def test_a_thousand_looks_record_nothing_and_another_site_is_refused(whole: Whole) -> None:
    url = f"{whole.service.url}/c"
    async with aiohttp.ClientSession() as http:

        async def look(number: int) -> str:
            async with http.get(f"{url}?s=n{number}&text=x&do=send") as answer:
                assert answer.status == 200
                return await answer.text()

        pages = await asyncio.gather(*(look(number) for number in range(200)))
        form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', pages[0]))
        headers = {"Sec-Fetch-Site": "cross-site"}
        async with http.post(url, data={**form, "text": "x"}, headers=headers) as answer:
            assert answer.status == 403
        async with http.post(url, data=b"\xff" * 300_000) as answer:
            assert answer.status == 413
    assert await whole.cards() == 0
    assert whole.telegram.sent(MANAGER) == []
