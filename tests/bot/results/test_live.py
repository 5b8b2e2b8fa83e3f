"""Open pages hear of an answer within a second; nobody is heard of who may not look."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path

import aiohttp
import pytest

from bot.results.live import MOST_OF_ONE, MOST_STREAMS, Full, Watch
from surveys.link import Purpose, seal
from tests.bot.results.office import MAIJA, Given, Office, Reader, office
from tests.bot.whole import until
from tests.storage.make import add_contacts, add_invitations, contact, invitation


class Heard:
    """What came over one stream: lines, and when the last mark came."""

    def __init__(self) -> None:
        self.marks: list[str] = []
        self.events: list[str] = []
        self.ended = False

    async def listen(self, answer: aiohttp.ClientResponse) -> None:
        async for line in answer.content:
            text = line.decode().rstrip("\n")
            if text.startswith("event: "):
                self.events.append(text.removeprefix("event: "))
            elif text.startswith("data: ") and self.events[-1] == "mark":
                self.marks.append(text.removeprefix("data: "))
        self.ended = True


@asynccontextmanager
async def listening(reader: Reader) -> AsyncIterator[Heard]:
    heard = Heard()
    async with reader.http.get(f"{reader.url}/r/live") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert "no-store" in answer.headers["Cache-Control"]
        task = asyncio.create_task(heard.listen(answer))
        await until(lambda: heard.marks)
        try:
            yield heard
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_an_answer_is_heard_of_within_a_second(tmp_path: Path) -> None:
    async with office(tmp_path) as here, Reader(here.service.url) as reader:
        page = await reader.open(here.link("Maija"))
        async with listening(reader) as heard:
            assert heard.marks == [page.xpath("/html/@data-mark")[0]]  # nothing was missed
            began = time.monotonic()
            await here.give(Given(nps=9))  # as another machine would: nobody here is told
            await until(lambda: len(heard.marks) == 2)
            assert time.monotonic() - began < 1  # the watch looks every half second
            assert heard.marks[0] != heard.marks[1]
            page = await reader.open("/r/")
            assert page.xpath("/html/@data-mark") == heard.marks[1:]
            await asyncio.sleep(1.2)
            assert len(heard.marks) == 2  # nothing new, nothing told
            assert not heard.ended


async def test_a_stream_says_nothing_about_the_answers(tmp_path: Path) -> None:
    async with office(tmp_path) as here, Reader(here.service.url) as reader:
        await here.give(Given(nps=9))
        await reader.open(here.link("Maija"))
        async with listening(reader) as heard:
            assert heard.marks != [await here.service.store.last_said()]
            assert len(heard.marks[0]) == 18


async def test_whoever_is_taken_off_the_list_is_shown_out(tmp_path: Path) -> None:
    async with office(tmp_path) as here, Reader(here.service.url) as reader:
        await reader.open(here.link("Otto"))
        async with listening(reader) as heard:
            here.list_staff(MAIJA)
            await until(lambda: heard.ended)
            assert heard.events[-1] == "gone"


async def test_the_service_stops_under_open_pages(tmp_path: Path) -> None:
    async with Reader("") as reader:
        async with office(tmp_path) as here:
            reader.url = here.service.url
            await reader.open(here.link("Otto"))
            answer = await reader.http.get(f"{reader.url}/r/live")
            assert await answer.content.readline()
            began = time.monotonic()
        assert time.monotonic() - began < 5
        await answer.read()  # ended, not broken off


async def test_one_colleague_holds_so_many_pages_open(tmp_path: Path) -> None:
    async with office(tmp_path) as here, Reader(here.service.url) as reader:
        await reader.open(here.link("Otto"))
        opened = [await reader.http.get(f"{reader.url}/r/live") for _ in range(MOST_OF_ONE)]
        assert [one.status for one in opened] == [200] * MOST_OF_ONE
        async with reader.http.get(f"{reader.url}/r/live") as one_more:
            assert one_more.status == 503
            assert one_more.headers["Retry-After"]
        opened[0].close()

        async def is_room() -> bool:
            async with reader.http.get(f"{reader.url}/r/live") as one_more:
                return one_more.status == 200

        async with asyncio.timeout(5):
            while not await is_room():
                await asyncio.sleep(0.05)
        for one in opened:
            one.close()


# The watch itself


class Shop:
    """A store's mark that changes when told to, and counts who looks."""

    def __init__(self) -> None:
        self.mark, self.looks, self.away = "1", 0, False

    async def __call__(self) -> str:
        self.looks += 1
        if self.away:
            raise ConnectionError
        return self.mark


async def test_one_look_serves_every_page_and_none_is_made_for_nobody() -> None:
    shop = Shop()
    watch = Watch(shop, poll=0.01)
    watch.start()
    await asyncio.sleep(0.3)
    assert shop.looks == 0
    with watch.follow("a", lambda: True) as one, watch.follow("b", lambda: True) as two:
        assert await one.wait(2)
        assert await two.wait(2)
        before = shop.looks
        shop.mark = "2"
        assert await one.wait(2)
        assert await two.wait(2)
        assert shop.looks - before <= 3
        assert not await one.wait(0.2)
    await watch.stop()


async def test_a_batch_that_is_done_is_looked_at_at_once() -> None:
    shop, numbers = Shop(), count()
    watch = Watch(shop, poll=60)

    async def process(items: object) -> list[int]:
        return [next(numbers)]

    wrapped = watch.after(process)
    watch.start()
    with watch.follow("a", lambda: True) as stream:
        assert await wrapped(["an answer"]) == [0]
        assert await stream.wait(2)
    await watch.stop()


async def test_a_store_that_is_away_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    shop = Shop()
    watch = Watch(shop, poll=0.01)
    shop.away = True
    watch.start()
    with watch.follow("a", lambda: True) as stream:
        assert not await stream.wait(0.3)
        shop.away = False
        assert await stream.wait(2)
    await watch.stop()
    assert "ConnectionError" in caplog.text


async def test_streams_are_counted() -> None:
    watch = Watch(Shop())
    held = [watch.follow(str(n), lambda: True) for n in range(MOST_STREAMS)]
    for one in held:
        one.__enter__()
    with pytest.raises(Full), watch.follow("x", lambda: True):
        pass
    held[0].__exit__(None, None, None)
    with watch.follow("x", lambda: True):
        pass


async def test_an_answer_on_a_page_wakes_the_watch(tmp_path: Path) -> None:
    """From the press on a survey page to the mark on a stream, all of it over sockets."""
    async with office(tmp_path) as here, Reader(here.service.url) as reader:
        await reader.open(here.link("Otto"))
        token = await asked(here)
        async with listening(reader) as heard:
            page = await reader.open(f"/s/{token}")
            form = page.xpath("//form")[0]
            here.clock.think(5)
            fields = dict(form.form_values()) | {"v": "9", "do": "send"}
            began = time.monotonic()
            target = f"{reader.url}/s/{form.get('action')}"
            headers = {"Origin": reader.url, "Accept-Language": "en"}
            async with reader.http.post(target, data=fields, headers=headers) as sent:
                assert sent.status == 200
            await until(lambda: len(heard.marks) == 2)
            assert time.monotonic() - began < 1


async def asked(here: Office) -> str:
    """Ask somebody; gives the token of their survey page."""
    now, later = here.clock(), here.clock() + timedelta(days=1)  # nothing is sent meanwhile
    (person,) = await add_contacts(here.service.store, contact("user:anna"))
    (made,) = await add_invitations(
        here.service.store,
        invitation(
            person.id, survey="after_call", due_at=later, expires_at=now + timedelta(days=3)
        ),
    )
    return seal(here.service.store.key, Purpose.ANSWER, made.id, now + timedelta(days=1))
