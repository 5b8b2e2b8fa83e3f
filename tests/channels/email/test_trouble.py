"""What the channel makes of a server that refuses, breaks off or falls silent."""

import asyncio
from dataclasses import replace

import pytest

from channels.base import Receipt
from channels.email.pool import Pool
from channels.errors import (
    BadResponse,
    ChannelError,
    Misconfigured,
    Rejected,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from surveys.message import Image
from tests.channels.email.joined import channel_for, error_of, joined, numbered
from tests.channels.email.messages import NPS, REPORT
from tests.providers.smtp import SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:.*login_data:DeprecationWarning")


# Refusals (the table itself is in test_refusal.py)


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("point", "reply", "kind"),
    [
        ("HELLO", "554 5.7.1 Blocked", Misconfigured),
        ("HELLO", "421 Too many connections", Unavailable),
        ("MAIL", "550 5.7.1 Sender not allowed", Misconfigured),
        ("MAIL", "421 4.7.0 Slow down", Throttled),
        ("RCPT", "550 5.1.1 User unknown", Unreachable),
        ("RCPT", "450 4.7.28 Too fast", Throttled),
        ("RCPT", "421 4.7.28 Too fast, good-bye", Throttled),
        ("RCPT", "552 5.2.2 Full", Unavailable),
        ("DATA", "554 5.6.0 No", Rejected),
        ("DOT", "550 5.7.26 Not authenticated", Misconfigured),
        ("DOT", "451 4.3.0 Disk trouble", Unavailable),
        ("DOT", "554 5.6.0 Spam", Rejected),
    ],
)
async def test_a_refusal_has_its_kind_and_the_next_mail_goes(
    pipelining: bool, point: str, reply: str, kind: type[ChannelError]
) -> None:
    async with joined(SmtpServer(pipelining=pipelining)) as (channel, server):
        server.reply(point, reply)
        assert type(await error_of(channel)) is kind
        assert not server.ledger
        await channel.send(NPS)
    assert len(server.ledger) == 1


async def test_a_server_that_takes_the_mail_after_refusing_its_recipient() -> None:
    """RFC 2920 section 3.1: DATA went in the same write, and gets 354 all the same."""
    async with joined(SmtpServer()) as (channel, server):
        server.reply("RCPT", "550 5.1.1 User unknown")
        server.reply("DATA", "354 Go ahead")
        assert type(await error_of(channel)) is Unreachable
        await channel.send(NPS)
    assert len(server.ledger) == 1
    assert server.connections == 1


async def test_one_bad_address_does_not_harm_the_others() -> None:
    async with joined(SmtpServer()) as (channel, server):
        server.refuse("p3@customer.example", "550 5.1.1 <p3@customer.example>: unknown")
        done = await asyncio.gather(*map(channel.send, numbered(6)), return_exceptions=True)
    assert [type(d) for d in done] == [Receipt, Receipt, Unreachable, Receipt, Receipt, Receipt]
    assert "p3" not in str(done[2])
    assert server.connections <= 2, "a refused recipient costs no connection"
    assert len(server.ledger) == 5


async def test_an_address_that_is_none_never_reaches_the_server() -> None:
    async with joined(SmtpServer()) as (channel, server):
        assert type(await error_of(channel, replace(NPS, address="anna"))) is Unreachable
    assert server.connections == 0


@pytest.mark.parametrize("reply", ["hello there", "25", "250x", "\x07\x1b"])
async def test_a_server_that_does_not_speak_smtp(reply: str) -> None:
    async with joined(SmtpServer()) as (channel, server):
        server.reply("MAIL", reply)
        assert type(await error_of(channel)) is BadResponse


@pytest.mark.parametrize("reply", ["hello there", "354 Go on"])
async def test_a_verdict_that_is_none_is_uncertain(reply: str) -> None:
    async with joined(SmtpServer()) as (channel, server):
        server.reply("DOT", reply)
        assert type(await error_of(channel)) is Uncertain


# Connections that break


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("point", "kind"),
    [("HELLO", Unavailable), ("MAIL", Unavailable), ("RCPT", Unavailable), ("DATA", Unavailable),
     ("DOT", Uncertain)],
)  # fmt: skip
async def test_a_fresh_connection_that_breaks(
    pipelining: bool, point: str, kind: type[ChannelError]
) -> None:
    async with joined(SmtpServer(pipelining=pipelining)) as (channel, server):
        server.drop(point)
        assert type(await error_of(channel)) is kind
        assert len(server.ledger) == (point == "DOT"), "uncertain: it has the mail and did not say"
        await channel.send(NPS)
    assert len(server.ledger) == 1 + (point == "DOT")


async def test_broken_while_a_big_mail_is_on_its_way_is_not_uncertain() -> None:
    big = replace(REPORT, image=Image(png=bytes(20_000_000), alt="Big"))
    async with joined(SmtpServer()) as (channel, server):
        server.drop("BODY")
        assert type(await error_of(channel, big)) is Unavailable
    assert not server.ledger


@pytest.mark.parametrize("point", ["MAIL", "RCPT", "DATA"])
async def test_a_used_connection_that_breaks_is_mended_at_once(point: str) -> None:
    async with joined(SmtpServer()) as (channel, server):
        await channel.send(NPS)
        server.drop(point)
        await channel.send(replace(NPS, delivery_id=2))
    assert [m.message["X-Afterword-Delivery"] for m in server.ledger] == ["4711", "2"]
    assert server.connections == 2


async def test_a_used_connection_that_breaks_after_the_dot_is_uncertain() -> None:
    async with joined(SmtpServer()) as (channel, server):
        await channel.send(NPS)
        server.drop("DOT")
        assert type(await error_of(channel)) is Uncertain
    assert len(server.ledger) == 2, "sent once more by the caller only"


async def test_a_server_that_breaks_again_and_again_is_unavailable() -> None:
    async with joined(SmtpServer()) as (channel, server):
        await channel.send(NPS)
        server.drop("MAIL", times=5)
        assert type(await error_of(channel)) is Unavailable
    assert server.connections == 2, "no more than one fresh connection for one mail"


async def test_good_bye_on_a_used_connection_is_mended() -> None:
    async with joined(SmtpServer()) as (channel, server):
        await channel.send(NPS)
        server.reply("MAIL", "421 4.4.2 Too many mails on this connection")
        await channel.send(NPS)
        server.hang_up()
        await asyncio.sleep(0.05)
        await channel.send(NPS)
    assert len(server.ledger) == 3
    assert server.connections == 3


async def test_something_unasked_is_not_taken_for_an_answer() -> None:
    async with joined(SmtpServer()) as (channel, server):
        await channel.send(NPS)
        server.say("421 4.4.2 Idle for too long")
        await asyncio.sleep(0.05)
        await channel.send(NPS)
    assert len(server.ledger) == 2
    assert server.commands[0][-1] == "DOT", "nothing was said to it any more"


async def test_slow_down_on_a_used_connection_is_heeded() -> None:
    async with joined(SmtpServer()) as (channel, server):
        await channel.send(NPS)
        server.reply("MAIL", "421 4.7.28 Slow down")
        assert type(await error_of(channel)) is Throttled
    assert server.connections == 1


@pytest.mark.parametrize(("point", "kind"), [("RCPT", Unavailable), ("DOT", Uncertain)])
async def test_a_silent_server(point: str, kind: type[ChannelError]) -> None:
    async with joined(SmtpServer(pauses={point: 30.0}), sessions=1) as (channel, _):
        await channel.start()
        channel._pool._idle[0][0]._timeout = 0.2  # for what follows the login
        assert type(await error_of(channel)) is kind


async def test_an_old_connection_is_asked_before_it_is_trusted() -> None:
    now = [0.0]
    async with SmtpServer() as server:
        relay = channel_for(server)._pool._relay
        pool = Pool(relay, size=1, hello="acme.example", timeout=5, ticks=lambda: now[0])
        await pool.carry("a@acme.example", "b@customer.example", b"Subject: 1\r\n\r\n")
        now[0] += 5
        await pool.carry("a@acme.example", "b@customer.example", b"Subject: 2\r\n\r\n")
        now[0] += 30
        await pool.carry("a@acme.example", "b@customer.example", b"Subject: 3\r\n\r\n")
        now[0] += 30
        server.reply("RSET", "500 What?")
        await pool.carry("a@acme.example", "b@customer.example", b"Subject: 4\r\n\r\n")
        await pool.close()
    mail = ["MAIL", "RCPT", "DATA", "DOT"]
    first = ["HELLO", *mail, *mail, "RSET", *mail, "RSET"]
    assert server.commands == [first, ["HELLO", *mail, "QUIT"]]


async def test_nobody_there() -> None:
    async with SmtpServer() as server:
        channel = channel_for(server)
    error = await error_of(channel)
    assert type(error) is Unavailable
    assert "cannot be reached" in str(error)


async def test_a_name_that_does_not_exist() -> None:
    channel = channel_for(SmtpServer(port=1), smtp="smtp://no-such-host.invalid")
    assert type(await error_of(channel)) is Unavailable
