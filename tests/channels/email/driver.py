"""People with a mailbox: a press on a number opens the page, where they send their answer."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager

import lxml.html

from channels.email.refusal import SLOW_DOWN
from tests.bot.drivers.driver import Driver, Said
from tests.bot.drivers.stage import Person, body_of
from tests.bot.drivers.visitor import Visitor, cross_site, page_text
from tests.bot.drivers.wire import Call
from tests.providers.smtp import Mail, SmtpServer

_SHOWN = ("From", "To", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post")


class EmailDriver(Driver):
    name = "email"
    title = "E-mail"
    noise = ("form", "n")
    names = ((r"[0-9a-f]{24}", "SEAL"),)
    opening = (
        "A mail goes out over SMTP; each number in it is a link to the survey page with that answer\n"
        "ticked. Nothing is recorded until the customer presses there, since programs open links\n"
        "too. The mail program's own unsubscribe button is one POST."
    )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[str]:
        self._visitors: dict[Person, Visitor] = {}
        self._noted = self._refused = 0
        async with SmtpServer() as self.server:
            yield f'{{ smtp: "{self.server.url}", from: Acme <feedback@acme.example> }}'

    def traits(self, who: Person) -> Mapping[str, str]:
        return {"email": self.mailbox(who)}

    def mailbox(self, who: Person) -> str:
        return f"{who.user_id}@customer.example"

    def visitor(self, who: Person) -> Visitor:
        return self._visitors.setdefault(who, Visitor(self.door))

    def mails(self, who: Person) -> list[Mail]:
        return [m for m in self.server.ledger if m.recipient == self.mailbox(who)]

    def said(self, who: Person) -> Sequence[Said]:
        """Give the mails, and the pages they led to."""
        return [*map(_read, self.mails(who)), *self.visitor(who).pages]

    async def answer(self, who: Person, value: str) -> None:
        """Press the number in the mail where there is no page yet, else on the page."""
        if not self.visitor(who).pages:
            await self._press(who, value)
        await self.pass_time(10)
        await self.visitor(who).send(v=value, do="send")

    async def change(self, who: Person, value: str) -> None:
        await self._press(who, value)
        await self.pass_time(10)
        await self.visitor(who).send(v=value, do="send")

    async def _press(self, who: Person, value: str) -> None:
        links = lxml.html.document_fromstring(self.mails(who)[0].body("html")).iterlinks()
        paths = [link.removeprefix(self.door.url) for _, _, link, _ in links]
        await self.visitor(who).open(next(p for p in paths if p.endswith(f"v={value}")))

    async def write(self, who: Person, words: str) -> None:
        await self.pass_time(10)
        await self.visitor(who).send(text=words, do="send")

    async def stop(self, who: Person) -> None:
        """Press the mail program's own unsubscribe button."""
        header = str(self.mails(who)[0].message["List-Unsubscribe"])
        path = re.findall(rf"<{self.door.url}(/u/[^>]+)>", header)[0]
        await self.visitor(who).post(path, **{"List-Unsubscribe": "One-Click"})

    async def block(self, who: Person) -> None:
        self.server.refuse(self.mailbox(who), *["550 5.1.1 No such user"] * 9)

    async def throttle(self, who: Person) -> float:
        self.server.reply("MAIL", "450 4.7.28 Too many mails from you")
        return SLOW_DOWN

    def forgeries(self, call: Call) -> Iterator[Call]:
        yield from cross_site(call)

    def values(self, call: Call) -> tuple[object, ...]:
        page = page_text(call.answer) if call.status == 200 else ""
        return (body_of(call), page) if call.method == "POST" else (page,)

    def keep(self) -> None:
        super().keep()
        mails, self._noted = self.server.ledger[self._noted :], len(self.server.ledger)
        refused, self._refused = self.server.told[self._refused :], len(self.server.told)
        for mail in mails:
            first = mail is self.server.ledger[0]
            head = f"SMTP to `{mail.recipient}` `250`"
            self.transcript.sections[-1].notes.append(
                self.note("→", head, _page(mail, whole=first), rank=1)
            )
        for point, text in refused:
            head = f"SMTP, at `{point}` the answer is `{text}`"
            self.transcript.sections[-1].notes.append(self.note("→", head, rank=1))


def _read(mail: Mail) -> Said:
    page = lxml.html.document_fromstring(mail.body("html"))
    labels = tuple(" ".join(a.text_content().split()) for a in page.cssselect("a"))
    text = " ".join(mail.body("plain").split())
    return Said(id=str(mail.message["Message-ID"]), text=text, labels=labels)


def _page(mail: Mail, *, whole: bool) -> str:
    """Give a mail as its reader sees it; ``whole`` with all there is around the question."""
    heads = [f"{name}: {mail.message[name]}" for name in (_SHOWN if whole else _SHOWN[:3])]
    text = re.sub(r"(?m)^2: .*\n(?:\d+: .*\n)*", "… 9 more\n", mail.body("plain"))
    body = [text.strip()] if whole else [text.strip().splitlines()[2], "…"]
    return "\n".join([*heads, "", *body])


DRIVER = EmailDriver
