"""The page's visitors: they come by a link, press and write, without any script."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from tests.bot.drivers.driver import Driver, Said
from tests.bot.drivers.stage import Person, body_of
from tests.bot.drivers.visitor import Visitor, cross_site, page_text
from tests.bot.drivers.wire import Call


class WebDriver(Driver):
    name = "web"
    title = "Web page"
    noise = ("form", "n")
    opening = (
        "A page pushes nothing: the customer comes by a link, which a mail, a QR code or the\n"
        "business's own page holds. Each press is a form; the answer to it is the next page, cut\n"
        "here to its words. A GET shows, and never records."
    )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[str]:
        self._visitors: dict[Person, Visitor] = {}
        yield "{}"

    def traits(self, who: Person) -> Mapping[str, str]:
        return {}

    def visitor(self, who: Person) -> Visitor:
        return self._visitors.setdefault(who, Visitor(self.door))

    async def come(self, who: Person) -> None:
        """Come by the link of the newest invitation."""
        await self.visitor(who).open(await self._link(who))

    async def _link(self, who: Person) -> str:
        """Give the path of the person's own survey page."""
        [(number,)] = self.read(
            "SELECT MAX(i.id) FROM invitation i JOIN contact_key k ON k.contact_id = i.contact_id"
            " WHERE k.key = ?",
            f"user:{who.user_id}",
        )
        talk = (await self.service.store.load_conversations({number}))[number]
        survey = self.service.rules.surveys["after_call"]
        setting = self.service.rules.setting(survey, talk.invitation, talk.contact, "")
        self._stop_path = urlsplit(setting.stop_link).path
        return urlsplit(setting.link).path

    async def stop_path(self, who: Person) -> str:
        """Give where the stop link at the foot of the person's page leads."""
        await self._link(who)
        return self._stop_path

    def said(self, who: Person) -> Sequence[Said]:
        return list(self.visitor(who).pages)

    async def answer(self, who: Person, value: str) -> None:
        await self.pass_time(10)
        await self.visitor(who).send(v=value, do="send")

    async def change(self, who: Person, value: str) -> None:
        """Go by the link of a mail to another answer of the first question."""
        await self.visitor(who).open(f"{await self._link(who)}?q=nps&v={value}")
        await self.answer(who, value)

    async def write(self, who: Person, words: str) -> None:
        await self.pass_time(10)
        await self.visitor(who).send(text=words, do="send")

    async def stop(self, who: Person) -> None:
        """Follow the stop link at the foot of the page, and press its button."""
        await self.visitor(who).open(await self.stop_path(who))
        await self.pass_time(10)
        await self.visitor(who).send()

    def forgeries(self, call: Call) -> Iterator[Call]:
        yield from cross_site(call)

    def values(self, call: Call) -> tuple[object, ...]:
        page = page_text(call.answer) if call.status == 200 else ""
        return (body_of(call), page) if call.method == "POST" else (page,)


DRIVER = WebDriver
