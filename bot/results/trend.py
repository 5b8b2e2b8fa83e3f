"""Trend: a period cut into stretches of days, weeks or months, each counted for itself. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.commands.periods import Period, spell_day, spell_period
from surveys.report import Tally

_DAYS, _WEEKS = 14, 120
"""Up to so many days a stretch is a day, or a week; above that, a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Part of a period: ``name`` is the group its counts are in, ``label`` is short, for an axis,
    ``words`` says all of it.
    """

    name: str
    label: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How a period is cut: ``by`` is what the store groups by, ``name_of`` gives the name of the
    stretch one of the store's groups is in.
    """

    by: str
    stretches: tuple[Stretch, ...]
    name_of: Callable[[str], str]


def cut(period: Period) -> Cut:
    """Cut a period; weeks are counted back from its last day, so that each is whole but the
    first.
    """
    if period.days <= _DAYS:
        days = [period.since + timedelta(days=n) for n in range(period.days)]
        return Cut(by="day", stretches=tuple(_day(day) for day in days), name_of=str)
    if period.days <= _WEEKS:
        return _weeks(period)
    return _months(period)


def regroup(tally: Tally, how: Cut) -> Tally:
    """Give counts that the store grouped as ``how.by`` says in groups of stretches."""
    values = tuple(replace(v, group=how.name_of(v.group)) for v in tally.values)
    return Tally(values=values, flows=())


def _day(day: date) -> Stretch:
    return Stretch(name=f"{day:%Y%m%d}", label=_short(day), words=spell_day(day))


def _weeks(period: Period) -> Cut:
    stretches = []
    until = period.until
    while until >= period.since:
        since = max(until - timedelta(days=6), period.since)
        words = spell_period(Period(since=since, until=until))
        stretches.append(Stretch(name=f"{until:%Y%m%d}", label=_short(since), words=words))
        until -= timedelta(days=7)

    def name_of(group: str) -> str:
        day = date(int(group[:4]), int(group[4:6]), int(group[6:]))
        back = (period.until - day).days // 7
        return f"{period.until - timedelta(days=7 * back):%Y%m%d}"

    return Cut(by="day", stretches=tuple(reversed(stretches)), name_of=name_of)


def _months(period: Period) -> Cut:
    months = []
    first = period.since.replace(day=1)
    while first <= period.until:
        label = f"{spell_day(first)[2:5]} {first:%y}"
        words = spell_day(first)[2:]
        months.append(Stretch(name=f"{first:%Y%m}", label=label, words=words))
        first = (first + timedelta(days=31)).replace(day=1)
    return Cut(by="month", stretches=tuple(months), name_of=str)


def _short(day: date) -> str:
    return " ".join(spell_day(day).split()[:2])
