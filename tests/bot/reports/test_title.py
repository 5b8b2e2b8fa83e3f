"""The head of a report: what it is called, of when, and whether there is anything in it."""

from dataclasses import replace
from datetime import date

from bot.periods import Period
from bot.reports.contents import Contents
from bot.reports.rendering import render_text
from bot.reports.sections import title
from bot.reports.words import words_of
from surveys.report import Filter, summarise
from tests.bot.commands.memory_store import MemoryStore, Said, said
from tests.bot.commands.office import SURVEYS

WEEK = Period(since=date(2026, 11, 9), until=date(2026, 11, 15))


async def head(*rows: Said) -> str:
    tally = await MemoryStore(rows=list(rows)).tally(Filter(since=WEEK.since, until=WEEK.until))
    totals = summarise(tally, thresholds={}, goals={})
    contents = Contents(name="weekly", company="Acme", period=WEEK, totals=totals, earlier=totals)
    return render_text(title(replace(contents, surveys=SURVEYS), words_of("en")))


async def test_nobody_answered() -> None:
    assert "No answers in these days." in await head()


async def test_what_is_hidden_was_answered() -> None:
    assert "No answers" not in await head(said("nps", 9, 2))
    assert "No answers" not in await head(said("nps", 9, 20))
