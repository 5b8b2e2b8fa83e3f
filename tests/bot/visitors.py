"""Whoever opens a mail's links: people with their haste and habits, and machines with theirs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import aiohttp
from lxml import html

from tests.bot.whole import Whole, call, person, until
from tests.providers.smtp import Mail

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PHONE = {
    "User-Agent": "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140 Mobile Safari",
    "Accept-Language": "fi",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as machines see it: every link in its HTML part, the hidden one among them."""

    links: tuple[str, ...]

    @property
    def page(self) -> str:
        return urlsplit(self.links[0])._replace(query="").geturl()

    @property
    def answers(self) -> tuple[str, ...]:
        return tuple(link for link in self.links if "v=" in link)

    @property
    def hidden(self) -> str:
        (found,) = [link for link in self.links if "k" in parse_qs(urlsplit(link).query)]
        return found

    def answer(self, value: object) -> str:
        return f"{self.page}?q=nps&v={value}"


def read_letter(mail: Mail, url: str) -> Letter:
    """Read a mail's survey links; ``url`` is where the service really listens."""
    page = html.document_fromstring(mail.body("html"))
    found = [urlsplit(link) for link in page.xpath("//a/@href")]
    ours = [part for part in found if part.path.startswith("/s/")]
    return Letter(tuple(urljoin(url, f"{part.path}?{part.query}".rstrip("?")) for part in ours))


async def send_mails(whole: Whole, count: int) -> list[Letter]:
    """Ask ``count`` people by mail."""
    for start in range(0, count, 200):
        items: list[dict[str, Any]] = []
        for n in range(start, min(start + 200, count)):
            items += person(n, telegram_id="", email=f"c{n}@example.com"), call(n, n)
        await whole.report(*items)
    await until(lambda: len(whole.mail.ledger) == count, seconds=120)
    return [read_letter(mail, whole.service.url) for mail in whole.mail.ledger]


@dataclass(slots=True)
class Page:
    """An open page: its hidden fields, what is ticked, and what it says."""

    url: str
    text: str
    root: Any = field(init=False)

    def __post_init__(self) -> None:
        self.root = html.document_fromstring(self.text)

    @property
    def question(self) -> str:
        return "".join(self.root.xpath("//input[@name='q']/@value"))

    @property
    def ticked(self) -> list[str]:
        return list(self.root.xpath("//input[@checked]/@value"))

    @property
    def notices(self) -> list[str]:
        return list(self.root.xpath("//*[@role='status']/p/text()"))

    @property
    def links(self) -> list[str]:
        found = self.root.xpath("//a/@href")
        return [urljoin(self.url, link) for link in found if not urlsplit(link).netloc]

    @property
    def target(self) -> str:
        return urljoin(self.url, str(self.root.forms[0].get("action")))

    def fields(self, values: Sequence[str] = (), do: str = "send") -> str:
        hidden = self.root.xpath("//input[@type='hidden']")
        sent = [(i.get("name"), i.get("value")) for i in hidden]
        return urlencode([*sent, *(("v", v) for v in values), ("do", do)])


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser: opens links, presses buttons."""

    http: aiohttp.ClientSession

    async def open(self, url: str, **headers: str) -> Page:
        async with self.http.get(url, headers=PHONE | headers) as answer:
            assert answer.status == 200
            return Page(str(answer.url.with_query(None)), await answer.text())

    async def press(self, page: Page, *values: str, do: str = "send") -> Page:
        body = page.fields(values or page.ticked, do)
        async with self.http.post(page.target, data=body, headers=PHONE | FORM) as answer:
            assert answer.status == 200
            return Page(page.target, await answer.text())


async def probe(http: aiohttp.ClientSession, links: Sequence[str], method: str = "GET") -> None:
    """Open links side by side and read whatever comes."""

    async def one(link: str) -> None:
        async with http.request(method, link) as answer:
            assert answer.status == 200
            await answer.read()

    await asyncio.gather(*(one(link) for link in links))
