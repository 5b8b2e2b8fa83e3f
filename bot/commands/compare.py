"""/compare: groups with each other, one period with another, with a plain verdict."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.charts.painting import aside
from bot.commands.compare_text import Side, spell_groups_now, spell_groups_then_and_now, spell_sides
from bot.commands.compare_words import Asked, limited, read_asked
from bot.commands.context import Command, Context, Reply
from bot.commands.counting import identity_of
from bot.commands.phrases import fitted, fold
from bot.commands.result_picture import draw_groups
from bot.commands.result_text import row_name
from bot.commands.spans import before
from bot.commands.verdict_words import spell_shifts
from bot.periods import FORMS, spell_period
from surveys.message import Image
from surveys.report import Filter, Report, Tally
from surveys.verdict import mix_shifts


async def answer_compare(context: Context, words: Sequence[str]) -> Reply:
    """Compare what the words ask for.

    :raises GrammarError: where the words cannot be read.
    :raises PeriodError: where the period cannot be read.
    """
    asked = read_asked(context, words)
    wanted = replace(context.filter(asked.request), by="")
    if asked.kind:
        return await _values(context, asked, wanted)
    if asked.request.by:
        return await _groups(context, asked, wanted)
    return await _periods(context, asked, wanted)


async def _periods(context: Context, asked: Asked, wanted: Filter) -> Reply:
    other = asked.other or before(asked.period)
    earlier = replace(wanted, since=other.since, until=other.until)
    now, then = await _report(context, wanted), await _report(context, earlier)
    title = f"{context.title('Compare', asked.request)} against {spell_period(other)}"
    sides = (
        Side(label=spell_period(asked.period), report=now),
        Side(label=spell_period(other), report=then),
    )
    shifts = await _shifts(context, wanted, earlier)
    blocks = spell_sides(context.config.surveys, *sides, minimum=now.minimum)
    blocks += [line for line in (spell_shifts(shifts),) if line]
    image = await aside(_draw, context, asked, sides, by="period")
    return _reply(asked, title, blocks, image)


async def _values(context: Context, asked: Asked, wanted: Filter) -> Reply:
    limits = [limited(wanted, asked.kind, value) for value in asked.values]
    reports = [await _report(context, limit) for limit in limits]
    labels = [fold(value, 40) for value in asked.values]
    first, second = (
        Side(label=label, report=report) for label, report in zip(labels, reports, strict=True)
    )
    title = (
        f"{context.title('Compare', asked.request)}: {asked.kind} {labels[0]} against {labels[1]}"
    )
    blocks = spell_sides(
        context.config.surveys,
        first,
        second,
        minimum=context.config.minimum,
        at_once=True,
        channels=asked.values if asked.kind == "channel" else (),
    )
    image = await aside(_draw, context, asked, (first, second), by=asked.kind)
    return _reply(asked, title, blocks, image)


async def _groups(context: Context, asked: Asked, wanted: Filter) -> Reply:
    by = asked.request.by
    totals = await _report(context, wanted)
    groups = await _report(context, replace(wanted, by=by))
    title = context.title("Compare", asked.request)
    if asked.other is None:
        blocks = spell_groups_now(totals, groups, by=by)
    else:
        earlier = replace(wanted, by=by, since=asked.other.since, until=asked.other.until)
        title += f" against {spell_period(asked.other)}"
        then = await _report(context, earlier)
        blocks = spell_groups_then_and_now(totals, groups, then, by=by)
    image = await aside(_draw_parts, context, asked, totals, groups)
    return _reply(asked, title, blocks, image)


async def _report(context: Context, wanted: Filter) -> Report:
    return await context.counting.report(context.store, wanted)


async def _shifts(context: Context, now: Filter, earlier: Filter) -> list[tuple[str, float, float]]:
    """Give how the channels of the answers moved; a limit to one channel leaves nothing to move."""
    if now.channel:
        return []
    mixes = [
        _by_group(await context.store.tally(replace(limit, by="channel")))
        for limit in (earlier, now)
    ]
    return mix_shifts(*mixes)


def _by_group(tally: Tally) -> Mapping[str, int]:
    """Give how many scores each group gave."""
    found: Counter[str] = Counter()
    for one in tally.values:
        found[one.group] += one.n if one.metric else 0
    return found


def _reply(asked: Asked, title: str, blocks: Sequence[str], image: Image | None) -> Reply:
    if blocks:
        return Reply(text="\n\n".join((title, *fitted(blocks))), image=image)
    what = asked.request.metric or asked.request.question or asked.request.survey
    about = f" for {fold(what, 60)}" if what else ""
    return Reply(text=f"{title}\n\nNo scores{about} to compare in these days.")


def _draw(context: Context, asked: Asked, sides: Sequence[Side], *, by: str) -> Image | None:
    """Draw the first score both sides have, one dot each."""
    first = sides[0].report
    for row in first.rows:
        if row.score is None or row.hidden:
            continue
        same = [
            replace(found, group=side.label)
            for side in sides
            for found in side.report.rows
            if identity_of(found) == identity_of(row)
        ]
        name = row_name(row, [r for r in first.rows if r.survey == row.survey], context.words)
        return draw_groups(
            same,
            row,
            None,
            context.about(asked.request, row.survey),
            name=name,
            by=by,
            ranked=False,
            words=context.words,
        )
    return None


def _draw_parts(context: Context, asked: Asked, totals: Report, groups: Report) -> Image | None:
    for row in totals.rows:
        parts = [found for found in groups.rows if identity_of(found) == identity_of(row)]
        if row.score is None or row.hidden or not parts:
            continue
        name = row_name(row, [r for r in totals.rows if r.survey == row.survey], context.words)
        about = context.about(asked.request, row.survey)
        by, words = asked.request.by, context.words
        return draw_groups(parts, row, None, about, name=name, by=by, words=words)
    return None


COMPARE = Command(
    name="compare",
    summary="teams, channels or agents side by side, or one period with another",
    forms=(
        "/compare [survey] [metric or question] [period] by channel, team, agent or language\n"
        "/compare [survey] [metric or question] [period] [vs period]\n"
        "/compare team X vs team Y [survey] [metric or question] [period]\n"
        f"Words come in any order. Periods: {FORMS}. Without a period: the last 30 days, against "
        "the 30 before."
    ),
    explanation=(
        "'Clearly' is said only where chance would hardly make such a difference (less than once "
        "in twenty, all comparisons of the answer taken together). 'No clear change' does not "
        "prove that nothing changed. Groups are compared with all the others together. As much of "
        "a week, month or quarter is compared with as much of the one before."
    ),
    examples=(
        ("/compare nps by team", "each team with all the others"),
        ("/compare this month", "with as much of last month"),
        ("/compare csat q3 vs q2 team support", "two quarters of one team"),
        ("/compare telegram vs email nps 90d", "two channels"),
    ),
    answer=answer_compare,
)
