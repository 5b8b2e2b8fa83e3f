"""The trend picture: a score through time, each point with its interval."""

from itertools import pairwise
from math import ceil, floor, log10

from bot.charts.canvas import MARGIN, PALETTES, WIDTH, Canvas, Theme
from bot.charts.font import load_face
from bot.charts.heading import EMPTY_HEIGHT, draw_empty, draw_heading
from bot.charts.pictures import Point, Trend
from surveys.message import Image

_HEIGHT = 600
_LEFT, _RIGHT = MARGIN + 66, WIDTH - MARGIN
_TOP, _BOTTOM = 236, 508
_LEGEND = 187  # beside the last fact of the heading
_LABEL = 68  # pixels a label needs below the axis
_DENSE = 30  # pixels between points below which they are drawn smaller
_MOST_TICKS = 5


def trend_chart(picture: Trend, theme: Theme = "light") -> Image:
    """Draw a score through time."""
    return Image(png=trend_canvas(picture, theme).png(), alt=_alt(picture))


def trend_canvas(picture: Trend, theme: Theme = "light") -> Canvas:
    """Lay the picture out without turning it into pixels."""
    known = [point for point in picture.points if point.score is not None]
    canvas = Canvas(height=_HEIGHT if known else EMPTY_HEIGHT, palette=PALETTES[theme])
    draw_heading(canvas, picture.heading)
    if not known:
        draw_empty(canvas, picture.empty)
        return canvas
    ticks = axis_ticks(picture)
    for tick in ticks:
        _draw_tick(canvas, picture, ticks, tick)
    _draw_goal(canvas, picture, ticks)
    _draw_line(canvas, picture, ticks)
    for place, point in enumerate(picture.points):
        _draw_point(canvas, picture, ticks, place, point)
    _draw_numbers(canvas, picture, ticks)
    _draw_labels(canvas, picture)
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


def _draw_tick(canvas: Canvas, picture: Trend, ticks: tuple[float, ...], tick: float) -> None:
    y = _y(ticks, tick)
    palette = canvas.palette
    canvas.line((_LEFT, y), (_RIGHT, y), color=palette.rule, width=1.5)
    label = picture.spell(tick)
    canvas.text(_LEFT - 14, y + 6, label, size=18, room=70, color=palette.muted, anchor="end")


def _draw_goal(canvas: Canvas, picture: Trend, ticks: tuple[float, ...]) -> None:
    if picture.goal is None:
        return
    y, ink = _y(ticks, picture.goal), canvas.palette.ink
    canvas.line((_LEFT, y), (_RIGHT, y), color=ink, width=2.5, dashes="2 8")
    width = canvas.text(_RIGHT, _LEGEND, picture.goal_label, size=18, room=200, anchor="end")
    left = _RIGHT - width - 52
    canvas.line((left, _LEGEND - 6), (left + 40, _LEGEND - 6), color=ink, width=2.5, dashes="2 8")


def _draw_line(canvas: Canvas, picture: Trend, ticks: tuple[float, ...]) -> None:
    """Join neighbours; where a point is missing the line is broken."""
    places = list(enumerate(picture.points))
    for (one, before), (two, after) in pairwise(places):
        if before.score is not None and after.score is not None:
            start = _x(picture, one), _y(ticks, before.score)
            end = _x(picture, two), _y(ticks, after.score)
            dashes = "1 9" if not after.whole or not before.whole else ""
            canvas.line(start, end, color=canvas.palette.high, width=3.5, dashes=dashes)


def _draw_point(
    canvas: Canvas, picture: Trend, ticks: tuple[float, ...], place: int, point: Point
) -> None:
    if point.score is None:
        return
    x, y, palette = _x(picture, place), _y(ticks, point.score), canvas.palette
    if point.low is not None and point.high is not None:
        low, top = _y(ticks, point.low), _y(ticks, point.high)
        width = 4 if _pitch(picture) > _DENSE else 2.5
        canvas.line((x, low), (x, top), color=palette.middle, width=width)
        for end in (low, top):
            reach = 1.75 * width
            canvas.line((x - reach, end), (x + reach, end), color=palette.middle, width=width)
    canvas.dot(x, y, 10 if _pitch(picture) > _DENSE else 7, palette.high)


def _draw_numbers(canvas: Canvas, picture: Trend, ticks: tuple[float, ...]) -> None:
    """Write each point's score above its interval, where they have room beside each other."""
    widths = [load_face(bold=True).width(point.spelled, 20) for point in picture.points]
    for place, point in enumerate(picture.points):
        if point.score is None or not _is_marked(picture, place, max(widths) + 10):
            continue
        top = _y(ticks, point.score if point.high is None else point.high)
        x, y = _x(picture, place), max(top, _TOP - 10) - 14
        canvas.text(x, y, point.spelled, size=20, bold=True, anchor="middle")


def _draw_labels(canvas: Canvas, picture: Trend) -> None:
    """Write below the axis what each point is, and how many answers it has."""
    muted = canvas.palette.muted
    canvas.text(MARGIN, _BOTTOM + 66, "n", size=17, room=30, color=muted)
    counts = [f"{point.n:,}" if point.n else point.note for point in picture.points]
    room = max(load_face().width(words, 16) for words in counts) + 8
    for place, (point, words) in enumerate(zip(picture.points, counts, strict=True)):
        x = _x(picture, place)
        if _is_marked(picture, place, _LABEL):
            canvas.text(x, _BOTTOM + 36, point.label, size=17, anchor="middle")
        if _is_marked(picture, place, room):
            canvas.text(x, _BOTTOM + 66, words, size=16, room=room, color=muted, anchor="middle")


def _is_marked(picture: Trend, place: int, room: float) -> bool:
    """Whether a point has room for words: every one, or every second …, the last always."""
    every = ceil(room / _pitch(picture))
    return (len(picture.points) - 1 - place) % every == 0


def _pitch(picture: Trend) -> float:
    return (_RIGHT - _LEFT) / max(len(picture.points), 1)


def _x(picture: Trend, place: int) -> float:
    return _LEFT + _pitch(picture) * (place + 0.5)


def _y(ticks: tuple[float, ...], value: float) -> float:
    share = (value - ticks[0]) / (ticks[-1] - ticks[0])
    return _BOTTOM - (_BOTTOM - _TOP) * min(max(share, 0.0), 1.0)


def _alt(picture: Trend) -> str:
    heading = picture.heading
    head = f"{heading.title} {heading.score}".strip()
    facts = "; ".join((head, heading.subtitle, *heading.facts))
    if not any(point.score is not None for point in picture.points):
        return f"{facts}. {picture.empty}."
    points = "; ".join(_words(picture, point) for point in picture.points)
    goal = f" {picture.goal_label}." if picture.goal_label else ""
    return f"{facts}. {points}.{goal}"


def _words(picture: Trend, point: Point) -> str:
    if point.score is None:
        return f"{point.label} {point.note or 'no answers'}"
    interval = ""
    if point.low is not None and point.high is not None:
        interval = f" (95 % {picture.spell(point.low)} to {picture.spell(point.high)})"
    return f"{point.label} {point.spelled}{interval}, n {point.n}"
