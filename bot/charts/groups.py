"""The groups picture: one dot a group with its interval, and the score of all as a line."""

from collections.abc import Sequence

from bot.charts.canvas import MARGIN, PALETTES, SMALL, WIDTH, Canvas, Theme
from bot.charts.font import fit, load_face, wrap
from bot.charts.heading import EMPTY_HEIGHT, ROOM, draw_empty, draw_heading, heading_height
from bot.charts.pictures import Dot, Groups
from surveys.message import Image

_ROW, _LINE = 62, 24  # of a group: its name with the score, and its interval below
_NAME, _SCORE = 19, 22
_MOST_ROWS = 12
_LEFT, _RIGHT = MARGIN + 8, WIDTH - MARGIN - 8


def groups_chart(picture: Groups, theme: Theme = "light") -> Image:
    """Draw each group's score with its interval, in the order given."""
    return Image(png=groups_canvas(picture, theme).png(), alt=_alt(picture))


def groups_canvas(picture: Groups, theme: Theme = "light") -> Canvas:
    """Lay the picture out without turning it into pixels."""
    shown = picture.dots[:_MOST_ROWS]
    more = len(picture.dots) - len(shown)
    top = heading_height(picture.heading) + 6
    lines = [_lines(picture, dot) for dot in shown]
    tops = [top + sum(map(_height, lines[:place])) for place in range(len(shown) + 1)]
    bottom = tops[-1]
    foot = 40 + (26 if picture.total is not None else 0) + (30 if more else 0)
    height = bottom + foot if shown else max(top + 90, EMPTY_HEIGHT)
    canvas = Canvas(height=round(height), palette=PALETTES[theme])
    draw_heading(canvas, picture.heading)
    if not shown:
        draw_empty(canvas, picture.words.say("empty"))
        return canvas
    _draw_axis(canvas, picture, top, bottom)
    for dot, label, y in zip(shown, lines, tops, strict=False):
        _draw_dot(canvas, picture, dot, label, y)
    if more:
        words = picture.words.say("and_more", n=more)
        canvas.text(MARGIN, bottom + foot - 16, words, color=canvas.palette.muted)
    return canvas


def _draw_axis(canvas: Canvas, picture: Groups, top: float, bottom: float) -> None:
    for value, label in picture.ticks:
        x = _x(picture, value)
        canvas.line((x, top), (x, bottom), color=canvas.palette.rule, width=1.5)
        half = load_face().width(label, SMALL) / 2  # the outer ones stay on the picture
        middle = min(max(x, MARGIN + half - 14), WIDTH - MARGIN - half + 14)
        canvas.text(middle, bottom + 24, label, color=canvas.palette.muted, anchor="middle")
    if picture.total is not None:
        x = _x(picture, picture.total)
        canvas.line((x, top), (x, bottom + 4), color=canvas.palette.ink, width=2.5, dashes="2 7")
        canvas.text(x, bottom + 50, picture.words.say("all_groups"), bold=True, anchor="middle")


def _draw_dot(canvas: Canvas, picture: Groups, dot: Dot, label: Sequence[str], top: float) -> None:
    palette, base, y = canvas.palette, top + 22, top + _height(label) - 18
    for number, line in enumerate(label):
        _write(canvas, MARGIN, base + _LINE * number, line, size=_NAME)
    if dot.hidden or dot.score is None:
        _write(canvas, MARGIN, y + 6, _missing(picture, dot), color=palette.muted)
        return
    right, column = WIDTH - MARGIN, WIDTH - MARGIN - _counts_width(picture) - 14
    score = load_face(bold=True).width(dot.spelled, _SCORE)
    canvas.cover(column - score - 6, base - 18, right - column + score + 8, 24)
    n = f"n {picture.words.whole(dot.n)}"
    canvas.text(right, base, n, color=palette.muted, anchor="end")
    canvas.text(column, base, dot.spelled, size=_SCORE, bold=True, anchor="end")
    if dot.low is not None and dot.high is not None:
        ends = (_x(picture, dot.low), y), (_x(picture, dot.high), y)
        canvas.line(*ends, color=palette.high, width=4)
        for x, _ in ends:
            canvas.line((x, y - 7), (x, y + 7), color=palette.high, width=3.5)
    canvas.dot(_x(picture, dot.score), y, 9, palette.high)


def _lines(picture: Groups, dot: Dot) -> list[str]:
    """Give a group's name as it fits beside its numbers, on two lines where it is long."""
    face = load_face(bold=True)
    score = max((face.width(one.spelled, _SCORE) for one in picture.dots), default=0)
    return wrap(dot.label, ROOM - _counts_width(picture) - score - 40, _NAME)


def _height(label: Sequence[str]) -> float:
    return _ROW + _LINE * (len(label) - 1)


def _counts_width(picture: Groups) -> float:
    face, words = load_face(), picture.words
    return max((face.width(f"n {words.whole(dot.n)}", SMALL) for dot in picture.dots), default=0)


def _write(
    canvas: Canvas, x: float, y: float, text: str, *, size: float = SMALL, color: str = ""
) -> None:
    """Write with no line of the axis behind the words."""
    canvas.cover(x - 4, y - size, load_face().width(fit(text, ROOM, size), size) + 8, size + 6)
    canvas.text(x, y, text, size=size, room=ROOM, color=color)


def _missing(picture: Groups, dot: Dot) -> str:
    return picture.words.say("hidden" if dot.hidden else "empty_one")


def _x(picture: Groups, value: float) -> float:
    share = (value - picture.low) / (picture.high - picture.low)
    return _LEFT + (_RIGHT - _LEFT) * min(max(share, 0.0), 1.0)


def _alt(picture: Groups) -> str:
    heading, words = picture.heading, picture.words
    head = f"{heading.title} {heading.score}".strip()
    facts = "; ".join((head, heading.subtitle, *heading.facts))
    if not picture.dots:
        return f"{facts}. {words.say('empty')}."
    groups = "; ".join(_words(picture, dot) for dot in picture.dots)
    return f"{facts}. {words.say('alt_groups')}: {groups}."


def _words(picture: Groups, dot: Dot) -> str:
    words = picture.words
    if dot.hidden or dot.score is None:
        return f"{dot.label} {_missing(picture, dot)}"
    interval = ""
    if dot.low is not None and dot.high is not None:
        low, high = words.number(dot.low), words.number(dot.high)
        interval = f" ({words.say('alt_interval', low=low, high=high)})"
    return f"{dot.label} {dot.spelled}{interval}, n {words.whole(dot.n)}"
