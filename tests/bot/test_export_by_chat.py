"""Exports asked for in a chat, and fetched by a link."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.exporting.link import stream_file
from bot.exporting.ticket import LIVES, open_ticket, seal_ticket
from surveys.staff import Role, StaffMember
from tests.bot.test_desk_path import ask
from tests.bot.tickets import KEY, ticket
from tests.bot.whole import LEADER, Whole, call, person, until, whole_service
from tests.storage.make import NOW


def test_a_link_cannot_be_forged_and_ends() -> None:
    word = seal_ticket(KEY, ticket())
    assert open_ticket(KEY, word, NOW) == ticket()
    assert open_ticket(KEY, word, NOW + LIVES) is None
    assert open_ticket(b"x" * 32, word, NOW) is None
    body, _, mac = word.partition(".")
    forged = seal_ticket(b"x" * 32, ticket(kind="contacts")).partition(".")[0]
    for other in (f"{forged}.{mac}", body, f"{body}.", f".{mac}", "", "ü.ü", f"{body}x.{mac}"):
        assert open_ticket(KEY, other, NOW) is None


async def fetch(whole: Whole, link: str, method: str = "POST") -> tuple[int, str]:
    link = link.replace(whole.service.config.service.public_url, whole.service.url)
    async with aiohttp.ClientSession() as browser, browser.request(method, link) as response:
        assert response.headers.get("Referrer-Policy", "no-referrer") == "no-referrer"
        return response.status, (await response.read()).decode("utf-8-sig")


async def test_a_file_by_a_link_for_those_who_may(tmp_path: Path) -> None:
    async with whole_service(tmp_path) as whole:
        await whole.report(person(1), person(2), call(1, 1), call(2, 2, team="sales"))
        for chat in (10_001, 10_002):
            await until(partial(whole.telegram.sent, chat))
            seen = whole.telegram.sent(chat)[0]
            whole.telegram.press(chat, seen.message_id, "9")
        await until(lambda: whole.telegram.sent(10_002)[2:])
        mine = (await ask(whole, "/export", LEADER)).splitlines()
        assert mine[0].startswith("Export · responses as csv · ")
        status, page = await fetch(whole, mine[1], "GET")
        assert status == 200 and "<form method=" in page and "Anna" not in page
        status, text = await fetch(whole, mine[1])
        assert status == 200 and "Anna1" in text and "Anna2" not in text
        every = (await ask(whole, "/export jsonl after_call 7d")).splitlines()[1]
        assert "Anna2" in (await fetch(whole, every))[1]
        assert "is not for your role" in await ask(whole, "/export csv contacts")
        assert "is for admins" in await ask(whole, "/export contacts")
        assert "You can see support only" in await ask(whole, "/export team sales", LEADER)
        assert "Did you mean responses?" in await ask(whole, "/export respones")
        assert "Formats: csv, xlsx, jsonl, parquet." in await ask(whole, "/export pdf")
        assert "cannot be limited by channel" in await ask(whole, "/export telegram")
        await _rights_are_those_of_now(whole, mine[1], every)


async def test_whoever_leaves_in_the_middle_of_a_file_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_bytes(b"x" * 2**24)
    ended = asyncio.get_running_loop().create_future()

    async def give(request: web.Request) -> web.StreamResponse:
        assert request.transport
        while not request.transport.is_closing():
            await asyncio.sleep(0.005)
        try:
            given = await stream_file(request, file, file.stat())
        except BaseException as error:
            ended.set_exception(error)
            raise
        ended.set_result(True)
        return given

    app = web.Application()
    app.router.add_get("/", give)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        _, writer = await asyncio.open_connection(*runner.addresses[0])
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await writer.drain()
        writer.transport.abort()
        assert await asyncio.wait_for(ended, 5)
    finally:
        await runner.cleanup()


async def _rights_are_those_of_now(whole: Whole, mine: str, every: str) -> None:
    leader, manager = whole.service.config.staff
    other = replace(leader, teams=("sales",))
    await whole.service.apply(replace(whole.service.config, staff=(other,)))
    text = (await fetch(whole, mine))[1]
    assert "Anna2" in text and "Anna1" not in text
    assert (await fetch(whole, every))[0] == 404
    viewer = StaffMember(name=manager.name, role=Role.VIEWER, teams=("support",))
    await whole.service.apply(replace(whole.service.config, staff=(other, viewer)))
    assert (await fetch(whole, every))[0] == 404
    await whole.service.apply(replace(whole.service.config, staff=(leader, manager)))
    assert (await fetch(whole, every))[0] == 200
    whole.clock.think(LIVES.total_seconds() + 1)
    assert (await fetch(whole, every))[0] == 404
