"""/comments themes: what customers speak of, how many, how they score, and what changed."""

from dataclasses import replace

from bot.charts import Bar, Distribution, Heading, distribution_chart
from bot.charts.painting import aside
from bot.commands.answers import question_name
from bot.commands.context import Context, Reply
from bot.commands.grammar import Request
from bot.commands.phrases import count, fold, listing, percent
from bot.commands.result_scores import spell_interval, spell_value
from bot.commands.spans import before
from bot.commands.theme_counting import MOST, ThemeRow, ThemeTable, count_period
from surveys.message import Image
from surveys.report import Filter, Row
from surveys.tone import Tone

SHOWN = 12
"""Themes in one message; more are named only."""

_SCORES = 2  # of one theme: other surveys and metrics stand in /results
_TONES = (Tone.NEGATIVE, Tone.MIXED, Tone.POSITIVE, Tone.NEUTRAL)
_LIMITS = (
    "Found by lists of words, which know no irony: about one comment in four sounds otherwise than "
    "its tone says. The score is what the customer gave. /comments theme waiting shows the words."
)


async def summarise_themes(context: Context, request: Request) -> Reply:
    """Give what customers speak of in the period asked for."""
    wanted = context.filter(request)
    old = before(context.period(request))
    earlier: Filter = replace(wanted, since=old.since, until=old.until)
    table = await count_period(
        context.store, context.counting, context.config.gists, wanted, earlier
    )
    title = context.title("What customers speak of", request)
    head = "\n".join((title, *_head(table)))
    if not table.rows:
        return Reply(text=f"{head}\n\n{_nothing(table)}")
    rows = [spell_theme(row) for row in table.rows[:SHOWN]]
    about = context.title("", request).removeprefix(" · ")
    return Reply(
        text="\n\n".join((head, *rows, *_tail(table))),
        image=await aside(draw_themes, table, about),
        links=context.links(request),
    )


def spell_theme(row: ThemeRow) -> str:
    """Give one theme in two or three lines: people with their share and its change, the scores
    given with it, how the comments sound.
    """
    lines = [f"{row.theme.name()} · {count(row.people, 'person', 'people')}, {spell_share(row)}"]
    lines += [f"  {spell_given(score)}" for score in row.scores[:_SCORES]]
    return "\n".join((*lines, f"  sounds {spell_tones(row)}"))


def spell_share(row: ThemeRow) -> str:
    """Give a theme's share and what it was before: ``27 %, more than before (15 %)``."""
    share = percent(row.share)
    if row.before is None:
        return share
    words = {"more": "more than before", "less": "less than before"}
    return (
        f"{share}, {words.get(row.shift.verdict, 'no clear change from')} ({percent(row.before)})"
    )


def spell_given(row: Row) -> str:
    """Give a score with its interval and base: ``NPS −31 (95 %: −52…−10), n 80, after_call``."""
    sure = f" (95 %: {spell_interval(row, row.interval)})" if row.interval else ""
    name = question_name(row.question, row.metric)
    return f"{name} {spell_value(row, row.score)}{sure}, n {row.n:,}, {row.survey}"


def spell_tones(row: ThemeRow) -> str:
    """Give how the comments of a theme sound: ``negative 60, mixed 9, positive 11``."""
    found = [f"{tone.value} {row.tones[tone]:,}" for tone in _TONES if row.tones.get(tone)]
    return ", ".join(found) or "unknown: no list of words for the language"


def draw_themes(table: ThemeTable, about: str) -> Image:
    """Draw how many people speak of each theme."""
    bars = tuple(
        Bar(label=fold(row.theme.name(), 40), n=row.people, share=row.share) for row in table.rows
    )
    facts = (f"{count(table.people, 'person', 'people')} wrote; one may speak of several themes",)
    heading = Heading(title="What customers speak of", subtitle=about, facts=facts)
    return distribution_chart(
        Distribution(heading=heading, bars=bars, wide=True, counted="People by theme")
    )


def _head(table: ThemeTable) -> list[str]:
    if not table.people:
        return []
    people, comments = count(table.people, "person", "people"), count(table.comments, "comment")
    lines = [f"{people} wrote {comments}."]
    if table.cut:
        lines = [
            f"The newest {MOST:,} comments of the period, by {people}; older ones are left out."
        ]
    lines += [f"All who wrote: {spell_given(row)}" for row in table.scores[:_SCORES]]
    return lines


def _tail(table: ThemeTable) -> list[str]:
    lines = []
    if few := [*(row.theme for row in table.rows[SHOWN:]), *table.few]:
        names = listing([fold(theme.name(), 40) for theme in few], "and")
        least = f"fewer than {table.minimum} people" if table.few else "fewer people"
        lines.append(f"Spoken of by {least}: {names}.")
    lines += [_unread(table)] if table.unread else []
    return [*lines, _LIMITS]


def _unread(table: ThemeTable) -> str:
    return f"{count(table.unread, 'comment')} are still being read; ask again in a while."


def _nothing(table: ThemeTable) -> str:
    if table.unread:
        return _unread(table)
    if table.hidden:
        return f"Fewer than {count(table.minimum, 'person', 'people')} wrote: hidden."
    if table.people:
        return f"No theme is spoken of by {table.minimum} people. Try a longer period: 90d."
    return "No comments yet. Try a longer period: /comments themes 90d."
