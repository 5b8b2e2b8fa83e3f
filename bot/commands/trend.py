"""/trend: how a score went, by day, week or month, with the interval drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.charts.painting import aside
from bot.commands.context import Command, Context, Reply
from bot.commands.counting import identity_of
from bot.commands.grammar import GROUPS, STEPS, GrammarError, Request, read_request
from bot.commands.phrases import fold
from bot.commands.result_scores import spell_goal, spell_interval, spell_value
from bot.commands.result_text import row_name
from bot.commands.spans import MOST_STEPS, Span, before, cut, span_of, usual_step
from bot.commands.trend_picture import draw_trend
from bot.commands.verdict_words import spell_pair
from bot.periods import FORMS, Period, spell_day, spell_period
from bot.words import ENGLISH, Words
from surveys.message import Image
from surveys.report import Report, Row
from surveys.verdict import compare

WEEKS = 12
"""Weeks shown where no period is written, the one under way included."""

_OTHERS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the store had: the whole period, each step of it, and the period before."""

    context: Context
    request: Request
    period: Period
    step: str
    spans: tuple[Span, ...]
    totals: Report
    steps: Report
    earlier: Report

    @property
    def rows(self) -> tuple[Row, ...]:
        """The scored rows that may be shown."""
        return tuple(r for r in self.totals.rows if r.score is not None and not r.hidden)

    def points(self, total: Row) -> dict[str, Row]:
        """Give a row's steps by their label."""
        return {row.group: row for row in self.steps.rows if identity_of(row) == identity_of(total)}


async def answer_trend(context: Context, words: Sequence[str]) -> Reply:
    """Show the trend of what the words ask for.

    :raises GrammarError: where the words cannot be read.
    :raises PeriodError: where the period cannot be read.
    """
    request = read_request(words, context.vocabulary, context.today)
    _refuse(request)
    period = request.period or _usual(context.today)
    step = request.by or usual_step(period)
    spans = cut(period, step)
    if len(spans) > MOST_STEPS:
        longer = STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]
        raise GrammarError(f"{len(spans)} {step}s are too many to show. Write by {longer}.")
    request = replace(request, period=period, by=step)
    found = await _find(context, request, period, spans)
    title = context.title("Trend", request)
    if not found.rows:
        return Reply(text=f"{title}\n\n{_nothing(found)}")
    return Reply(
        text="\n\n".join((title, _block(found, found.rows[0]), *_others(found))),
        image=await aside(_draw, found),
    )


def _draw(found: _Found) -> Image:
    """Draw the first score."""
    first = found.rows[0]
    context = found.context
    return draw_trend(
        first,
        found.spans,
        found.points(first),
        step=found.step,
        name=_name(found, first, context.words),
        about=context.about(found.request, first.survey),
        words=context.words,
    )


async def _find(
    context: Context, request: Request, period: Period, spans: tuple[Span, ...]
) -> _Found:
    wanted = replace(context.filter(request), by="")
    earlier = before(period)

    def rename(day: str) -> str:
        return span_of(date(int(day[:4]), int(day[4:6]), int(day[6:] or 1)), request.by)

    by = "month" if request.by == "month" else "day"

    counting = context.counting
    return _Found(
        context=context,
        request=request,
        period=period,
        step=request.by,
        spans=spans,
        totals=await counting.report(context.store, wanted),
        steps=await counting.report(context.store, replace(wanted, by=by), rename=rename),
        earlier=await counting.report(
            context.store, replace(wanted, since=earlier.since, until=earlier.until)
        ),
    )


def _refuse(request: Request) -> None:
    if request.page:
        raise GrammarError("/trend has no pages. Write a shorter period, or by month.")
    if request.by in GROUPS:
        raise GrammarError(
            f"/trend goes by day, week or month. To set {request.by}s side by side, "
            f"write /compare by {request.by}."
        )


def _usual(today: date) -> Period:
    monday = today - timedelta(days=today.weekday())
    return Period(since=monday - timedelta(weeks=WEEKS - 1), until=today)


def _name(found: _Found, row: Row, words: Words = ENGLISH) -> str:
    return row_name(row, [r for r in found.totals.rows if r.survey == row.survey], words)


def _block(found: _Found, row: Row) -> str:
    """Give every step of one row, a line each, and the verdict."""
    points = found.points(row)
    lines = [f"{row.survey}: {_name(found, row)} by {found.step}"]
    lines += [_line(span, points.get(span.label)) for span in found.spans]
    lines += [spell_goal(row), _verdict(found, row)]
    if any(point.hidden for point in points.values()):
        lines.append("Hidden: too few answers, or they would give away one that has too few.")
    return "\n".join(line for line in lines if line)


def _line(span: Span, point: Row | None) -> str:
    label = _short(span)
    if point is None:
        return f"{label}: –"
    if point.hidden:
        return f"{label}: hidden"
    sure = f" ({spell_interval(point, point.interval)})" if point.interval else ""
    return f"{label}: {spell_value(point, point.score)}{sure}, n {point.n:,}"


def _short(span: Span) -> str:
    """Give a step's name, and what of it is inside where that is not all."""
    if span.whole:
        return span.label
    return f"{span.label} (to {spell_day(span.until)})" if span.until > span.since else span.label


def _verdict(found: _Found, row: Row) -> str:
    earlier = next((r for r in found.earlier.rows if identity_of(r) == identity_of(row)), None)
    if earlier is None or earlier.hidden:
        return ""
    days = spell_period(before(found.period))
    words = spell_pair(earlier, row, compare(earlier, row))
    return f"All of it: {words}. Compared with {days}."


def _others(found: _Found) -> list[str]:
    """Say what else has a trend, and how to ask for it."""
    rest = found.rows[1:]
    if not rest:
        return []
    lines = dict.fromkeys(f"  /trend {row.survey} question {row.question}" for row in rest)
    return ["\n".join(("More trends:", *list(lines)[:_OTHERS]))]


def _nothing(found: _Found) -> str:
    if any(row.hidden for row in found.totals.rows):
        least = found.totals.minimum
        return f"Fewer than {least} answers in all this time: hidden."
    what = found.request.metric or found.request.question or found.request.survey
    about = f" for {fold(what, 60)}" if what else ""
    return f"No scores yet{about} in {spell_period(found.period)}. Try a longer period: 26w."


TREND = Command(
    name="trend",
    summary="how a score went, by day, week or month, with a picture",
    forms=(
        "/trend [survey] [metric or question] [period] [by day, week or month]\n"
        "       [channel X] [team X] [agent X] [language X]\n"
        f"Words come in any order. Periods: {FORMS}. Without a period: {WEEKS} weeks."
    ),
    explanation=(
        "Each point has its 95 % interval: where two of them overlap widely, their difference may "
        "be chance. The last line compares the whole stretch with as long a one before it, and "
        "says 'clearly' only where chance hardly makes such a difference."
    ),
    examples=(
        ("/trend nps", "the last twelve weeks"),
        ("/trend csat by day 14d", "two weeks, day by day"),
        ("/trend nps by month since 1 jan team support", "one team's year"),
    ),
    answer=answer_trend,
)
