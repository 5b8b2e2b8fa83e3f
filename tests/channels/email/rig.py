"""The mail rigs: the adapter, an SMTP server and an IMAP server that want TLS and a login."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from channels.email import Email, Settings
from channels.email.listening import Pace
from channels.errors import (
    BadResponse,
    Misconfigured,
    Rejected,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from tests.channels.rig import AROUND, Failure, Rig, Shown, read_page
from tests.providers.certificate import client_context
from tests.providers.imap import ImapServer
from tests.providers.smtp import Mail, SmtpServer

ADDRESS = "ada.lovelace-4711@customer.example"
PASSWORD = "s3same:open/up"
MAILBOX_PASSWORD = "let-me-in-4711"
PACE = Pace(answer=3.0, idle=10.0, first_wait=0.05, longest_wait=0.2)
NONSENSE: Sequence[bytes] = (
    b"",
    b"\0" * 100,
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
    b"From: \xff\xfe\r\nSubject: =?x?q?=00?=\r\n\r\n\xff",
    b"From: <>\r\nContent-Type: text/html; charset=nonsense\r\n\r\n<div",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x--\r\n",
)
TROUBLE: Mapping[Failure, Callable[[SmtpServer], None]] = {
    Unavailable: lambda server: server.reply("RCPT", "451 4.3.0 Local error in processing"),
    Throttled: lambda server: server.reply("MAIL", "450 4.7.28 Too many mails from you"),
    Rejected: lambda server: server.reply("DOT", "554 5.6.0 No such thing as this mail"),
    Unreachable: lambda server: server.refuse(ADDRESS, "550 5.1.1 No such user"),
    Misconfigured: lambda server: server.reply("DOT", "550 5.7.26 Unauthenticated mail"),
    BadResponse: lambda server: server.reply("MAIL", "999 What is this"),
    Uncertain: lambda server: server.drop("DOT"),
}


class EmailRig(Rig):
    """Mail, over STARTTLS and AUTH. Nobody blocks or moves a mail address by SMTP."""

    name = "email"
    address = ADDRESS
    secrets = (PASSWORD, "s3same%3Aopen%2Fup", MAILBOX_PASSWORD)
    failures = tuple(TROUBLE)
    provider_logs = ("mail.log", "pymap.imap")

    def __init__(self, server: SmtpServer, mailbox: ImapServer) -> None:
        self.server, self.mailbox, self._spoken = server, mailbox, 0
        self.settings = Settings(
            smtp=server.url.replace(PASSWORD, self.secrets[1]),
            sender="Acme <feedback@acme.example>",
            replies=mailbox.url,
        )
        self.channel = Email(
            self.settings,
            public_url=AROUND.public_url,
            company=AROUND.company,
            clock=AROUND.clock,
            timeout=3.0,
            pace=PACE,
            tls=client_context(),
        )

    def shown(self) -> Sequence[Shown]:
        return [_shown(mail) for mail in self.server.ledger]

    async def fail(self, kind: Failure) -> None:
        TROUBLE[kind](self.server)

    async def go_away(self) -> None:
        await self.server.stop()

    async def speak(self, text: str) -> None:
        self._spoken += 1
        head = f"From: Ada <{ADDRESS}>\r\nMessage-ID: <{self._spoken}@customer.example>\r\n\r\n"
        await self.mailbox.deliver(f"{head}{text}\r\n".encode())

    async def speak_nonsense(self) -> None:
        for mail in NONSENSE:
            await self.mailbox.deliver(mail)


def _shown(mail: Mail) -> Shown:
    page = read_page(mail.body("html").encode(), "a")
    return Shown(
        external_id=str(mail.message["Message-ID"]),
        text=page.text,
        labels=page.labels,
        picture=bool(re.search(rb"(?m)^Content-Type: image/png", mail.raw)),
        raw=mail.raw,
    )


@asynccontextmanager
async def email_rig() -> AsyncIterator[Rig]:
    async with (
        SmtpServer(tls="starttls", users={"feedback": PASSWORD}) as server,
        ImapServer(tls=True, users={"feedback": MAILBOX_PASSWORD}) as mailbox,
    ):
        rig = EmailRig(server, mailbox)
        try:
            yield rig
        finally:
            await rig.channel.close()


RIGS = {"email": email_rig}
SECRETS = {
    "SMTP_PASSWORD": "sesame",
    "IMAP_PASSWORD": "sesame",
}
