"""What many open pages ask for at once is counted once, from what is there when it begins."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast

import pytest

from bot.commands.context import Context, StaffConfig
from bot.commands.grammar import Request
from bot.commands.report_store import ReportStore
from bot.results.asked import Asked
from bot.results.routes import same_page
from bot.results.sharing import Shared
from surveys.staff import Role, StaffMember
from tests.bot.results.office import EVERYBODY, Given, Reader, office
from tests.storage.make import NOW


class Counting:
    """Work that takes as long as it is held, and says how often and of what it was done."""

    def __init__(self) -> None:
        self.answers, self.counts, self.most = 0, 0, 0
        self._going = 0
        self.go_on = asyncio.Event()

    async def __call__(self) -> int:
        self.counts += 1
        self._going += 1
        self.most = max(self.most, self._going)
        found = self.answers
        await self.go_on.wait()
        self._going -= 1
        return found


async def turns(enough: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not enough():
            await asyncio.sleep(0)


def ask(shared: Shared[int], key: str, work: Callable[[], Awaitable[int]]) -> "asyncio.Task[int]":
    return asyncio.create_task(shared.get(key, work))


async def test_who_asks_at_once_waits_for_one_count() -> None:
    shared, counting = Shared[int](), Counting()
    pages = [ask(shared, "view", counting) for _ in range(50)]
    await turns(lambda: counting.counts == 1)
    counting.go_on.set()
    assert await asyncio.gather(*pages) == [0] * 50
    assert counting.counts == 1


async def test_who_asks_while_it_is_counted_is_shown_what_came_meanwhile() -> None:
    shared, counting = Shared[int](), Counting()
    first = ask(shared, "view", counting)
    await turns(lambda: counting.counts == 1)
    counting.answers = 7
    later = [ask(shared, "view", counting) for _ in range(20)]
    await asyncio.sleep(0)
    assert counting.counts == 1
    counting.go_on.set()
    assert await first == 0
    assert await asyncio.gather(*later) == [7] * 20
    assert (counting.counts, counting.most) == (2, 1)
    assert await shared.get("view", counting) == 7
    assert counting.counts == 3


async def test_other_views_do_not_wait() -> None:
    shared, one, other = Shared[int](), Counting(), Counting()
    waiting = ask(shared, "one", one)
    await turns(lambda: one.counts == 1)
    other.go_on.set()
    assert await shared.get("other", other) == 0
    assert not waiting.done()
    one.go_on.set()
    assert await waiting == 0


async def test_a_page_that_is_closed_takes_nothing_from_the_others() -> None:
    shared, counting = Shared[int](), Counting()
    gone, stays = ask(shared, "view", counting), ask(shared, "view", counting)
    await turns(lambda: counting.counts == 1)
    gone.cancel()
    counting.go_on.set()
    assert await stays == 0
    assert counting.counts == 1


async def test_a_fault_is_told_to_all_and_ends_with_them() -> None:
    async def fail() -> int:
        raise RuntimeError("the store is away")

    shared, counting = Shared[int](), Counting()
    pages = [ask(shared, "view", fail) for _ in range(3)]
    for page in pages:
        with pytest.raises(RuntimeError, match="away"):
            await page
    counting.go_on.set()
    assert await shared.get("view", counting) == 0


async def test_nothing_is_under_way_once_it_is_closed() -> None:
    shared, counting = Shared[int](), Counting()
    pages = [ask(shared, "view", counting) for _ in range(2)]
    await turns(lambda: counting.counts == 1)
    pages.append(ask(shared, "view", counting))
    await asyncio.sleep(0)
    await shared.close()
    found = await asyncio.gather(*pages, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in found)


async def test_readers_with_other_rights_share_nothing(tmp_path: Path) -> None:
    async with (
        office(tmp_path, staff=EVERYBODY) as here,
        Reader(here.service.url) as ada,
        Reader(here.service.url) as ville,
    ):
        await here.give(
            Given(nps=9, words="From support", team="support"),
            Given(nps=1, words="From sales, 040 1234567", team="sales"),
        )
        await asyncio.gather(ada.open(here.link("Ada")), ville.open(here.link("Ville")))
        for _ in range(3):
            await asyncio.gather(*[reader.open("/r/") for reader in (ada, ville, ada, ville)])
            assert "From support" in ada.text
            assert "040 1234567" in ada.text
            assert "From support" not in ville.text
            assert "From sales" in ville.text
            assert "040 1234567" not in ville.text


def test_whose_rights_differ_are_never_the_same() -> None:
    def context(role: Role, *teams: str) -> Context:
        member = StaffMember(name="Anybody", role=role, teams=teams)
        return Context(member=member, config=StaffConfig(), store=cast(ReportStore, None), now=NOW)

    asked = Asked(request=Request())
    kinds = [
        context(Role.VIEWER, "sales"),
        context(Role.TEAM_LEAD, "sales"),
        context(Role.TEAM_LEAD, "support"),
        context(Role.TEAM_LEAD),
        context(Role.MANAGER),
    ]
    assert len({same_page(kind, asked) for kind in kinds}) == len(kinds)
    assert same_page(kinds[0], asked) == same_page(context(Role.VIEWER, "sales"), asked)


def test_what_is_asked_differently_is_never_the_same() -> None:
    """Each part of what a reader may ask for changes what they are shown."""
    member = StaffMember(name="Anybody", role=Role.MANAGER)
    context = Context(member=member, config=StaffConfig(), store=cast(ReportStore, None), now=NOW)
    changes: dict[str, Any] = {
        "given": {"survey": "after_call"},
        "words": "queue",
        "page": 2,
        "theme": "waiting",
        "tone": "negative",
    }
    assert {one.name for one in fields(Asked)} == {"request", *changes}, "request follows given"
    plain = Asked(request=Request())
    other = [replace(plain, **{name: value}) for name, value in changes.items()]
    assert len({same_page(context, asked) for asked in (plain, *other)}) == 1 + len(changes)


async def test_readers_who_chose_other_themes_at_once_are_shown_each_their_own(
    tmp_path: Path,
) -> None:
    async with office(tmp_path) as here, Reader(here.service.url) as reader:
        slow = Given(nps=2, words="I waited far too long", language="en")
        kind = Given(nps=9, words="Lovely staff", language="en")
        await here.give(slow, kind)
        while await here.service.store.read_comments(here.service.config.gists, 100):
            pass
        await reader.open(here.link("Otto"))

        async def chosen(theme: str) -> str:
            async with reader.http.get(f"{reader.url}/r/?theme={theme}") as page:
                return await page.text()

        waiting, staff = await asyncio.gather(chosen("waiting"), chosen("staff"))
        assert "I waited far too long" in waiting
        assert "Lovely staff" not in waiting
        assert "Lovely staff" in staff
        assert "I waited far too long" not in staff
