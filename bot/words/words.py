"""Words: the fixed texts colleagues read, with numbers and dates as their language writes them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from bot.words.days import spell_days, spell_moment, spell_month, spell_short
from bot.words.rounding import round_half_up
from surveys.dates import spell_date
from surveys.interval import Interval
from surveys.metric import METRICS, Scoring
from surveys.plural import OTHER, plural
from surveys.report import Row

_BOT = Path(__file__).parents[1]
FILES = (_BOT / "reports" / "words.json", *sorted(Path(__file__).parent.glob("*.json")))
"""Where the texts are; a key stands in one of them only."""

_COMMA = frozenset({"fi", "de", "hr", "lv"})
_THOUSANDS = {"en": ",", "de": ".", "hr": ".", "fi": "\u00a0", "lv": "\u00a0"}
_FROM_FIVE = frozenset({"lv"})  # CLDR, minimumGroupingDigits 2: 1234, but 12 345
_OF = {"nps", "csat", "driver", "ces", "ces1"}
_ALIKE = {"driver": "csat", "ces1": "ces"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's texts, by key; numbers and dates as that language writes them."""

    code: str
    texts: Mapping[str, str]

    def say(self, key: str, /, **given: object) -> str:
        """Give a text with its ``{names}`` filled in."""
        return self.texts[key].format(**given)

    def count(self, key: str, n: int, /) -> str:
        """Give a text with its count in the right plural form: ``1 answer``, ``3 odgovora``."""
        return self.inflect(key, n, n=self.whole(n))

    def inflect(self, key: str, n: int, /, **given: object) -> str:
        """Give a text in the plural form that goes with a count."""
        text = self.texts.get(f"{key}_{plural(self.code, n)}") or self.texts[f"{key}_{OTHER}"]
        return text.format(**given)

    def days(self, since: date, until: date) -> str:
        """Give a stretch of days."""
        one, two = spell_date(self.code, since), spell_date(self.code, until)
        return one if one == two else f"{one} – {two}"

    def span(self, since: date, until: date) -> str:
        """Give a stretch of days as short as it can be said."""
        return spell_days(self.code, since, until)

    def axis(self, day: date, *, month: bool = False) -> str:
        """Give a day, or its month, as it stands below an axis."""
        return spell_month(self.code, day) if month else spell_short(self.code, day)

    def moment(self, at: datetime) -> str:
        """Give a local moment."""
        return spell_moment(self.code, at)

    def whole(self, n: int) -> str:
        """Give a whole number with its thousands set apart: ``12,345``, ``12.345``."""
        if self.code in _FROM_FIVE and abs(n) < 10_000:
            return str(n)
        return f"{n:,}".replace(",", _THOUSANDS.get(self.code, ","))

    def number(self, value: float) -> str:
        """Give a number with at most one decimal."""
        tenths = round_half_up(value * 10)
        text = f"{tenths / 10:.0f}" if tenths % 10 == 0 else f"{tenths / 10:.1f}"
        return text.replace("-", "−").replace(".", "," if self.code in _COMMA else ".")

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

    def interval(self, row: Row, interval: Interval) -> str:
        """Give an interval in the unit of the row's metric: ``+31…+53``, ``79…91 %``."""
        if METRICS[row.metric].scoring is Scoring.SHARE:
            return f"{round_half_up(interval.low)}…{self.percent(interval.high / 100)}"
        return f"{self.value(row, interval.low)}…{self.value(row, interval.high)}"

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

    def bands(self, metric: str) -> tuple[str, ...]:
        """Give what the low, middle and high answers to a metric are called; () for most."""
        if metric not in _OF:
            return ()
        kind = _ALIKE.get(metric, metric)
        return tuple(self.texts[f"{kind}_{band}"] for band in ("low", "middle", "high"))

    def scale_value(self, scale: str, value: str) -> str:
        """Give a value of a scale: ``9``, ``yes``, ``up``."""
        if scale not in ("thumbs", "yes-no") or value not in ("0", "1"):
            return value
        return self.texts[f"{'up_down' if scale == 'thumbs' else 'yes_no'}_{value}"]

    def title(self, texts: Mapping[str, str]) -> str:
        """Give a text of the configuration in this language, else in English, else its first."""
        return texts.get(self.code) or texts.get("en") or next(iter(texts.values()), "")


def words_of(code: str) -> Words:
    """Give the texts of a language: its own, its base's, else English."""
    known = _all()
    found = next((c for c in (code, code.partition("-")[0]) if c in known), "en")
    return Words(code=found, texts=known[found])


def languages() -> tuple[str, ...]:
    """Give the languages there are texts in."""
    return tuple(_all())


@cache
def _all() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for file in FILES:
        for code, texts in json.loads(file.read_text("utf-8")).items():
            found.setdefault(code, {}).update(texts)
    return found


ENGLISH = words_of("en")
