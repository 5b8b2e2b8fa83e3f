"""Drawing: where everything in a picture lies. Pure: numbers in, coordinates out.

The pictures are SVG that a template writes; colours are the stylesheet's, by class, so that dark,
light and print need nothing of their own. Coordinates are in units of a picture `WIDTH` wide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commands.result_picture import axis_of, band_of, tick_of
from bot.commands.result_text import choice_labels, scale_labels
from bot.commands.spans import Span
from bot.results.trend import short_label
from bot.words import Words
from surveys.report import Row
from surveys.survey import Survey

WIDTH = 320
MOST_BARS = 12
_ROW, _WORDS_ROW = 22, 40
_LABEL, _COUNT = 36, 96
_TREND_HEIGHT, _TOP, _BOTTOM, _LEFT, _RIGHT = 168, 12, 28, 40, 12
_MOST_LABELS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One value: ``x``, ``y`` and ``width`` of its bar, ``band`` as a class name."""

    label: str
    count: str
    share: str
    band: str
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """How often each value was given. With ``wordy`` labels stand above their bars; ``more`` is
    how many are only in the table.
    """

    bars: tuple[Bar, ...]
    every: tuple[Bar, ...]
    height: float
    wordy: bool
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One score with its interval from ``top`` to ``bottom``; in a line it lies across instead."""

    x: float
    y: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A word on an axis."""

    at: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A score over time: a line for each run of steps without a gap between them."""

    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    rows: tuple[Mark, ...]
    columns: tuple[Mark, ...]
    height: float = _TREND_HEIGHT
    left: float = _LEFT
    right: float = WIDTH - _RIGHT


def lay_bars(row: Row, survey: Survey | None, words: Words) -> Bars | None:
    """Lay out how often each value was given; None where there is nothing to draw."""
    if row.hidden or not row.parts:
        return None
    scored = row.score is not None
    labels = scale_labels(row, words) if scored else choice_labels(row, survey, words)
    wordy = max(map(len, labels)) > 4
    most = max(part.n for part in row.parts) or 1
    left, pitch = (0, _WORDS_ROW) if wordy else (_LABEL, _ROW)
    room = WIDTH - left - _COUNT
    every = tuple(
        Bar(
            label=label,
            count=words.whole(part.n),
            share=words.percent(part.share),
            band=str(band_of(row, part.value)) if scored else "high",
            x=left,
            y=pitch * place,
            width=round(room * part.n / most, 1),
        )
        for place, (label, part) in enumerate(zip(labels, row.parts, strict=True))
    )
    bars = every[:MOST_BARS]
    more = len(every) - len(bars)
    return Bars(bars=bars, every=every, height=pitch * len(bars), wordy=wordy, more=more)


def lay_course(
    total: Row, course: Mapping[str, Row], spans: Sequence[Span], words: Words
) -> Course | None:
    """Lay out a score over time; None where fewer than two steps can be shown."""
    shown = [course.get(span.label) for span in spans]
    scored = [row for row in shown if row is not None and row.score is not None]
    if len(scored) < 2:
        return None
    low, high, ticks = _span(total, scored)
    height = _TREND_HEIGHT - _TOP - _BOTTOM

    def y(value: float) -> float:
        share = (min(max(value, low), high) - low) / (high - low)
        return round(_TOP + height * (1 - share), 1)

    columns = _places(len(spans))
    runs: list[list[Dot]] = [[]]
    for x, row in zip(columns, shown, strict=True):
        if row is None or row.score is None:
            runs.append([])
            continue
        sure = row.interval
        ends = (sure.high, sure.low) if sure else (row.score, row.score)
        runs[-1].append(Dot(x=x, y=y(row.score), top=y(ends[0]), bottom=y(ends[1])))
    return Course(
        dots=tuple(dot for run in runs for dot in run),
        lines=tuple(" ".join(f"{d.x},{d.y}" for d in run) for run in runs if len(run) > 1),
        rows=tuple(Mark(at=y(tick), label=tick_of(total, tick, words)) for tick in ticks),
        columns=_column_marks(columns, spans, words),
    )


def lay_line(total: Row, row: Row, *, width: float = 120) -> Dot | None:
    """Lay out one group's interval across: ``top`` and ``bottom`` are its left and right end."""
    if row.hidden or row.score is None or row.interval is None:
        return None
    low, high, _ = axis_of(total)

    def x(value: float) -> float:
        return round(4 + (width - 8) * (min(max(value, low), high) - low) / (high - low), 1)

    return Dot(x=x(row.score), y=10, top=x(row.interval.low), bottom=x(row.interval.high))


def _span(total: Row, rows: Sequence[Row]) -> tuple[float, float, tuple[float, ...]]:
    """Give the axis's ends and ticks: from tick to tick, as few as hold every interval."""
    low, high, ticks = axis_of(total)
    least = min(row.interval.low if row.interval else row.score or low for row in rows)
    most = max(row.interval.high if row.interval else row.score or high for row in rows)
    below = max((tick for tick in ticks if tick <= least), default=low)
    above = min((tick for tick in ticks if tick >= most), default=high)
    if below == above:
        above = min((tick for tick in ticks if tick > below), default=high)
        below = max((tick for tick in ticks if tick < above), default=low)
    return below, above, tuple(tick for tick in ticks if below <= tick <= above)


def _places(n: int) -> list[float]:
    room = WIDTH - _LEFT - _RIGHT - 16
    return [round(_LEFT + 8 + room * place / max(n - 1, 1), 1) for place in range(n)]


def _column_marks(places: Sequence[float], spans: Sequence[Span], words: Words) -> tuple[Mark, ...]:
    """Name the first step and so many after it, as far apart, as there is room for."""
    last = len(spans) - 1
    step = max(-(-last // (_MOST_LABELS - 1)), 1)
    ends = {0: "start", last: "end"}
    return tuple(
        Mark(
            at=places[place],
            label=short_label(spans[place], words),
            anchor=ends.get(place, "middle"),
        )
        for place in range(0, last + 1, step)
    )
