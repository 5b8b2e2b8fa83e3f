"""Schedules as people write them: plain words ("first monday of jan, apr at 10:00") or cron."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from bot.config.faults import nearest
from bot.config.units import UnfitError
from scheduler.schedule import (
    EVERY_DAY,
    EVERY_MONTH,
    EVERY_WEEKDAY,
    LAST,
    Schedule,
)

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "last": LAST,
    **{f"{n}{end}": n for n in range(1, 32) for end in ("st", "nd", "rd", "th", ".")},
}
_WHOLE: dict[str, dict[str, frozenset[int]]] = {
    "daily": {},
    "weekdays": {"weekdays": frozenset(range(5))},
    "weekday": {"weekdays": frozenset(range(5))},
    "workdays": {"weekdays": frozenset(range(5))},
    "weekends": {"weekdays": frozenset({5, 6})},
    "weekend": {"weekdays": frozenset({5, 6})},
    "weekly": {"weekdays": frozenset({0})},
    "monthly": {"days": frozenset({1})},
    "quarterly": {"days": frozenset({1}), "months": frozenset({1, 4, 7, 10})},
    "yearly": {"days": frozenset({1}), "months": frozenset({1})},
}
_FILLERS = frozenset({"every", "each", "of", "the", "on", "in", "and", "month", "day", "days", "&"})
_HINT = "write for example: every monday at 10:00, first monday of jan, apr at 10:00, or 0 10 * * 1"
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?\s?(am|pm)?")
_WORD = re.compile(r"[^\s,]+")
_CRON = re.compile(r"[0-9*/,\-]+( [0-9*/,\-]+){2}( [0-9*/,\-a-z]+){2}")
_COUNTED = re.compile(
    r"\b(?:every|each)\s+((?:[0-9]+|two|three|other|second)\s+(?:day|week|month)s?)\b"
)
_COUNTED_HINT = "name the days: mondays and thursdays at 10:00, first and third tuesday at 10:00"
_UNKNOWN = {
    "other": f"a schedule does not count on from a first time; {_COUNTED_HINT}",
    "quarter": "name its months: first monday of jan, apr, jul, oct at 10:00",
    "year": "name its month: first monday of jan at 10:00",
    "week": "name its day: monday at 10:00",
}
"""What to write instead of words that somebody would expect."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_schedule(value: object) -> Schedule:
    """Read a schedule in plain words or as cron's five fields.

    In cron, unlike in the old ones, a day must fit both its day of the month and its weekday.

    :raises UnfitError: with the column of what could not be read.
    """
    if not isinstance(value, str) or not value.strip():
        raise UnfitError("a schedule is expected here", hint=_HINT)
    plain = re.sub(r"\s+", " ", value.strip().lower())
    if _CRON.fullmatch(plain):
        return _read_cron(plain, value)
    return _Words(value).read()


# Plain words


@dataclass(slots=True)
class _Words:
    """Reads one schedule word by word."""

    source: str
    ordinals: set[int] = field(default_factory=set)
    numbers: set[int] = field(default_factory=set)
    weekdays: set[int] = field(default_factory=set)
    months: set[int] = field(default_factory=set)
    days: set[int] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    times: list[time] = field(default_factory=list)
    whole: bool = False

    def read(self) -> Schedule:
        if found := _COUNTED.search(self.source.lower()):
            what = f"{found[0]!r}: a schedule does not count on from a first time"
            raise UnfitError(what, hint=_COUNTED_HINT, column=found.start() + 1)
        at = False
        for word, column in self._words():
            if word == "at":
                at = True
            elif at or ":" in word:
                self._time(word, column)
            elif word not in _FILLERS:
                self._day(word, column)
            elif word in {"day", "days"}:
                self.whole = True
        return self._made()

    def _words(self) -> Iterator[tuple[str, int]]:
        for found in _WORD.finditer(self.source.lower()):
            yield found[0], found.start() + 1

    def _time(self, word: str, column: int) -> None:
        if word in {"and", "&"}:
            return
        if word in {"noon", "midnight"}:
            self.times.append(time(12 if word == "noon" else 0))
            return
        found = _CLOCK.fullmatch(word)
        hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
        if found and found[3]:
            hour = hour % 12 + (12 if found[3] == "pm" else 0) if 0 < hour <= 12 else 24
        if hour > 23 or minute > 59:
            raise UnfitError(f"{word!r} is no time of day", hint="write 10:00", column=column)
        self.times.append(time(hour, minute))

    def _day(self, word: str, column: int) -> None:
        if word in _WHOLE:
            self._add(_WHOLE[word])
            self.whole = True
        elif word in _ORDINALS:
            self.ordinals.add(_ORDINALS[word])
        elif word.isdecimal() and 1 <= int(word) <= 31:
            self.numbers.add(int(word))
        elif _DATE.fullmatch(word):
            self._date(word, column)
        elif not self._range(word):
            self._unknown(word, column)

    def _add(self, given: dict[str, frozenset[int]]) -> None:
        for name, values in given.items():
            getattr(self, name).update(values)

    def _date(self, word: str, column: int) -> None:
        try:
            day = date.fromisoformat(word)
        except ValueError:
            raise UnfitError(f"there is no day {word}", hint=_HINT, column=column) from None
        self._add(
            {
                "years": frozenset({day.year}),
                "months": frozenset({day.month}),
                "days": frozenset({day.day}),
            }
        )

    def _range(self, word: str) -> bool:
        begin, dash, end = word.partition("-")
        for names, into in ((_WEEKDAYS, self.weekdays), (_MONTHS, self.months)):
            first, last = _position(begin, names), _position(end or begin, names)
            if first is not None and last is not None and (end or not dash):
                shift = 1 if names is _MONTHS else 0
                into.update(n + shift for n in _round(first, last, len(names)))
                return True
        return False

    def _unknown(self, word: str, column: int) -> None:
        long = [name for name in (*_ORDINALS, *_FILLERS, "noon") if len(name) > 3]
        close = nearest(word, [*_WEEKDAYS, *_MONTHS, *_WHOLE, *long])
        hint = _UNKNOWN.get(word) or (f"did you mean {close}?" if close else _HINT)
        raise UnfitError(f"{word!r} is not understood in a schedule", hint=hint, column=column)

    def _made(self) -> Schedule:
        numbered = self.numbers and (self.months or "month" in self.source.lower())
        if self.numbers and not numbered:
            number = min(self.numbers)
            end = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number // 10 != 1 else 0, "th")
            hint = f"for a day of the month write {number}{end}"
            hint = f"for a time write at {number}:00, {hint}" if number < 24 else hint
            raise UnfitError(f"{number} what?", hint=hint)
        nth = self.ordinals if self.weekdays else set()
        days = self.days | self.numbers | (set() if self.weekdays else self.ordinals)
        if not (self.whole or self.weekdays or days):
            raise UnfitError("this does not say on which days", hint=_HINT)
        if not self.times:
            hint = f"add the time: {self.source.strip()} at 10:00"
            raise UnfitError("this does not say at what time", hint=hint)
        if not nth <= {1, 2, 3, 4, 5, LAST}:
            raise UnfitError("a month has at most five of a weekday", hint="write first to fifth")
        return _checked(
            Schedule(
                times=tuple(sorted(set(self.times))),
                months=frozenset(self.months) or EVERY_MONTH,
                days=frozenset(days) or EVERY_DAY,
                weekdays=frozenset(self.weekdays) or EVERY_WEEKDAY,
                nth=frozenset(nth),
                years=frozenset(self.years),
                source=self.source.strip(),
            )
        )


def _position(word: str, names: Sequence[str]) -> int | None:
    """Give the place of a name: whole, in the plural, or its first three letters or more."""
    bare = word.rstrip(".")
    for number, name in enumerate(names):
        if bare == f"{name}s" or (len(bare) >= 3 and name.startswith(bare)):
            return number
    return None


def _round(first: int, last: int, size: int) -> Iterator[int]:
    """Give a range that may go past the end: fri-mon."""
    return ((first + n) % size for n in range((last - first) % size + 1))


def _checked(schedule: Schedule) -> Schedule:
    """Refuse days that never come, such as 31 February."""
    months = schedule.months
    longest = max((31 if m in {1, 3, 5, 7, 8, 10, 12} else 29 if m == 2 else 30) for m in months)
    if LAST not in schedule.days and min(schedule.days) > longest:
        raise UnfitError("this day never comes", hint="write last day for the end of a month")
    return schedule


# Cron


def _read_cron(plain: str, source: str) -> Schedule:
    minutes, hours, days, months, weekdays = plain.split(" ")
    columns = [found.start() + 1 for found in re.finditer(r"\S+", source)]
    weekday = _position_of(_WEEKDAYS, -1)
    return _checked(
        Schedule(
            times=tuple(
                time(hour, minute)
                for hour in sorted(_field(hours, 0, 23, columns[1]))
                for minute in sorted(_field(minutes, 0, 59, columns[0]))
            ),
            days=_field(days, 1, 31, columns[2]),
            months=_field(months, 1, 12, columns[3], _position_of(_MONTHS, 1)),
            weekdays=frozenset((d - 1) % 7 for d in _field(weekdays, 0, 7, columns[4], weekday)),
            source=source.strip(),
        )
    )


Naming = Callable[[str], int | None]


def _position_of(names: Sequence[str], shift: int) -> Naming:
    """Give how names are numbered in cron: months from 1, weekdays from Monday, 1."""
    step = 1 if shift < 0 else shift

    def number(word: str) -> int | None:
        found = _position(word, names)
        return None if found is None else found + step

    return number


def _field(
    text: str, low: int, high: int, column: int, naming: Naming | None = None
) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        begin, dash, end = ("", "", "") if span == "*" else span.partition("-")
        first = low if span == "*" else _number(begin, naming)
        last = high if span == "*" or (slash and not dash) else _number(end or begin, naming)
        every = int(step) if step.isdecimal() else 0 if slash else 1
        good = first is not None and last is not None and low <= first <= last <= high and every > 0
        if not good or first is None or last is None or (dash and not end):
            hint = f"write numbers from {low} to {high}: {low}, {low}-{high}, */2 or *"
            raise UnfitError(f"{part!r} does not fit here in cron", hint=hint, column=column)
        found.update(range(first, last + 1, every))
    return frozenset(found)


def _number(text: str, naming: Naming | None) -> int | None:
    if text.isdecimal() and len(text) < 3:
        return int(text)
    return naming(text) if naming and text else None
