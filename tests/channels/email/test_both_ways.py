"""The channel whole: a mail goes out over SMTP, and what comes back is heard over IMAP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from channels.email import Email
from channels.errors import Misconfigured
from surveys.inbound import Inbound, OptedOut, Replied, StatusChanged
from surveys.invitation import DeliveryState
from tests.channels.email.arrived import recorded
from tests.channels.email.joined import channel_for
from tests.channels.email.messages import ANNA, NOW, NPS, TOKEN
from tests.providers.imap import ImapServer
from tests.providers.smtp import Mail, SmtpServer


@asynccontextmanager
async def both(
    more: str = "", **fields: Any
) -> AsyncIterator[tuple[Email, SmtpServer, ImapServer]]:
    async with SmtpServer() as relay, ImapServer(**fields) as mailbox:
        sending = channel_for(relay, replies=mailbox.url + more)
        try:
            yield sending, relay, mailbox
        finally:
            await sending.close()


async def hear(channel: Email, count: int = 1) -> list[Inbound]:
    async with asyncio.timeout(10), aclosing(channel.listen()) as listening:
        return [await anext(listening) for _ in range(count)]


def answer(mail: Mail, text: str) -> bytes:
    """Write back as a mail program does."""
    quoted = "\r\n".join(f"> {line}" for line in mail.body("plain").splitlines())
    return (
        f"From: Anna <{ANNA}>\r\nTo: {mail.message['Reply-To']}\r\nSubject: Re: x\r\n"
        f"Message-ID: <a.{hash(text)}@customer.example>\r\n"
        f"In-Reply-To: {mail.message['Message-ID']}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"\r\n{text}\r\n\r\n{quoted}\r\n"
    ).encode()


async def test_an_answer_comes_back_to_the_mail_it_answers() -> None:
    async with both() as (channel, relay, mailbox):
        assert channel.capabilities.replies
        receipt = await channel.send(NPS)
        await mailbox.deliver(answer(relay.ledger[0], "9, great service"))
        (reply,) = await hear(channel)
    assert isinstance(reply, Replied)
    assert reply.external_id == receipt.external_id
    assert (reply.text, reply.address, reply.channel) == ("9, great service", ANNA, "email")
    assert reply.at <= NOW + timedelta(0), "a server's clock may run ahead; ours counts"


async def test_everything_that_may_come_back() -> None:
    async with both("?plus=all") as (channel, relay, mailbox):
        receipt = await channel.send(NPS)
        sent = relay.ledger[0]
        assert sent.sender.startswith("feedback+b4711.")
        await mailbox.deliver(recorded("automatic", "exchange_oof"))
        report = recorded("bounces", "verp_without_original").replace(
            b"feedback+b4711.0123456789abcdef01234567@acme.example", sent.sender.encode()
        )
        await mailbox.deliver(report)
        await mailbox.deliver(recorded("complaints", "abuse"))
        await mailbox.deliver(answer(sent, "8"))
        bounce, complaint, reply = await hear(channel, 3)
        assert await mailbox.unseen() == 1, "the last one is not taken yet"
    assert isinstance(bounce, StatusChanged)
    assert (bounce.status, bounce.external_id) == (DeliveryState.BOUNCED, receipt.external_id)
    assert isinstance(complaint, OptedOut)
    assert complaint.token == TOKEN
    assert isinstance(reply, Replied)


async def test_a_mail_with_two_events_is_taken_when_both_were() -> None:
    async with both() as (channel, _, mailbox):
        uid = await mailbox.deliver(recorded("bounces", "two_recipients"))
        async with aclosing(channel.listen()) as listening:
            first = await anext(listening)
            second = await anext(listening)
        assert await mailbox.flags(uid) == set()
        again = await hear(channel, 2)
    assert [value.event_id for value in again] == [first.event_id, second.event_id]


async def test_without_a_mailbox_nobody_listens() -> None:
    channel = channel_for(SmtpServer(port=1))
    assert [value async for value in channel.listen()] == []
    assert not channel.capabilities.replies
    await channel.close()


async def test_a_wrong_password_is_for_the_operator() -> None:
    async with both() as (channel, relay, mailbox):
        wrong = channel_for(relay, replies=mailbox.url.replace("sesame", "open-up"))
        with pytest.raises(Misconfigured) as caught:
            await hear(wrong)
        await wrong.close()
        await channel.send(replace(NPS, delivery_id=2))
    assert "open-up" not in str(caught.value)


async def test_closing_ends_both_ways() -> None:
    async with both() as (channel, relay, mailbox):
        await channel.send(NPS)
        waiting = asyncio.create_task(hear(channel))
        while not mailbox.commands or mailbox.commands[-1][-1:] != ["IDLE"]:
            await asyncio.sleep(0.005)
        await channel.close()
        await channel.close()
        done, _ = await asyncio.wait({waiting}, timeout=3)
        assert done
        assert isinstance(waiting.exception(), StopAsyncIteration)
        assert relay.commands[0][-1] == "QUIT"
