"""Themes in reports: what customers speak of, in the reader's language. Pure."""

from collections.abc import Sequence

from bot.commands.answers import question_name
from bot.commands.phrases import fold
from bot.commands.theme_counting import ThemeRow, ThemeTable
from bot.reports.blocks import Block, Head, Line, Table
from bot.reports.words import Words
from surveys.report import Row
from surveys.tone import Tone

SHOWN = 8
"""Themes in one report."""

_SIGNS = {Tone.POSITIVE: "+", Tone.NEGATIVE: "−", Tone.MIXED: "±", Tone.NEUTRAL: "0"}


def tell_themes(table: ThemeTable | None, words: Words) -> Sequence[Block]:
    """Say what customers speak of: people and share, change, score, and how it sounds."""
    if table is None or not table.rows:
        return []
    header = tuple(words.say(key) for key in ("theme", "people", "score", "change", "tone"))
    rows = tuple(
        (
            fold(row.theme.name(words.code), 40),
            f"{words.whole(row.people)} ({words.percent(row.share)})",
            _score(row.scores, words),
            _change(row, words),
            _tones(row),
        )
        for row in table.rows[:SHOWN]
    )
    wrote = words.say("themes_of", n=words.whole(table.people))
    blocks: list[Block] = [Head(text=words.say("themes")), Line(text=wrote)]
    return [*blocks, Table(header=header, rows=rows), Line(text=words.say("by_words"), quiet=True)]


def _score(scores: Sequence[Row], words: Words) -> str:
    """Give the score most of them gave, with its base; "–" where too few did."""
    if not scores:
        return "–"
    row = scores[0]
    return f"{question_name(row.question, row.metric)} {words.value(row, row.score)} (n {row.n:,})"


def _change(row: ThemeRow, words: Words) -> str:
    if row.before is None:
        return "–"
    verdict = {"more": "spoken_more", "less": "spoken_less"}.get(row.shift.verdict, "unclear")
    return f"{words.say(verdict)} ({words.percent(row.before)})"


def _tones(row: ThemeRow) -> str:
    """Give how many comments sound how, by signs: ``+ 12 · − 60``."""
    return " · ".join(f"{sign} {row.tones[t]:,}" for t, sign in _SIGNS.items() if row.tones.get(t))
