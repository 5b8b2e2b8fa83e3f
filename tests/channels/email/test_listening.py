"""Listening to a real IMAP server on this machine, and to one that breaks in every way."""

import asyncio
import logging
import time
from contextlib import aclosing
from itertools import pairwise

import pytest

from channels.email.listening import Listener, Pace
from channels.email.mailbox import LARGEST_MAIL
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

# Being told


@pytest.mark.parametrize("tls", [False, True])
async def test_mails_come_in_order_and_are_seen_once_taken(tls: bool) -> None:
    async with ImapServer(tls=tls) as server:
        uids = [await server.deliver(mail(n)) for n in (1, 2, 3)]
        async with heard(server) as (mails, _):
            assert await take(mails, 2) == [1, 2]
            assert await server.flags(uids[0]) == {"\\Seen"}
            assert await server.flags(uids[1]) == set(), "not taken yet"
            assert await take(mails) == [3]
        assert await server.flags(uids[1]) == {"\\Seen"}
        assert await server.flags(uids[2]) == set(), "given, and nobody came back for more"
        assert await server.unseen() == 1


@pytest.mark.parametrize("tls", [False, True])
async def test_news_is_pushed(tls: bool) -> None:
    async with ImapServer(tls=tls) as server, heard(server) as (mails, _):
        waiting = asyncio.create_task(take(mails))
        await is_idle(server)
        start = time.monotonic()
        await server.deliver(mail(1))
        assert await waiting == [1]
        assert time.monotonic() - start < 1.0


async def test_news_right_behind_the_first_answer_is_not_missed() -> None:
    """Both lines come in one piece; a reader that then waits for the socket waits for ever."""
    async with ImapServer() as server, heard(server) as (mails, _):
        waiting = asyncio.create_task(take(mails))
        await is_idle(server)
        server.answer("IDLE", "")
        for n in range(1, 30):
            await server.deliver(mail(n))
            await asyncio.sleep(0.001 * (n % 4))
        got = await waiting + await take(mails, 28)
        assert got == list(range(1, 30))


async def test_news_before_the_first_answer_is_not_missed() -> None:
    async with ImapServer() as server, heard(server) as (mails, _):
        server.herald("IDLE", "* 1 EXISTS")
        waiting = asyncio.create_task(take(mails))
        await until(lambda: server.commands and server.commands[-1].count("IDLE") == 2, 2.0)
        assert server.commands[-1].count("DONE") == 1, "it looked at once, and found nothing"
        await server.deliver(mail(1))
        assert await waiting == [1]


async def test_a_mail_may_come_at_any_moment() -> None:
    """Also between the look and the wait, of which only the server can tell."""
    async with ImapServer() as server, heard(server) as (mails, _):
        waiting = asyncio.create_task(take(mails, 40))
        for n in range(1, 41):
            await server.deliver(mail(n))
            await asyncio.sleep(0.0005 * (n % 13))
        assert await waiting == list(range(1, 41))


async def test_a_server_that_cannot_push_is_asked() -> None:
    async with ImapServer(idle=False) as server, heard(server) as (mails, _):
        waiting = asyncio.create_task(take(mails))
        await until(lambda: server.commands and "NOOP" in server.commands[-1])
        await server.deliver(mail(1))
        assert await waiting == [1]
        assert "IDLE" not in server.commands[0]


async def test_idling_is_begun_anew_before_the_server_tires() -> None:
    pace = Pace(answer=1.0, idle=0.05, first_wait=0.02, longest_wait=0.05)
    async with ImapServer() as server, heard(server, pace=pace) as (mails, _):
        waiting = asyncio.create_task(take(mails))
        await until(lambda: server.commands and server.commands[-1].count("IDLE") >= 3)
        await server.deliver(mail(1))
        assert await waiting == [1]
        assert server.connections == 1
        assert server.commands[0].count("DONE") >= 2


async def test_what_was_seen_or_deleted_before_is_left_alone() -> None:
    async with ImapServer() as server:
        await server.deliver(mail(1), seen=True)
        await server.mark(await server.deliver(mail(2)), b"\\Deleted")
        await server.deliver(mail(3))
        async with heard(server) as (mails, _):
            assert await take(mails) == [3]
            waiting = asyncio.create_task(take(mails))
            await is_idle(server)
            await end(waiting)
        said = " ".join(server.commands[0])
        assert "EXPUNGE" not in said, "what others marked is not ours to delete"
        assert await server.unseen() == 1


async def test_another_folder() -> None:
    async with ImapServer() as server:
        await server.add_folder("Häiriö & co")
        await server.deliver(mail(1))
        await server.deliver(mail(2), folder="Häiriö & co")
        async with heard(server, "?folder=H%C3%A4iri%C3%B6%20%26%20co") as (mails, _):
            assert await take(mails) == [2]


async def test_only_the_beginning_of_a_large_mail_is_read() -> None:
    async with ImapServer() as server:
        await server.deliver(mail(1, size=2 * LARGEST_MAIL))
        await server.deliver(mail(2))
        async with heard(server) as (mails, _):
            first = await anext(mails)
            assert len(first.raw) == LARGEST_MAIL
            assert await take(mails) == [2]


# Connections that break


@pytest.mark.parametrize("way", ["hang_up", "reset", "silent", "bye", "nonsense"])
@pytest.mark.parametrize("tls", [False, True])
async def test_a_broken_connection_is_mended(way: str, tls: bool) -> None:
    pace = Pace(answer=0.3, idle=0.3, first_wait=0.02, longest_wait=0.05)
    async with ImapServer(tls=tls) as server, heard(server, pace=pace) as (mails, _):
        waiting = asyncio.create_task(take(mails))
        await is_idle(server)
        if way == "bye":
            server.say("* BYE Idle for too long")
        elif way == "nonsense":
            server.say("* BYE")
            server.say("\0\xff what")
        else:
            getattr(server, "fall_silent" if way == "silent" else way)()
        await server.deliver(mail(1))
        start = time.monotonic()
        assert await waiting == [1]
        assert time.monotonic() - start < 2.0
        assert server.connections == 2


async def test_what_came_in_the_gap_is_read_though_somebody_saw_it_first() -> None:
    async with ImapServer() as server, heard(server) as (mails, _):
        await server.deliver(mail(1))
        assert await take(mails) == [1]
        waiting = asyncio.create_task(take(mails, 2))
        await is_idle(server)
        server.refuse("* BYE Not now", "* BYE Not now")
        server.hang_up()
        await server.deliver(mail(2), seen=True)
        await server.deliver(mail(3))
        assert await waiting == [2, 3]


async def test_what_somebody_saw_first_is_read_from_the_beginning_on() -> None:
    async with ImapServer() as server, heard(server) as (mails, _):
        await server.deliver(mail(1), seen=True)
        waiting = asyncio.create_task(take(mails))
        await is_idle(server)
        await server.deliver(mail(2), seen=True)
        assert await waiting == [2], "the first was there, and seen, before we came"


async def test_a_server_that_does_not_say_where_its_numbers_end() -> None:
    async with ImapServer() as server, heard(server) as (mails, _):
        server.conceal("UIDNEXT")
        await server.deliver(mail(1), seen=True)
        await server.deliver(mail(2))
        await server.deliver(mail(3))
        assert await take(mails, 2) == [2, 3]


async def test_a_mark_that_did_not_get_through_is_set_later() -> None:
    async with ImapServer() as server, heard(server) as (mails, _):
        uid = await server.deliver(mail(1))
        assert await take(mails) == [1]
        server.reset()
        waiting = asyncio.create_task(take(mails))
        await until(lambda: server.connections == 2)
        await is_idle(server)
        assert await server.flags(uid) == {"\\Seen"}
        await server.deliver(mail(2))
        assert await waiting == [2], "the first was taken, and is not given again"
        assert not any("FETCH 101" in said for said in server.commands[1])


async def test_mails_numbered_anew_are_not_mixed_up() -> None:
    async with ImapServer() as server, heard(server) as (mails, _):
        for n in (1, 2, 3):
            await server.deliver(mail(n), seen=n < 3)
        assert await take(mails) == [3]
        waiting = asyncio.create_task(take(mails))
        await is_idle(server)
        await server.number_anew()
        server.hang_up()
        await until(lambda: server.connections == 2)
        await is_idle(server)
        assert not any("FETCH" in said for said in server.commands[-1]), "all were taken before"
        await server.deliver(mail(4))
        assert await waiting == [4]


async def test_a_server_that_is_away_is_waited_for() -> None:
    server = ImapServer()
    async with server:
        pass
    listener = Listener(postbox_of(server), pace=PACE)
    async with aclosing(listener.mails()) as mails:
        waiting = asyncio.create_task(take(mails))
        await asyncio.sleep(0.1)
        async with server:
            await server.deliver(mail(1))
            assert await waiting == [1]
            await listener.close()


async def test_tries_come_slower_and_slower(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    server = ImapServer()
    async with server:
        pass
    pace = Pace(answer=1.0, first_wait=0.02, longest_wait=0.08)
    listener = Listener(postbox_of(server), pace=pace, jitter=lambda: 1.0)
    async with aclosing(listener.mails()) as mails:
        waiting = asyncio.create_task(take(mails))
        await until(lambda: len(caplog.records) >= 6)
        await listener.close()
        with pytest.raises(StopAsyncIteration):
            await waiting
    times = [r.created for r in caplog.records]
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert waits[0] >= 0.019
    assert waits[1] >= 0.039
    assert 0.079 <= waits[3] <= 0.3, "never longer than the longest"
    assert [r.levelname for r in caplog.records[:3]] == ["INFO", "INFO", "WARNING"]
