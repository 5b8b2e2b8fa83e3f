"""Asked: what a reader of the results page wants to see, read from the address. Pure.

The words mean what they mean in a command (`bot.commands.grammar`), and what cannot be read is
answered with the same sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from bot.commands.context import Context
from bot.commands.grammar import Request, Vocabulary, read_request, split_line
from bot.commands.phrases import clean, fold
from bot.periods import FORMS, Period, PeriodError, read_period
from surveys.report import Filter
from surveys.tone import Tone

NAMES = ("survey", "metric", "period", "channel", "team", "agent", "language")
"""The filters, in the order in which the form has them."""

WORDS, PAGE, THEME, TONE = "q", "page", "theme", "tone"
_LIMITS = tuple(name for name in NAMES if name != "period")
_LONGEST = 120
_MOST_WORDS = 8
_LAST_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``given`` are the filters as they were written, cleaned, empty ones left out. ``words``,
    ``theme`` and ``tone`` limit the comments only.
    """

    request: Request
    given: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    page: int = 1
    theme: str = ""
    tone: str = ""

    def address(self, **change: str | int) -> str:
        """Give the address of the same page with something changed; "" takes a filter away."""
        said = {WORDS: self.words, THEME: self.theme, TONE: self.tone}
        asked: dict[str, str | int] = {**self.given, **said, **change}
        return "?" + urlencode({name: value for name, value in asked.items() if value})


def read_given(query: Mapping[str, str]) -> dict[str, str]:
    """Give the filters of an address as they were written."""
    found = {name: clean(query.get(name, ""))[:_LONGEST] for name in NAMES}
    return {name: value for name, value in found.items() if value}


def read_asked(query: Mapping[str, str], context: Context) -> tuple[Asked, Filter]:
    """Give what is asked for, and which rows that is: never more than the reader may see.

    :raises GrammarError: where a name means nothing, or a team is not the reader's.
    :raises PeriodError: where the period cannot be read.
    """
    given = read_given(query)
    limits: dict[str, Any] = {
        name: _read_name(name, given[name], context.vocabulary, context.today)
        for name in _LIMITS
        if name in given
    }
    written = given.get("period", "")
    period = _read_period(written, context.today) if written else None
    words = clean(query.get(WORDS, ""))[:_LONGEST]
    looked_for = split_line(f"/comments {words}")[1][:_MOST_WORDS]
    request = Request(**limits, period=period, about=tuple(dict.fromkeys(looked_for)))
    theme, tone = query.get(THEME, ""), query.get(TONE, "")
    asked = Asked(
        request=request,
        given=given,
        words=words,
        page=_read_page(query.get(PAGE, "")),
        # What is gone from the file limits nothing.
        theme=theme if context.config.gists.theme(theme) else "",
        tone=tone if tone in tuple(Tone) else "",
    )
    return asked, context.filter(request)


def write_query(request: Request) -> str:
    """Give the query of the page that shows what a command asked for, "" for all of it."""
    asked = {name: getattr(request, name) for name in _LIMITS}
    if request.period:
        asked["period"] = f"{request.period.since}..{request.period.until}"
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"?{query}" if query else ""


def _read_name(kind: str, value: str, vocabulary: Vocabulary, today: date) -> str:
    found: str = getattr(read_request((kind, value), vocabulary, today), kind)
    return found


def _read_period(written: str, today: date) -> Period:
    words = tuple(written.split())
    found = read_period(words, today)
    if found is None or found[1] < len(words):
        raise PeriodError(f"I can't read '{fold(written, 40)}' as a period. Write {FORMS}.")
    return found[0]


def _read_page(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        return 1
    return min(max(int(text), 1), _LAST_PAGE)
