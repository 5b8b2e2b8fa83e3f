"""People who come by themselves, over sockets with the whole service."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest
from lxml import html
from yarl import URL

from bot.config import load_config
from bot.service import Service
from tests.bot.whole import Clock, until
from tests.providers.telegram import TelegramServer

KEY = "public-write-key"
LEADER = 777
CONFIG = """
service:
  name: Acme
  public_url: {public_url}
  listen: 127.0.0.1:{port}
  database: {database}
  write_keys: ["{key}"]
channels:
  telegram: {{ token: "{token}", api_base: "{telegram}", mode: polling }}
staff:
  - {{ name: Maija, role: team_lead, teams: [shop], telegram: "{leader}" }}
  - {{ name: Otto, role: manager, telegram: "778" }}
surveys:
  visit:
    questions: [nps, csat, comment]
    languages: [fi, en]
    public: {{ sources: [receipt, door], team: shop }}
  closed: {{ questions: [nps] }}
triggers:
  closed: {{ event: Call Ended, survey: closed }}
alerts:
  - {{ if: nps <= 6, to: team_lead }}
"""


@dataclass(frozen=True, slots=True)
class Public:
    service: Service
    telegram: TelegramServer
    clock: Clock

    async def counts(self) -> dict[str, int]:
        return await self.service.store.counts()

    def browser(self, language: str = "en") -> "Browser":
        """A visitor who takes their time before each press."""
        return Browser(self.service.url, language, self.clock)

    async def identify(self, **call: Any) -> None:
        auth = {"Authorization": aiohttp.encode_basic_auth(KEY, "")}
        async with (
            aiohttp.ClientSession(headers=auth) as http,
            http.post(f"{self.service.url}/v1/identify", json=call) as answer,
        ):
            assert answer.status == 200, await answer.text()


class Browser:
    """One visitor's browser: keeps cookies, follows forms as they stand."""

    def __init__(self, url: str, language: str = "en", clock: Clock | None = None) -> None:
        self.url, self.clock = URL(url), clock or Clock()
        jar = aiohttp.CookieJar(unsafe=True)
        headers = {"Accept-Language": language}
        self.http = aiohttp.ClientSession(cookie_jar=jar, headers=headers)
        self.status, self.page = 0, html.document_fromstring("<p>nothing yet</p>")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.http.close()

    @property
    def heading(self) -> str:
        return str(self.page.xpath("string(//h1)")).strip()

    @property
    def language(self) -> str:
        return str(self.page.xpath("string(/html/@lang)"))

    async def look(self, path: str) -> None:
        self.url = self.url.join(URL(path, encoded=True))
        async with self.http.get(self.url) as answer:
            await self._read(answer)

    async def press(self, do: str = "send", **fields: str) -> None:
        """Take a moment, fill in the form and press; what is ticked already stays so."""
        self.clock.think(2)
        form = self.page.forms[0]
        data = {n: v for n, v in form.form_values() if n != "v" or "v" not in fields}
        self.url = self.url.join(URL(form.get("action"), encoded=True))
        async with self.http.post(self.url, data={**data, "do": do, **fields}) as answer:
            await self._read(answer)

    async def _read(self, answer: aiohttp.ClientResponse) -> None:
        self.status = answer.status
        self.page = html.document_fromstring(await answer.text())


@asynccontextmanager
async def public_service(folder: Path, port: int = 0) -> AsyncIterator[Public]:
    async with TelegramServer() as telegram:
        path = folder / "config.yaml"
        path.write_text(
            CONFIG.format(
                public_url=f"http://127.0.0.1:{port or 1}",
                port=port,
                database=f"sqlite://{folder}/public.db",
                key=KEY,
                token=telegram.token,
                telegram=telegram.url,
                leader=LEADER,
            ),
            encoding="utf-8",
        )
        clock = Clock()
        async with Service(load_config(path, {}), clock=clock, jitter=lambda: 0.5) as service:
            yield Public(service, telegram, clock)


@pytest.fixture
async def public(tmp_path: Path) -> AsyncIterator[Public]:
    async with public_service(tmp_path) as made:
        yield made


@pytest.mark.parametrize(("language", "shown"), [("fi-FI,en;q=0.5", "fi"), ("sv,de,en", "en")])
async def test_a_stranger_answers_to_the_end(public: Public, language: str, shown: str) -> None:
    before = await public.counts()
    async with public.browser(language) as browser:
        await browser.look("/p/visit?s=door")
        assert (browser.status, browser.language) == (200, shown)
        assert await public.counts() == before
        assert len(browser.http.cookie_jar) == 0
        await browser.press(v="9")
        assert browser.url.path == "/p/visit"
        await browser.press(v="5")
        assert browser.url.path.startswith("/s/")
        await browser.press(text="Kiitos äiti")
        assert (browser.status, browser.language) == (200, shown)
        assert not browser.page.forms
    counts = await public.counts()
    assert (counts["responses"], counts["contacts"], counts["dues"]) == (1, 1, 0)
    assert counts["invitations.completed"] == 1
    assert await public.service.store.recount() == []
    answer = await public.service.commands.answer("telegram", "778", "/responses visit")
    assert answer and "Kiitos äiti" in answer.text


async def test_one_browser_is_one_response_changed_and_two_are_two(public: Public) -> None:
    async with public.browser() as one, public.browser() as two:
        await one.look("/p/visit?s=receipt")
        await two.look("/p/visit?s=receipt")
        await one.press(v="9")
        await one.look("/p/visit?s=receipt&q=nps&v=3")  # the same question again, not sent yet
        assert one.page.xpath("//input[@checked]/@value") == ["3"]
        await one.look("/p/visit?s=receipt")
        assert (await public.counts())["responses"] == 1
        assert len(one.page.xpath("//input[@name='v']")) == 5  # csat, the second question
        await two.press(v="1")
        assert (await public.counts())["responses"] == 2


async def test_a_page_pressed_again_is_a_change_of_mind(public: Public) -> None:
    async with public.browser() as browser:
        await browser.look("/p/visit")
        page, url = browser.page, browser.url
        for value in ("9", "9", "2"):
            browser.page, browser.url = page, url  # back, without a new look
            await browser.press(v=value)
    assert (await public.counts())["responses"] == 1
    await until(lambda: public.telegram.sent(LEADER))
    assert "NPS 2 of 10" in public.telegram.sent(LEADER)[0].text


async def test_the_answer_just_given_can_be_changed_from_the_next_page(public: Public) -> None:
    async with public.browser() as browser:
        await browser.look("/p/visit?s=door")
        await browser.press(v="9")
        (back,) = browser.page.xpath("//a[contains(@class, 'change')]/@href")
        await browser.look(str(back))
        assert browser.page.xpath("//input[@checked]/@value") == ["9"]
        await browser.press(v="10")
    counts = await public.counts()
    assert counts["responses"] == 1
    assert await public.service.store.recount() == []


async def test_a_low_score_at_the_door_tells_the_shops_leader(public: Public) -> None:
    async with public.browser() as browser:
        await browser.look("/p/visit?s=door")
        await browser.press(v="1")
        took = await until(lambda: public.telegram.sent(LEADER), seconds=2)
    assert took < 2
    alert = public.telegram.sent(LEADER)[0].text
    assert "NPS 1 of 10" in alert
    assert "door" in alert


async def test_what_is_not_public_looks_like_any_bad_link(public: Public) -> None:
    async with public.browser() as browser:
        pages = set()
        for path in ("/p/closed", "/p/nosuch", "/p/closed/qr.png", "/s/" + "A" * 32, "/p/"):
            await browser.look(path)
            assert browser.status == 404
            pages.add(html.tostring(browser.page))
        assert len(pages) == 1


async def test_a_forged_source_is_counted_as_other(public: Public) -> None:
    async with public.browser() as browser:
        await browser.look("/p/visit?s=%3Cscript%3E")
        assert "<script" not in html.tostring(browser.page).decode()
        await browser.press(v="1")
        await until(lambda: public.telegram.sent(LEADER))
    assert "other" in public.telegram.sent(LEADER)[0].text


async def test_eleven_links_opened_by_a_scanner_record_nothing(public: Public) -> None:
    before = await public.counts()
    async with public.browser() as scanner:
        for value in range(11):
            await scanner.look(f"/p/visit?s=newsletter&q=nps&v={value}&c=listmonk:8f14e45f")
            assert scanner.status == 200
            assert scanner.page.xpath("//input[@checked]/@value") == [str(value)]
        assert len(scanner.http.cookie_jar) == 0
    assert await public.counts() == before


async def test_a_newsletters_click_joins_the_contact_we_know(public: Public) -> None:
    await public.identify(
        userId="42", anonymousId="listmonk:8f14e45f", traits={"first_name": "Anna"}
    )
    async with public.browser() as browser:
        await browser.look("/p/visit?s=newsletter&q=nps&v=2&c=listmonk:8f14e45f&l=fi")
        assert browser.language == "fi"
        await browser.press()
        assert len(browser.http.cookie_jar) == 0
        await until(lambda: public.telegram.sent(LEADER))
    assert "Anna" in public.telegram.sent(LEADER)[0].text
    assert (await public.counts())["contacts"] == 1


async def test_results_show_visitors_apart_and_in_no_rate(public: Public) -> None:
    for score in ("9", "9", "10", "8", "3"):
        async with public.browser() as browser:
            await browser.look("/p/visit?s=door")
            await browser.press(v=score)
    for words in ("/results visit", "/results visit by team"):
        answer = await public.service.commands.answer("telegram", "778", words)
        assert answer
        assert "NPS, visitors" in answer.text
        assert "5 came by themselves, 0 finished." in answer.text
        assert "delivered" not in answer.text
        assert "answered" not in answer.text
        assert ("shop" in answer.text) == words.endswith("team")


async def test_a_press_by_another_site_is_refused(public: Public) -> None:
    async with public.browser() as browser:
        await browser.look("/p/visit")
        browser.http.headers["Sec-Fetch-Site"] = "cross-site"
        form = browser.page.forms[0]
        url = browser.url.join(URL(form.get("action")))
        async with browser.http.post(url, data={**dict(form.form_values()), "v": "9"}) as answer:
            assert answer.status == 403
    assert (await public.counts())["responses"] == 0


async def test_the_links_of_the_page_lead_back_to_the_service(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    async with (
        public_service(tmp_path, unused_tcp_port) as public,
        public.browser() as browser,
    ):
        await browser.look("/p/visit")
        await browser.press(v="9")
        assert not re.findall(r"/u/", html.tostring(browser.page).decode())
        await browser.look(f"/s/{browser.page.forms[0].get('action').rpartition('/')[2]}")
        assert browser.status == 200


async def test_whoever_presses_at_once_is_asked_to_press_once_more(public: Public) -> None:
    before = await public.counts()
    public.clock.stop()
    async with public.browser() as machine:
        await machine.look("/p/visit?s=door&q=nps&v=3")
        for _ in range(3):
            machine.clock.think(-2)
            await machine.press()
            assert machine.page.xpath("//input[@checked]/@value") == ["3"]
            assert machine.page.xpath("string(//*[@role='status']/p)").startswith("Please wait")
        assert await public.counts() == before
        assert len(machine.http.cookie_jar) == 0
        await machine.press()
        for _ in range(2):
            machine.clock.think(-2)  # a person is at work: the next questions are not timed
            await machine.press(
                **({"v": "5"} if machine.page.xpath("//input[@type='radio']") else {})
            )
        assert not machine.page.forms
    assert (await public.counts())["invitations.completed"] == 1
