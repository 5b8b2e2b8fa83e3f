"""Words: the fixed texts of reports, in every shipped language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from bot.commands.phrases import round_half_up
from surveys.dates import spell_date
from surveys.metric import METRICS, Scoring
from surveys.report import Row

_FILE = Path(__file__).with_name("words.json")
_COMMA = frozenset({"fi", "de", "hr", "lv"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's texts, by key; numbers and dates as that language writes them."""

    code: str
    texts: Mapping[str, str]

    def say(self, key: str, /, **given: object) -> str:
        """Give a text with its ``{names}`` filled in."""
        return self.texts[key].format(**given)

    def days(self, since: date, until: date) -> str:
        """Give a stretch of days."""
        one, two = spell_date(self.code, since), spell_date(self.code, until)
        return one if one == two else f"{one} – {two}"

    def number(self, value: float) -> str:
        """Give a number with at most one decimal."""
        tenths = round_half_up(value * 10)
        text = f"{tenths / 10:.0f}" if tenths % 10 == 0 else f"{tenths / 10:.1f}"
        return text.replace(".", ",") if self.code in _COMMA else text

    def percent(self, share: float) -> str:
        """Give a share of one as whole percent."""
        return f"{round_half_up(100 * share)} %"

    def value(self, row: Row, value: float | None) -> str:
        """Give a score of a row's metric: ``+42``, ``86 %``, ``5,8``."""
        if value is None:
            return "–"
        scoring = METRICS[row.metric].scoring if row.metric in METRICS else Scoring.MEAN
        if scoring is Scoring.NET:
            return self.signed(value)
        return self.percent(value / 100) if scoring is Scoring.SHARE else self.number(value)

    def signed(self, value: float) -> str:
        """Give whole points with their sign."""
        points = round_half_up(value)
        return f"{'+' if points > 0 else '−' if points < 0 else ''}{abs(points)}"

    def more(self, row: Row, by: float) -> str:
        """Give a difference of a row's scores with its sign."""
        if METRICS[row.metric].scoring is not Scoring.MEAN:
            return self.signed(by)
        size = self.number(abs(by))
        return size if size == "0" else f"{'+' if by > 0 else '−'}{size}"


def words_of(code: str) -> Words:
    """Give the texts of a language: its own, its base's, else English."""
    known = _all()
    found = next((c for c in (code, code.partition("-")[0]) if c in known), "en")
    return Words(code=found, texts=known[found])


@cache
def _all() -> Mapping[str, Mapping[str, str]]:
    read: Mapping[str, Mapping[str, str]] = json.loads(_FILE.read_text("utf-8"))
    return read
