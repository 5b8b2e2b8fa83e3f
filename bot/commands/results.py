"""/results: scores, response rates and distributions, with a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.charts.painting import aside
from bot.commands.answers import english
from bot.commands.best import spell_standings
from bot.commands.context import Command, Context, Reply
from bot.commands.counting import identity_of
from bot.commands.grammar import STEPS, GrammarError, Request, read_request, suggest
from bot.commands.phrases import count, fitted, fold
from bot.commands.result_picture import draw_groups, draw_row, drawable
from bot.commands.result_scores import spell_flow, spell_value
from bot.commands.result_text import row_name, spell_groups, spell_row
from bot.commands.spans import before
from bot.commands.verdict_words import spell_change
from bot.periods import FORMS, spell_period
from surveys.entrance import VISITOR
from surveys.flow import Flow
from surveys.message import Image
from surveys.report import Report, Row
from surveys.survey import Survey
from surveys.verdict import compare

COMPANY_CSAT = (
    "CSAT is about single contacts: compare it within a survey, team or moment. "
    "It is not a score of the company; for that, ask NPS."
)
_ANONYMOUS = (
    "Those to anonymous surveys come five or more at once, when they can be changed no more."
)
_COMPANY = frozenset({"company", "brand", "us", "overall"})
_DRAWN_OUT = 3  # so many results have a line for each value; more are drawn in one line each


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the store had: the totals, and the groups where they were asked for."""

    context: Context
    request: Request
    totals: Report
    groups: Report | None
    earlier: Report

    def rows(self, survey: str) -> tuple[Row, ...]:
        return tuple(row for row in self.totals.rows if row.survey == survey)

    def flow(self, survey: str) -> Flow | None:
        return next((flow for flow in self.totals.flows if flow.survey == survey), None)

    def parts(self, total: Row) -> tuple[Row, ...]:
        """Give the groups of one total."""
        rows = self.groups.rows if self.groups else ()
        return tuple(row for row in rows if identity_of(row) == identity_of(total))

    @property
    def surveys(self) -> tuple[str, ...]:
        """The surveys with answers or, where the question is asked there, invitations."""
        order = list(self.context.config.surveys)
        answered = {row.survey for row in self.totals.rows}
        asked = {flow.survey for flow in self.totals.flows if self._asks(flow.survey)}
        place = {
            name: order.index(name) if name in order else len(order) for name in answered | asked
        }
        return tuple(sorted(place, key=lambda name: (place[name], name)))

    def _asks(self, survey: str) -> bool:
        known = self.context.config.surveys.get(survey)
        metric, question = self.request.metric, self.request.question
        if known is None:
            return not (metric or question)
        return any(
            (not metric or q.metric_id == metric) and (not question or q.id == question)
            for q in known.questions
        )


async def answer_results(context: Context, words: Sequence[str]) -> Reply:
    """Report on what the words ask for.

    :raises GrammarError: where the words cannot be read.
    :raises PeriodError: where the period cannot be read.
    """
    request = read_request(words, context.vocabulary, context.today)
    if request.page:
        raise GrammarError("/results has no pages. Limit it by a survey or metric instead.")
    if request.by in STEPS:
        raise GrammarError(f"/results is of the whole period. Write /trend by {request.by}.")
    wanted = context.filter(request)
    totals = await context.counting.report(context.store, replace(wanted, by=""))
    groups = await context.counting.report(context.store, wanted) if request.by else None
    days = before(context.period(request))
    earlier = replace(wanted, by="", since=days.since, until=days.until)
    found = _Found(
        context=context,
        request=request,
        totals=totals,
        groups=groups,
        earlier=await context.counting.report(context.store, earlier),
    )
    title = context.title("Results", request)
    by_channel = request.by == "channel"
    best = await spell_standings(context, found.surveys) if by_channel else ()
    held = (*best, *_spell_held(await context.store.count_held(replace(wanted, by=""))))
    links = context.links(request)
    if not totals.rows:
        return Reply(text="\n\n".join((title, _nothing(found), *held)), links=links)
    blocks, image = await aside(lambda: (_blocks(found), _picture(found)))
    text = "\n\n".join((title, *fitted(blocks, 3600), *held))
    return Reply(text=text, image=image, links=links)


def _spell_held(n: int) -> tuple[str, ...]:
    """Say how many presses are in none of the figures, where there are any."""
    return (f"{count(n, 'answer')} held back as machine presses: /responses held",) if n else ()


def _blocks(found: _Found) -> list[str]:
    brief = len(found.totals.rows) > _DRAWN_OUT
    blocks = []
    for survey in found.surveys:
        blocks.append(_survey_head(found, survey))
        rows = found.rows(survey)
        blocks += [_block(found, row, rows, brief=brief) for row in rows]
    if is_of_the_company(found.request, found.totals.rows, found.context.config.surveys):
        blocks.append(COMPANY_CSAT)
    if found.groups and any(row.hidden for row in found.groups.rows):
        least = count(found.totals.minimum, "answer")
        blocks.append(f"Hidden: groups of fewer than {least}, and those that would give them away.")
    return blocks


def _change(found: _Found, row: Row) -> tuple[str, ...]:
    """Say whether a score changed against the period before, where there was one."""
    earlier = next((r for r in found.earlier.rows if identity_of(r) == identity_of(row)), None)
    if earlier is None or earlier.hidden or row.hidden or row.score is None:
        return ()
    days = spell_period(before(found.context.period(found.request)))
    then = spell_value(earlier, earlier.score)
    return (f"Against {days} ({then}): {spell_change(compare(earlier, row), row)}",)


def is_of_the_company(request: Request, rows: Sequence[Row], surveys: Mapping[str, Survey]) -> bool:
    """Whether CSAT is looked at for everything at once, or was asked about the company itself."""
    shown = [row for row in rows if row.metric == "csat" and not row.hidden]
    limited = request.survey or request.team or request.agent or request.question
    if not limited and len({row.survey for row in shown}) > 1:
        return True
    asked = (surveys[row.survey].question(row.question) for row in shown if row.survey in surveys)
    return any(q is not None and (q.about or "") in _COMPANY for q in asked)


def _survey_head(found: _Found, survey: str) -> str:
    known = found.context.config.surveys.get(survey)
    title = fold(english(known.title), 80) if known else ""
    head = f"{survey}: {title}" if title else survey
    flow = found.flow(survey)
    lines = [head, spell_flow(flow)] if flow else [head]
    if not found.rows(survey):
        late = f" {_ANONYMOUS}" if known and known.anonymous else ""
        lines.append(f"No answers yet.{late}")
    return "\n".join(lines)


def _block(found: _Found, row: Row, among: Sequence[Row], *, brief: bool) -> str:
    request, survey = found.request, found.context.config.surveys.get(row.survey)
    if found.groups is None or row.hidden:
        minimum = found.totals.minimum
        words = spell_row(row, among, survey, minimum=minimum, brief=brief)
        return "\n".join((words, *_change(found, row)))
    flows = {flow.group: flow for flow in found.groups.flows if flow.survey == row.survey}
    if row.population == VISITOR:  # nobody asked them, so there is no rate
        flows = {}
    name = row_name(row, among)
    return spell_groups(found.parts(row), row, flows, name=name, by=request.by)


def _picture(found: _Found) -> Image | None:
    """Draw the first result there is something to draw of; scores come before choices."""
    for survey in found.surveys:
        among = found.rows(survey)
        for row in among:
            if found.request.by and (row.hidden or row.score is None):
                continue
            if drawable(row):
                return _draw(found, row, among)
    return None


def _draw(found: _Found, row: Row, among: Sequence[Row]) -> Image:
    context, flow, by = found.context, found.flow(row.survey), found.request.by
    about, words = context.about(found.request, row.survey), context.words
    if not by:
        return draw_row(row, among, context.config.surveys.get(row.survey), flow, about, words)
    name = row_name(row, among, words)
    return draw_groups(found.parts(row), row, flow, about, name=name, by=by, words=words)


def _nothing(found: _Found) -> str:
    """Say that there is nothing, how many were asked, and what to try."""
    context, request = found.context, found.request
    period = context.period(request)
    flows = [flow for flow in found.totals.flows if flow.survey in found.surveys]
    asked = sum(f.sent for f in flows)
    answered = sum(f.completed + f.came_completed for f in flows)
    what = request.metric or request.question or request.survey
    about = f" for {what}" if what else ""
    counted = f"{asked:,} asked, {answered:,} answered"
    lines = [f"No answers yet{about} in {spell_period(period)}; {counted}."]
    surveys = context.config.surveys
    if answered and any(name in surveys and surveys[name].anonymous for name in found.surveys):
        return f"{lines[0]} {_ANONYMOUS}"
    if request.team and request.team not in (teams := context.vocabulary.team):
        near = suggest(request.team, teams)
        lines.append(
            f"I know no team '{fold(request.team, 60)}'."
            + (f" Did you mean {near}?" if near else "")
        )
    elif period.days < 90:
        lines.append(f"Try /results {f'{what} ' if what else ''}90d.")
    return " ".join(lines)


RESULTS = Command(
    name="results",
    summary="scores, response rates and how often each value was given, with a picture",
    forms=(
        "/results [survey] [metric or question] [period] [by channel, team, agent or language] "
        "[channel X] [team X] [agent X] [language X]\n"
        f"Words come in any order. Periods: {FORMS}. Without a period: the last 30 days."
    ),
    explanation=(
        "n is the number of answers. '95 %' is the range the true score lies in, 19 times out of "
        "20: where the ranges of two groups overlap widely, their difference may be chance. "
        "The response rate is completed surveys out of delivered invitations; those who only began "
        "are shown apart. Groups too small to keep answers anonymous are hidden."
    ),
    examples=(
        ("/results", "everything of the last 30 days"),
        ("/results nps 7d by team", "one metric, teams compared"),
        ("/results after_call last month channel telegram", "one survey, one channel"),
    ),
    answer=answer_results,
)
