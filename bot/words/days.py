"""Days and times of day, as each language writes them. Pure.

Whole dates are `surveys.dates`'; a stretch of days leaves out what both ends share, as the interval
formats of Unicode CLDR do (https://unicode.org/reports/tr35/tr35-dates.html#intervalFormats), in
figures where a month's name would have to be declined.
"""

from datetime import date, datetime

from bot.periods import Period, spell_day, spell_period
from surveys.dates import spell_date

_DAY = {"fi": "{d}.", "de": "{d}.", "hr": "{d}.", "lv": "{d:02}."}
_DAY_MONTH = {"fi": "{d}.{m}.", "de": "{d}.{m}.", "hr": "{d}. {m}.", "lv": "{d:02}.{m:02}."}
_DASH = {"hr": " – "}


def spell_days(code: str, since: date, until: date) -> str:
    """Give a stretch of days: ``1–30 Nov 2026``, ``1.–30.11.2026``, ``1. – 30. 11. 2026.``."""
    if code not in _DAY:
        return spell_period(Period(since=since, until=until))
    last = spell_date(code, until)
    if since == until:
        return last
    if since.year != until.year:
        return f"{spell_date(code, since)} – {last}"
    pattern = _DAY if since.month == until.month else _DAY_MONTH
    return f"{pattern[code].format(d=since.day, m=since.month)}{_DASH.get(code, '–')}{last}"


def spell_short(code: str, day: date) -> str:
    """Give a day of this year, for an axis: ``3 Nov``, ``3.11.``."""
    if code not in _DAY_MONTH:
        return " ".join(spell_day(day).split()[:2])
    return _DAY_MONTH[code].format(d=day.day, m=day.month).replace(" ", "\u00a0")


def spell_month(code: str, day: date) -> str:
    """Give a month for an axis: ``Nov 26``, ``11/26``."""
    if code not in _DAY_MONTH:
        return f"{spell_day(day).split()[1]} {day:%y}"
    return f"{day.month}/{day:%y}"


def spell_clock(code: str, at: datetime, *, seconds: bool = False) -> str:
    """Give a time of day: ``14:05``, in Finnish ``14.05``."""
    text = f"{at:%H:%M:%S}" if seconds else f"{at:%H:%M}"
    return text.replace(":", ".") if code == "fi" else text


def spell_moment(code: str, at: datetime) -> str:
    """Give a day with its time: ``21 Nov 2026, 14:05``, ``21.11.2026 klo 14.05``."""
    day = spell_days(code, at.date(), at.date())
    return f"{day}{' klo' if code == 'fi' else ','} {spell_clock(code, at)}"
