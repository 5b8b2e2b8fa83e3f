"""Counting themes: what customers speak of in a period, beside the period before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.commands.counting import Counting
from surveys.keyphrase import Written
from surveys.report import Filter, Row
from surveys.theme import GistReader, Theme
from surveys.theme_count import (
    Heard,
    Shift,
    ThemeCount,
    ThemeCounts,
    count_themes,
    judge_shifts,
)

MOST = 30_000
"""Comments of a period that are counted, the newest: so that a year's answer takes no second."""


class ThemeStore(Protocol):
    """What counting themes asks of the store."""

    async def hear(
        self, wanted: Filter, surveys: Collection[str], limit: int, /
    ) -> Sequence[Heard]:
        """Give what comments speak of, the newest."""

    async def list_written(self, wanted: Filter, limit: int, /) -> Sequence[tuple[str, Written]]:
        """Give the newest comments, each with its language and who wrote it."""

    async def count_unread(self, version: str, /) -> int:
        """Count comments that are still to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeRow:
    """One theme: how many people speak of it, as a ``share`` of all who wrote, in how many
    comments that sound how, the scores given with them (those that are not hidden, of most answers
    first), and the share in the period before with what the change amounts to; None where there
    were too few people before.
    """

    theme: Theme
    people: int
    share: float
    comments: int
    tones: Mapping[str, int]
    scores: tuple[Row, ...] = ()
    before: float | None = None
    shift: Shift = field(default_factory=Shift)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeTable:
    """What customers speak of: the themes of at least ``minimum`` people, the most common first,
    and those of fewer, which are not counted aloud. ``hidden`` where so few wrote at all.
    ``cut``: only the newest `MOST` comments are counted. ``unread`` are not read yet.
    """

    minimum: int
    people: int = 0
    comments: int = 0
    hidden: bool = False
    rows: tuple[ThemeRow, ...] = ()
    few: tuple[Theme, ...] = ()
    scores: tuple[Row, ...] = ()
    cut: bool = False
    unread: int = 0


async def count_period(
    store: ThemeStore,
    counting: Counting,
    gists: GistReader,
    wanted: Filter,
    earlier: Filter,
    surveys: Collection[str] = (),
) -> ThemeTable:
    """Count the themes of the comments ``wanted``, beside those of ``earlier``; of these surveys,
    where any are given.
    """
    heard = await store.hear(wanted, surveys, MOST)
    before = await store.hear(earlier, surveys, MOST)
    table = _lay_out(count_themes(heard), count_themes(before), counting, gists)
    unread = await store.count_unread(gists.version)
    return replace(table, cut=sum(alike.n for alike in heard) >= MOST, unread=unread)


def _lay_out(
    now: ThemeCounts, then: ThemeCounts, counting: Counting, gists: GistReader
) -> ThemeTable:
    everybody, least = now.everybody, counting.minimum
    if everybody.people < least:
        return ThemeTable(minimum=least, hidden=bool(everybody.people))
    spoken = [t for t in gists.themes if t.id in now.themes]
    shown = [t for t in spoken if now.themes[t.id].people >= least]
    shifts = judge_shifts(then, now, [t.id for t in shown])
    rows = [_row(t, now, then, shifts[t.id], counting) for t in shown]
    return ThemeTable(
        minimum=least,
        people=everybody.people,
        comments=everybody.comments,
        rows=tuple(sorted(rows, key=lambda row: -row.people)),
        few=tuple(t for t in spoken if t not in shown),
        scores=_scores(everybody, counting),
    )


def _row(
    theme: Theme, now: ThemeCounts, then: ThemeCounts, shift: Shift, counting: Counting
) -> ThemeRow:
    count = now.themes[theme.id]
    old, all_before = then.themes.get(theme.id, ThemeCount()), then.everybody.people
    known = all_before >= counting.minimum
    return ThemeRow(
        theme=theme,
        people=count.people,
        share=count.people / now.everybody.people,
        comments=count.comments,
        tones=count.tones,
        scores=_scores(count, counting),
        before=old.people / all_before if known else None,
        shift=shift if known else Shift(),
    )


def _scores(count: ThemeCount, counting: Counting) -> tuple[Row, ...]:
    rows = counting.summarise(count.scores).rows
    shown = [row for row in rows if not row.hidden and row.score is not None]
    return tuple(sorted(shown, key=lambda row: -row.n))
