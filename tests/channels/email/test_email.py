"""The channel against a real SMTP server on this machine."""

import asyncio
import logging
import ssl
from dataclasses import replace

import pytest

from channels.base import Receipt
from channels.email import CAPABILITIES
from channels.errors import (
    Misconfigured,
    Unavailable,
)
from surveys.message import Image
from tests.channels.email.joined import channel_for, error_of, joined, numbered
from tests.channels.email.messages import ANNA, COMMENT, NPS, REPORT
from tests.providers.smtp import SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:.*login_data:DeprecationWarning")


# Sending


@pytest.mark.parametrize("pipelining", [True, False])
async def test_a_mail_arrives_as_written(pipelining: bool) -> None:
    async with joined(SmtpServer(pipelining=pipelining)) as (channel, server):
        receipt = await channel.send(COMMENT)
    (mail,) = server.ledger
    assert (mail.sender, mail.recipient) == ("feedback@acme.example", ANNA)
    assert receipt == Receipt(external_id=mail.message["Message-ID"])
    assert COMMENT.text in mail.body("plain")
    assert server.hellos == ["acme.example"]


async def test_lines_that_are_dots_come_through() -> None:
    async with joined(SmtpServer()) as (channel, server):
        await channel.send(replace(NPS, text=".\n..\n.end\n\nQUIT"))
    assert ".\n..\n.end\n\nQUIT\n" in server.ledger[0].body("plain")


async def test_connections_are_used_again_and_never_more_than_allowed() -> None:
    server = SmtpServer(pauses={"DOT": 0.01})
    async with joined(server, sessions=3) as (channel, server):
        receipts = await asyncio.gather(*map(channel.send, numbered(30)))
        assert channel.capabilities.concurrency == 3
    assert len({r.external_id for r in receipts}) == 30
    assert sorted(m.recipient for m in server.ledger) == sorted(m.address for m in numbered(30))
    assert server.connections == 3
    assert server.most_at_once == 3


async def test_a_group_of_commands_is_one_write_only_where_offered() -> None:
    for pipelining, seconds in ((True, 0.0), (False, 0.0)):
        async with joined(SmtpServer(pipelining=pipelining, pauses={"MAIL": seconds})) as (
            c,
            server,
        ):
            await c.send(NPS)
        assert server.commands == [["HELLO", "MAIL", "RCPT", "DATA", "DOT", "QUIT"]]


async def test_a_big_mail_arrives_whole() -> None:
    picture = Image(png=bytes(range(256)) * 12_000, alt="A big chart")
    async with joined(SmtpServer()) as (channel, server):
        await channel.send(replace(REPORT, image=picture))
    part = next(p for p in server.ledger[0].message.walk() if p.get_content_type() == "image/png")
    assert part.get_content() == picture.png


async def test_settings_narrow_the_capabilities() -> None:
    channel = channel_for(SmtpServer(port=1), rate="120/min", sessions=7)
    assert (channel.capabilities.rate, channel.capabilities.concurrency) == (2.0, 7)
    assert replace(channel.capabilities, rate=50.0, concurrency=4) == CAPABILITIES


# Protection and login


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_mails_go_protected_and_logged_in(tls: str) -> None:
    server = SmtpServer(tls=tls, users={"feedback": "sesame"})
    if tls == "implicit":  # aiosmtpd knows of no login over TLS from the start
        server = SmtpServer(tls=tls)
    async with joined(server) as (channel, server):
        await channel.start()
        await asyncio.gather(*map(channel.send, numbered(5)))
    assert len(server.ledger) == 5
    assert server.connections <= 2


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_strange_certificate_is_refused(tls: str) -> None:
    async with joined(SmtpServer(tls=tls), tls=ssl.create_default_context()) as (channel, server):
        error = await error_of(channel)
    assert type(error) is Misconfigured
    assert "certificate" in str(error)
    assert not server.ledger


async def test_a_server_without_starttls_gets_nothing() -> None:
    async with SmtpServer() as server:
        channel = channel_for(server, smtp=f"smtp://me:sesame@127.0.0.1:{server.port}")
        error = await error_of(channel)
        await channel.close()
    assert type(error) is Misconfigured
    assert "STARTTLS" in str(error)
    assert server.commands == [["HELLO"]]


async def test_a_wrong_password_is_told_without_it() -> None:
    server = SmtpServer(tls="starttls", users={"feedback": "sesame"})
    async with server:
        wrong = server.url.replace("sesame", "open-up")
        channel = channel_for(server, smtp=wrong)
        with pytest.raises(Misconfigured) as caught:
            await channel.start()
        await channel.close()
    assert "535" in str(caught.value)
    assert "open-up" not in str(caught.value)


# Ending


async def test_a_cancelled_send_frees_its_connection() -> None:
    async with joined(SmtpServer(pauses={"RCPT": 0.2}), sessions=1) as (channel, server):
        task = asyncio.create_task(channel.send(NPS))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        server.pauses.clear()
        await channel.send(replace(NPS, delivery_id=2))
        assert server.open_connections == 1
    assert [m.message["X-Afterword-Delivery"] for m in server.ledger] == ["2"]


async def test_closing_says_good_bye_and_may_be_done_twice() -> None:
    async with joined(SmtpServer(), sessions=3) as (channel, server):
        await asyncio.gather(*map(channel.send, numbered(9)))
        await channel.close()
        await channel.close()
        assert all(said[-1] == "QUIT" for said in server.commands)
        assert type(await error_of(channel)) is Unavailable


async def test_closing_lets_a_mail_on_its_way_finish() -> None:
    async with joined(SmtpServer(pauses={"DOT": 0.1})) as (channel, server):
        task = asyncio.create_task(channel.send(NPS))
        await asyncio.sleep(0.05)
        await channel.close()
        assert (await task).external_id
        assert server.commands[0][-1] == "QUIT"


async def test_logs_name_nobody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's own
    server = SmtpServer(tls="starttls", users={"feedback": "sesame"})
    async with joined(server) as (channel, server):
        await channel.send(NPS)
        server.refuse(ANNA, f"550 5.1.1 {ANNA} unknown")
        await error_of(channel)
        server.drop("DOT")
        await error_of(channel)
        logged = caplog.text + repr(channel)
    for secret in (ANNA, "sesame", NPS.link, NPS.stop_link):
        assert secret not in logged
