"""Cases in a report: what went wrong in these days, how soon somebody was in touch, and whether it
was put right. Deeds count when they were done, so that reports side by side add up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.commands.phrases import fold
from bot.periods import Period
from bot.reports.blocks import Block, Head, Line, Table
from bot.reports.words import Words
from surveys.casework import CaseCounts, CaseList
from surveys.recovery import Fate, Recovered, sum_up

MOST_CAUSES = 10
"""Causes in one report, the most common ones."""

_NAME = 40


class CaseStore(Protocol):
    """What is asked of the store about cases."""

    async def sum_cases(self, wanted: CaseList, now: datetime, /) -> CaseCounts:
        """Count open cases."""

    async def read_fates(
        self, wanted: CaseList, since: datetime, until: datetime, /
    ) -> Sequence[Fate]:
        """Give what became of the cases to which something happened in a stretch of time."""


class Desk(Protocol):
    """Where figures come from: `bot.reports.contents.Office`."""

    @property
    def store(self) -> CaseStore:
        """Where cases are kept."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone days are in."""

    @property
    def cases(self) -> bool:
        """Whether bad answers become cases here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFigures:
    """``done`` is what happened in the days of a report; ``waiting`` what is open as of ``now``."""

    done: Recovered
    waiting: CaseCounts
    now: datetime


async def read_cases(
    desk: Desk, wanted: CaseList, period: Period, now: datetime
) -> CaseFigures | None:
    """Give a period's figures of these teams and surveys; None where there are no cases and bad
    answers do not become any.
    """
    since = datetime.combine(period.since, time(), desk.zone)
    until = min(datetime.combine(period.until + timedelta(days=1), time(), desk.zone), now)
    done = sum_up(await desk.store.read_fates(wanted, since, until), since, until)
    waiting = await desk.store.sum_cases(wanted, now)
    if not (desk.cases or done or waiting.open):
        return None
    return CaseFigures(done=done, waiting=waiting, now=now)


def tell_cases(figures: CaseFigures, words: Words) -> Sequence[Block]:
    """Give the part of a report that is about cases."""
    done = figures.done
    lines = [_opened(done, words), _waiting(figures, words), *_contact(done, words)]
    if not done:
        lines[0] = words.say("cases_none")
    blocks: list[Block] = [Head(text=words.say("cases"))]
    blocks += [Line(text=line) for line in (*lines, *_recovery(done, words))]
    return [*blocks, *_causes(done, words)]


def done_lines(done: Recovered, words: Words) -> Sequence[str]:
    """Say in a line each what was done: opened and solved, how soon, whether it was put right."""
    return (_opened(done, words), *_contact(done, words), *_recovery(done, words))


def _opened(done: Recovered, words: Words) -> str:
    text = words.say("cases_done", opened=words.whole(done.opened), solved=words.whole(done.solved))
    missed = (
        words.say("cases_unreachable", n=words.whole(done.unreachable)) if done.unreachable else ""
    )
    return f"{text}{missed}"


def _waiting(figures: CaseFigures, words: Words) -> str:
    waiting = figures.waiting
    if not waiting.open or waiting.oldest is None:
        return words.say("cases_none_open")
    age = spell_wait(figures.now - waiting.oldest, words)
    late = words.say("cases_late", n=words.whole(waiting.late)) if waiting.late else ""
    return words.say("cases_open", n=words.whole(waiting.open), age=age) + late


def _contact(done: Recovered, words: Words) -> Iterator[str]:
    if done.first_contact is not None:
        wait = spell_wait(done.first_contact, words)
        yield words.say("first_contact", wait=wait, n=words.whole(done.contacted))
    if done.promised:
        share = words.percent(done.in_time / done.promised)
        yield words.say(
            "in_time", n=words.whole(done.in_time), of=words.whole(done.promised), share=share
        )


def _recovery(done: Recovered, words: Words) -> Iterator[str]:
    if done.answered:
        low, high = words.percent(done.interval.low), words.percent(done.interval.high)
        yield words.say(
            "recovered",
            n=words.whole(done.recovered),
            of=words.whole(done.answered),
            share=words.percent(done.recovered / done.answered),
            interval=words.say("interval", low=low, high=high),
        )


def _causes(done: Recovered, words: Words) -> Sequence[Block]:
    """Count what the cases were closed with; what is beyond the most common ones is one row."""
    if not done.causes:
        return []
    all_of_them = sum(n for _, n in done.causes)
    shown = [(fold(cause, _NAME), n) for cause, n in done.causes[:MOST_CAUSES]]
    rest = all_of_them - sum(n for _, n in shown)
    rows = tuple(
        (cause, words.whole(n), words.percent(n / all_of_them))
        for cause, n in (*shown, *([(words.say("other_causes"), rest)] if rest else []))
    )
    title = words.say("cause")
    header = (title, words.say("count"), words.say("share"))
    return [Table(header=header, rows=rows, title=title)]


def spell_wait(wait: timedelta, words: Words) -> str:
    """Give a stretch of time in the two largest units that matter."""
    minutes = round(wait.total_seconds() / 60)
    if minutes < 60:
        return words.say("wait_minutes", m=minutes)
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return words.say("wait_hours", h=hours, m=rest)
    return words.say("wait_days", d=hours // 24, h=hours % 24)
