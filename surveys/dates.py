"""Dates as customers read them.

The patterns are the medium ones of Unicode CLDR, release 44, in figures where a month's name would
have to be declined: https://www.unicode.org/cldr/charts/latest/by_type/date_&_time.gregorian.html
"""

from collections.abc import Mapping
from datetime import date

_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_PATTERNS: Mapping[str, str] = {
    "en": "{day} {month_name} {year}",
    "fi": "{day}.{month}.{year}",
    "de": "{day}.{month}.{year}",
    "hr": "{day}. {month}. {year}.",
    "lv": "{day:02}.{month:02}.{year}",
}


def spell_date(code: str, day: date) -> str:
    """Give a date in a language; as 2026-11-21 where we do not know how it writes one."""
    pattern = _PATTERNS.get(code.partition("-")[0], "{year}-{month:02}-{day:02}")
    return pattern.format(
        day=day.day, month=day.month, year=day.year, month_name=_ENGLISH_MONTHS[day.month - 1]
    )
