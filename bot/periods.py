"""Periods: the ways staff write a stretch of days, and the days they mean. Pure.

Days are whole and in the service's time zone; ``today`` is handed in.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from bot.slips import near_period
from surveys.errors import AfterwordError

FORMS = "7d, 4w, today, last week, this month, oct, q3 2026, since 1 oct or 2026-10-01..2026-10-15"
"""What can be written, for error texts and help."""

LONGEST = 3660
"""Days. Ten years: longer is a typing mistake."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = (
    rf"(?:\d{{4}}-\d\d?-\d\d?|\d\d?\.\d\d?\.(?:\d{{4}})?|\d\d?\.? {_MONTH}(?: \d{{4}})?"
    rf"|{_MONTH} \d\d?(?: \d{{4}})?|today|yesterday)"
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = "(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?"


class PeriodError(AfterwordError):
    """What was ``written`` begins like a period and is none. The text says what can be written;
    ``near`` is what was probably meant, "" where that is not known.
    """

    def __init__(self, text: str, *, written: str = "", near: str = "") -> None:
        super().__init__(text)
        self.written, self.near = written, near


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days from ``since`` to ``until``, both included."""

    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1


def default_period(today: date) -> Period:
    """Give the period meant where none was written: the last 30 days, today included."""
    return _last(30, today)


def read_period(words: Sequence[str], today: date) -> tuple[Period, int] | None:
    """Read the longest period the words begin with; give it and how many words it took.

    None where the words do not begin like a period.

    :raises PeriodError: where they begin like one that cannot be read or has not begun yet.
    """
    text = " ".join(words[:8]).lower()
    for pattern, reader in _READERS:
        if found := pattern.match(text):
            written = found.group()
            return _checked(reader(found, today), written, today), written.count(" ") + 1
    if found := _BEGUN.match(text):
        raise _unread(found.group()[:40])
    return None


def _unread(written: str) -> PeriodError:
    said = f"I can't read {written!r} as a period."
    if near := near_period(written):
        return PeriodError(f"{said} Did you mean {near}?", written=written, near=near)
    if written[0] == "q":
        return PeriodError(f"{said} A year has q1 to q4. Write {FORMS}.")
    return PeriodError(f"{said} Write {FORMS}.")


def spell_period(period: Period) -> str:
    """Give the days in words: ``1–30 Nov 2026``, ``28 Dec 2025 – 3 Jan 2026``."""
    since, until = period.since, period.until
    if since == until:
        return spell_day(until)
    if since.year != until.year:
        return f"{spell_day(since)} – {spell_day(until)}"
    if since.month != until.month:
        return f"{since.day} {_name(since)} – {spell_day(until)}"
    return f"{since.day}–{spell_day(until)}"


def spell_day(day: date) -> str:
    """Give one day in words: ``3 Jan 2026``."""
    return f"{day.day} {_name(day)} {day.year}"


def _name(day: date) -> str:
    return _MONTHS[day.month - 1].capitalize()


def _checked(period: Period, written: str, today: date) -> Period:
    if period.since > today:
        raise PeriodError(f"{written!r} is still to come: today is {spell_day(today)}.")
    if period.since > period.until:
        raise PeriodError(f"{written!r} ends before it begins. Write the earlier day first.")
    begun = Period(since=period.since, until=min(period.until, today))
    if begun.days > LONGEST:
        raise PeriodError(f"{written!r} is longer than ten years. Write a shorter period.")
    return begun


def _last(days: int, today: date) -> Period:
    return Period(since=today - timedelta(days=days - 1), until=today)


def _read_span(found: re.Match[str], today: date) -> Period:
    count, unit = int(found["count"] or 1), found["unit"][0]
    days = {"h": -(-count // 24), "d": count, "w": count * 7}.get(unit)
    if days is None:
        days = _months_back(count * {"m": 1, "q": 3, "y": 12}[unit], today)
    if not 1 <= days <= LONGEST:
        raise PeriodError(f"{found.group()!r} is not between 1 day and ten years. Write {FORMS}.")
    return _last(days, today)


def _months_back(count: int, today: date) -> int:
    """Give how many days so many months are that end today; too many beyond ten years.

    Three months to 31 May begin on 1 March: what would begin on a 31 February begins a month later.
    """
    if count > LONGEST // 30:
        return LONGEST + 1
    index = today.year * 12 + today.month - 1 - count
    first = date(index // 12, index % 12 + 1, 1)
    last = _months(first.year, first.month, 1).until
    since = first.replace(day=min(today.day, last.day)) + timedelta(days=1)
    return (today - since).days + 1


def _read_to_date(found: re.Match[str], today: date) -> Period:
    unit = {"y": "year", "q": "quarter", "m": "month"}[found.group()[0]]
    return Period(since=_BEGINNINGS[unit](today), until=today)


def _read_week(found: re.Match[str], today: date) -> Period:
    """Read a numbered week (ISO 8601); without a year the latest that has begun."""
    number, written = int(found["week"]), found["year"]
    for year in [int(written)] if written else (today.year + 1, today.year, today.year - 1):
        with suppress(ValueError):
            first = date.fromisocalendar(year, number, 1)
            if written or first <= today:
                return Period(since=first, until=first + timedelta(days=6))
    raise PeriodError(f"{found.group()!r} is not a week of the calendar. Write week 46.")


def _read_named(found: re.Match[str], today: date) -> Period:
    """Read this or last week (Monday to Sunday), month, quarter or year."""
    begin = _BEGINNINGS[found["unit"]]
    first = begin(today)
    if found["which"] == "this":
        return Period(since=first, until=today)
    until = first - timedelta(days=1)
    return Period(since=begin(until), until=until)


_BEGINNINGS: dict[str, Callable[[date], date]] = {
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: date(day.year, (day.month - 1) // 3 * 3 + 1, 1),
    "year": lambda day: date(day.year, 1, 1),
}


def _read_quarter(found: re.Match[str], today: date) -> Period:
    month = int(found["quarter"]) * 3 - 2
    return _months(_year(found["year"], month, today), month, 3)


def _read_month(found: re.Match[str], today: date) -> Period:
    month = _MONTHS.index(found["name"][:3]) + 1
    return _months(_year(found["year"], month, today), month, 1)


def _read_numbered(found: re.Match[str], _today: date) -> Period:
    year, month = int(found["year"]), int(found["month"] or 1)
    if not 1 <= month <= 12 or not 1900 <= year <= 9000:
        raise PeriodError(f"{found.group()!r} is not a month or year. Write {FORMS}.")
    return _months(year, month, 1 if found["month"] else 12)


def _read_since(found: re.Match[str], today: date) -> Period:
    return Period(since=_day(found["day"], today), until=today)


def _read_range(found: re.Match[str], today: date) -> Period:
    until = _day(found["until"], today)
    return Period(since=_day(found["since"], until), until=until)


def _read_day(found: re.Match[str], today: date) -> Period:
    day = _day(found.group(), today)
    return Period(since=day, until=day)


def _months(year: int, month: int, count: int) -> Period:
    ends = year * 12 + month - 1 + count
    until = date(ends // 12, ends % 12 + 1, 1) - timedelta(days=1)
    return Period(since=date(year, month, 1), until=until)


def _year(written: str | None, month: int, today: date) -> int:
    """Give the year written, else the latest one in which that month has begun."""
    if written:
        return int(written)
    return today.year if month <= today.month else today.year - 1


def _day(written: str, today: date) -> date:
    """Read one day; one without a year is the latest that is not after ``today``."""
    if written in ("today", "yesterday"):
        return today - timedelta(days=written == "yesterday")
    if written[:3] in _WEEKDAYS:
        return today - timedelta(days=(today.weekday() - _WEEKDAYS.index(written[:3])) % 7)
    numbers = [int(part) for part in re.findall(r"\d+", written)]
    if name := re.search(_MONTH, written):
        numbers.insert(1, _MONTHS.index(name.group()[:3]) + 1)
    if written[:4].isdecimal():
        numbers.reverse()
    day, month, *rest = numbers
    # Nine years back reach a 29 February from anywhere, the skipped one of 2100 included.
    for year in rest or range(today.year, today.year - 9, -1):
        with suppress(ValueError):
            if (found := date(year, month, day)) <= today or rest:
                return found
    raise PeriodError(f"{written!r} is not a day of the calendar.")


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"{text}(?= |$)", re.ASCII)


_BEGUN = re.compile(r"(?:since|last|this|past)(?: \S+|$)|q\d\S*|week \d\S*|\d\S*", re.ASCII)
"""What no other word of a command begins with."""


_UNIT = "h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?|months?|quarters?|years?"
_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Period]], ...] = (
    (
        _pattern(rf"(?:from )?(?P<since>{_DAY}) ?(?:\.\.|…|–|-|to|until) ?(?P<until>{_DAY})"),
        _read_range,
    ),
    (_pattern(rf"between (?P<since>{_DAY}) and (?P<until>{_DAY})"), _read_range),
    (_pattern(rf"since (?:last )?(?P<day>{_DAY}|{_WEEKDAY})"), _read_since),
    (
        _pattern(rf"(?:(?:last|past|previous) )?(?P<count>\d{{1,6}}) ?(?P<unit>{_UNIT})"),
        _read_span,
    ),
    (_pattern(r"past (?P<count>)(?P<unit>day|week|month|quarter|year)"), _read_span),
    (_pattern(r"(?:week|wk|w) ?(?P<week>\d\d?)(?: (?P<year>20\d\d))?"), _read_week),
    (_pattern(r"(?:[yqm]td|(?:year|quarter|month) to date)"), _read_to_date),
    (_pattern(_DAY), _read_day),
    (_pattern(r"(?P<which>this|last|previous) (?P<unit>week|month|quarter|year)"), _read_named),
    (_pattern(r"q(?P<quarter>[1-4])(?: (?P<year>20\d\d))?"), _read_quarter),
    (_pattern(rf"(?P<name>{_MONTH})(?: (?P<year>20\d\d))?"), _read_month),
    (_pattern(r"(?P<year>\d{4})(?:-(?P<month>\d\d?))?"), _read_numbered),
)
"""Longest first: the first that matches wins."""
