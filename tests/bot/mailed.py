"""A whole service with a mailbox of its own: a relay, an IMAP server, and a customer who writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

from bot.config import load_config
from bot.service import Service
from surveys.report import Filter
from tests.bot.whole import WRITE_KEY, call, person, until
from tests.providers.imap import ImapServer
from tests.providers.smtp import Mail, SmtpServer
from tests.providers.telegram import TelegramServer

ANNA, CHAT = "Anna@Customer.Example", 10_001

EVERYTHING = Filter(since=date(2020, 1, 1), until=date(2100, 1, 1))

CONFIG = """
service:
  name: Acme
  public_url: http://127.0.0.1:1
  listen: 127.0.0.1:0
  database: {database}
  timezone: Europe/Helsinki
  write_keys: ["{write_key}"]
channels:
  email:
    smtp: "{smtp}"
    from: Acme <feedback@acme.example>
    replies: "{imap}?plus=all"
  telegram: {{ token: "{token}", api_base: "{telegram}", mode: polling }}
surveys:
  after_call:
    title: {{ en: Your call with us }}
    questions: [nps.phone, csat.phone, comment]
throttle: {{ let_finish: 0m, let_talk: 0m }}
triggers:
  after_call: {{ event: Call Ended, survey: after_call, via: [email, telegram] }}
"""
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Mailed:
    """The service and the servers around it."""

    service: Service
    relay: SmtpServer
    mailbox: ImapServer
    telegram: TelegramServer
    http: aiohttp.ClientSession

    async def ask(self, number: int = 1, who: int = 1, **traits: Any) -> None:
        """Have a customer end a call."""
        known = {"email": ANNA, "telegram_id": str(10_000 + who), **traits}
        body = {"batch": [person(who, **known), call(number, who)]}
        async with self.http.post(f"{self.service.url}/v1/batch", json=body) as answer:
            assert answer.status == 200

    async def mails(self, number: int) -> list[Mail]:
        """Wait until that many mails have left, and give them."""
        await until(lambda: len(self.relay.ledger) >= number)
        return self.relay.ledger

    async def answer(self, mail: Mail, words: str, **heads: str) -> bytes:
        """Write back as a mail program does, and give what was written."""
        raw = answer_to(mail, words, **heads)
        await self.mailbox.deliver(raw)
        return raw

    async def taken(self) -> None:
        """Wait until every mail in the mailbox was taken in."""
        for _ in range(2000):
            if await self.mailbox.unseen() == 0:
                return
            await asyncio.sleep(0.005)
        raise AssertionError("mails were left unread")

    async def counts(self) -> dict[str, int]:
        return await self.service.store.counts()

    async def answers(self) -> dict[str, object]:
        """What Anna answered: question -> value or words."""
        [(response, _)] = await self.service.store.list_responses(EVERYTHING, 10, 0)
        return {a.question_id: a.value or a.text for a in response.answers}


def answer_to(mail: Mail, words: str, **heads: str) -> bytes:
    """Give a mail that answers another one and quotes it, as mail programs do."""
    quoted = "\r\n".join(f"> {line}" for line in mail.body("plain").splitlines())
    given = {
        "From": f"Anna <{ANNA}>",
        "To": str(mail.message["Reply-To"] or mail.message["From"]),
        "Subject": f"Re: {mail.message['Subject']}",
        "Message-ID": f"<{next(_numbers)}@customer.example>",
        "In-Reply-To": str(mail.message["Message-ID"]),
        "Content-Type": "text/plain; charset=utf-8",
        **{name.replace("_", "-"): value for name, value in heads.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"{head}\r\n{words}\r\n\r\n{quoted}\r\n".encode()


def bounce_of(mail: Mail, status: str, words: str) -> bytes:
    """Give the report of a mail server (RFC 3464) that could not deliver a mail."""
    return (
        f"From: MAILER-DAEMON@mx.customer.example\r\nTo: {mail.sender}\r\nReturn-Path: <>\r\n"
        f"Message-ID: <{next(_numbers)}@mx.customer.example>\r\nAuto-Submitted: auto-replied\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
        "--x\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {mail.recipient}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} {words}\r\n\r\n--x--\r\n"
    ).encode()


@asynccontextmanager
async def mailed_service(folder: Path, more: str = "") -> AsyncIterator[Mailed]:
    """Start a relay, a mailbox, Telegram and the service; everything is gone afterwards. ``more``
    is YAML behind the configuration.
    """
    async with TelegramServer() as telegram, SmtpServer() as relay, ImapServer() as mailbox:
        path = folder / "config.yaml"
        path.write_text(
            CONFIG.format(
                database=f"sqlite://{folder}/mailed.db",
                write_key=WRITE_KEY,
                smtp=relay.url,
                imap=mailbox.url,
                token=telegram.token,
                telegram=telegram.url,
            )
            + more
        )
        headers = {"Authorization": aiohttp.encode_basic_auth(WRITE_KEY, "")}
        async with (
            Service(load_config(path, {}), jitter=lambda: 0.5) as service,
            aiohttp.ClientSession(headers=headers) as http,
        ):
            yield Mailed(service, relay, mailbox, telegram, http)
