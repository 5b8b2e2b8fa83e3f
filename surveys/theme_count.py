"""What comments speak of, counted: by theme, each person once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from surveys.chance import SURE, Difference, holm, share_difference
from surveys.report import Tally, ValueCount


class Heard(NamedTuple):
    """``n`` comments that count alike: what they speak of, how they sound, and the score given with
    them, ``value`` None where there is none; with the sums of their weights, and of the squares.
    ``people`` wrote them: ids of contacts, each visitor's own number below 0.
    """

    themes: tuple[str, ...]
    tone: str
    survey: str = ""
    question: str = ""
    metric: str = ""
    metric_version: str = ""
    scale: str = ""
    population: str = ""
    value: float | None = None
    n: int = 1
    weight: float = 1.0
    weight_squared: float = 1.0
    people: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeCount:
    """How many ``people`` speak of something in how many ``comments``, how these sound, and the
    scores given with them.
    """

    people: int = 0
    comments: int = 0
    tones: Mapping[str, int] = field(default_factory=dict)
    scores: Tally = field(default_factory=lambda: Tally(values=(), flows=()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeCounts:
    """Everybody who wrote, and those who speak of each theme."""

    everybody: ThemeCount = field(default_factory=ThemeCount)
    themes: Mapping[str, ThemeCount] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Whether a theme's share of the people changed: "more", "less", "" for no clear change.
    ``difference`` is None where there are too few people to tell.
    """

    verdict: str = ""
    difference: Difference | None = None


def count_themes(heard: Iterable[Heard]) -> ThemeCounts:
    """Count comments, and each person once."""
    everybody, by_theme = _Sum(), defaultdict[str, _Sum](_Sum)
    for alike in heard:
        everybody.add(alike)
        for theme in alike.themes:
            by_theme[theme].add(alike)
    return ThemeCounts(
        everybody=everybody.total(), themes={name: s.total() for name, s in by_theme.items()}
    )


def judge_shifts(
    before: ThemeCounts, after: ThemeCounts, themes: Sequence[str]
) -> Mapping[str, Shift]:
    """Say of each theme whether its share of the people changed, corrected for how many are
    compared (`surveys.chance.holm`).
    """
    found = {theme: _difference(before, after, theme) for theme in themes}
    told = {theme: one for theme, one in found.items() if one is not None}
    chances = dict(zip(told, holm([one.p for one in told.values()]), strict=True))
    return {
        theme: Shift(verdict=_verdict(one, chances.get(theme, 1.0)), difference=one)
        for theme, one in found.items()
    }


def _difference(before: ThemeCounts, after: ThemeCounts, theme: str) -> Difference | None:
    shares = [
        (c.themes.get(theme, ThemeCount()).people, c.everybody.people) for c in (before, after)
    ]
    if not all(n for _, n in shares):
        return None
    return share_difference(shares[0], shares[1])


def _verdict(difference: Difference | None, p: float) -> str:
    if difference is None or p >= SURE or not difference.by:
        return ""
    return "more" if difference.by > 0 else "less"


class _Sum:
    """A count in the making."""

    def __init__(self) -> None:
        self._people: set[int] = set()
        self._tones: Counter[str] = Counter()
        self._scores: dict[tuple[str, ...], list[float]] = {}

    def add(self, alike: Heard) -> None:
        self._people |= alike.people
        self._tones[alike.tone] += alike.n
        if alike.value is not None:
            sums = self._scores.setdefault((*alike[2:8], f"{alike.value:g}"), [0, 0.0, 0.0])
            for place, more in enumerate(alike[9:12]):
                sums[place] += more

    def total(self) -> ThemeCount:
        return ThemeCount(
            people=len(self._people),
            comments=self._tones.total(),
            tones=dict(self._tones),
            scores=Tally(values=tuple(map(_value_count, self._scores.items())), flows=()),
        )


def _value_count(entry: tuple[tuple[str, ...], list[float]]) -> ValueCount:
    (survey, question, metric, version, scale, population, value), (n, weight, squared) = entry
    return ValueCount(
        survey=survey,
        question=question,
        metric=metric,
        metric_version=version,
        scale=scale,
        population=population,
        group="",
        value=value,
        n=int(n),
        weight=weight,
        weight_squared=squared,
    )
