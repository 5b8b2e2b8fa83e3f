"""The mail rig: the adapter and an SMTP server that wants TLS and a login."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from channels.email import Email, Settings
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
from tests.providers.smtp import Mail, SmtpServer

ADDRESS = "ada.lovelace-4711@customer.example"
PASSWORD = "s3same:open/up"
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
    secrets = (PASSWORD, "s3same%3Aopen%2Fup")
    failures = tuple(TROUBLE)
    provider_logs = ("mail.log",)

    def __init__(self, server: SmtpServer) -> None:
        self.server = server
        url = server.url.replace(PASSWORD, self.secrets[1])
        self.settings = Settings(smtp=url, sender="Acme <feedback@acme.example>")
        self.channel = Email(
            self.settings,
            public_url=AROUND.public_url,
            company=AROUND.company,
            clock=AROUND.clock,
            timeout=3.0,
            tls=client_context(),
        )

    def shown(self) -> Sequence[Shown]:
        return [_shown(mail) for mail in self.server.ledger]

    async def fail(self, kind: Failure) -> None:
        TROUBLE[kind](self.server)

    async def go_away(self) -> None:
        await self.server.stop()


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
    async with SmtpServer(tls="starttls", users={"feedback": PASSWORD}) as server:
        rig = EmailRig(server)
        try:
            yield rig
        finally:
            await rig.channel.close()
