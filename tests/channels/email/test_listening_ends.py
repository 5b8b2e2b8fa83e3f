"""Servers that will not have us, and how listening ends."""

import asyncio
import logging
import time
from contextlib import aclosing

import pytest
import uvloop

from channels.email.listening import Listener, Pace
from channels.email.settings import Postbox
from channels.errors import Misconfigured
from tests.channels.email.listening_rig import (
    PACE,
    end,
    heard,
    is_idle,
    mail,
    postbox_of,
    take,
    until,
)
from tests.providers.imap import ImapServer

# Servers that will not have us


@pytest.mark.parametrize("words", ["sesame", "sés@me"])
async def test_a_wrong_password_is_told_without_it(words: str) -> None:
    async with ImapServer(users={"feedback": "another"}) as server:
        box = Postbox(host="127.0.0.1", port=server.port, tls=False, user="feedback", password=words)  # fmt: skip
        listener = Listener(box, pace=PACE)
        with pytest.raises(Misconfigured) as caught:
            await anext(listener.mails())
        await listener.close()
    assert "refused the login" in str(caught.value)
    assert words not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_password_of_other_letters_works() -> None:
    async with ImapServer(users={"feedback": "sésame ✓"}) as server:
        await server.deliver(mail(1))
        box = Postbox(host="127.0.0.1", port=server.port, tls=False, user="feedback", password="sésame ✓")  # fmt: skip
        listener = Listener(box, pace=PACE)
        async with aclosing(listener.mails()) as mails:
            assert await take(mails) == [1]


async def test_a_refusal_for_now_is_waited_out() -> None:
    async with ImapServer() as server, heard(server) as (mails, _):
        server.answer("LOGIN", "NO [UNAVAILABLE] Try again")
        waiting = asyncio.create_task(take(mails))
        await until(lambda: server.connections >= 2)
        server.answer("LOGIN", "")
        await server.deliver(mail(1))
        assert await waiting == [1]


@pytest.mark.parametrize(
    ("case", "words"),
    [("folder", "refused the folder 'Nowhere'"), ("read-only", "can only be read")],
)
async def test_a_folder_that_will_not_do(case: str, words: str) -> None:
    async with ImapServer() as server:
        if case == "read-only":
            await server.make_read_only()
        more = "?folder=Nowhere" if case == "folder" else ""
        async with heard(server, more) as (mails, _):
            with pytest.raises(Misconfigured, match=words):
                await anext(mails)


async def test_a_strange_certificate_is_refused() -> None:
    async with ImapServer(tls=True) as server:
        listener = Listener(postbox_of(server), pace=PACE)
        with pytest.raises(Misconfigured, match="certificate"):
            await anext(listener.mails())
        await listener.close()
        assert not server.commands


# Ending


async def test_cancelled_at_any_moment_it_loses_nothing() -> None:
    async with ImapServer() as server, heard(server) as (_, listener):
        await server.deliver(mail(1))
        for patience in (0.0, 0.001, 0.004, 0.008, 0.012, 0.02, 0.03):
            task = asyncio.create_task(take(listener.mails()))
            await asyncio.sleep(patience)
            await end(task)
        async with aclosing(listener.mails()) as mails:
            assert await take(mails) == [1]
        await until(lambda: not server.open_connections)


async def test_closing_ends_listening_at_once() -> None:
    async with ImapServer() as server, heard(server) as (mails, listener):
        waiting = asyncio.create_task(take(mails))
        await is_idle(server)
        start = time.monotonic()
        await listener.close()
        await listener.close()
        with pytest.raises(StopAsyncIteration):
            await waiting
        assert time.monotonic() - start < 1.0
        await until(lambda: not server.open_connections)
        with pytest.raises(StopAsyncIteration):
            await anext(listener.mails())


async def test_closing_while_a_server_does_not_answer() -> None:
    async with ImapServer() as server:
        pace = Pace(answer=30.0)
        async with heard(server, pace=pace) as (mails, listener):
            waiting = asyncio.create_task(take(mails))
            await is_idle(server)
            server.fall_silent()
            await server.deliver(mail(1))
            await asyncio.sleep(0.05)
            start = time.monotonic()
            await end(waiting)
            await listener.close()
            assert time.monotonic() - start < 3.0


async def test_under_uvloop() -> None:
    """The listener in a loop of the other kind, in a thread; the server stays in ours."""
    async with ImapServer(tls=True) as server:

        async def listen() -> list[int]:
            async with heard(server) as (mails, _):
                return await take(mails, 2)

        def run() -> tuple[list[int], float]:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                got = runner.run(listen())
                start = time.monotonic()
            return got, time.monotonic() - start

        running = asyncio.create_task(asyncio.to_thread(run))
        await is_idle(server)
        await server.deliver(mail(1))
        await until(lambda: server.commands[-1].count("IDLE") == 1)
        server.reset()
        await server.deliver(mail(2))
        got, ending = await running
    assert got == [1, 2]
    assert ending < 1.0, "the loop waits for its threads, so none was left waiting"


async def test_logs_hold_no_secrets(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with ImapServer(users={"feedback": "s3same!"}) as server:
        await server.deliver(b"From: Anna <anna@customer.example>\r\n\r\nvery private\r\n")
        async with heard(server) as (mails, listener):
            await anext(mails)
            server.reset()
            waiting = asyncio.create_task(take(mails))
            await is_idle(server)
            await end(waiting)
    ours = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("pymap"))
    for secret in ("s3same", "anna", "private"):
        assert secret not in ours + repr(listener._postbox)
