"""Cases in reports: what is said of them in every language, in text and as a page, and by team."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from lxml.html import fromstring

from bot.commands.counting import Counting
from bot.commands.recovery_words import spell_recovery
from bot.periods import Period
from bot.reports.cases import CaseFigures, read_cases, spell_wait, tell_cases
from bot.reports.contents import Office
from bot.reports.page import render_page
from bot.reports.rendering import render_text
from bot.reports.words import words_of
from storage.store import Store
from surveys.case import CaseState
from surveys.casework import CaseCounts, CaseList
from surveys.recovery import Recovered
from tests.storage.test_cases import a_case

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = Period(since=date(2026, 11, 16), until=date(2026, 11, 22))
FIGURES = CaseFigures(
    done=Recovered(
        opened=12, contacted=9, first_contact=timedelta(minutes=95), in_time=7, promised=10,
        solved=8, unreachable=1, causes=(("Too slow", 6), ("<b>Rude</b>", 3)), answered=5,
        recovered=4,
    ),
    waiting=CaseCounts(open=3, late=1, oldest=NOW - timedelta(days=2, hours=5)),
    now=NOW,
)  # fmt: skip
ENGLISH = """
Cases
Opened: 12 · solved: 8 · not reachable: 1
Open now: 3, the oldest for 2 d 5 h; late: 1
First contact: after 1 h 35 min (median of 9)
Contacted in time: 7 of 10 (70 %)
Content again when asked: 4 of 5, 80 % (95 %: 38 % to 96 %)
Cause: Too slow 6, <b>Rude</b> 3
""".strip()


def test_what_is_said_of_cases() -> None:
    assert render_text(tell_cases(FIGURES, words_of("en"))) == ENGLISH


@pytest.mark.parametrize("code", ["en", "fi", "de", "hr", "lv"])
def test_every_language_gives_every_number(code: str) -> None:
    text = render_text(tell_cases(FIGURES, words_of(code)))
    for number in ("12", "8", "9", "7", "10", "80 %", "38 %", "96 %", "Too slow 6"):
        assert number in text
    assert "{" not in text


def test_causes_are_escaped_on_the_page() -> None:
    page = render_page(tell_cases(FIGURES, words_of("en")), "en", lambda _n, _i: "")
    assert "&lt;b&gt;Rude&lt;/b&gt;" in page
    rows = [[cell.text_content() for cell in row] for row in fromstring(page).iter("tr")]
    (row,) = [row for row in rows if row[0] == "Too slow"]
    assert row == ["Too slow", "6", "67\u00a0%"]


def test_the_eleventh_cause_is_among_the_others() -> None:
    causes = tuple((f"cause {n:02}", 20 - n) for n in range(12))
    done = Recovered(opened=1, solved=1, causes=causes)
    figures = CaseFigures(done=done, waiting=CaseCounts(), now=NOW)
    text = render_text(tell_cases(figures, words_of("en")))
    assert "cause 09 11, Other causes 19" in text
    assert "cause 10" not in text


def test_where_nothing_went_wrong() -> None:
    figures = CaseFigures(done=Recovered(), waiting=CaseCounts(), now=NOW)
    text = render_text(tell_cases(figures, words_of("en")))
    assert text.splitlines() == ["Cases", "No cases in these days.", "Open now: none"]


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 min"), (59, "59 min"), (60, "1 h 0 min"), (1500, "1 d 1 h")]
)
def test_how_long(minutes: int, said: str) -> None:
    assert spell_wait(timedelta(minutes=minutes), words_of("en")) == said


def an_office(store: Store, *, cases: bool) -> Office:
    zone = ZoneInfo("Europe/Helsinki")
    counting = Counting(surveys={})
    return Office(store=store, counting=counting, company="Acme", zone=zone, cases=cases)


async def test_days_are_the_services_and_rows_those_of_teams(store: Store) -> None:
    first = datetime(2026, 11, 15, 22, tzinfo=UTC)  # midnight in Helsinki
    await a_case(store, "north", opened_at=first)
    await a_case(store, "south", opened_at=first - HOUR / 60)
    await a_case(store, "south", opened_at=first + timedelta(days=7), owner="x",
                 state=CaseState.CLAIMED)  # fmt: skip
    office = an_office(store, cases=True)
    all_of_them = await read_cases(office, CaseList(), WEEK, NOW)
    assert all_of_them
    assert (all_of_them.done.opened, all_of_them.waiting.open) == (1, 3)
    south = await read_cases(office, CaseList(teams=("south",)), WEEK, NOW)
    assert south
    assert (south.done.opened, south.waiting.open) == (0, 2)


async def test_without_cases_there_is_nothing_to_say(store: Store) -> None:
    assert await read_cases(an_office(store, cases=False), CaseList(), WEEK, NOW) is None
    nothing = await read_cases(an_office(store, cases=True), CaseList(), WEEK, NOW)
    assert nothing
    assert not nothing.done
    await a_case(store, "north", opened_at=NOW)
    later = await read_cases(an_office(store, cases=False), CaseList(), WEEK, NOW)
    assert later
    assert later.waiting.open == 1


async def test_what_has_not_come_yet_is_not_late(store: Store) -> None:
    """A report of days that are not over does not foresee that a clock will run out."""
    await a_case(store, "north", opened_at=NOW - HOUR, respond_by=NOW + HOUR)
    today = Period(since=date(2026, 11, 23), until=date(2026, 11, 23))
    figures = await read_cases(an_office(store, cases=True), CaseList(), today, NOW)
    assert figures
    assert (figures.done.opened, figures.done.promised) == (1, 0)


def test_the_same_figures_stand_in_the_command() -> None:
    said = spell_recovery(FIGURES.done)
    for part in (
        "12 opened", "after 1 h 35 min (median)", "7 of 10 in time", "8 solved", "1 not reachable",
        "4 of 5 customers content again (80 %), 95 %: 38–96",
    ):  # fmt: skip
        assert part in said
