"""Paper: a plan as text for a terminal of eighty columns."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import TextIO

from bot.config.faults import printable
from bot.plan.difference import Difference
from bot.plan.facts import Facts
from bot.plan.forecast import Forecast

WIDTH = 80
_BAR = 24
_REASONS = 12
_QUIET = 3
"""Days in a row without a message above which they share a line."""


def print_plan(facts: Facts, out: TextIO) -> None:
    """Write a plan."""
    out.writelines(f"{printable(line)}\n" for line in _lines(facts))


def _lines(facts: Facts) -> Iterator[str]:
    forecast = facts.forecast
    yield from _head(facts)
    yield ""
    yield from _timeline(forecast)
    yield ""
    yield from _rules(forecast)
    yield from _reasons(forecast)
    yield from _people(forecast)
    yield from _budgets(facts)
    if facts.difference:
        yield from _difference(facts.difference)
    yield from _verdict(facts)


def _head(facts: Facts) -> Iterator[str]:
    forecast = facts.forecast
    zone = forecast.zone
    first = forecast.start.astimezone(zone)
    last = (forecast.start + timedelta(days=forecast.days)).astimezone(zone)
    yield _cut(f"Plan of {facts.name} for {forecast.days} days")
    yield f"{first:%a %d %b %H:%M} to {last:%a %d %b %Y %H:%M} ({zone.key})"
    yield from facts.assumptions()
    asked = sum(1 for times in forecast.asked.values() if times)
    yield ""
    yield (
        f"{forecast.sent.total():,} messages: {forecast.count(kind='ask'):,} questions, "
        f"{forecast.count(kind='remind'):,} reminders, "
        f"{forecast.count(kind='fallback'):,} over another channel"
    )
    yield (
        f"{asked:,} of {forecast.people:,} people are asked; {forecast.concerned('hold'):,} wait "
        f"at least once, {forecast.concerned('skip'):,} are left out at least once"
    )


def _timeline(forecast: Forecast) -> Iterator[str]:
    """Give a line a day; several days in a row without a message share one."""
    channels = forecast.channels()[:4]
    by_day = forecast.by("day")
    by_channel = forecast.by("day", "channel")
    most = max(by_day.values(), default=1)
    room = min(_BAR, WIDTH - 21 - 10 * len(channels))
    yield f"{'day':<11}{'messages':>9}" + "".join(f"{c[:9]:>10}" for c in channels)
    for busy, run in groupby(forecast.dates(), key=lambda day: by_day[(day,)] > 0):
        days = list(run)
        if not busy and len(days) > _QUIET:
            yield f"{days[0]:%a %d %b} to {days[-1]:%a %d %b}: none on {len(days)} days"
            continue
        for day in days:
            number = by_day[(day,)]
            cells = "".join(_cell(by_channel[day, c], 10) for c in channels)
            bar = "█" * round(room * number / most)
            yield f"{day:%a %d %b} {_cell(number, 9)}{cells} {bar}".rstrip()


def _cell(number: int, width: int) -> str:
    return f"{number:,}".rjust(width) if number else "-".rjust(width)


def _rules(forecast: Forecast) -> Iterator[str]:
    yield f"{'rule':<36}{'asked':>9}{'reminded':>10}{'turned':>8}{'held':>8}{'left out':>9}"
    sent, turned = forecast.by("rule", "kind"), forecast.turned
    for rule in forecast.rules():
        held = sum(n for one, n in turned.items() if (one.rule, one.verdict) == (rule, "hold"))
        out = sum(n for one, n in turned.items() if (one.rule, one.verdict) == (rule, "skip"))
        yield (
            f"{(rule or '(gone)')[:35]:<36}{sent[rule, 'ask']:>9,}{sent[rule, 'remind']:>10,}"
            f"{sent[rule, 'fallback']:>8,}{held:>8,}{out:>9,}"
        )


def _reasons(forecast: Forecast) -> Iterator[str]:
    for verdict, title in (("hold", "Held back, and why"), ("skip", "Left out, and why")):
        found = [(one, n) for one, n in forecast.turned.most_common() if one.verdict == verdict]
        if found:
            yield ""
            yield title
        for one, number in found[:_REASONS]:
            yield _cut(f"{number:>9,}  {one.rule}: {one.why}")
        if len(found) > _REASONS:
            yield f"{sum(n for _, n in found[_REASONS:]):>9,}  for other reasons"


def _people(forecast: Forecast) -> Iterator[str]:
    shares = forecast.shares()
    if not shares:
        return
    yield ""
    yield "How often one person is asked"
    for times in sorted(shares)[:8]:
        yield f"{shares[times]:>9,}  {'once' if times == 1 else f'{times} times'}"
    named = ", ".join(f"{who} ({asked}, {told})" for who, asked, told in forecast.asked_most()[:5])
    yield _cut(f"asked most, by number (asked, messages): {named}")


def _budgets(facts: Facts) -> Iterator[str]:
    for load in facts.budgets():
        yield ""
        yield (
            f"{load.channel}: {load.messages:,} messages; most on {load.day:%a %d %b}: "
            f"{load.busiest:,} of {load.most:,} a day (daily_max)"
        )
        if load.full:
            yield f"  on {load.full} of {facts.forecast.days} days the budget is used up"


def _difference(difference: Difference) -> Iterator[str]:
    yield ""
    yield f"Against {difference.name}"
    for line in difference.lines():
        yield _cut(f"  {line}")


def _verdict(facts: Facts) -> Iterator[str]:
    yield ""
    for breach in facts.breaches:
        yield from _wrapped(f"TOO MUCH  {breach.key}: {breach.says}")
    if facts.breaches:
        return
    yield (
        "within the limits of the file"
        if facts.has_limits
        else ("no limits: block in the file, so nothing is too much (docs/plan.md)")
    )


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def _wrapped(text: str) -> Sequence[str]:
    import textwrap  # noqa: PLC0415 - here only

    return textwrap.wrap(text, WIDTH, subsequent_indent="          ")
