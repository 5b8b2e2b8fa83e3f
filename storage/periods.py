"""Periods: whole months (yyyymm) and whole days (yyyymmdd), by number. Pure.

A period's number says which of both it is, so that sums of both are kept in one table.
"""

from datetime import date, timedelta

FIRST_DAY = 1_000_000
"""Numbers from here on are days."""


def month_number(day: date) -> int:
    """Give the month a day is in."""
    return day.year * 100 + day.month


def day_number(day: date) -> int:
    """Give a day's number."""
    return month_number(day) * 100 + day.day


def read_day(number: int) -> date:
    """Give the day of a number."""
    return date(number // 10_000, number // 100 % 100, number % 100)


def begins(period: int) -> date:
    """Give a period's first day."""
    return read_day(period if period >= FIRST_DAY else period * 100 + 1)


def begins_after(period: int) -> date:
    """Give the first day after a period."""
    first = begins(period)
    if period >= FIRST_DAY:
        return first + timedelta(days=1)
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def days_from(first: date, until: date) -> list[int]:
    """Give the days from ``first`` to before ``until``."""
    return [day_number(first + timedelta(days=n)) for n in range((until - first).days)]


def months_from(first: date, until: date) -> list[int]:
    """Give the months from that of ``first`` to before that of ``until``."""
    end = until.year * 12 + until.month - 1
    numbers = range(first.year * 12 + first.month - 1, end)
    return [n // 12 * 100 + n % 12 + 1 for n in numbers]


def months_within(first: date, last: date) -> list[int]:
    """Give the months all of whose days are from ``first`` to ``last``."""
    one = timedelta(days=1)
    return months_from(first - one, last + one)[1:]
