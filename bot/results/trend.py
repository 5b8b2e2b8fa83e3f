"""Trend: the steps that a period is cut into on the page, as /trend cuts it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.commands.spans import Span, cut, span_of
from bot.periods import Period
from bot.words import Words

_DAYS, _WEEKS = 14, 120
"""Up to so many days a step is a day, or a week; above that, a month. Finer than that, groups soon
are too small to be shown.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """How a period is cut: ``by`` is what the store groups by, ``rename`` gives the label of the
    span that one of the store's groups is in.
    """

    by: str
    spans: tuple[Span, ...]
    rename: Callable[[str], str]


def take_steps(period: Period) -> Steps:
    """Cut a period into days, weeks or months."""
    step = "day" if period.days <= _DAYS else "week" if period.days <= _WEEKS else "month"
    by = "month" if step == "month" else "day"

    def rename(group: str) -> str:
        day = date(int(group[:4]), int(group[4:6]), int(group[6:] or 1))
        return span_of(day, step)

    return Steps(by=by, spans=cut(period, step), rename=rename)


def short_label(span: Span, words: Words) -> str:
    """Give the label of a span for an axis: ``2 Nov``, or ``Nov 2026``."""
    month = len(span.label.split()) == 2
    return span.label if month and words.code == "en" else words.axis(span.first, month=month)
