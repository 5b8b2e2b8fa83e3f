"""The groups picture: one dot a group with its interval, and the score of all as a line."""

from bot.charts.canvas import MARGIN, PALETTES, WIDTH, Canvas, Theme
from bot.charts.heading import EMPTY_HEIGHT, draw_empty, draw_heading
from bot.charts.pictures import Dot, Groups
from surveys.message import Image

_ROW = 50
_MOST_ROWS = 10
_LEFT, _RIGHT = MARGIN + 230, WIDTH - MARGIN - 190


def groups_chart(picture: Groups, theme: Theme = "light") -> Image:
    """Draw each group's score with its interval, in the order given."""
    return Image(png=groups_canvas(picture, theme).png(), alt=_alt(picture))


def groups_canvas(picture: Groups, theme: Theme = "light") -> Canvas:
    """Lay the picture out without turning it into pixels."""
    shown = picture.dots[:_MOST_ROWS]
    more = len(picture.dots) - len(shown)
    height = 290 + _ROW * len(shown) if shown else EMPTY_HEIGHT
    if picture.heading.score or not shown:
        height = max(height, EMPTY_HEIGHT)
    else:
        height -= 90
    canvas = Canvas(height=height, palette=PALETTES[theme])
    top = draw_heading(canvas, picture.heading) + 20
    if not shown:
        draw_empty(canvas, picture.empty)
        return canvas
    bottom = top + _ROW * len(shown)
    _draw_axis(canvas, picture, top, bottom)
    for place, dot in enumerate(shown):
        _draw_dot(canvas, picture, dot, top + _ROW * (place + 0.5))
    if more:
        words = f"and {more} more"
        canvas.text(MARGIN, bottom + 34, words, size=20, room=200, color=canvas.palette.muted)
    return canvas


def _draw_axis(canvas: Canvas, picture: Groups, top: float, bottom: float) -> None:
    for value, label in picture.ticks:
        x = _x(picture, value)
        canvas.line((x, top), (x, bottom), color=canvas.palette.rule, width=1.5)
        canvas.text(x, bottom + 30, label, size=18, color=canvas.palette.muted, anchor="middle")
    if picture.total is not None:
        x = _x(picture, picture.total)
        canvas.line((x, top), (x, bottom), color=canvas.palette.ink, width=2.5, dashes="2 8")
        canvas.text(x, bottom + 58, "all", size=18, bold=True, anchor="middle")


def _draw_dot(canvas: Canvas, picture: Groups, dot: Dot, y: float) -> None:
    palette, base = canvas.palette, y + 7
    canvas.text(MARGIN, base, dot.label, size=21, room=_LEFT - MARGIN - 20)
    if dot.hidden or dot.score is None:
        words = picture.hidden if dot.hidden else "no answers"
        room = _RIGHT - _LEFT + 12
        canvas.box(_LEFT - 6, y - _ROW / 2, room, _ROW, palette.ground)  # no axis behind words
        canvas.text(_LEFT + 6, base, words, size=19, room=room, color=palette.muted)
        return
    if dot.low is not None and dot.high is not None:
        ends = (_x(picture, dot.low), y), (_x(picture, dot.high), y)
        canvas.line(*ends, color=palette.high, width=5)
        for x, _ in ends:
            canvas.line((x, y - 9), (x, y + 9), color=palette.high, width=4)
    canvas.dot(_x(picture, dot.score), y, 11, palette.high)
    canvas.text(_RIGHT + 106, base, dot.spelled, size=24, room=84, bold=True, anchor="end")
    canvas.text(
        WIDTH - MARGIN, base, f"n {dot.n:,}", size=18, room=82, color=palette.muted, anchor="end"
    )


def _x(picture: Groups, value: float) -> float:
    share = (value - picture.low) / (picture.high - picture.low)
    return _LEFT + (_RIGHT - _LEFT) * min(max(share, 0.0), 1.0)


def _alt(picture: Groups) -> str:
    heading = picture.heading
    head = f"{heading.title} {heading.score}".strip()
    facts = "; ".join((head, heading.subtitle, *heading.facts))
    if not picture.dots:
        return f"{facts}. {picture.empty}."
    return f"{facts}. By group: {'; '.join(_words(picture, dot) for dot in picture.dots)}."


def _words(picture: Groups, dot: Dot) -> str:
    if dot.hidden or dot.score is None:
        return f"{dot.label} {picture.hidden if dot.hidden else 'no answers'}"
    interval = ""
    if dot.low is not None and dot.high is not None:
        interval = f" (95 % interval {dot.low:.3g} to {dot.high:.3g})"
    return f"{dot.label} {dot.spelled}{interval}, n {dot.n}"
