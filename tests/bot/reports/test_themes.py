"""Themes in reports: what is said of them in every language, and masked words of a group."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.commands.counting import Counting
from bot.commands.theme_counting import count_period
from bot.config.model import ReportRule
from bot.periods import Period
from bot.reports.contents import Contents, Office
from bot.reports.page import render_page
from bot.reports.rendering import render_text
from bot.reports.sections import comments as quote_comments
from bot.reports.themes import tell_themes
from bot.reports.words import words_of
from storage.store import Store
from surveys.report import Filter, Report
from tests.bot.commands.memory_store import MemoryStore
from tests.bot.commands.office import CONFIG, SURVEYS, said_in_survey
from tests.bot.commands.test_themes import BEFORE, NOW_DAY, NPS, spoken
from tests.storage.make import NOW
from tests.storage.test_gists import read_all, say

NOW_DAYS = Filter(since=date(2026, 11, 1), until=NOW_DAY)
OLD_DAYS = Filter(since=date(2026, 10, 1), until=BEFORE)
STORE = MemoryStore(
    heard=[
        *spoken(30, "waiting", value=2.0, **NPS),
        *spoken(50, first=31, tone="positive", value=10.0, **NPS),
        *spoken(6, "price", first=81, tone="mixed"),
        *spoken(4, "staff", first=87),
        *spoken(5, "waiting", day=BEFORE),
        *spoken(85, day=BEFORE, first=6),
    ]
)
ENGLISH = """
What customers speak of
Of 90 people who wrote something; one may speak of several themes.
  Theme · People · Score · Before · Tone
  Waiting time: 30 (33 %); NPS −100 (n 30); clearly more (6 %); − 30
  Price: 6 (7 %); –; clearly more (0 %); ± 6
""".strip()


async def told(code: str) -> str:
    counting = Counting(surveys=SURVEYS)
    table = await count_period(STORE, counting, CONFIG.gists, NOW_DAYS, OLD_DAYS)
    return render_text(tell_themes(table, words_of(code)))


async def test_what_customers_speak_of() -> None:
    text = await told("en")
    assert text.startswith(ENGLISH)
    assert "Staff" not in text, "spoken of by too few"


@pytest.mark.parametrize(
    ("code", "theme"),
    [("fi", "Odotusaika"), ("de", "Wartezeit"), ("hr", "Čekanje"), ("lv", "Gaidīšanas laiks")],
)
async def test_every_language_says_so_in_its_own_words(code: str, theme: str) -> None:
    text = await told(code)
    assert f"{theme}: 30 (33 %); NPS −100 (n 30)" in text
    assert "{" not in text and "clearly" not in text


async def test_where_nobody_wrote_nothing_is_said() -> None:
    assert tell_themes(None, words_of("en")) == []
    counting = Counting(surveys=SURVEYS)
    empty = await count_period(MemoryStore(), counting, CONFIG.gists, NOW_DAYS, OLD_DAYS)
    assert tell_themes(empty, words_of("en")) == []


async def test_a_report_counts_the_themes_of_its_surveys(store: Store) -> None:
    await say(store, *["I waited too long, in the queue"] * 6)
    await read_all(store)
    office = Office(
        store=store, counting=Counting(surveys={}), company="Acme", zone=ZoneInfo("UTC")
    )
    rule = ReportRule(name="weekly", schedule=None, to=("manager",), surveys=("phone",))
    day = date.fromordinal(NOW.date().toordinal() + 1)
    found = await office.gather(rule, day, None, NOW)
    assert found.themes is not None
    assert [(row.theme.id, row.people) for row in found.themes.rows] == [("waiting", 6)]
    other = await office.gather(replace(rule, surveys=("shop",)), day, None, NOW)
    assert other.themes is not None and other.themes.rows == ()


def test_a_group_does_not_read_who_wrote_nor_about_whom() -> None:
    said = said_in_survey(
        text="Pekka told Virtanen to call Mia on 040 1234567 or write to me@example.fi, rude"
    )
    nothing = Report(rows=(), flows=(), minimum=5)
    contents = Contents(
        name="weekly",
        company="Acme",
        period=Period(since=NOW_DAY, until=NOW_DAY),
        totals=nothing,
        earlier=nothing,
        comments=(said,),
        surveys=SURVEYS,
        staff=("Mia",),
    )
    page = render_page(quote_comments(contents, words_of("en")), "en", lambda _n, _i: "")
    assert "… told … to call … on … or write to …, rude" in page
    for secret in ("Pekka", "Virtanen", "Mia", "040", "example.fi"):
        assert secret not in page
