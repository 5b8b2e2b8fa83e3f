"""The trend picture: a score through time, each point with its interval."""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from bot.charts.canvas import MARGIN, PALETTES, SMALL, WIDTH, Canvas, Theme
from bot.charts.font import load_face
from bot.charts.heading import EMPTY_HEIGHT, draw_empty, draw_heading, heading_height
from bot.charts.pictures import Point, Trend
from surveys.message import Image

_HIGH = 250  # pixels of the axis
_OVER = 40  # above it: the numbers of the highest points
_GOAL = 32  # the line that says what the goal is
_HIDDEN = 30  # the line that says what a star is
_FOOT = 78  # below it: what each point is, and how many answers it has
_LEFT, _RIGHT = MARGIN + 56, WIDTH - MARGIN
_GAP = 10  # pixels between words beside each other
_DENSE = 30  # pixels between points below which they are drawn smaller
_MOST_TICKS = 5


def trend_chart(picture: Trend, theme: Theme = "light") -> Image:
    """Draw a score through time."""
    return Image(png=trend_canvas(picture, theme).png(), alt=_alt(picture))


def trend_canvas(picture: Trend, theme: Theme = "light") -> Canvas:
    """Lay the picture out without turning it into pixels."""
    known = [point for point in picture.points if point.score is not None]
    top = heading_height(picture.heading)
    goal = _GOAL if picture.goal is not None else 0
    hidden = _HIDDEN if any(point.hidden for point in picture.points) else 0
    height = top + goal + _OVER + _HIGH + _FOOT + hidden if known else max(top + 90, EMPTY_HEIGHT)
    canvas = Canvas(height=round(height), palette=PALETTES[theme])
    draw_heading(canvas, picture.heading)
    if not known:
        draw_empty(canvas, picture.words.say("empty"))
        return canvas
    axis = _Axis(ticks=axis_ticks(picture), bottom=top + goal + _OVER + _HIGH)
    for tick in axis.ticks:
        _draw_tick(canvas, picture, axis, tick)
    _draw_goal(canvas, picture, axis, top + 14)
    _draw_line(canvas, picture, axis)
    for place, point in enumerate(picture.points):
        _draw_point(canvas, picture, axis, place, point)
    _draw_numbers(canvas, picture, axis)
    _draw_labels(canvas, picture, axis.bottom)
    return canvas


def axis_ticks(picture: Trend) -> tuple[float, ...]:
    """Give the ticks of an axis that holds every interval and the goal, at round numbers.

    It spans at least ``picture.span``, so that small wobbles do not fill the picture.
    """
    ends = [e for p in picture.points for e in (p.low, p.high, p.score) if e is not None]
    ends += [picture.goal] if picture.goal is not None else []
    low, high = min(ends), max(ends)
    if (missing := picture.span - (high - low)) > 0:
        low, high = low - missing / 2, high + missing / 2
    step = _round_step((high - low) / (_MOST_TICKS - 1))
    first = max(floor(low / step) * step, picture.low)
    last = min(ceil(high / step) * step, picture.high)
    count = round((last - first) / step)
    return tuple(first + step * n for n in range(count + 1))


def _round_step(at_least: float) -> float:
    """Give the smallest of 1, 2, 2.5, 5 times a power of ten that is not below."""
    power = 10.0 ** floor(log10(at_least))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= at_least * (1 - 1e-9))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    """Where a score lies: from the first tick at ``bottom`` to the last, `_HIGH` above it."""

    ticks: tuple[float, ...]
    bottom: float

    def y(self, value: float) -> float:
        share = (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])
        return self.bottom - _HIGH * min(max(share, 0.0), 1.0)


def _draw_tick(canvas: Canvas, picture: Trend, axis: _Axis, tick: float) -> None:
    y = axis.y(tick)
    palette = canvas.palette
    canvas.line((_LEFT, y), (_RIGHT, y), color=palette.rule, width=1.5)
    label = picture.spell(tick)
    canvas.text(_LEFT - 10, y + 6, label, room=72, color=palette.muted, anchor="end")


def _draw_goal(canvas: Canvas, picture: Trend, axis: _Axis, top: float) -> None:
    """Draw the goal's line, and say above the picture what that line is."""
    if picture.goal is None:
        return
    y, ink = axis.y(picture.goal), canvas.palette.ink
    canvas.line((_LEFT, y), (_RIGHT, y), color=ink, width=2.5, dashes="2 7")
    canvas.line((MARGIN, top), (MARGIN + 44, top), color=ink, width=2.5, dashes="2 7")
    canvas.text(MARGIN + 54, top + 6, picture.goal_label, room=WIDTH - 2 * MARGIN - 54)


def _draw_line(canvas: Canvas, picture: Trend, axis: _Axis) -> None:
    """Join neighbours; where a point is missing the line is broken."""
    places = list(enumerate(picture.points))
    for (one, before), (two, after) in pairwise(places):
        if before.score is not None and after.score is not None:
            start = _x(picture, one), axis.y(before.score)
            end = _x(picture, two), axis.y(after.score)
            dashes = "1 9" if not after.whole or not before.whole else ""
            canvas.line(start, end, color=canvas.palette.high, width=3.5, dashes=dashes)


def _draw_point(canvas: Canvas, picture: Trend, axis: _Axis, place: int, point: Point) -> None:
    if point.score is None:
        return
    x, y, palette = _x(picture, place), axis.y(point.score), canvas.palette
    if point.low is not None and point.high is not None:
        low, top = axis.y(point.low), axis.y(point.high)
        width = 4 if _pitch(picture) > _DENSE else 2.5
        canvas.line((x, low), (x, top), color=palette.middle, width=width)
        for end in (low, top):
            reach = 1.75 * width
            canvas.line((x - reach, end), (x + reach, end), color=palette.middle, width=width)
    canvas.dot(x, y, 10 if _pitch(picture) > _DENSE else 7, palette.high)


def _draw_numbers(canvas: Canvas, picture: Trend, axis: _Axis) -> None:
    """Write each point's score above its interval, where they have room beside each other."""
    widths = [load_face(bold=True).width(point.spelled, 18) for point in picture.points]
    for place, point in enumerate(picture.points):
        if point.score is None or not _is_marked(picture, place, max(widths) + _GAP):
            continue
        top = axis.y(point.score if point.high is None else point.high)
        x = min(_x(picture, place), WIDTH - 8 - widths[place] / 2)
        canvas.cover(x - widths[place] / 2 - 3, top - 28, widths[place] + 6, 20)
        canvas.text(x, top - 12, point.spelled, size=18, bold=True, anchor="middle")


def _draw_labels(canvas: Canvas, picture: Trend, bottom: float) -> None:
    """Write below the axis what each point is, and how many answers it has."""
    muted, face = canvas.palette.muted, load_face()
    canvas.text(MARGIN, bottom + 58, "n", room=30, color=muted)
    counts = [_below_label(picture, point) for point in picture.points]
    if "*" in counts:
        hidden = f"* {picture.words.say('hidden')}"
        canvas.text(MARGIN, bottom + 58 + _HIDDEN, hidden, room=WIDTH - 2 * MARGIN, color=muted)
    written = [*(point.label for point in picture.points), *counts]
    room = max(face.width(words, SMALL) for words in written) + _GAP
    for place, (point, words) in enumerate(zip(picture.points, counts, strict=True)):
        if _is_marked(picture, place, room):
            _below(canvas, _x(picture, place), bottom + 30, point.label)
            _below(canvas, _x(picture, place), bottom + 58, words, color=muted)


def _below_label(picture: Trend, point: Point) -> str:
    if point.hidden:
        return "*"
    return picture.words.whole(point.n) if point.n else point.note


def _below(canvas: Canvas, x: float, y: float, words: str, *, color: str = "") -> None:
    """Write below a point, as far from the edges as the words need."""
    half = load_face().width(words, SMALL) / 2
    middle = min(max(x, MARGIN + half), WIDTH - 8 - half)
    canvas.text(middle, y, words, color=color, anchor="middle")


def _is_marked(picture: Trend, place: int, room: float) -> bool:
    """Whether a point has room for words: every one, or every second …, the last always."""
    every = ceil(room / _pitch(picture))
    return (len(picture.points) - 1 - place) % every == 0


def _pitch(picture: Trend) -> float:
    return (_RIGHT - _LEFT) / max(len(picture.points), 1)


def _x(picture: Trend, place: int) -> float:
    return _LEFT + _pitch(picture) * (place + 0.5)


def _alt(picture: Trend) -> str:
    heading = picture.heading
    head = f"{heading.title} {heading.score}".strip()
    facts = "; ".join((head, heading.subtitle, *heading.facts))
    if not any(point.score is not None for point in picture.points):
        return f"{facts}. {picture.words.say('empty')}."
    points = "; ".join(_words(picture, point) for point in picture.points)
    goal = f" {picture.goal_label}." if picture.goal_label else ""
    return f"{facts}. {points}.{goal}"


def _words(picture: Trend, point: Point) -> str:
    words = picture.words
    if point.score is None:
        note = words.say("hidden" if point.hidden else "empty_one")
        return f"{point.label} {point.note.strip('–') or note}"
    interval = ""
    if point.low is not None and point.high is not None:
        ends = {"low": picture.spell(point.low), "high": picture.spell(point.high)}
        interval = f" ({words.say('alt_interval', **ends)})"
    return f"{point.label} {point.spelled}{interval}, n {words.whole(point.n)}"
