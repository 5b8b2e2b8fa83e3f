"""An export that takes long: a process of its own writes it, and the page says how far it is."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.commands.context import StaffConfig
from bot.exporting.beside import write_beside
from bot.exporting.building import write_small_here
from bot.exporting.jobs import MOST, Jobs, TooMany
from bot.exporting.link import ExportDoor
from bot.exporting.ticket import LIVES, seal_ticket
from bot.exporting.work import Report, write_export
from bot.exporting.writers import ExportError
from storage.exports import Part
from storage.store import Store
from surveys.staff import Role, StaffMember
from tests.bot.test_exporting import fill
from tests.bot.tickets import ticket
from tests.storage.make import NOW

PART = Part(kind="responses")


class Slow:
    """Writes a file once it may, and says how far it is before."""

    def __init__(self) -> None:
        self.begun = 0
        self.go_on = asyncio.Event()

    async def __call__(self, part: Part, form: str, path: Path, report: Report) -> int:
        self.begun += 1
        report(412_000)
        await self.go_on.wait()
        path.write_text(f"{part.kind} {form}")
        return 1


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Store]:
    """A store in a file, with six answers."""
    store = await Store.open(f"sqlite://{tmp_path}/here.db")
    await fill(store, 3, "my own words")
    yield store
    await store.close()


async def test_a_process_of_its_own_writes_the_same_file(here: Store, tmp_path: Path) -> None:
    told: list[int] = []
    write = write_beside(f"sqlite://{tmp_path}/here.db", "UTC")
    rows = await write(PART, "csv", tmp_path / "there.csv", told.append)
    assert rows == 6
    assert told[-1] == 6
    await write_export(here, PART, "csv", tmp_path / "here.csv")
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()


async def test_a_small_one_needs_no_other_process(here: Store, tmp_path: Path) -> None:
    slow = Slow()
    slow.go_on.set()
    small = write_small_here(here, slow, most=6)
    assert await small(PART, "csv", tmp_path / "a.csv", lambda _rows: None) == 6
    assert slow.begun == 0
    large = write_small_here(here, slow, most=5)
    assert await large(PART, "csv", tmp_path / "b.csv", lambda _rows: None) == 1
    assert slow.begun == 1
    assert sorted(path.name for path in tmp_path.glob("*.csv*")) == ["a.csv", "b.csv"]


async def test_what_goes_wrong_is_told(tmp_path: Path) -> None:
    write = write_beside(f"sqlite://{tmp_path}/nothing.db", "UTC")
    with pytest.raises(ExportError, match="no database yet"):
        await write(PART, "csv", tmp_path / "a.csv", lambda _rows: None)


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def test_one_export_of_a_kind_at_a_time_and_none_for_ever() -> None:
    clock, slow = Clock(), Slow()
    jobs = Jobs(slow, clock)
    first = await jobs.start("a", PART, "csv", NOW + LIVES)
    assert await jobs.start("a", PART, "csv", NOW + LIVES) is first
    for number in range(MOST - 1):
        await jobs.start(number, PART, "csv", NOW + LIVES)
    with pytest.raises(TooMany):
        await jobs.start("one more", PART, "csv", NOW + LIVES)
    folders = [first.folder, (await jobs.start(0, PART, "csv", NOW + LIVES)).folder]
    clock.now += LIVES
    await jobs.start("one more", PART, "csv", clock.now + LIVES)
    assert jobs.find("a") is None
    assert not any(folder.exists() for folder in folders)
    await jobs.close()
    assert jobs.find("one more") is None


async def test_what_nobody_fetches_is_removed_as_its_link_ends() -> None:
    """Whether or not anybody ever asks for another export; personal data does not lie about."""
    slow = Slow()
    slow.go_on.set()
    jobs = Jobs(slow, lambda: NOW)
    gone = await jobs.start("a", PART, "csv", NOW + timedelta(seconds=0.05))
    kept = await jobs.start("b", PART, "csv", NOW + LIVES)
    await asyncio.gather(gone.task, kept.task)
    assert gone.path.exists()
    async with asyncio.timeout(5):
        while gone.folder.exists():
            await asyncio.sleep(0.01)
    assert jobs.find("a") is None
    assert jobs.find("b") is kept
    assert kept.path.exists()
    await jobs.close()
    assert not kept.folder.exists()


async def test_whoever_waits_is_told_how_far_it_is_and_given_the_file(here: Store) -> None:
    slow, clock = Slow(), Clock()
    staff = StaffConfig(staff=(StaffMember(name="Otto", role=Role.MANAGER),))
    door = ExportDoor(here, lambda: staff, clock, slow, patience=0.02)
    app = web.Application()
    door.add_routes(app)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = runner.addresses[0]
    url = f"http://{address[0]}:{address[1]}/export/{seal_ticket(here.key, ticket())}"
    try:
        async with aiohttp.ClientSession() as browser:

            async def look(method: str) -> tuple[int, str]:
                async with browser.request(method, url) as answer:
                    return answer.status, await answer.text()

            assert "Download" in (await look("GET"))[1]
            assert slow.begun == 0
            status, page = await look("POST")
            assert status == 202
            assert "412,000 rows so far" in page
            assert 'http-equiv="refresh"' in page
            status, page = await look("GET")
            assert status == 200
            assert "412,000 rows so far" in page
            assert (await look("POST"))[0] == 202
            assert slow.begun == 1
            slow.go_on.set()
            await asyncio.sleep(0)
            page = (await look("GET"))[1]
            assert "is ready" in page
            assert "Download" in page
            assert "refresh" not in page
            assert await look("POST") == (200, "responses csv")
            assert "is ready" not in (await look("GET"))[1]
            clock.now += LIVES + timedelta(seconds=1)
            assert (await look("GET"))[0] == 404
    finally:
        await runner.cleanup()
