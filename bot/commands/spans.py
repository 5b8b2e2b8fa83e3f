"""Spans: a period cut into days, weeks or months, and the period to compare it with. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.periods import Period, spell_day

MOST_STEPS = 36
"""Points of one trend: more cannot be told apart on a phone."""

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One step of a period: ``since`` to ``until``, cut where the period ends. ``whole`` is false
    where only a part of the step is inside; ``first`` is the step's own first day.
    """

    first: date
    since: date
    until: date
    label: str
    whole: bool


def usual_step(period: Period) -> str:
    """Give the step that gives a readable number of points: days, weeks, then months."""
    if period.days <= 31:
        return "day"
    return "week" if period.days <= 200 else "month"


def cut(period: Period, step: str) -> tuple[Span, ...]:
    """Cut a period into steps, oldest first; weeks begin on Monday."""
    spans = []
    first = _begin(period.since, step)
    while first <= period.until:
        last = _end(first, step)
        since, until = max(first, period.since), min(last, period.until)
        spans.append(
            Span(
                first=first,
                since=since,
                until=until,
                label=_label(first, step),
                whole=(since, until) == (first, last),
            )
        )
        first = last + timedelta(days=1)
    return tuple(spans)


def span_of(day: date, step: str) -> str:
    """Give the label of the step a day belongs to, as `cut` has it."""
    return _label(_begin(day, step), step)


def before(period: Period) -> Period:
    """Give the period to compare with: as much of the calendar unit before, else as many days.

    The 1st to 21st of a month are compared with the 1st to 21st of the month before, a whole month
    with the whole one before, Monday to Wednesday with the Monday to Wednesday of last week.
    """
    for step in ("week", "month", "quarter", "year"):
        first = _begin(period.since, step)
        last = _end(first, step)
        if period.since == first and period.until <= last:
            until = first - timedelta(days=1)
            since = _begin(until, step)
            if period.until < last:
                until = min(until, since + (period.until - period.since))
            return Period(since=since, until=until)
    length = timedelta(days=period.days)
    return Period(since=period.since - length, until=period.until - length)


def _begin(day: date, step: str) -> date:
    if step == "week":
        return day - timedelta(days=day.weekday())
    if step == "month":
        return day.replace(day=1)
    if step == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return day.replace(month=1, day=1) if step == "year" else day


def _end(first: date, step: str) -> date:
    if step == "week":
        return first + _WEEK - timedelta(days=1)
    months = {"month": 1, "quarter": 3, "year": 12}.get(step)
    if months is None:
        return first
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1) - timedelta(days=1)


def _label(first: date, step: str) -> str:
    """Give the name of a step: its first day, or its month."""
    day = spell_day(first)
    return day.split(" ", 1)[1] if step == "month" else day
