"""Sections: what stands on the page, one below the other. To add one, add its line and template.

A section's template, ``templates/<name>.html``, is given what its function found. It is sent anew
when something changed, and put in place of the one before.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bot.commands.context import Context
from bot.commands.phrases import fold
from bot.commands.results import is_of_the_company
from bot.commands.spans import before
from bot.periods import Period, default_period
from bot.results.asked import THEME, TONE, WORDS, Asked
from bot.results.breakdown import break_down
from bot.results.cards import make_card
from bot.results.numbers import Overview, count_detail, count_overview
from bot.results.open_cases import MOST_CASES, list_open, tell_lately
from bot.results.said import PAGE, list_said
from bot.results.spelling import flow_words
from bot.results.spoken import list_spoken, list_tones
from bot.words import Words
from surveys.casework import CaseList
from surveys.comment import Search
from surveys.report import Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One look at the page: who looks, at what, and what all sections need."""

    context: Context
    asked: Asked
    wanted: Filter
    overview: Overview

    @property
    def period(self) -> Period:
        return self.asked.request.period or default_period(self.context.today)

    @property
    def words(self) -> Words:
        """The reader's language."""
        return self.context.words

    def title_of(self, survey: str) -> str:
        """Give a survey's title in the reader's language, its id where it has none."""
        known = self.context.config.surveys.get(survey)
        return (fold(self.words.title(known.title), 80) if known else "") or survey

    def days(self, period: Period) -> str:
        """Give a period in the reader's language."""
        return self.words.span(period.since, period.until)


Gather = Callable[[Visit], Awaitable[Mapping[str, object]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section: its name, and what fills its template. Its heading is the text ``title_<name>``
    (`bot.words`).
    """

    name: str
    gather: Gather


async def visit(context: Context, asked: Asked, wanted: Filter) -> Visit:
    """Count what all sections need."""
    overview = await count_overview(context, wanted)
    return Visit(context=context, asked=asked, wanted=wanted, overview=overview)


async def _overview(this: Visit) -> Mapping[str, object]:
    overview, known = this.overview, this.context.config.surveys
    flows, words = overview.totals.flows, this.words
    days = this.days(before(this.period))
    warned = is_of_the_company(this.asked.request, overview.totals.rows, known)
    surveys = [
        {
            "name": name,
            "title": this.title_of(name),
            "flow": flow_words(flow, words) if (flow := overview.flow(name)) else "",
            "cards": [
                make_card(row, overview, known.get(name), days, words)
                for row in overview.rows(name)
            ],
            "address": this.asked.address(survey=name, page=""),
        }
        for name in overview.surveys
    ]
    return {
        "surveys": surveys,
        "asked_people": sum(flow.sent for flow in flows),
        "period": this.days(this.period),
        "longer": this.asked.address(period="90d", page="") if this.period.days < 90 else "",
        "held": words.count("n_answers", overview.held) if overview.held else "",
        "warning": words.say("company_csat") if warned else "",
    }


async def _detail(this: Visit) -> Mapping[str, object]:
    """Show the survey asked for, or else the first that has answers."""
    overview = this.overview
    answered = [name for name in overview.surveys if overview.rows(name)]
    if not answered:
        return {"name": ""}
    name = this.asked.request.survey or answered[0]
    detail = await count_detail(this.context, this.wanted, name)
    known = this.context.config.surveys.get(name)
    others = [
        {"title": this.title_of(other), "address": this.asked.address(survey=other, page="")}
        for other in answered
        if other != name
    ]
    return {
        "name": name,
        "title": this.title_of(name),
        "questions": break_down(overview, detail, known, this.words),
        "others": others,
        "minimum": overview.totals.minimum,
    }


async def _comments(this: Visit) -> Mapping[str, object]:
    asked, page = this.asked, this.asked.page
    rows = replace(this.wanted, metric="")  # words are in answers to no metric
    search = Search(
        rows=rows,
        words=asked.request.about,
        themes=(asked.theme,) if asked.theme else (),
        tone=asked.tone,
    )
    offset = (page - 1) * PAGE
    found = await this.context.store.list_comments(search, limit=PAGE + 1, offset=offset)
    return {
        "comments": list_said(this.context, found),
        "masked": not this.context.member.sees_people,
        "looked_for": asked.words,
        "given": {**asked.given, THEME: asked.theme, TONE: asked.tone},
        "themes": await list_spoken(this.context, asked, rows, this.period),
        "tones": list_tones(asked, this.words),
        "chosen": bool(asked.theme or asked.tone),
        "page": page,
        "newer": asked.address(page=page - 1 if page > 2 else "") if page > 1 else "",
        "older": asked.address(page=page + 1) if len(found) > PAGE else "",
        "everything": asked.address(**{WORDS: "", THEME: "", TONE: ""}),
    }


async def _cases(this: Visit) -> Mapping[str, object]:
    context, team = this.context, this.asked.request.team
    wanted = CaseList(teams=context.teams, team=team)
    listed = await context.store.list_cases(wanted, context.now, MOST_CASES + 1, 0)
    return {
        "counts": await context.store.sum_cases(wanted, context.now),
        "cases": list_open(context, listed[:MOST_CASES]),
        "more": len(listed) > MOST_CASES,
        "lately": await tell_lately(context, wanted),
    }


SECTIONS = (
    Section(name="overview", gather=_overview),
    Section(name="detail", gather=_detail),
    Section(name="cases", gather=_cases),
    Section(name="comments", gather=_comments),
)
"""The one table, in the order of the page."""
