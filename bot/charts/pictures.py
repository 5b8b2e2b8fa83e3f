"""What the pictures show: values handed to the charts, every number already spelled."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.words import ENGLISH, Words
from surveys.metric import Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The words above a picture.

    ``title`` says what was measured (``NPS``), ``subtitle`` of what (survey, filters, period).
    ``score`` is the one number, "" where there is none (choices, no data); ``facts`` are up to
    four short lines beside it: interval, answers, response rate, goal.
    """

    title: str
    subtitle: str
    score: str = ""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One value of a distribution: ``n`` answers gave it. ``share`` is of one."""

    label: str
    n: int
    share: float
    band: Band | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One band's share of the answers, with its name: ``Promoters``."""

    label: str
    share: float
    band: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How often each value was given. ``parts`` is the legend; ``wide`` has the bars lie down.
    ``counted`` is what a bar is long by, "" for answers.
    """

    heading: Heading
    bars: tuple[Bar, ...]
    parts: tuple[Part, ...] = ()
    wide: bool = False
    words: Words = ENGLISH
    counted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One group: its score with interval, or ``hidden`` where it is too small to show.

    ``spelled`` is the score in words (``+42``); ``low`` and ``high`` bound the interval, None
    where there is none.
    """

    label: str
    n: int = 0
    score: float | None = None
    low: float | None = None
    high: float | None = None
    spelled: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Scores of groups on one axis from ``low`` to ``high``, with the score of all as a line."""

    heading: Heading
    dots: tuple[Dot, ...]
    low: float
    high: float
    total: float | None = None
    ticks: tuple[tuple[float, str], ...] = ()
    words: Words = ENGLISH


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One step of a trend. ``score`` is None where there is none to show: because it is ``hidden``,
    or for what ``note`` says. ``whole`` is false for a step that is not over, or cut.
    """

    label: str
    n: int = 0
    score: float | None = None
    low: float | None = None
    high: float | None = None
    spelled: str = ""
    note: str = ""
    hidden: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A score through time, oldest first, on an axis within ``low`` and ``high`` that spans at
    least ``span``. ``spell`` gives a value in the score's words.
    """

    heading: Heading
    points: tuple[Point, ...]
    low: float
    high: float
    span: float
    spell: Callable[[float], str]
    goal: float | None = None
    goal_label: str = ""
    words: Words = ENGLISH
