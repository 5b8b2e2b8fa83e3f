"""Who may read the results page: every way of not being allowed looks the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.commands.grammar import Request
from bot.results.access import LIFE, Access
from surveys.link import Purpose, open_stamp, seal, stamp
from surveys.staff import Role, StaffMember
from tests.bot.results.office import (
    ADA,
    CHAT,
    EVERYBODY,
    MAIJA,
    OTTO,
    Given,
    Office,
    Reader,
    hundred,
    office,
)
from tests.bot.whole import until

KEY = b"k" * 32
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MIA = StaffMember(name="Mia", role=Role.TEAM_LEAD, teams=("support",), addresses={"telegram": "3"})
GONE = "This link is no longer good"


class Now:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


def make(*staff: StaffMember) -> tuple[Access, Now]:
    now = Now()
    return Access(KEY, lambda: staff, now), now


# Tokens


def test_a_link_becomes_a_session_that_ends_with_it() -> None:
    access, now = make(MIA)
    token = access.make_link(MIA)
    now.at += timedelta(hours=1)
    found = access.open_link(token)
    assert found is not None
    assert (found.member, found.until) == (MIA, NOW + LIFE)
    now.at = NOW + LIFE - timedelta(milliseconds=1)
    again = access.read_session(found.session)
    assert again is not None
    assert again.session == found.session
    now.at = NOW + LIFE
    assert access.read_session(found.session) is None
    assert access.open_link(token) is None


def test_link_and_session_do_not_stand_for_each_other() -> None:
    access, _ = make(MIA)
    token = access.make_link(MIA)
    found = access.open_link(token)
    assert found is not None
    assert access.read_session(token) is None
    assert access.open_link(found.session) is None


def test_there_is_nothing_personal_in_it() -> None:
    access, _ = make(MIA)
    found = open_stamp(KEY, Purpose.RESULTS, access.make_link(MIA))
    assert found is not None
    other = Access(b"x" * 32, lambda: [MIA], lambda: NOW)
    assert open_stamp(b"x" * 32, Purpose.RESULTS, other.make_link(MIA)) != found


@pytest.mark.parametrize(
    "change",
    [
        {"role": Role.VIEWER},
        {"teams": ("sales",)},
        {"teams": ()},
        {"addresses": {"telegram": "4"}},
        {"name": "Mio"},
    ],
    ids=str,
)
def test_whoever_is_listed_otherwise_has_no_link_any_more(change: dict[str, object]) -> None:
    access, _ = make(MIA)
    token = access.make_link(MIA)
    changed, _ = make(replace(MIA, **change))  # type: ignore[arg-type]
    assert access.open_link(token) is not None
    assert changed.open_link(token) is None


def test_a_link_of_the_future_is_none() -> None:
    access, now = make(MIA)
    now.at += timedelta(hours=2)
    token = access.make_link(MIA)
    now.at = NOW
    assert access.open_link(token) is None


# Over sockets


async def refused(office: Office, path: str, cookie: str = "") -> str:
    """Open something that must not open; gives the page that says so."""
    headers = {"Cookie": f"results={cookie}"} if cookie else {}
    url = f"{office.service.url}{path}"
    async with office.http.get(url, headers=headers, allow_redirects=False) as found:
        assert found.status == 404, path
        assert "Set-Cookie" not in found.headers
        text = await found.text()
    assert GONE in text
    return text


async def test_every_wrong_link_gives_the_same_page(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        key, now = here.service.store.key, here.clock()
        good = here.link("Otto").rpartition("/")[2]
        found = open_stamp(key, Purpose.RESULTS, good)
        assert found is not None
        mark = found[0]
        wrong = [
            "",
            "x",
            "live",
            good[:-1],
            good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
            stamp(key, Purpose.RESULTS, mark, now - LIFE),
            stamp(key, Purpose.RESULTS, mark, now + timedelta(minutes=5)),
            stamp(key, Purpose.RESULTS, mark + 1, now),
            stamp(b"z" * 32, Purpose.RESULTS, mark, now),
            *(
                stamp(key, p, mark, now)
                for p in Purpose
                if p not in (Purpose.RESULTS, Purpose.READER)
            ),
            *(seal(key, p, mark, now + timedelta(days=1)) for p in Purpose),
            "a" * 5000,
            "%00",
            "..%2f..%2fr",
        ]
        pages = {await refused(here, f"/r/{token}") for token in wrong}
        pages.add(await refused(here, f"/r/{stamp(key, Purpose.READER, mark, now)}"))
        cookies = [*filter(None, wrong), good]
        for path in ("/r/", "/r/live", "/r/?survey=after_call"):
            pages |= {await refused(here, path, cookie) for cookie in cookies}
        assert len(pages) == 1


async def test_a_link_leads_to_the_page_and_leaves_the_address_bar(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        link = here.link("Otto", survey="after_call")
        async with here.http.get(link, allow_redirects=False) as found:
            assert found.status == 303
            assert found.headers["Location"] == "./?survey=after_call"
            cookie = found.headers["Set-Cookie"]
            assert found.headers["Referrer-Policy"] == "no-referrer"
            assert found.headers["Cache-Control"] == "no-store"
        token = link.rpartition("/")[2].partition("?")[0]
        assert token not in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/r/" in cookie
        assert 43_000 < int(cookie.partition("Max-Age=")[2].partition(";")[0]) <= 43_200
        assert "Secure" not in cookie
        async with Reader(here.service.url) as reader:
            await reader.open(link)
            assert reader.status == 200
            assert reader.at.endswith("/r/?survey=after_call")
            assert token not in reader.text
            for name in ("Content-Security-Policy", "Referrer-Policy", "X-Robots-Tag"):
                assert reader.headers[name]
            assert reader.headers["Cache-Control"] == "no-store"
            assert "unsafe" not in reader.headers["Content-Security-Policy"]


async def test_over_https_the_cookie_stays_there(tmp_path: Path) -> None:
    async with office(tmp_path, public_url="https://feedback.acme.example/after") as here:
        link = here.service.results.link(here.member("Otto"), Request())
        assert link.startswith("https://feedback.acme.example/after/r/")
        path = link.removeprefix("https://feedback.acme.example/after")
        async with here.http.get(f"{here.service.url}{path}", allow_redirects=False) as found:
            cookie = found.headers["Set-Cookie"]
        assert cookie.startswith("__Secure-results=")
        assert "; Secure" in cookie
        assert "Path=/after/r/" in cookie


async def test_who_is_taken_off_the_list_or_moved_loses_the_page_at_once(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.give(*hundred())
        async with Reader(here.service.url) as maija, Reader(here.service.url) as otto:
            await maija.open(here.link("Maija"))
            await otto.open(here.link("Otto"))
            assert "100 answers" in maija.words()
            moved = MAIJA.replace("[support]", "[sales]")
            here.list_staff(ADA, moved)
            await until(lambda: len(here.service.config.staff) == 2)
            for reader in (maija, otto):
                await reader.open("/r/")
                assert (reader.status, "100 answers" in reader.text) == (404, False)
            here.list_staff(*EVERYBODY)
            await until(lambda: len(here.service.config.staff) == len(EVERYBODY))
            await otto.open("/r/")
            assert otto.status == 200


async def test_teams_see_their_own_rows_only(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.give(*hundred(), Given(nps=0, words="queue of support", days_ago=1))
        sales = [Given(nps=0, team="sales", agent="Mia", words="words of sales")] * 30
        await here.give(*sales)
        async with Reader(here.service.url) as reader:
            await reader.open(here.link("Maija"))
            assert "101 answers" in reader.words()
            assert "queue of support" in reader.text
            assert "sales" not in reader.text
            assert "Mia" not in reader.text
            for path in ("/r/?team=sales", "/r/?team=sales&agent=Mia", "/r/?q=sales&team=sales"):
                await reader.open(path)
                assert reader.status == 400
                assert "You can see support only." in reader.words()
                assert "words of sales" not in reader.text
            await reader.open("/r/?agent=Mia")
            assert "No answers yet" in reader.words()
        async with Reader(here.service.url) as reader:
            await reader.open(here.link("Nobody"))
            assert reader.status == 400
            assert "listed without a team" in reader.words()
        async with Reader(here.service.url) as reader:
            await reader.open(here.link("Otto"))
            assert "131 answers" in reader.words()


async def test_looking_records_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.give(*hundred())
        before = await here.service.store.counts(), await here.service.store.last_said()
        link = here.link("Otto")
        async with Reader(here.service.url) as reader:
            for address in (link, "/r/", "/r/?survey=delivery", "/r/?q=x&page=2", "/r/nothing"):
                await reader.open(address)
                async with reader.http.head(f"{reader.url}/r/") as found:
                    assert found.status == 200
        assert (await here.service.store.counts(), await here.service.store.last_said()) == before


async def test_each_opened_link_is_in_the_audit_and_no_other(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await refused(here, "/r/" + "a" * 40)
        await refused(here, "/r/")
        async with Reader(here.service.url) as reader:
            await reader.open(here.link("Maija"))
            await reader.open("/r/?survey=after_call")
        noted = await here.service.store.list_audit("", "", limit=10, offset=0)
        assert [(e.note.person, e.note.channel, e.note.line) for e in noted] == [
            ("Maija", "web", "/results opened in the browser")
        ]


async def test_machines_that_look_into_links_see_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        link = here.link("Otto")
        for headers in (
            {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
            {"User-Agent": "TelegramBot (like TwitterBot)"},
            {"User-Agent": "facebookexternalhit/1.1"},
            CHAT | {"Sec-Purpose": "prefetch;prerender"},
        ):
            async with here.http.get(link, headers=headers, allow_redirects=False) as found:
                assert found.status == 404
                assert "Set-Cookie" not in found.headers


async def test_leaving_forgets_the_session(tmp_path: Path) -> None:
    async with office(tmp_path, staff=(OTTO,)) as here, Reader(here.service.url) as reader:
        await reader.open(here.link("Otto"))
        async with reader.http.post(f"{reader.url}/r/leave") as found:
            assert found.status == 404
        await reader.open("/r/")
        assert reader.status == 404
